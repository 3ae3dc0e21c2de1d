package import Time
import TradingModel

/// How figures look: fixed places, thousands apart, percentages with two places, durations in the two largest units.
package enum FigureText {
  static func money(_ amount: Amount, _ asset: String) -> String { "\(fixed(amount.statisticValue, 2)) \(asset)" }

  /// "12.50 %" of 0.125
  package static func percent(_ fraction: Double) -> String { "\(fixed(fraction * 100, 2)) %" }

  static func ratio(_ value: Double?) -> String { value.map { fixed($0, 2) } ?? "–" }

  /// Decimal places without exponent; "–" for what is no number.
  package static func fixed(_ value: Double, _ places: Int) -> String {
    guard value.isFinite, value.magnitude < 1e15 else { return "–" }
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let units = Int64((value.magnitude * scale).rounded())
    let whole = units / Int64(scale)
    let rest = units % Int64(scale)
    var text = grouped(whole)
    if places > 0 {
      let digits = String(rest)
      text += "." + String(repeating: "0", count: max(places - digits.count, 0)) + digits
    }
    return value < 0 && units > 0 ? "-\(text)" : text
  }

  static func grouped(_ value: Int64) -> String {
    let digits = Array(String(value))
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, digit != "-", digits[index - 1] != "-", (digits.count - index) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return text
  }

  /// "3d 4h", "2h 5m", "40s"
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return "–" }
    let total = Int64(seconds.rounded())
    let parts = [(total / 86_400, "d"), (total % 86_400 / 3_600, "h"), (total % 3_600 / 60, "m"), (total % 60, "s")]
    guard let first = parts.firstIndex(where: { $0.0 > 0 }) else { return "0s" }
    return parts[first...].prefix(2).filter { $0.0 > 0 }.map { "\($0.0)\($0.1)" }.joined(separator: " ")
  }

  /// `2024-03-01 14:05`
  package static func minute(_ time: Timestamp) -> String {
    let text = time.description
    return text.count >= 16 ? String(text.prefix(10)) + " " + String(text.dropFirst(11).prefix(5)) : text
  }

  /// A number as JSON has it; empty for what is none.
  package static func number(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "" }
    return "\(value)"
  }
}
