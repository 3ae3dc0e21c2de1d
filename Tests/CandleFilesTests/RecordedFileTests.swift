import Time
import CandleFiles
import Foundation
import Testing
import TradingModel

/// Real files of the exchange.
@Suite struct RecordedFileTests {
  private static let missing: Comment = "the recorded data are not beside the package"

  @Test(.enabled(if: RecordedCandles.exists("btcusdt-1m-2024-12.csv"), missing))
  func aMonthOfMinutesIsWhole() throws {
    let path = RecordedCandles.path("btcusdt-1m-2024-12.csv")
    let series = try CandleFile.read(path: path)
    #expect(series.candles.count == 41_761 && series.interval == .oneMinute && series.repairs.isEmpty)
    // Some rows against the text itself.
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst()
    #expect(lines.count == series.candles.count)
    for (line, candle) in zip(lines, series.candles).enumerated().filter({ $0.offset % 499 == 0 }).map(\.element) {
      let cells = line.split(separator: ",").map(String.init)
      #expect(cells[0] == String(candle.openTime.milliseconds))
      #expect(cells[1...5].map { FixedDecimal(text: $0) } == [candle.open, candle.high, candle.low, candle.close, candle.volume])
    }
  }

  /// Two files of the exchange agree: minutes joined are the quarter hours.
  @Test(.enabled(if: RecordedCandles.exists("btcusdt-1m-2024-12.csv") && RecordedCandles.exists("btcusdt-15m-2024.csv"), missing))
  func joinedMinutesAreTheRecordedQuarters() throws {
    let joined = try CandleFile.read(path: RecordedCandles.path("btcusdt-1m-2024-12.csv")).joined(to: .fifteenMinutes)
    let quarters = try CandleFile.read(path: RecordedCandles.path("btcusdt-15m-2024.csv"))
    #expect(quarters.candles.allSatisfy { $0.tradeCount > 0 && $0.quoteVolume.isPositive })
    let recorded = Dictionary(uniqueKeysWithValues: quarters.candles.map { ($0.openTime, $0) })
    #expect(joined.candles.count > 2_700)
    for candle in joined.candles {
      var other = try #require(recorded[candle.openTime])
      other.quoteVolume = .zero
      other.tradeCount = 0
      #expect(candle == other)
    }
  }
}
