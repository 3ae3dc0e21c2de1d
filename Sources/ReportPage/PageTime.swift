import Presentation
import Time
import TradingModel

/// Instants and lengths of time as the page shows them, UTC.
enum PageTime {
  static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  static func monthName(_ month: Int) -> String { months.indices.contains(month - 1) ? months[month - 1] : "?" }

  /// "5 Aug 2024"
  static func day(_ time: Timestamp) -> String {
    let parts = CivilTime(time)
    return "\(parts.day) \(monthName(parts.month)) \(parts.year)"
  }

  /// "2024-08-05 14:05", with seconds where it has any.
  static func minute(_ time: Timestamp) -> String {
    CivilTime(time).secondOfDay % 60 == 0 ? TimeText.minute(time) : TimeText.dateTime(time)
  }

  /// The two largest units: "3d 4h", "2h 15m", "45s".
  static func duration(seconds: Double) -> String {
    seconds.isFinite && seconds.magnitude < 1e12 ? TimeText.length(seconds: max(0, seconds)) : NumberText.missing
  }

  /// A period in words: "366 days", "6 hours", "5 minutes".
  static func period(seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return NumberText.missing }
    if seconds < 60 { return "\(NumberText.decimal(seconds, digits: 0)) seconds" }
    if seconds < 7_200 { return "\(NumberText.decimal(seconds / 60, digits: 0)) minutes" }
    if seconds < 172_800 { return "\(NumberText.decimal(seconds / 3_600, digits: 0)) hours" }
    return "\(NumberText.decimal(seconds / 86_400, digits: 0)) days"
  }
}

extension Timestamp {
  /// Seconds since the epoch, for drawing.
  var drawnSeconds: Double { Double(nanoseconds) / 1_000_000_000 }
}
