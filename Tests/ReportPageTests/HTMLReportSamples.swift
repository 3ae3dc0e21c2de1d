import Time
import TradingModel

@testable import Backtest
import Statistics
@testable import ReportPage

/// Reports made up for tests.
enum ReportSamples {
  static let start = Timestamp(milliseconds: 1_704_067_200_000)

  static func candle(_ index: Int, price: Int) -> Candle {
    let price = Price(price)
    return Candle(
      openTime: start.advanced(byMilliseconds: Int64(index) * 3_600_000), open: price, high: price + .one, low: price, close: price,
      volume: .one)
  }

  static func report(trades count: Int, symbols names: [String] = ["BTCUSDT"]) -> BacktestReport {
    let symbols = names.compactMap { Symbol($0) }
    let kinds = ["exit", "stop_loss", "take_profit", "trailing_stop", "time_stop", "end_of_data", "another"]
    let trades = (0..<count).compactMap { index -> RoundTrip? in
      guard let bot = BotID("bot-\(index % names.count)") else { return nil }
      let hours = Int64(index) * 2_000 / Int64(count)
      let profit = Amount(index % 5 - 2)
      return RoundTrip(
        number: index + 1, botID: bot, symbol: symbols[index % symbols.count], openedAt: start.advanced(byMilliseconds: hours * 3_600_000),
        closedAt: start.advanced(byMilliseconds: (hours + 5) * 3_600_000), entryPrice: Price(100), exitPrice: Price(101), quantity: .one,
        fees: .one, profit: profit, fraction: profit.statisticValue / 100, candles: 5, entryReason: "RSI \(index % 30) below 30",
        exitKind: kinds[index % kinds.count], exitReason: "because \(index)", isClosed: index % 7 != 5)
    }
    let equity = (0..<500).map(sample)
    let group = BacktestReport.Group(
      name: "stop_loss", tradeCount: 4, winCount: 1, profit: Amount(-3), averageFraction: -0.01, averageSeconds: 7_200)
    let months = (1...3).map { month in
      BacktestReport.Month(year: 2_024, month: month, profit: Amount(month - 2), fraction: Double(month - 2) / 30, tradeCount: month)
    }
    let bySymbol = names.map { name in
      BacktestReport.Group(name: name, tradeCount: 1, winCount: 1, profit: .one, averageFraction: 0, averageSeconds: 0)
    }
    let charts = symbols.map { symbol in
      BacktestReport.Chart(symbol: symbol, candles: (0..<1_200).map { candle($0, price: 100 + $0 % 50) })
    }
    let fall = BacktestReport.Figure(key: "max_drawdown_fraction", label: "Max drawdown", text: "-19.5 %")
    return BacktestReport(
      title: "rsi on BTCUSDT, 1h", strategy: "rsi", parameters: [.init("period", "14")], settings: [.init("capital", "10000")],
      symbols: symbols,
      interval: .oneHour, start: start, end: start.advanced(byMilliseconds: 2_000 * 3_600_000), candleCount: 2_000, quoteAsset: "USDT",
      performance: PerformanceFigures(), capital: Amount(10_000), finalEquity: Amount(10_050),
      sections: [.init(title: "Risk", figures: [fall])], trades: trades,
      equity: equity,
      months: months, exits: count == 0 ? [] : [group], bySymbol: bySymbol, denials: [], charts: charts, notes: ["A note."])
  }

  private static func sample(_ index: Int) -> BacktestReport.EquitySample {
    let time = start.advanced(byMilliseconds: Int64(index) * 14_400_000)
    let equity = 10_000 + Double(index % 90)
    let drawdown = Double(index % 40) / 200
    return BacktestReport.EquitySample(
      time: time, equity: equity, drawdown: drawdown, exposure: Double(index % 2), market: 10_000 - Double(index))
  }
}

/// Looks a page over without a browser.
enum PageChecker {
  private static let void: Set<String> = ["meta", "input", "br", "hr", "img"]

  /// Elements that are not closed in the order they were opened, attributes without quotes, ids that are used twice.
  static func faults(_ page: String) -> [String] {
    var faults: [String] = []
    var open: [String] = []
    var ids: Set<String> = []
    var known: [String: Tag] = [:]
    var rest = page.utf8[...]
    while let start = rest.firstIndex(of: UInt8(ascii: "<")) {
      rest = rest[rest.index(after: start)...]
      guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return faults + ["an element that does not end"] }
      let text = String(Substring(rest[..<end]))
      rest = rest[rest.index(after: end)...]
      if text.hasPrefix("!") { continue }
      if text.hasPrefix("/") {
        if open.popLast() != String(text.dropFirst()) { faults.append("<\(text)> closes what was not open") }
        continue
      }
      guard let tag = known[text] ?? Tag(text) else {
        faults.append("<\(text)> is no element")
        continue
      }
      known[text] = tag
      if let id = tag.id, !ids.insert(id).inserted { faults.append("id \(id) is used twice") }
      if tag.isClosed || void.contains(tag.name) { continue }
      open.append(tag.name)
      // Raw text, in which "<" starts no element: up to the end tag.
      if tag.name == "script" || tag.name == "style" {
        while let next = rest.firstIndex(of: UInt8(ascii: "<")), !rest[next...].starts(with: "</\(tag.name)>".utf8) {
          rest = rest[rest.index(after: next)...]
        }
      }
    }
    return faults + open.map { "<\($0)> is not closed" }
  }

  private struct Tag {
    var name: String
    var id: String?
    var isClosed: Bool

    init?(_ text: String) {
      guard let match = text.wholeMatch(of: /([a-z][a-z0-9]*)((?:\s+[a-zA-Z-]+(?:="[^"<>]*")?)*)(\/?)/) else { return nil }
      name = String(match.1)
      id = match.2.firstMatch(of: /\sid="([^"]*)"/).map { String($0.1) }
      isClosed = !match.3.isEmpty
    }
  }

  /// No "nan" or "inf" as a word, neither in texts nor in drawings nor in the data; the script's own words aside.
  static func isFreeOfNoNumbers(_ page: String) -> Bool {
    let words: Set<[UInt8]> = [Array("nan".utf8), Array("inf".utf8), Array("infinity".utf8)]
    let length = page.utf8.count - HTMLReportScript.text.utf8.count - "</script>\n</body>\n</html>\n".utf8.count
    var word: [UInt8] = []
    for byte in page.utf8.prefix(length) {
      let lower = byte | 0x20
      if lower >= UInt8(ascii: "a"), lower <= UInt8(ascii: "z") {
        word.append(lower)
      } else if !word.isEmpty {
        if words.contains(word) { return false }
        word.removeAll(keepingCapacity: true)
      }
    }
    return true
  }
}
