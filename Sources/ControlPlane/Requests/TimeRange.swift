import Journal
import Time
import TradingCore

/// A range of time that a request asks for: from its beginning on, up to its end and not with it.
struct TimeRange: Hashable, Sendable {
  var from: Timestamp = .zero
  var to: Timestamp = .distantFuture

  static let everything = TimeRange()

  func contains(_ time: Timestamp) -> Bool { time >= from && time < to }
}

extension RequestCheck {
  /// `from_time_ns` and `to_time_ns`, where 0 is no bound.
  mutating func range(_ from: Int64, _ to: Int64) -> TimeRange {
    notNegative(from, field: "from_time_ns")
    notNegative(to, field: "to_time_ns")
    if from > 0, to > 0, from >= to { wrong("to_time_ns", "MUST_BE_LATER", "to_time_ns must be later than from_time_ns") }
    return TimeRange(from: Timestamp(nanoseconds: max(0, from)), to: to <= 0 ? .distantFuture : Timestamp(nanoseconds: to))
  }
}

extension Journal {
  /// Times rise with sequences but for clocks that were set and trades that were learned late: this much is read more, in nanoseconds.
  static let timeSlack: Int64 = 86_400_000_000_000

  /// A sequence after which everything of `time` or later comes. Cost: some twenty reads of one entry.
  func sequence(before time: Timestamp) throws(JournalError) -> UInt64 {
    let wanted = time.advanced(byNanoseconds: -Self.timeSlack)
    guard wanted > .zero else { return 0 }
    var low: UInt64 = 0
    var high = lastSequence
    while low < high {
      let middle = low + (high - low) / 2
      if let entry = try entries(after: middle, limit: 1).first, entry.time < wanted { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Whether all of `time` or later comes after `sequence` anyway, so that no search for more is worth it.
  func isNear(_ time: Timestamp, after sequence: UInt64) throws(JournalError) -> Bool {
    guard time > .zero, let next = try entries(after: sequence, limit: 1).first else { return true }
    return next.time >= time.advanced(byNanoseconds: -Self.timeSlack)
  }
}
