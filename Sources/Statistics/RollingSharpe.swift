public import Time
import TradingModel

/// The Sharpe ratio of the last ``windowDays`` whole days, at the end of each. Memory: one value a day.
public struct RollingSharpe: Hashable, Sendable {
  /// Whole days of a window.
  public static let windowDays = 30

  /// A window's ratio.
  public struct Value: Hashable, Sendable {
    /// 00:00 UTC, where its last day ends.
    public var time: Timestamp
    /// Mean ÷ sample standard deviation of the window's returns × √365, risk-free 0; `nil` without variation.
    public var sharpe: Double?

    public init(time: Timestamp, sharpe: Double?) {
      self.time = time
      self.sharpe = sharpe
    }
  }

  public private(set) var values: [Value] = []
  private var window: [Double] = []
  private var dayEnd: Timestamp?
  /// Whether the running day began at 00:00, so that its return is one of a whole day.
  private var isWhole = false
  private var dayStart = 1.0
  private var last = 1.0

  public init() {}

  /// The chained value at `time`; a value at midnight belongs to the day that ends there. Times never fall.
  public mutating func observe(value: Double, at time: Timestamp) {
    if let end = dayEnd {
      if time > end { closeDays(before: time, end) }
    } else {
      let opens = Interval.oneDay.openTime(containing: time)
      dayEnd = Interval.oneDay.nextOpenTime(after: opens)
      isWhole = opens == time
      dayStart = value
    }
    last = value
  }

  private mutating func closeDays(before time: Timestamp, _ first: Timestamp) {
    var end = first
    while end < time {
      if isWhole { add(dayStart > 0 ? last / dayStart - 1 : 0, at: end) }
      isWhole = true
      dayStart = last
      end = end.advanced(byNanoseconds: EquityStatistics.dayNanoseconds)
    }
    dayEnd = end
  }

  /// The record ends at `time`: a day that ends there is whole.
  public mutating func finish(at time: Timestamp) {
    guard let end = dayEnd, time >= end else { return }
    closeDays(before: time.advanced(byNanoseconds: 1), end)
  }

  private mutating func add(_ value: Double, at time: Timestamp) {
    if window.count == Self.windowDays { window.removeFirst() }
    window.append(value)
    guard window.count == Self.windowDays else { return }
    var moments = ReturnMoments()
    for value in window { moments.add(value) }
    values.append(Value(time: time, sharpe: moments.sharpe))
  }
}
