import Backtest
import Strategies
import Testing
import TradingCore
import TradingModel
import PaperTrading

/// A market alone goes through quiet candles by the batch, one beside others never does: both must trade the same.
@Suite struct QuietCandleTests {
  private static func trades(
    _ bot: BotConfiguration, _ markets: [BacktestMarket], beside others: [BotConfiguration] = []
  ) throws -> [String] {
    var backtest = try Backtest(BacktestSettings(bots: [bot] + others), markets: markets)
    return try backtest.run().trades.filter { $0.symbol == bot.symbol }.map {
      "\($0.openedAt) \($0.closedAt) \($0.entryPrice) \($0.exitPrice) \($0.quantity) \($0.profit) \($0.exitKind) \($0.exitReason)"
    }
  }

  @Test(arguments: 0..<11) func aloneAndBesideOthers(_ kind: Int) throws {
    let seed = UInt64(kind + 1)
    // Every third one has holes.
    let whole = BacktestSamples.candles(6_000, seed: seed)
    let candles = kind % 3 == 2 ? whole.enumerated().filter { $0.offset % 97 > 9 }.map(\.element) : whole
    let strategies: [(String, StrategyParameters)] = [("rsi", ["period": "5"]), ("sma_cross", [:]), ("supertrend", [:]), ("donchian", [:])]
    let (strategy, parameters) = strategies[kind % strategies.count]
    var bot = BacktestSamples.bot(strategy: strategy, parameters, stopLoss: kind == 3 ? "0" : "0.006", takeProfit: "0.009")
    bot.timeStopCandles = kind % 2 == 0 ? 25 : 0
    bot.trailingStop = BacktestSamples.decimal(kind == 5 ? "0.004" : "0")
    bot.cooldownCandles = kind == 6 ? 7 : 0
    if kind == 7 { bot.sizing = .volatility }
    if kind >= 8 {
      bot.entry = EntryPlan(
        kind: kind == 9 ? .limit : .maker, offset: BacktestSamples.decimal("0.0005"), lifetime: kind == 10 ? 1 : 40,
        sequel: kind == 10 ? .market : .drop)
    }
    let market = BacktestSamples.market(candles)
    let other = BacktestSamples.market(BacktestSamples.candles(6_000, seed: 99), "ETHUSDT")
    let alone = try Self.trades(bot, [market])
    #expect(try alone == Self.trades(bot, [market, other], beside: [BacktestSamples.bot("ETHUSDT")]))
    #expect(alone.count > 10)
  }
}
