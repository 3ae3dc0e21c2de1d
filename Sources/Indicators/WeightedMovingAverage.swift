/// The mean of the last `period` values with weights 1…`period`, the newest heaviest (TA-Lib `WMA`).
public struct WeightedMovingAverage: Indicator {
  public let period: Int
  private let divisor: Double
  private var ring: [Double]
  private var index = 0
  private var isFull = false
  private var sum = 0.0
  private var weighted = 0.0
  // The same two sums over the values since the ring last wrapped; they replace the running ones there, so errors cannot grow.
  private var freshSum = 0.0
  private var freshWeighted = 0.0

  /// `period` is at least 1; less counts as 1.
  public init(period: Int) {
    self.period = max(period, 1)
    ring = [Double](repeating: 0, count: self.period)
    let count = Double(self.period)
    divisor = count * (count + 1) / 2
  }

  public var warmUp: Int { period - 1 }

  public mutating func update(_ value: Double) -> Double? {
    weighted += Double(period) * value - sum
    sum += value - ring[index]
    freshSum += value
    freshWeighted += Double(index + 1) * value
    ring[index] = value
    index += 1
    if index == period {
      index = 0
      (sum, weighted) = (freshSum, freshWeighted)
      (freshSum, freshWeighted) = (0, 0)
      isFull = true
    }
    return isFull ? weighted / divisor : nil
  }
}
