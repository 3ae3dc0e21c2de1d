/// A point in time: nanoseconds since the Unix epoch, UTC. Pure modules are told it; they never read a clock.
public struct Timestamp: Hashable, Sendable, Comparable, CustomStringConvertible, Codable {
  public let nanoseconds: Int64

  @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// From the exchange's milliseconds; saturates outside the years 1677–2262.
  @inlinable public init(milliseconds: Int64) {
    let (value, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
    nanoseconds = overflow ? (milliseconds < 0 ? .min : .max) : value
  }

  public static let zero = Timestamp(nanoseconds: 0)
  public static let distantFuture = Timestamp(nanoseconds: .max)

  /// Whole milliseconds since the epoch, rounded toward the past.
  @inlinable public var milliseconds: Int64 {
    nanoseconds / 1_000_000 - (nanoseconds % 1_000_000 < 0 ? 1 : 0)
  }

  @inlinable public static func < (a: Timestamp, b: Timestamp) -> Bool { a.nanoseconds < b.nanoseconds }

  /// Later by `nanoseconds`; saturates.
  @inlinable public func advanced(byNanoseconds delta: Int64) -> Timestamp {
    let (value, overflow) = nanoseconds.addingReportingOverflow(delta)
    return Timestamp(nanoseconds: overflow ? (delta < 0 ? .min : .max) : value)
  }

  @inlinable public func advanced(byMilliseconds delta: Int64) -> Timestamp {
    let (value, overflow) = delta.multipliedReportingOverflow(by: 1_000_000)
    return advanced(byNanoseconds: overflow ? (delta < 0 ? .min : .max) : value)
  }

  /// Nanoseconds from `earlier` to this point; saturates.
  @inlinable public func nanoseconds(since earlier: Timestamp) -> Int64 {
    let (value, overflow) = nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
    return overflow ? (nanoseconds < 0 ? .min : .max) : value
  }

  /// ISO 8601 with milliseconds, e.g. `2024-12-01T09:30:00.000Z` (proleptic Gregorian calendar).
  public var description: String {
    let ms = milliseconds
    let day = ms >= 0 ? ms / 86_400_000 : (ms - 86_399_999) / 86_400_000
    let inDay = ms - day * 86_400_000
    let (year, month, dayOfMonth) = CivilDate.fromDaysSinceEpoch(day)
    func padded(_ value: Int64, _ width: Int) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, width - text.count)) + text
    }
    return
      "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfMonth, 2))T"
      + "\(padded(inDay / 3_600_000, 2)):\(padded(inDay / 60_000 % 60, 2)):\(padded(inDay / 1_000 % 60, 2)).\(padded(inDay % 1_000, 3))Z"
  }
}
