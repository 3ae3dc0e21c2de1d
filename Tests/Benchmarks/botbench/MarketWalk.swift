import Time
import TradingModel

/// Reproducible market data for every contestant alike (xorshift64*, Vigna 2016).
struct MarketWalk {
  private var state: UInt64
  private var level: Double

  init(seed: UInt64, start: Double = 60_000) {
    state = seed | 1
    level = start
  }

  /// Uniform in 0..<1.
  mutating func unit() -> Double {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return Double((state &* 0x2545_F491_4F6C_DD1D) >> 11) / Double(1 << 53)
  }

  mutating func close() -> Double {
    level *= 1 + (unit() - 0.5) * 0.004
    return (level * 100).rounded() / 100
  }

  static func closes(_ count: Int) -> [Double] {
    var walk = MarketWalk(seed: 7)
    return (0..<count).map { _ in walk.close() }
  }

  static func candles(_ count: Int, seed: UInt64 = 7) -> [Candle] {
    var walk = MarketWalk(seed: seed)
    return (0..<count).map { index in
      let price = FixedDecimal(nearestTo: walk.close()) ?? .one
      return Candle(
        openTime: Timestamp(milliseconds: 1_700_000_000_000 / 60_000 * 60_000 + Int64(index) * 60_000), open: price, high: price,
        low: price,
        close: price, volume: .one)
    }
  }
}
