import Statistics
import Testing
import Time
import TradingModel

@Suite struct RoundedFiguresTests {
  @Test func everythingIsRoundedOnceToTheEvenDigit() {
    var figures = PerformanceFigures()
    figures.quoteAsset = "USDT"
    figures.equity.netProfit = Sample.amount("12.5")
    figures.equity.chainedReturn = 1.0 / 512
    figures.equity.highestValue = 1.25
    figures.trades.winRate = 3.0 / 512
    figures.trades.averageSeconds = 1.5
    figures.equity.sharpe = 1.0 / 3
    let rounded = RoundedFigures(figures)
    #expect(rounded.quoteAsset == "USDT" && rounded.netPnL == Sample.amount("12.5"))
    #expect(rounded.returnFraction == Sample.amount("0.00195312"))
    #expect(rounded.trades.winRate == Sample.amount("0.00585938"))
    // 1 - 1.001953125 / 1.25
    #expect(rounded.record.drawdownNow == Sample.amount("0.1984375"))
    #expect(rounded.trades.averageNanoseconds == 1_500_000_000)
    // A ratio is a number, as it is.
    #expect(rounded.record.sharpeRatio == 1.0 / 3)
    #expect(rounded.record.maximumDrawdown == Amount.zero && rounded.record.maximumDrawdownFraction == FixedDecimal.zero)
  }

  @Test func whatIsUnknownStaysUnknown() {
    let rounded = RoundedFigures(PerformanceFigures())
    #expect(rounded.returnFraction == nil && rounded.exposure == nil && rounded.timeInMarket == nil && rounded.breakEvenCost == nil)
    #expect(rounded.activity.slippageFraction == nil && rounded.trades.winRate == nil && rounded.trades.best == nil)
    #expect(rounded.record.maximumDrawdown == nil && rounded.record.drawdownNow == nil && rounded.record.first == nil)
  }

  @Test func refusalsAreSortedByTheirNumber() {
    var figures = PerformanceFigures()
    for name in ["B", "C", "C", "A"] { figures.activity.countDenial(name) }
    #expect(RoundedFigures(figures).activity.denials == [("C", 2), ("A", 1), ("B", 1)].map { NamedCount(name: $0, count: $1) })
    #expect(RoundedFigures(figures).activity.signalsDenied == 4)
  }
}
