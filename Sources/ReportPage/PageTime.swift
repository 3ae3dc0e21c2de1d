import Time
import TradingModel

/// Instants and lengths of time as the page shows them, UTC.
enum PageTime {
  static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  static func monthName(_ month: Int) -> String { months.indices.contains(month - 1) ? months[month - 1] : "?" }

  /// An instant's parts; seconds of the day are whole.
  static func parts(_ time: Timestamp) -> (year: Int, month: Int, day: Int, secondOfDay: Int) {
    let seconds = floorDivide(time.milliseconds, 1_000)
    let day = floorDivide(seconds, 86_400)
    let date = CivilDate.fromDaysSinceEpoch(day)
    return (Int(date.year), Int(date.month), Int(date.day), Int(seconds - day * 86_400))
  }

  /// "5 Aug 2024"
  static func day(_ time: Timestamp) -> String {
    let parts = parts(time)
    return "\(parts.day) \(monthName(parts.month)) \(parts.year)"
  }

  /// "2024-08-05 14:05", with seconds where it has any.
  static func minute(_ time: Timestamp) -> String {
    let parts = parts(time)
    let seconds = parts.secondOfDay % 60
    return "\(pad(parts.year, 4))-\(pad(parts.month))-\(pad(parts.day)) \(clock(parts.secondOfDay))"
      + (seconds == 0 ? "" : ":\(pad(seconds))")
  }

  /// "2024-08-05T14:05:30Z"
  static func machine(_ time: Timestamp) -> String {
    let parts = parts(time)
    return "\(pad(parts.year, 4))-\(pad(parts.month))-\(pad(parts.day))T\(clock(parts.secondOfDay)):\(pad(parts.secondOfDay % 60))Z"
  }

  /// "14:05"
  static func clock(_ secondOfDay: Int) -> String { "\(pad(secondOfDay / 3_600)):\(pad(secondOfDay / 60 % 60))" }

  /// The two largest units: "3 d 4 h", "2 h 15 m", "45 s".
  static func duration(seconds: Double) -> String {
    guard seconds.isFinite, seconds.magnitude < 1e12 else { return NumberText.missing }
    let whole = Int(max(0, seconds).rounded())
    switch whole {
    case ..<60: return "\(whole) s"
    case ..<3_600: return pair(whole, 60, "m", 1, "s")
    case ..<86_400: return pair(whole, 3_600, "h", 60, "m")
    default: return pair(whole, 86_400, "d", 3_600, "h")
    }
  }

  /// A period in words: "366 days", "6 hours", "5 minutes".
  static func period(seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return NumberText.missing }
    if seconds < 60 { return "\(NumberText.decimal(seconds, digits: 0)) seconds" }
    if seconds < 7_200 { return "\(NumberText.decimal((seconds / 60).rounded(), digits: 0)) minutes" }
    if seconds < 172_800 { return "\(NumberText.decimal((seconds / 3_600).rounded(), digits: 0)) hours" }
    return "\(NumberText.decimal((seconds / 86_400).rounded(), digits: 0)) days"
  }

  static func pad(_ value: Int, _ width: Int = 2) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
  }

  static func floorDivide(_ a: Int64, _ b: Int64) -> Int64 {
    let quotient = a / b
    return a % b < 0 ? quotient - 1 : quotient
  }

  private static func pair(_ value: Int, _ large: Int, _ largeName: String, _ small: Int, _ smallName: String) -> String {
    let rest = value % large / small
    return "\(value / large) \(largeName)" + (rest == 0 ? "" : " \(rest) \(smallName)")
  }
}

extension Timestamp {
  /// Seconds since the epoch, for drawing.
  var drawnSeconds: Double { Double(nanoseconds) / 1_000_000_000 }
}
