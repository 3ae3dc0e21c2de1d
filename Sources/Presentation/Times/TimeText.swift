public import Time

/// Times and lengths of time as text. All times are UTC.
public enum TimeText {
  /// "2026-11-24 16:39:48" of nanoseconds since the epoch; empty for 0, which stands for no time.
  public static func dateTime(_ nanoseconds: Int64) -> String {
    nanoseconds == 0 ? "" : dateTime(Timestamp(nanoseconds: nanoseconds))
  }

  /// "2026-11-24 16:39:48"
  public static func dateTime(_ time: Timestamp) -> String {
    let civil = CivilTime(time)
    return "\(civil.date) \(civil.clock)"
  }

  /// "2026-11-24 16:39"
  public static func minute(_ time: Timestamp) -> String {
    let civil = CivilTime(time)
    return "\(civil.date) \(civil.minute)"
  }

  /// RFC 3339: "2026-11-24T16:39:48Z", with as many digits of the second as it needs ("…48.25Z").
  public static func rfc3339(_ time: Timestamp) -> String {
    let civil = CivilTime(time)
    var fraction = ""
    if civil.nanosecond != 0 {
      fraction = "." + CivilTime.pad(civil.nanosecond, 9)
      while fraction.hasSuffix("0") { fraction.removeLast() }
    }
    return "\(civil.date)T\(civil.clock)\(fraction)Z"
  }

  /// The two largest units: "3d 4h", "12m 3s", "850ms", "12µs"; empty for 0.
  public static func length(_ nanoseconds: Int64) -> String {
    switch nanoseconds {
    case ..<0: return "-" + length(nanoseconds == .min ? .max : -nanoseconds)
    case 0: return ""
    case ..<1_000: return "\(nanoseconds)ns"
    case ..<1_000_000: return "\(nanoseconds / 1_000)µs"
    case ..<1_000_000_000: return "\(nanoseconds / 1_000_000)ms"
    default: return whole(nanoseconds / 1_000_000_000)
    }
  }

  /// The two largest units of whole seconds, a tie to the even second: "3d 4h", "0s"; ``RatioText/unknown`` for nil, for what is not finite
  /// or negative, and from 10¹² seconds on.
  public static func length(seconds: Double?) -> String {
    guard let seconds, seconds.isFinite, seconds >= 0, seconds < 1e12 else { return RatioText.unknown }
    let total = Int64(seconds.rounded(.toNearestOrEven))
    return total == 0 ? "0s" : whole(total)
  }

  private static func whole(_ seconds: Int64) -> String {
    let parts = [(seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")]
    let shown = parts.drop { $0.0 == 0 }.prefix(2).filter { $0.0 > 0 }
    return shown.map { "\($0.0)\($0.1)" }.joined(separator: " ")
  }

  // MARK: Reading

  /// What ``timestamp(_:)`` reads, in words.
  public static let forms = "2024-03-01, 2024-03-01T14:30 or milliseconds since 1970"

  /// A time as people write it on the command line, UTC: a date, a date with a time (seconds and a final Z may follow), or milliseconds since
  /// 1970 of 11 to 15 digits. Nil when it is none of these, or outside the years 1970–2262.
  public static func timestamp(_ text: String) -> Timestamp? {
    if text.utf8.count >= 11, text.utf8.count <= 15, text.utf8.allSatisfy({ (48...57).contains($0) }), let ms = Int64(text) {
      return Timestamp(milliseconds: ms)
    }
    var rest = text.hasSuffix("Z") ? text.dropLast() : text[...]
    guard let year = number(&rest, digits: 4, until: "-"), let month = number(&rest, digits: 2, until: "-"),
      let day = number(&rest, digits: 2, until: rest.count > 2 ? "T" : nil), (1970...2262).contains(year), (1...12).contains(month),
      day >= 1
    else { return nil }
    // Nothing may end with the sign that something more follows.
    guard !text.hasSuffix("T"), !text.hasSuffix(":"), !text.hasSuffix("TZ"), !text.hasSuffix(":Z") else { return nil }
    let days = CivilDate.daysSinceEpoch(year: year, month: month, day: day)
    // A day that the month does not have comes back as another.
    guard CivilDate.fromDaysSinceEpoch(days) == (year: year, month: month, day: day) else { return nil }
    var seconds: Int64 = 0
    if !rest.isEmpty {
      guard let hour = number(&rest, digits: 2, until: ":"), let minute = number(&rest, digits: 2, until: rest.count > 2 ? ":" : nil),
        hour < 24, minute < 60
      else { return nil }
      seconds = hour * 3_600 + minute * 60
      if !rest.isEmpty {
        guard let second = number(&rest, digits: 2, until: nil), second < 60, rest.isEmpty else { return nil }
        seconds += second
      }
    }
    return Timestamp(milliseconds: (days * 86_400 + seconds) * 1_000)
  }

  /// Takes a number of exactly `digits` digits and what must follow it.
  private static func number(_ rest: inout Substring, digits: Int, until end: Character?) -> Int64? {
    let head = rest.prefix(digits)
    guard head.utf8.count == digits, head.utf8.allSatisfy({ (48...57).contains($0) }), let value = Int64(head) else { return nil }
    rest = rest.dropFirst(digits)
    guard let end else { return value }
    guard rest.first == end else { return nil }
    rest = rest.dropFirst()
    return value
  }
}
