public import Time

/// What of an equity series is a list and no single figure: its worst drawdowns and its Sharpe ratio over time. Follows an
/// ``EquityStatistics``, after each of its values.
public struct EquityHistory: Hashable, Sendable {
  public private(set) var drawdowns = WorstDrawdowns()
  public private(set) var rolling = RollingSharpe()

  public init() {}

  /// The series has a new value. Nothing happens before its record begins. Some nanoseconds.
  public mutating func follow(_ series: EquityStatistics) {
    guard series.begunAt != nil else { return }
    drawdowns.observe(fall: series.fall, netProfit: series.netProfit, at: series.lastTime)
    rolling.observe(value: series.chainedValue, at: series.lastTime)
  }

  /// The record ends.
  public mutating func finish(at time: Timestamp) { rolling.finish(at: time) }
}
