/// Where the close lies in the range of the last bars, 0…100, smoothed twice by simple averages (George Lane; TA-Lib `STOCH`).
/// A range of zero counts as 0, as in TA-Lib.
public struct StochasticOscillator: Indicator {
  public struct Output: Hashable, Sendable {
    /// The slow %K.
    public var k: Double
    /// %D, the average of %K.
    public var d: Double
  }

  public let period: Int
  private var channel: DonchianChannel
  private var kAverage: SimpleMovingAverage
  private var dAverage: SimpleMovingAverage

  /// Periods are at least 1; less counts as 1.
  public init(period: Int = 14, smoothing: Int = 3, signal: Int = 3) {
    self.period = max(period, 1)
    channel = DonchianChannel(period: self.period)
    kAverage = SimpleMovingAverage(period: smoothing)
    dAverage = SimpleMovingAverage(period: signal)
  }

  public var warmUp: Int { channel.warmUp + kAverage.warmUp + dAverage.warmUp }

  public mutating func update(_ bar: Bar) -> Output? {
    guard let range = channel.update(bar) else { return nil }
    let height = range.upper - range.lower
    let raw = height > 0 ? (bar.close - range.lower) / height * 100 : 0
    guard let k = kAverage.update(raw), let d = dAverage.update(k) else { return nil }
    return Output(k: k, d: d)
  }
}
