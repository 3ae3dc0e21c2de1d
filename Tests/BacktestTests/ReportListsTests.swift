import Backtest
import Statistics
import Testing
import Time
import TradingCore
import TradingModel

/// What a backtest's report lists: drawdowns and Sharpe ratios are those of its figures; two results side by side.
@Suite struct ReportListsTests {
  private static func report(_ count: Int, seed: UInt64, interval: Interval = .oneMinute, capital: String? = nil) throws -> BacktestReport {
    var bot = BacktestSamples.bot(interval: interval)
    if let capital { bot.capital = BacktestSamples.decimal(capital) }
    let candles = BacktestSamples.candles(count, seed: seed, interval: interval)
    var backtest = try Backtest(BacktestSettings(bots: [bot]), markets: [BacktestSamples.market(candles, interval: interval)])
    return BacktestReport(try backtest.run())
  }

  @Test(arguments: [5, 6, 7] as [UInt64]) func theFirstDrawdownIsTheMaximum(seed: UInt64) throws {
    let report = try Self.report(3_000, seed: seed)
    let deepest = try #require(report.performance.equity.drawdown)
    let first = try #require(report.drawdowns.first)
    #expect((first.fraction - deepest.fraction).magnitude < 1e-12)
    #expect(
      first.peak == deepest.peak && first.bottom == deepest.bottom && first.recovery == deepest.recovery && first.lost == deepest.lost)
    let inOrder = report.drawdowns.sorted { $0.peak < $1.peak }
    for (fall, next) in zip(inOrder, inOrder.dropFirst()) { #expect(try #require(fall.recovery) <= next.peak) }
  }

  @Test func aWindowOfTheWholeRunHasItsSharpe() throws {
    // 30 days of hours: from midnight to midnight there is one window.
    let report = try Self.report(720, seed: 11, interval: .oneHour)
    let only = try #require(report.rollingSharpe.first)
    #expect(report.rollingSharpe.count == 1 && only.time == report.end)
    let sharpe = try #require(report.performance.equity.sharpe)
    #expect((try #require(only.sharpe) - sharpe).magnitude < 1e-9 * max(1, sharpe.magnitude))
  }

  @Test func figuresOfExcursionsAndCostsAreThere() throws {
    let report = try Self.report(3_000, seed: 5)
    let closed = report.trades.filter(\.isClosed)
    let mean = closed.compactMap(\.adverseExcursion).reduce(0, +) / Double(closed.count)
    let shown = try #require(report.figure("mae_average").flatMap { Double($0.number) })
    #expect((shown - mean).magnitude < 1e-8)
    let costs = try #require(report.costs)
    #expect(costs.netProfit(at: BacktestSamples.decimal("0")) == report.performance.profitBeforeFees)
    #expect(report.figure("fees_fraction")?.number.isEmpty == false)
    let none = try Self.report(3, seed: 5)
    #expect(none.trades.isEmpty && none.figure("mae_average") == nil && none.figure("fees_fraction")?.isUnknown == true)
  }

  private static func beside(_ report: BacktestReport) -> ResultBeside {
    let figures = report.sections.flatMap(\.figures).filter { !$0.number.isEmpty }.map { ($0.key, $0.number) }
    return ResultBeside(
      title: report.title, source: report.source, start: report.start, end: report.end, quoteAsset: report.quoteAsset,
      parameters: report.parameters, settings: report.settings, figures: Dictionary(figures, uniquingKeysWith: { a, _ in a }),
      curve: report.ownCurve)
  }

  @Test func aResultBesideItselfHasNoDifference() throws {
    var report = try Self.report(2_000, seed: 5)
    #expect(report.comparison.isEmpty && report.changedSettings.isEmpty)
    report.beside = Self.beside(report)
    #expect(report.comparison.count > 40 && report.changedSettings.isEmpty)
    for compared in report.comparison {
      #expect(compared.text == compared.besideText && compared.number == compared.besideNumber, "\(compared)")
      let digits = compared.differenceText.filter { ("1"..."9").contains($0) }
      #expect(digits.isEmpty || compared.key == "start" || compared.key == "end", "\(compared)")
    }
  }

  @Test func differencesAreThisLessTheOther() throws {
    var report = try Self.report(2_000, seed: 5)
    let other = try Self.report(2_000, seed: 6, capital: "2500")
    report.beside = Self.beside(other)
    let net = try #require(report.comparison.first { $0.key == "net_profit" })
    #expect(net.difference == (report.performance.netProfit - other.performance.netProfit).description)
    #expect(net.differenceText.hasSuffix(" USDT") && (net.differenceText.hasPrefix("+") || net.differenceText.hasPrefix("-")))
    let fall = try #require(report.comparison.first { $0.key == "max_drawdown_fraction" })
    #expect(fall.differenceText.hasSuffix(" points"))
    #expect(report.changedSettings.map(\.name) == ["capital"])
    // What only one of them knows has no difference.
    report.beside?.figures["net_profit"] = nil
    let unknown = try #require(report.comparison.first { $0.key == "net_profit" })
    #expect(unknown.besideText == "-" && unknown.difference == nil && unknown.differenceText.isEmpty)
  }

  @Test(
    arguments: [
      (FigureKind.money, "1234.5", "-0.5", "1235", "+1,235.00 USDT"), (.fraction, "0.1", "0.125", "-0.025", "-2.50 points"),
      (.ratio, "1.5", "1.25", "0.25", "+0.25"), (.count, "3", "5", "-2", "-2"), (.seconds, "3600", "60", "3540", "+59m"),
      (.money, "1", "1", "0", "0.00 USDT"), (.money, "x", "1", nil, nil), (.time, "a", "b", nil, nil),
      (.count, "\(Int64.min)", "1", nil, nil),
      (.money, "1701411834604692317316873037158.84105727", "-1701411834604692317316873037158", nil, nil),
    ] as [(FigureKind, String, String, String?, String?)])
  func kindsSubtract(kind: FigureKind, a: String, b: String, difference: String?, text: String?) {
    #expect(kind.difference(a, b).map { Double($0) } == difference.map { Double($0) })
    #expect(kind.difference(a, b).map { kind.differenceText($0, quoteAsset: "USDT") } == text)
  }
}
