/// The moments of a series of returns, one return at a time, in constant memory.
///
/// Mean and central sums by P. Pébay, "Formulas for Robust, One-Pass Parallel Computation of Covariances and Arbitrary-Order Statistical
/// Moments" (2008): no difference of large sums, so nothing is lost where returns are small beside their mean. Cost: some nanoseconds a
/// return.
public struct ReturnMoments: Hashable, Sendable, Codable {
  /// Returns so far.
  public private(set) var count = 0
  /// Their mean; 0 without any.
  public private(set) var mean = 0.0
  private var squares = 0.0
  private var cubes = 0.0
  private var fourths = 0.0
  private var downside = 0.0

  /// Days of a year: markets that never close.
  static let daysPerYear = 365.0
  /// Below this, differences of returns are what rounding leaves of equal ones.
  private static let variationMinimum = 1e-30

  public init() {}

  /// Adds a return as a fraction: 0.01 is a gain of 1 %.
  public mutating func add(_ value: Double) {
    let before = Double(count)
    count += 1
    let n = Double(count)
    let delta = value - mean
    let part = delta / n
    let term = delta * part * before
    mean += part
    fourths += term * part * part * (n * n - 3 * n + 3) + 6 * part * part * squares - 4 * part * cubes
    cubes += term * part * (n - 2) - 3 * part * squares
    squares += term
    if value < 0 { downside += value * value }
  }

  /// Adds the returns of another series, as if they had come after these.
  public mutating func add(_ other: ReturnMoments) {
    guard other.count > 0 else { return }
    guard count > 0 else { return self = other }
    let (a, b) = (Double(count), Double(other.count))
    let n = a + b
    let delta = other.mean - mean
    let part = delta / n
    fourths +=
      other.fourths + delta * part * part * part * a * b * (a * a - a * b + b * b) + 6 * part * part
      * (a * a * other.squares + b * b * squares) + 4 * part * (a * other.cubes - b * cubes)
    cubes += other.cubes + delta * part * part * a * b * (a - b) + 3 * part * (a * other.squares - b * squares)
    squares += other.squares + delta * part * a * b
    mean += part * b
    downside += other.downside
    count += other.count
  }

  /// Sample variance (n − 1); `nil` with fewer than two returns.
  public var variance: Double? { count >= 2 ? squares / Double(count - 1) : nil }

  /// Mean ÷ sample standard deviation, not annualised; `nil` with fewer than two returns or without variation.
  public var dailySharpe: Double? {
    guard let variance, variance > Self.variationMinimum else { return nil }
    return mean / variance.squareRoot()
  }

  /// ``dailySharpe`` × √365.
  public var sharpe: Double? { dailySharpe.map { $0 * Self.daysPerYear.squareRoot() } }

  /// Mean ÷ downside deviation (target 0, over all returns) × √365; `nil` without a losing return.
  public var sortino: Double? {
    guard count > 0, downside > 0 else { return nil }
    return mean / (downside / Double(count)).squareRoot() * Self.daysPerYear.squareRoot()
  }

  /// Sample standard deviation × √365; `nil` with fewer than two returns.
  public var volatility: Double? { variance.map { $0.squareRoot() * Self.daysPerYear.squareRoot() } }

  /// Third standardised moment (population); `nil` without variation.
  public var skewness: Double? {
    guard let variance, variance > Self.variationMinimum else { return nil }
    return Double(count).squareRoot() * cubes / (squares * squares.squareRoot())
  }

  /// Fourth standardised moment (population), 3 for a normal distribution; `nil` without variation.
  public var kurtosis: Double? {
    guard let variance, variance > Self.variationMinimum else { return nil }
    return Double(count) * fourths / (squares * squares)
  }
}
