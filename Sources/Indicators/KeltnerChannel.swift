/// An exponential average of closes with bands a multiple of the average true range away (Chester Keltner, as revised by Linda Raschke).
public struct KeltnerChannel: Indicator {
  public struct Output: Hashable, Sendable {
    public var upper: Double
    public var middle: Double
    public var lower: Double
  }

  public let period: Int
  public let multiple: Double
  private var average: ExponentialMovingAverage
  private var range: AverageTrueRange

  /// Periods are at least 1; less counts as 1.
  public init(period: Int = 20, rangePeriod: Int = 10, multiple: Double = 2) {
    self.period = max(period, 1)
    self.multiple = multiple
    average = ExponentialMovingAverage(period: self.period)
    range = AverageTrueRange(period: rangePeriod)
  }

  public var warmUp: Int { max(average.warmUp, range.warmUp) }

  public mutating func update(_ bar: Bar) -> Output? {
    let middle = average.update(bar.close)
    guard let width = range.update(bar), let middle else { return nil }
    return Output(upper: middle + multiple * width, middle: middle, lower: middle - multiple * width)
  }
}
