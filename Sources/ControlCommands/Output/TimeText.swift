/// Times and lengths of time for people. All times are UTC.
package enum TimeText {
  private static let second: Int64 = 1_000_000_000

  /// "2026-11-24 16:39:48"; empty for 0.
  package static func dateTime(_ nanoseconds: Int64) -> String {
    guard nanoseconds != 0 else { return "" }
    let seconds = floorDivide(nanoseconds, second)
    let days = floorDivide(seconds, 86_400)
    let rest = seconds - days * 86_400
    let (year, month, day) = civil(days)
    return
      "\(year)-\(two(month))-\(two(day)) \(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60))"
  }

  /// "3d 4h", "12m 3s", "850ms", "12µs"; empty for 0.
  package static func length(_ nanoseconds: Int64) -> String {
    switch nanoseconds {
    case ..<0: return "-" + length(nanoseconds == .min ? .max : -nanoseconds)
    case 0: return ""
    case ..<1000: return "\(nanoseconds)ns"
    case ..<1_000_000: return "\(nanoseconds / 1000)µs"
    case ..<second: return "\(nanoseconds / 1_000_000)ms"
    default: break
    }
    let seconds = nanoseconds / second
    let units: [(Int64, String)] = [(86_400, "d"), (3600, "h"), (60, "m"), (1, "s")]
    var parts: [String] = []
    var rest = seconds
    for (size, name) in units where parts.count < 2 {
      if rest / size > 0 || !parts.isEmpty {
        if rest / size > 0 { parts.append("\(rest / size)\(name)") } else { break }
        rest %= size
      }
    }
    return parts.joined(separator: " ")
  }

  private static func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }

  private static func floorDivide(_ value: Int64, _ by: Int64) -> Int64 {
    let quotient = value / by
    return value % by < 0 ? quotient - 1 : quotient
  }

  /// Gregorian date of a day number counted from 1970-01-01 (Howard Hinnant's `civil_from_days`).
  private static func civil(_ days: Int64) -> (Int64, Int64, Int64) {
    let shifted = days + 719_468
    let era = floorDivide(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthIndex = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthIndex + 2) / 5 + 1
    let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }
}
