import Statistics
import Time
import TradingModel

/// Amounts and times as tests write them.
enum Sample {
  static func amount(_ text: String) -> Amount { FixedDecimal(text: text) ?? FixedDecimal(raw: .max) }

  /// 2024-03-01T00:00Z, a midnight.
  static let midnight = Timestamp(milliseconds: 19_783 * 86_400_000)

  static func time(day: Int, hour: Int = 0) -> Timestamp { midnight.advanced(byMilliseconds: Int64(day * 24 + hour) * 3_600_000) }

  /// A record of `capital` that begins at midnight of day 0.
  static func record(capital: String) -> EquityStatistics {
    var record = EquityStatistics()
    record.flow(equity: amount(capital), capital: amount(capital), at: midnight)
    record.begin(at: midnight)
    return record
  }

  static func isClose(_ a: Double?, _ b: Double?, _ relative: Double = 1e-12) -> Bool {
    guard let a, let b else { return a == nil && b == nil }
    return (a - b).magnitude <= relative * max(a.magnitude, b.magnitude, 1e-300)
  }
}
