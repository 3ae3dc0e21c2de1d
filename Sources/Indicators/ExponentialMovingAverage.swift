/// The exponential moving average with weight 2 ÷ (period + 1), seeded with the mean of the first `period` values (TA-Lib `EMA`).
public struct ExponentialMovingAverage: Indicator {
  public let period: Int
  @usableFromInline let weight: Double
  @usableFromInline var average = 0.0
  private let skipped: Int
  /// Values seen; negative while skipping, counted up to `period`.
  @usableFromInline var seen: Int

  /// `period` is at least 1; less counts as 1. The first `skipped` values are ignored (MACD starts its fast average late).
  public init(period: Int, skipping skipped: Int = 0) {
    self.period = max(period, 1)
    self.skipped = max(skipped, 0)
    seen = -self.skipped
    weight = 2 / Double(self.period + 1)
  }

  public var warmUp: Int { skipped + period - 1 }

  @inlinable public mutating func update(_ value: Double) -> Double? {
    if seen >= period {
      average += (value - average) * weight
      return average
    }
    return seed(value)
  }

  @inlinable mutating func seed(_ value: Double) -> Double? {
    seen += 1
    guard seen > 0 else { return nil }
    average += value
    guard seen == period else { return nil }
    average /= Double(period)
    return average
  }
}
