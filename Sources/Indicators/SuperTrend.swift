/// A trailing band of the trend: below the price while it rises, above while it falls (Olivier Seban; the rules of TradingView's
/// `ta.supertrend`, which starts in a falling trend).
public struct SuperTrend: Indicator {
  public struct Output: Hashable, Sendable {
    /// The band the price trails.
    public var level: Double
    public var isRising: Bool
  }

  public let period: Int
  public let multiple: Double
  private var range: AverageTrueRange
  private var upper = 0.0
  private var lower = 0.0
  private var previousClose = 0.0
  private var isRising: Bool?

  /// `period` is at least 1; less counts as 1.
  public init(period: Int = 10, multiple: Double = 3) {
    self.period = max(period, 1)
    self.multiple = multiple
    range = AverageTrueRange(period: self.period)
  }

  public var warmUp: Int { period }

  public mutating func update(_ bar: Bar) -> Output? {
    defer { previousClose = bar.close }
    guard let width = range.update(bar) else { return nil }
    let basicUpper = bar.medianPrice + multiple * width
    let basicLower = bar.medianPrice - multiple * width
    guard let wasRising = isRising else {
      (upper, lower, isRising) = (basicUpper, basicLower, false)
      return Output(level: upper, isRising: false)
    }
    // A band moves toward the price only, until the price has crossed it.
    if basicUpper < upper || previousClose > upper { upper = basicUpper }
    if basicLower > lower || previousClose < lower { lower = basicLower }
    let rises = wasRising ? bar.close >= lower : bar.close > upper
    isRising = rises
    return Output(level: rises ? lower : upper, isRising: rises)
  }
}
