public import Time
public import TradingModel

/// Figures of an equity series. Amounts are exact, ratios are statistics; `nil` is unknown.
public struct EquityFigures: Hashable, Sendable {
  /// The deepest fall of the chained value.
  public struct Drawdown: Hashable, Sendable, Codable {
    /// Of the highest value before it, 0…1 (more where equity fell below zero).
    public var fraction: Double
    /// Net profit lost between that peak and bottom, in quote asset.
    public var lost: Amount
    public var peak: Timestamp
    public var bottom: Timestamp
    /// When the peak was reached again; `nil`: it was not yet.
    public var recovery: Timestamp?

    public init(fraction: Double, lost: Amount, peak: Timestamp, bottom: Timestamp, recovery: Timestamp?) {
      self.fraction = fraction
      self.lost = lost
      self.peak = peak
      self.bottom = bottom
      self.recovery = recovery
    }
  }

  /// Whole days and days of span below which ratios over time say nothing.
  public static let daysMinimum = 7

  /// Start of the record; `nil`: it has not begun.
  public var start: Timestamp?
  public var end: Timestamp?
  /// Days from 00:00 to 00:00 UTC inside the record.
  public var wholeDays = 0
  /// Capital now.
  public var capital: Amount = .zero
  /// Capital + realized + unrealized now.
  public var equity: Amount = .zero
  /// Realized + unrealized of everything ever.
  public var netProfit: Amount = .zero
  /// Time-weighted mean of the capital; 0 before the record begins.
  public var meanCapital = 0.0
  /// Π (1 + day's return) − 1; unknown without capital.
  public var chainedReturn: Double?
  /// Net profit ÷ time-weighted mean capital; unknown without capital.
  public var returnOnCapital: Double?
  /// Mean ÷ sample standard deviation of the days' returns × √365, risk-free 0; unknown under 7 whole days or without variation.
  public var sharpe: Double?
  /// Mean ÷ downside deviation × √365; unknown under 7 whole days or without a losing day.
  public var sortino: Double?
  /// Sample standard deviation of the days' returns × √365; unknown under 7 whole days.
  public var volatility: Double?
  /// Chained value ^ (365 d ÷ span) − 1; unknown under 7 days, or where the chained value is not above 0.
  public var annualGrowth: Double?
  /// CAGR ÷ maximum drawdown; unknown where CAGR is, or without a drawdown.
  public var calmar: Double?
  /// `nil`: the value never fell.
  public var drawdown: Drawdown?
  /// The largest amount of net profit below its highest before; may be another fall than ``drawdown``.
  public var largestFall: Amount = .zero
  /// Longest time from the first value below the highest until that was reached again, or until the end, in nanoseconds.
  public var longestUnderwater: Int64 = 0
  /// The highest chained value, 1 or more.
  public var highestValue = 1.0
  /// The days' returns, partial first and last days included.
  public var returns = ReturnMoments()

  public init() {}

  /// The maximum drawdown as a fraction; 0 without one, `nil` without capital.
  public var drawdownFraction: Double? { drawdown?.fraction ?? (chainedReturn == nil ? nil : 0) }

  /// Ratios from ``returns``, ``chainedReturn`` and ``drawdown``, where they are known.
  /// - Parameter span: length of the record in nanoseconds.
  mutating func derive(span: Int64) {
    if wholeDays >= Self.daysMinimum {
      sharpe = returns.sharpe
      sortino = returns.sortino
      volatility = returns.volatility
    }
    annualGrowth = Self.annualGrowth(of: chainedReturn, span: span)
    calmar = Self.calmar(growth: annualGrowth, drawdown: drawdown?.fraction)
  }

  /// (1 + return) ^ (365 days ÷ span) − 1; `nil` under 7 days, or where the value is not above 0.
  /// - Parameter span: nanoseconds.
  public static func annualGrowth(of chainedReturn: Double?, span: Int64) -> Double? {
    guard let chainedReturn, chainedReturn > -1, span >= Int64(daysMinimum) * EquityStatistics.dayNanoseconds else { return nil }
    let year = ReturnMoments.daysPerYear * Double(EquityStatistics.dayNanoseconds)
    return Mathematics.power(1 + chainedReturn, year / Double(span)).map { $0 - 1 }
  }

  /// Growth ÷ drawdown; `nil` where one of them is unknown or there is no drawdown.
  public static func calmar(growth: Double?, drawdown: Double?) -> Double? {
    guard let growth, let drawdown, drawdown > 0 else { return nil }
    return growth / drawdown
  }
}
