import Backtest
import Strategies
import Time
import TradingCore
import TradingModel

@testable import ParameterSearch

/// Searches over a small made-up market.
enum SearchSamples {
  static let symbol = Symbol("BTCUSDT")
  static let start = Timestamp(milliseconds: 1_704_067_200_000)

  /// Hourly candles: a wave of three lengths around a slow rise, the same each time.
  static func candles(_ count: Int) -> [Candle] {
    var price: Int128 = 100_000
    return (0..<count).map { index in
      let open = price
      let wave = [7, 5, -2, -9, -4, 3, 11, 6, -8, -7, 2, -3][index % 12] + [2, 9, -4, -8, 3][(index / 7) % 5] + (index / 60) % 2 * 3 - 1
      price += Int128(wave * 90)
      func decimal(_ cents: Int128) -> Price { FixedDecimal(raw: cents * 1_000_000) }
      return Candle(
        openTime: start.advanced(byMilliseconds: Int64(index) * 3_600_000), open: decimal(open), high: decimal(max(open, price) + 150),
        low: decimal(min(open, price) - 150), close: decimal(price), volume: .one)
    }
  }

  static func market(_ count: Int) throws -> BacktestMarket {
    let symbol = try symbol.orThrow()
    let rules = TradingRules(
      symbol: symbol, baseAsset: "BTC", quoteAsset: "USDT", priceMinimum: FixedDecimal(raw: 1_000_000),
      priceMaximum: FixedDecimal(1_000_000),
      tickSize: FixedDecimal(raw: 1_000_000), quantityMinimum: FixedDecimal(raw: 1_000), quantityMaximum: FixedDecimal(9_000),
      stepSize: FixedDecimal(raw: 1_000), marketQuantityMaximum: FixedDecimal(9_000), notionalMinimum: FixedDecimal(5),
      notionalMaximum: FixedDecimal(9_000_000), openOrdersMaximum: 200, openAlgorithmicOrdersMaximum: 100)
    return BacktestMarket(rules: rules, interval: .oneHour, candles: candles(count))
  }

  static func settings(_ strategy: String, _ parameters: StrategyParameters = [:]) throws -> BacktestSettings {
    let bot = BotConfiguration(
      id: .placeholder, symbol: try symbol.orThrow(), interval: .oneHour, strategyName: strategy, parameters: parameters,
      capital: Amount(10_000))
    return BacktestSettings(bots: [bot])
  }

  static func range(_ text: String, of strategy: String) throws -> ParameterRange {
    try ParameterRange(text, strategy: try StrategyCatalogue.descriptor(named: strategy).orThrow())
  }

  static func space(_ texts: [String], of strategy: String) throws -> SearchSpace {
    try SearchSpace(texts.map { try range($0, of: strategy) })
  }

  static func search(
    _ ranges: [String], of strategy: String = "ema_cross", candles: Int = 480, method: SearchMethod = .grid,
    time: SearchTime = .split(FixedDecimal(raw: 70_000_000)), parameters: StrategyParameters = [:]
  ) throws -> Search {
    try Search(
      settings(strategy, parameters), markets: [market(candles)], space: space(ranges, of: strategy), method: method, time: time)
  }

  /// The sentence of the error that `body` throws.
  static func sentence(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch {
      return "\(error)"
    }
  }

  struct Missing: Error {}
}

extension Optional {
  func orThrow() throws -> Wrapped {
    guard let self else { throw SearchSamples.Missing() }
    return self
  }
}
