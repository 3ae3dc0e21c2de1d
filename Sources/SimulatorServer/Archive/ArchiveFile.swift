import Time
import TradingModel

/// A file of the public archive of candles, as its path names it:
/// `/data/spot/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2024-12.zip`, `/data/spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2024-12-31.zip`,
/// each with a `.CHECKSUM` beside it (github.com/binance/binance-public-data, README).
struct ArchiveFile {
  /// Times are in µs from here on, in ms before (binance-public-data, README).
  static let microsecondsFrom = Timestamp(milliseconds: 1_735_689_600_000)

  let symbol: Symbol
  let interval: Interval
  /// `BTCUSDT-1m-2024-12`.
  let name: String
  let start: Timestamp
  let end: Timestamp
  let isChecksum: Bool

  init?(path: String) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 8, parts[0].isEmpty, parts[1] == "data", parts[2] == "spot", parts[4] == "klines", let symbol = Symbol(parts[5]),
      symbol.text == parts[5], let interval = Self.interval(parts[6])
    else { return nil }
    var file = parts[7]
    isChecksum = file.hasSuffix(".CHECKSUM")
    if isChecksum { file.removeLast(9) }
    let prefix = "\(parts[5])-\(parts[6])-"
    guard file.hasSuffix(".zip"), file.hasPrefix(prefix) else { return nil }
    file.removeLast(4)
    (self.symbol, self.interval, name) = (symbol, interval, file)
    guard let numbers = Self.numbers(file.dropFirst(prefix.count)), (2017...2999).contains(numbers[0]), (1...12).contains(numbers[1]) else {
      return nil
    }
    switch (parts[3], numbers.count) {
    case ("monthly", 2):
      start = Self.midnight(numbers[0], numbers[1], 1)
      end = Interval.oneMonth.nextOpenTime(after: start)
    case ("daily", 3):
      start = Self.midnight(numbers[0], numbers[1], numbers[2])
      end = Interval.oneDay.nextOpenTime(after: start)
      let month = Self.midnight(numbers[0], numbers[1], 1)
      guard numbers[2] >= 1, start < Interval.oneMonth.nextOpenTime(after: month) else { return nil }
    default: return nil
    }
  }

  /// The archive writes a month `1mo`.
  private static func interval(_ text: String) -> Interval? { text == "1mo" ? .oneMonth : text == "1M" ? nil : Interval(rawValue: text) }

  /// The numbers of `2024-12` or `2024-12-31`.
  private static func numbers(_ text: Substring) -> [Int64]? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count) else { return nil }
    var numbers: [Int64] = []
    for (part, length) in zip(parts, [4, 2, 2]) {
      guard part.utf8.count == length, part.utf8.allSatisfy({ $0 &- 48 <= 9 }), let number = Int64(part) else { return nil }
      numbers.append(number)
    }
    return numbers
  }

  private static func midnight(_ year: Int64, _ month: Int64, _ day: Int64) -> Timestamp {
    Timestamp(milliseconds: CivilDate.daysSinceEpoch(year: year, month: month, day: day) * 86_400_000)
  }

  /// Twelve columns, no header. Only candles that open and have closed within the file's time.
  func rows(_ series: KlineSeries, _ omitted: (newest: Int, numbers: Set<Int64>)) -> [UInt8] {
    let klines = series.history.filter { $0.candle.openTime >= start && $0.candle.openTime < end }.dropLast(omitted.newest)
    var text = ""
    for (index, kline) in klines.enumerated() where !omitted.numbers.contains(Int64(index + 1)) { text += row(kline) }
    return Array(text.utf8)
  }

  private func row(_ kline: Kline) -> String {
    let candle = kline.candle
    let end = interval.nextOpenTime(after: candle.openTime)
    let isFine = candle.openTime >= Self.microsecondsFrom
    let opens = isFine ? candle.openTime.nanoseconds / 1_000 : candle.openTime.milliseconds
    let closes = isFine ? end.nanoseconds / 1_000 - 1 : end.milliseconds - 1
    let numbers = [candle.open, candle.high, candle.low, candle.close, candle.volume].map { $0.text(fractionDigitsMinimum: 8) }
    let takers = [kline.takerBuyVolume, kline.takerBuyQuoteVolume].map { $0.text(fractionDigitsMinimum: 8) }
    return "\(opens),\(numbers.joined(separator: ",")),\(closes),\(candle.quoteVolume.text(fractionDigitsMinimum: 8)),\(candle.tradeCount),"
      + takers.joined(separator: ",") + ",0\n"
  }
}
