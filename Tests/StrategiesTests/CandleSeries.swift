import Time
import Strategies
import TradingModel

/// Candles for strategies, made from closes or from a seeded walk.
enum CandleSeries {
  static func price(_ value: Double) -> Price { FixedDecimal(nearestTo: (value * 100).rounded() / 100) ?? .zero }

  static func candles(closes: [Double]) -> [Candle] {
    closes.enumerated().map { index, close in
      let price = price(close)
      return Candle(
        openTime: Timestamp(milliseconds: Int64(index) * 60_000), open: price, high: price, low: price, close: price, volume: .one)
    }
  }

  /// A reproducible random walk (xorshift64*, Vigna 2016) with flat stretches.
  static func walk(seed: UInt64, count: Int, start: Double = 100, volatility: Double = 0.01) -> [Candle] {
    var state = seed | 1
    var level = start
    return (0..<count).map { index in
      state ^= state >> 12
      state ^= state << 25
      state ^= state >> 27
      let unit = Double((state &* 0x2545_F491_4F6C_DD1D) >> 11) / Double(1 << 53)
      let open = price(level)
      if index % 97 > 12 { level *= 1 + (unit - 0.5) * 2 * volatility }
      let close = price(level)
      return Candle(
        openTime: Timestamp(milliseconds: Int64(index) * 60_000), open: open, high: max(open, close) + price(unit),
        low: min(open, close) - price(unit / 10), close: close, volume: price(unit * 10))
    }
  }
}

/// Runs a strategy the way a bot does, each signal carried out at the candle's close.
func run(_ strategy: any Strategy, over candles: [Candle]) -> [Signal] {
  var strategy = strategy
  var position = StrategyPosition.flat
  return candles.map { candle in
    let signal = strategy.onCandle(candle, position: position)
    switch signal.action {
    case .buy: position = StrategyPosition(isOpen: true, averageEntryPrice: candle.close)
    case .sell: position = .flat
    case .hold: if position.isOpen { position.barsHeld += 1 }
    }
    return signal
  }
}
