/// The mean typical price of the last `period` bars, weighted by volume. Without any volume: the current typical price.
public struct VolumeWeightedAveragePrice: Indicator {
  public let period: Int
  private var money: SlidingSum
  private var volume: SlidingSum
  /// Bars since there last was volume, counted up to `period`.
  private var idle = 0

  /// `period` is at least 1; less counts as 1.
  public init(period: Int) {
    self.period = max(period, 1)
    money = SlidingSum(count: self.period)
    volume = SlidingSum(count: self.period)
  }

  public var warmUp: Int { period - 1 }

  public mutating func update(_ bar: Bar) -> Double? {
    let price = bar.typicalPrice
    let moneySum = money.add(price * bar.volume)
    let volumeSum = volume.add(bar.volume)
    idle = bar.volume > 0 ? 0 : min(idle + 1, period)
    guard volume.isFull else { return nil }
    return idle == period || volumeSum <= 0 ? price : moneySum / volumeSum
  }
}
