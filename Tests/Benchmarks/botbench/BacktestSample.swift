import Time
import Backtest
import CBounds
import Strategies
import TradingCore
import TradingModel
import Venue
import PaperTrading

/// Market data and rules that all contestants of the backtest figures get alike.
struct BacktestSample {
  /// One candle in cents.
  private struct Cents {
    var open, high, low, close: Int64
  }

  let candles: [Candle]
  let plain: [bound_candle]

  static let start = Timestamp(milliseconds: 1_704_067_200_000)
  static let million = BacktestSample(count: 1_000_000)
  static let tenth = BacktestSample(count: 100_000)

  init(count: Int) {
    let walk = Self.walk(count)
    candles = Self.candles(walk)
    plain = Self.plain(walk)
  }

  /// A minute moves by up to 0.2 %; one in a hundred opens behind a gap of up to 1 %.
  private static func walk(_ count: Int) -> [Cents] {
    var random = MarketWalk(seed: 7)
    var level = 6_000_000.0
    return (0..<count).map { _ in
      let jump = random.unit()
      let open = jump > 0.99 ? level * (1 + (jump - 0.995) * 2) : level
      let close = open * (1 + (random.unit() - 0.5) * 0.004)
      let high = max(open, close) * (1 + random.unit() * 0.000_5)
      let low = min(open, close) * (1 - random.unit() * 0.000_5)
      level = close.rounded()
      return Cents(open: Int64(open.rounded()), high: Int64(high.rounded()), low: Int64(low.rounded()), close: Int64(close.rounded()))
    }
  }

  private static func candles(_ walk: [Cents]) -> [Candle] {
    func price(_ cents: Int64) -> Price { FixedDecimal(raw: Int128(cents) * 1_000_000) }
    return walk.enumerated().map { index, cents in
      Candle(
        openTime: start.advanced(byMilliseconds: Int64(index) * 60_000), open: price(cents.open), high: price(cents.high),
        low: price(cents.low), close: price(cents.close), volume: FixedDecimal(raw: Int128(cents.open % 1_000) * 1_234_567))
    }
  }

  private static func plain(_ walk: [Cents]) -> [bound_candle] {
    func price(_ cents: Int64) -> Double { Double(cents) / 100 }
    return walk.map { bound_candle(open: price($0.open), high: price($0.high), low: price($0.low), close: price($0.close)) }
  }

  /// Only one of the two is made, so that its memory can be measured.
  static func candles(count: Int) -> [Candle] { candles(walk(count)) }
  static func plain(count: Int) -> [bound_candle] { plain(walk(count)) }
}

/// What is traded: a bot, and what the venue charges.
struct BacktestSetup {
  var bot: BotConfiguration
  var venue = PaperConfiguration()

  private static func decimal(_ text: String) -> FixedDecimal { FixedDecimal(text: text) ?? .zero }

  private static let rules = TradingRules(
    symbol: Symbol("BTCUSDT") ?? .placeholder, baseAsset: "BTC", quoteAsset: "USDT", priceMinimum: decimal("0.01"),
    priceMaximum: decimal("1000000"), tickSize: decimal("0.01"), quantityMinimum: decimal("0.00001"), quantityMaximum: decimal("9000"),
    stepSize: decimal("0.00001"), notionalMinimum: decimal("5"))

  init(_ strategy: String, _ parameters: StrategyParameters, stopLoss: String = "0.01", takeProfit: String = "0.02") {
    bot = BotConfiguration(
      id: BotID("bench") ?? .placeholder, symbol: Self.rules.symbol, strategyName: strategy, parameters: parameters,
      capital: FixedDecimal(100_000), stopLoss: Self.decimal(stopLoss), takeProfit: Self.decimal(takeProfit))
  }

  /// RSI(14), sized by the maximum position; stop-loss 1 %, take-profit 2 %.
  static let rsi = BacktestSetup("rsi", ["oversold": "15", "overbought": "85"])
  static let sma = BacktestSetup("sma_cross", ["fast": "200", "slow": "1000"])

  /// The same without fees, spread and slippage.
  var free: BacktestSetup {
    var free = self
    free.venue = PaperConfiguration(takerFee: .zero, makerFee: .zero, slippage: .zero, spread: .zero)
    return free
  }

  func run(_ candles: [Candle]) throws -> BacktestOutcome {
    var backtest = try Backtest(
      BacktestSettings(bots: [bot], venue: venue), markets: [BacktestMarket(rules: Self.rules, interval: .oneMinute, candles: candles)])
    return try backtest.run()
  }

  /// The plain loop's result and its trades.
  func bound(_ candles: [bound_candle]) -> PlainRun {
    var rules = plainRules
    var trades = [bound_backtest_trade](repeating: bound_backtest_trade(), count: 20_000)
    let result = unsafe trades.withUnsafeMutableBufferPointer { trades in
      unsafe bot.strategyName == "rsi"
        ? bound_backtest_rsi(candles, candles.count, &rules, trades.baseAddress, trades.count)
        : bound_backtest_sma(candles, candles.count, &rules, trades.baseAddress, trades.count)
    }
    return PlainRun(result: result, trades: Array(trades.prefix(result.trades)))
  }

  private var plainRules: bound_backtest_rules {
    func number(_ name: String, _ fallback: Double) -> Double {
      bot.parameters[name].flatMap { FixedDecimal(text: $0) }?.statisticValue ?? fallback
    }
    return bound_backtest_rules(
      fast: Int(bot.strategyName == "rsi" ? number("period", 14) : number("fast", 10)), slow: Int(number("slow", 30)),
      oversold: number("oversold", 30), overbought: number("overbought", 70), capital: bot.capital.statisticValue,
      position_fraction: bot.maximumPosition.statisticValue, stop_loss: bot.stopLoss.statisticValue,
      take_profit: bot.takeProfit.statisticValue, taker_fee: venue.takerFee.statisticValue, maker_fee: venue.makerFee.statisticValue,
      slippage: venue.slippage.statisticValue, spread: venue.spread.statisticValue,
      tick_units: 1 / Self.rules.tickSize.statisticValue, step_units: 1 / Self.rules.stepSize.statisticValue,
      notional_minimum: Self.rules.notionalMinimum.statisticValue)
  }
}

/// What the plain loop answered.
struct PlainRun {
  var result: bound_backtest_result
  var trades: [bound_backtest_trade]
}

/// A trade as every contestant can tell it: the candles at or in which it began and ended, and its prices.
struct ComparedTrade {
  var entry: Int
  var exit: Int
  var entryPrice: Double
  var exitPrice: Double

  static func of(_ outcome: BacktestOutcome) -> [ComparedTrade] {
    outcome.trades.filter(\.isClosed).map { trade in
      func candle(_ time: Timestamp) -> Int { Int(time.nanoseconds(since: BacktestSample.start) / 60_000_000_000) }
      // What happens at a candle's close has the time of the next one's open.
      return ComparedTrade(
        entry: candle(trade.openedAt) - 1, exit: candle(trade.closedAt) - (trade.exitKind == "exit" ? 1 : 0),
        entryPrice: trade.entryPrice.statisticValue, exitPrice: trade.exitPrice.statisticValue)
    }
  }

  static func of(_ run: PlainRun) -> [ComparedTrade] {
    run.trades.map {
      ComparedTrade(entry: Int($0.entry), exit: Int($0.exit), entryPrice: $0.entry_price, exitPrice: $0.exit_price)
    }
  }

  /// Whether both are the same; prices to a millionth.
  func equals(_ other: ComparedTrade) -> Bool {
    entry == other.entry && exit == other.exit && Self.near(entryPrice, other.entryPrice) && Self.near(exitPrice, other.exitPrice)
  }

  static func near(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-6 * max(abs(a), abs(b)) }
}
