/// MACD (TA-Lib `MACD`): a fast less a slow exponential average, its own exponential average (the signal), and their difference.
///
/// As in TA-Lib both averages start at the slow one's first value, the fast one seeded with the mean of the last `fast` closes there,
/// and nothing is answered before the signal exists.
public struct MovingAverageConvergenceDivergence: Indicator {
  public struct Output: Hashable, Sendable {
    public var line: Double
    public var signal: Double
    /// `line − signal`.
    public var histogram: Double
  }

  public let fast: Int
  public let slow: Int
  public let signal: Int
  private var fastAverage: ExponentialMovingAverage
  private var slowAverage: ExponentialMovingAverage
  private var signalAverage: ExponentialMovingAverage

  /// Periods below 2 (signal: 1) count as 2 (1); a fast period longer than the slow one is swapped with it, as TA-Lib does.
  public init(fast: Int = 12, slow: Int = 26, signal: Int = 9) {
    self.fast = max(min(fast, slow), 2)
    self.slow = max(fast, slow, 2)
    self.signal = max(signal, 1)
    fastAverage = ExponentialMovingAverage(period: self.fast, skipping: self.slow - self.fast)
    slowAverage = ExponentialMovingAverage(period: self.slow)
    signalAverage = ExponentialMovingAverage(period: self.signal)
  }

  public var warmUp: Int { slow + signal - 2 }

  public mutating func update(_ close: Double) -> Output? {
    let fastValue = fastAverage.update(close)
    guard let slowValue = slowAverage.update(close), let fastValue else { return nil }
    let line = fastValue - slowValue
    guard let signalValue = signalAverage.update(line) else { return nil }
    return Output(line: line, signal: signalValue, histogram: line - signalValue)
  }
}
