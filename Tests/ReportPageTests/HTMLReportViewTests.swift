import Backtest
import Statistics
import Testing
import Time
import TradingModel

@testable import ReportPage

/// What the page shows beside the curve: drawdowns, Sharpe over time, excursions, costs, another result.
@Suite struct HTMLReportViewTests {
  private static let hostile = "</script><b>&\"'\u{202E}"

  /// A report with everything there is.
  static func full(trades: Int = 40, symbols: [String] = ["BTCUSDT"]) -> BacktestReport {
    var report = ReportSamples.report(trades: trades, symbols: symbols)
    for index in report.trades.indices {
      report.trades[index].adverseExcursion = Double(index % 9) / 300
      report.trades[index].favorableExcursion = Double(index % 7) / 200
    }
    let day = { (number: Int) in ReportSamples.start.advanced(byMilliseconds: Int64(number) * 86_400_000) }
    report.drawdowns = [
      .init(fraction: 0.195, lost: Amount(1_950), peak: day(3), bottom: day(9), recovery: nil),
      .init(fraction: 0.05, lost: Amount(500), peak: day(1), bottom: day(2), recovery: day(3)),
    ]
    report.rollingSharpe = (30..<80).map { .init(time: day($0), sharpe: $0 == 50 ? nil : Double($0 % 13) - 6) }
    report.costs = CostCurve(netProfit: Amount(50), fees: Amount(40), turnover: Amount(40_000))
    report.sections.append(
      .init(
        title: "Result",
        figures: [
          .init(key: "break_even_cost", label: "Break-even cost a fill", text: "0.23%", number: "0.00225", isRatio: true, kind: .fraction),
          .init(key: "fees_fraction", label: "Fees paid a fill", text: "0.10%", number: "0.001", isRatio: true, kind: .fraction),
          .init(key: "net_profit", label: "Net profit", text: "50.00 USDT", number: "50", kind: .money),
        ]))
    return report
  }

  static func beside(_ report: BacktestReport) -> ResultBeside {
    ResultBeside(
      title: "macd on BTCUSDT, 1h", source: "paper", start: report.start, end: report.end.advanced(byMilliseconds: 86_400_000),
      quoteAsset: "USDT",
      parameters: [.init("period", "9")], settings: report.settings, figures: ["net_profit": "-20", "break_even_cost": "0.001"],
      curve: report.ownCurve.map { .init(time: $0.time, fraction: $0.fraction / 2 - 0.01, drawdown: $0.drawdown / 3) })
  }

  @Test func everyPartIsThere() {
    var report = Self.full()
    report.beside = Self.beside(report)
    let page = HTMLReport.page(report)
    for id in ["beside", "equity", "drawdowns", "rolling", "months", "prices", "returns", "excursions", "costs", "trades"] {
      #expect(page.contains("<section id=\"\(id)\""), "\(id)")
    }
    #expect(PageChecker.faults(page) == [])
    #expect(PageChecker.isFreeOfNoNumbers(page))
    #expect(page.contains("not yet") && page.contains("<td>2024-01-04 00:00</td>"))
    #expect(page.contains("(paid)") && page.contains("−30.00") && page.contains("<b>0.2250\u{202F}%</b>"))
    #expect(page.contains("Net profit</th><td>50.00 USDT</td><td>−20.00 USDT</td><td class=\"gain\">+70.00 USDT</td>"))
    #expect(page.contains("<th scope=\"row\">period</th><td>14</td><td>9</td>") && page.contains("They cover different times."))
  }

  @Test func whatIsNotKnownIsLeftOut() {
    let page = HTMLReport.page(ReportSamples.report(trades: 5))
    for id in ["beside", "drawdowns", "rolling", "excursions", "costs"] { #expect(!page.contains("<section id=\"\(id)\""), "\(id)") }
    #expect(!page.contains("class=\"ma n\"") && page.contains("\"title\":\"MAE\",\"number\":true,\"hidden\":true"))
    #expect(HTMLReport.page(Self.full()).contains("class=\"ma n\""))
  }

  @Test func anotherResultIsNeverMarkup() {
    var report = Self.full()
    var beside = Self.beside(report)
    beside.title = Self.hostile
    beside.source = Self.hostile
    beside.quoteAsset = Self.hostile
    beside.parameters = [.init(Self.hostile, Self.hostile)]
    beside.figures = ["net_profit": Self.hostile, "break_even_cost": "1"]
    report.beside = beside
    let page = HTMLReport.page(report)
    #expect(PageChecker.faults(page) == [])
    #expect(page.split(separator: "<script").count == 3 && !page.contains("<b>&\"") && !page.unicodeScalars.contains("\u{202E}"))
  }

  @Test(arguments: [Double.nan, .infinity, -1e300, 1e300, 0, -1])
  func numbersThatAreNoneDoNotReachThePage(value: Double) {
    var report = Self.full()
    for index in report.trades.indices where index % 2 == 0 {
      report.trades[index].adverseExcursion = value
      report.trades[index].favorableExcursion = value
      report.trades[index].fraction = value
    }
    for index in report.rollingSharpe.indices where index % 2 == 0 { report.rollingSharpe[index].sharpe = value }
    report.drawdowns[0].fraction = value
    var beside = Self.beside(report)
    for index in beside.curve.indices where index % 5 == 0 {
      beside.curve[index].fraction = value
      beside.curve[index].drawdown = value
    }
    report.beside = beside
    let page = HTMLReport.page(report)
    #expect(PageChecker.isFreeOfNoNumbers(page))
    #expect(PageChecker.faults(page) == [])
  }

  @Test func resultsOfOtherTimesBeginTogether() {
    var report = Self.full()
    var beside = Self.beside(report)
    report.beside = beside
    #expect(HTMLReport(report).besideCurve.map(\.time) == beside.curve.map(\.time))
    let year: Int64 = 366 * 86_400_000
    beside.start = beside.start.advanced(byMilliseconds: -year)
    beside.end = beside.end.advanced(byMilliseconds: -year)
    for index in beside.curve.indices { beside.curve[index].time = beside.curve[index].time.advanced(byMilliseconds: -year) }
    report.beside = beside
    #expect(HTMLReport(report).besideCurve.map(\.time) == report.ownCurve.map(\.time))
    #expect(HTMLReport.page(report).contains("They have no time in common"))
    beside.start = Timestamp(nanoseconds: .min)
    beside.end = beside.start
    report.beside = beside
    #expect(PageChecker.faults(HTMLReport.page(report)) == [])
  }

  @Test func emptyCurvesHaveAPage() {
    var report = Self.full(trades: 0)
    report.costs = CostCurve(netProfit: .zero, fees: .zero, turnover: .zero)
    report.rollingSharpe = report.rollingSharpe.map { .init(time: $0.time, sharpe: nil) }
    var beside = Self.beside(report)
    beside.curve = []
    report.beside = beside
    for equity in [report.equity, [], Array(report.equity.prefix(1))] {
      report.equity = equity
      let page = HTMLReport.page(report)
      #expect(PageChecker.faults(page) == [] && PageChecker.isFreeOfNoNumbers(page))
      #expect(!page.contains("<section id=\"costs\"") && !page.contains("<section id=\"rolling\""))
    }
  }

  @Test func sizeIsBounded() {
    var report = Self.full(trades: 60_000, symbols: ["BTCUSDT", "ETHUSDT"])
    report.charts = report.symbols.map { symbol in
      BacktestReport.Chart(symbol: symbol, candles: (0..<30_000).map { ReportSamples.candle($0, price: 60_000 + $0 % 500) })
    }
    let page = HTMLReport.page(report)
    #expect(page.contains("Only the last 50,000 of 60,000 are here."))
    #expect(page.utf8.count < 12_000_000, "\(page.utf8.count)")
  }
}
