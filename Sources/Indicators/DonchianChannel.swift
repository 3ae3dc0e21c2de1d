/// The highest high and lowest low of the last `period` bars, this one included, and their middle (Richard Donchian; TA-Lib `MAX`, `MIN`).
public struct DonchianChannel: Indicator {
  public struct Output: Hashable, Sendable {
    public var upper: Double
    public var middle: Double
    public var lower: Double
  }

  public let period: Int
  private var highest: SlidingExtreme
  private var lowest: SlidingExtreme

  /// `period` is at least 1; less counts as 1.
  public init(period: Int) {
    self.period = max(period, 1)
    highest = SlidingExtreme(count: self.period, isGreatest: true)
    lowest = SlidingExtreme(count: self.period, isGreatest: false)
  }

  public var warmUp: Int { period - 1 }

  public mutating func update(_ bar: Bar) -> Output? {
    let upper = highest.add(bar.high)
    let lower = lowest.add(bar.low)
    return highest.isFull ? Output(upper: upper, middle: (upper + lower) / 2, lower: lower) : nil
  }
}
