import Time
import Foundation
import BinanceJSON
import Testing
import TradingModel
import Venue

@Suite struct RecordedFeedTests {
  static let feeds = ["data/feed-btcusdt-20240808.jsonl.gz", "data/feed-btcusdt-20240809.jsonl.gz"]

  @Test(.enabled(if: feeds.allSatisfy { SharedFiles.has($0) }, "no recorded feed beside this checkout"))
  func recordedTradesAreReadToTheLastDigit() throws {
    let decoder = SampleFrames.decoder()
    var trades: [MarketTrade] = []
    var quotes = 0
    for feed in Self.feeds {
      for line in try Self.lines(feed) {
        guard let space = line.firstIndex(of: UInt8(ascii: " ")) else { continue }
        switch try unsafe SampleFrames.withExactBytes(line[(space + 1)...], { try unsafe decoder.decode($0, receivedAt: .zero) }) {
        case .trade: trades.append(decoder.trade)
        case .quote: quotes += 1
        default: break
        }
      }
    }
    let rows = try String(contentsOf: SharedFiles.folder.appendingPathComponent("data/btcusdt-trades-2024-08-08.csv"), encoding: .utf8)
      .split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
    #expect(trades.count == rows.count)
    #expect(quotes > 10_000)
    for (trade, row) in zip(trades, rows) {
      let isEqual =
        trade.id.value == Int64(row[0]) && trade.time.milliseconds == Int64(row[1]) && trade.price == FixedDecimal(text: row[2])
        && trade.quantity == FixedDecimal(text: row[3]) && trade.isBuyerMaker == (row[4].lowercased() == "true" || row[4] == "1")
      #expect(isEqual, "\(row)")
      if !isEqual { break }
    }
  }

  private static func lines(_ name: String) throws -> [ArraySlice<UInt8>] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/gzip")
    process.arguments = ["-dc", SharedFiles.folder.appendingPathComponent(name).path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let bytes = Array(pipe.fileHandleForReading.readDataToEndOfFile())
    process.waitUntilExit()
    return bytes.split(separator: 10)
  }
}
