/// How far the typical price lies from its average, in 0.015ths of the mean absolute deviation (Donald Lambert; TA-Lib `CCI`).
/// 0 where nothing deviates. An update costs O(`period`): the mean absolute deviation has no cheaper exact form.
public struct CommodityChannelIndex: Indicator {
  public let period: Int
  private let divisor: Double
  private var ring: [Double]
  private var index = 0
  private var isFull = false

  /// `period` is at least 2, as in TA-Lib; less counts as 2.
  public init(period: Int) {
    self.period = max(period, 2)
    divisor = Double(self.period)
    ring = [Double](repeating: 0, count: self.period)
  }

  public var warmUp: Int { period - 1 }

  public mutating func update(_ bar: Bar) -> Double? {
    let value = bar.typicalPrice
    ring[index] = value
    index += 1
    if index == period {
      index = 0
      isFull = true
    }
    guard isFull else { return nil }
    var sum = 0.0
    for item in ring { sum += item }
    let mean = sum / divisor
    var deviation = 0.0
    for item in ring { deviation += abs(item - mean) }
    let distance = value - mean
    // Equal prices may leave a rounding in the mean; that is no deviation.
    guard deviation > abs(mean) * 1e-14 * divisor, distance != 0 else { return 0 }
    return distance / (0.015 * (deviation / divisor))
  }
}
