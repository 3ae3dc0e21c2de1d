public import Time
import TradingModel

/// A month of the calendar, UTC.
public struct CalendarMonth: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let start: Timestamp

  /// The month that contains `time`.
  public init(containing time: Timestamp) { start = Interval.oneMonth.openTime(containing: time) }

  /// From `2024-12`; `nil` when it is none from 1970 to 2261.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].utf8.count == 4, parts[1].utf8.count == 2,
      text.utf8.allSatisfy({ $0 &- 48 <= 9 || $0 == UInt8(ascii: "-") }), let year = Int64(parts[0]), let month = Int64(parts[1]),
      (1_970...2_261).contains(year), (1...12).contains(month)
    else { return nil }
    start = Timestamp(milliseconds: CivilDate.daysSinceEpoch(year: year, month: month, day: 1) * 86_400_000)
  }

  public var end: Timestamp { Interval.oneMonth.nextOpenTime(after: start) }
  public var next: CalendarMonth { CalendarMonth(containing: end) }

  /// The beginnings of its days.
  var days: [Timestamp] {
    var days: [Timestamp] = []
    var day = start
    while day < end {
      days.append(day)
      day = Interval.oneDay.nextOpenTime(after: day)
    }
    return days
  }

  /// `2024-12-31` of a time.
  static func date(_ time: Timestamp) -> String { String(time.description.prefix(10)) }

  /// `2024-12`
  public var description: String { String(start.description.prefix(7)) }

  public static func < (a: CalendarMonth, b: CalendarMonth) -> Bool { a.start < b.start }
}
