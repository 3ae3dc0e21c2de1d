/// The mean of the last `period` values (TA-Lib `SMA`).
public struct SimpleMovingAverage: Indicator {
  public let period: Int
  @usableFromInline var window: SlidingSum
  @usableFromInline let divisor: Double

  /// `period` is at least 1; less counts as 1.
  public init(period: Int) {
    self.period = max(period, 1)
    window = SlidingSum(count: self.period)
    divisor = Double(self.period)
  }

  public var warmUp: Int { period - 1 }

  @inlinable public mutating func update(_ value: Double) -> Double? {
    let sum = window.add(value)
    return window.isFull ? sum / divisor : nil
  }
}
