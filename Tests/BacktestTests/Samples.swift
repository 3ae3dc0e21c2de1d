import Time
import Backtest
import Strategies
import TradingCore
import TradingModel
import ExchangeSimulation

/// Markets and bots for tests: random candles from a seed, gaps between them included.
enum BacktestSamples {
  static let start = Timestamp(milliseconds: 1_764_547_200_000)  // 2025-12-01T00:00:00Z

  static func decimal(_ text: String) -> FixedDecimal {
    guard let value = FixedDecimal(text: text) else { preconditionFailure("\(text) is no decimal") }
    return value
  }

  static func symbol(_ text: String) -> Symbol {
    guard let symbol = Symbol(text) else { preconditionFailure("\(text) is no symbol") }
    return symbol
  }

  static func rules(_ text: String = "BTCUSDT") -> TradingRules {
    guard let instrument = SimulatedInstrument(symbol: symbol(text)) else { preconditionFailure("no instrument \(text)") }
    return instrument.rules
  }

  /// Candles of a random walk: whole cents, wicks on both sides, now and then a gap at the open.
  static func candles(_ count: Int, seed: UInt64, interval: Interval = .oneMinute, price: Int64 = 6_000_000, swing: Int64 = 4_000)
    -> [Candle]
  {
    var random = SplitMix(state: seed)
    var list: [Candle] = []
    var last = price
    var opens = start
    for _ in 0..<count {
      let open = random.below(20) == 0 ? last + random.within(swing) : last
      let close = max(open + random.within(swing), 1_000)
      let high = max(open, close) + abs(random.within(swing / 2))
      let low = max(min(open, close) - abs(random.within(swing / 2)), 500)
      func cents(_ value: Int64) -> FixedDecimal { FixedDecimal(raw: Int128(value) * 1_000_000) }
      list.append(
        Candle(
          openTime: opens, open: cents(max(open, low)), high: cents(high), low: cents(low), close: cents(close),
          volume: FixedDecimal(raw: Int128(random.below(1_000)) * 1_000_000)))
      last = close
      opens = interval.nextOpenTime(after: opens)
    }
    return list
  }

  static func market(_ candles: [Candle], _ text: String = "BTCUSDT", interval: Interval = .oneMinute) -> BacktestMarket {
    BacktestMarket(rules: rules(text), interval: interval, candles: candles)
  }

  /// A bot that trades often.
  static func bot(
    _ text: String = "BTCUSDT", strategy: String = "rsi",
    _ parameters: StrategyParameters = ["period": "3", "oversold": "40", "overbought": "65"],
    interval: Interval = .oneMinute, stopLoss: String = "0.004", takeProfit: String = "0.006"
  ) -> BotConfiguration {
    guard let id = BotID(text.lowercased()) else { preconditionFailure("no id") }
    return BotConfiguration(
      id: id, symbol: symbol(text), interval: interval, strategyName: strategy, parameters: parameters, capital: FixedDecimal(10_000),
      stopLoss: decimal(stopLoss), takeProfit: decimal(takeProfit))
  }
}

struct SplitMix {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
  mutating func below(_ bound: UInt64) -> Int64 { Int64(next() % max(bound, 1)) }
  mutating func within(_ size: Int64) -> Int64 { below(UInt64(2 * size + 1)) - size }
}
