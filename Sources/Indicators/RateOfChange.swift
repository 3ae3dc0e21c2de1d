/// The change over `period` values in percent (TA-Lib `ROC`); 0 where the old value is 0.
public struct RateOfChange: Indicator {
  public let period: Int
  private var ring: [Double]
  private var index = 0
  private var isFull = false

  /// `period` is at least 1; less counts as 1.
  public init(period: Int) {
    self.period = max(period, 1)
    ring = [Double](repeating: 0, count: self.period)
  }

  public var warmUp: Int { period }

  public mutating func update(_ value: Double) -> Double? {
    let old = ring[index]
    let hasOld = isFull
    ring[index] = value
    index += 1
    if index == period {
      index = 0
      isFull = true
    }
    guard hasOld else { return nil }
    return old == 0 ? 0 : (value / old - 1) * 100
  }
}
