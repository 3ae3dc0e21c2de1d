import Backtest
import Testing
import TradingCore
import TradingModel

/// A backtest sizes by the capital or by the equity, and says which.
@Suite struct CompoundingTests {
  private static func run(compounds: Bool) throws -> BacktestOutcome {
    var bot = BacktestSamples.bot()
    bot.sizing = .fraction
    bot.maximumPosition = BacktestSamples.decimal("0.5")
    bot.compounds = compounds
    var backtest = try Backtest(
      BacktestSettings(bots: [bot]), markets: [BacktestSamples.market(BacktestSamples.candles(3_000, seed: 5))])
    return try backtest.run()
  }

  @Test(arguments: [false, true]) func entriesFollowTheirBase(_ compounds: Bool) throws {
    let outcome = try Self.run(compounds: compounds)
    #expect(outcome.trades.count > 30)
    var equity = outcome.capital.statisticValue
    for trade in outcome.trades {
      let wanted = 0.5 * (compounds ? equity : outcome.capital.statisticValue)
      // It fills at half the spread and the slippage, 0.025 %, above the price that it was sized at.
      #expect((trade.quantity * trade.entryPrice).statisticValue / wanted - 1 < 0.0003)
      #expect((trade.quantity * trade.entryPrice).statisticValue / wanted - 1 > -0.0003, "\(trade.number)")
      equity += trade.profit.statisticValue
    }
    // Far enough from the capital that the two differ.
    #expect((equity / outcome.capital.statisticValue - 1).magnitude > 0.01)
    let sizing = BacktestReport(outcome).settings.first { $0.name == "sizing" }
    #expect(sizing?.value == (compounds ? "fraction, of the equity (compounding)" : "fraction, of the capital"))
  }
}
