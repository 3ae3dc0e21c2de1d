import Time
import TradingModel

/// A time as people write it on the command line; always UTC.
enum DateText {
  static let forms = "2024-03-01, 2024-03-01T14:30 or milliseconds since 1970"

  /// `nil` when it is none of ``forms``.
  static func timestamp(_ text: String) -> Timestamp? {
    if text.utf8.count >= 11, text.utf8.count <= 15, text.utf8.allSatisfy({ (48...57).contains($0) }), let ms = Int64(text) {
      return Timestamp(milliseconds: ms)
    }
    var rest = text.hasSuffix("Z") ? text.dropLast() : text[...]
    guard let year = number(&rest, digits: 4, until: "-"), let month = number(&rest, digits: 2, until: "-"),
      let day = number(&rest, digits: 2, until: rest.count > 2 ? "T" : nil), (1970...2262).contains(year), (1...12).contains(month),
      day >= 1
    else { return nil }
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
