/// A moving average with bands a number of standard deviations above and below (TA-Lib `BBANDS` with a simple average).
public struct BollingerBands: Indicator {
  public struct Output: Hashable, Sendable {
    public var upper: Double
    public var middle: Double
    public var lower: Double
    /// The standard deviation behind the bands.
    public var deviation: Double
  }

  public let period: Int
  public let deviations: Double
  private var statistics: StandardDeviation

  /// `period` is at least 2, as in TA-Lib; less counts as 2.
  public init(period: Int, deviations: Double = 2) {
    self.period = max(period, 2)
    self.deviations = deviations
    statistics = StandardDeviation(period: self.period)
  }

  public var warmUp: Int { period - 1 }

  public mutating func update(_ value: Double) -> Output? {
    guard let (mean, deviation) = statistics.meanAndDeviation(value) else { return nil }
    let width = deviation * deviations
    return Output(upper: mean + width, middle: mean, lower: mean - width, deviation: deviation)
  }
}
