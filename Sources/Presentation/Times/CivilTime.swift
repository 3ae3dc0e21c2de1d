public import Time

/// A point in time by the calendar, UTC.
public struct CivilTime: Sendable, Hashable {
  public let year: Int
  /// 1…12.
  public let month: Int
  /// 1…31.
  public let day: Int
  /// Whole seconds since midnight, 0…86 399.
  public let secondOfDay: Int
  /// What is left of the second, in nanoseconds, 0…999 999 999.
  public let nanosecond: Int

  /// The calendar's reading of `time`.
  public init(_ time: Timestamp) {
    let seconds = Self.floorDivide(time.nanoseconds, 1_000_000_000)
    let days = Self.floorDivide(seconds, 86_400)
    let date = CivilDate.fromDaysSinceEpoch(days)
    year = Int(date.year)
    month = Int(date.month)
    day = Int(date.day)
    secondOfDay = Int(seconds - days * 86_400)
    let rest = Int(time.nanoseconds % 1_000_000_000)
    nanosecond = rest < 0 ? rest + 1_000_000_000 : rest
  }

  /// "2026-11-24"
  public var date: String { "\(Self.pad(year, 4))-\(Self.pad(month))-\(Self.pad(day))" }
  /// "16:39"
  public var minute: String { "\(Self.pad(secondOfDay / 3_600)):\(Self.pad(secondOfDay / 60 % 60))" }
  /// "16:39:48"
  public var clock: String { "\(minute):\(Self.pad(secondOfDay % 60))" }

  /// `value` with zeros in front up to `width` digits.
  public static func pad(_ value: Int, _ width: Int = 2) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
  }

  /// `a` ÷ `b`, rounded toward the past; `b` must not be 0.
  public static func floorDivide(_ a: Int64, _ b: Int64) -> Int64 {
    a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0)
  }
}
