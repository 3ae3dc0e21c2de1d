/// Decimals as text: shortening, percent, signs. Exact, by 128-bit integers; text that is not a decimal is shown as it came.
package enum DecimalText {
  private static let scale: Int128 = 100_000_000

  /// Units of 1e-8, or nil when `text` is not a decimal of that form.
  static func units(_ text: String) -> Int128? {
    var digits = text[...]
    let negative = digits.first == "-"
    if negative { digits = digits.dropFirst() }
    let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first, !whole.isEmpty, whole.count <= 20, isDigits(whole) else {
      return nil
    }
    let fraction = parts.count == 2 ? parts[1] : ""
    guard parts.count == 1 || (!fraction.isEmpty && fraction.count <= 8 && isDigits(fraction))
    else { return nil }
    let padded = String(fraction) + String(repeating: "0", count: 8 - fraction.count)
    guard let high = Int128(whole), let low = Int128(padded) else { return nil }
    let value = high * scale + low
    return negative ? -value : value
  }

  private static func isDigits(_ text: Substring) -> Bool {
    text.utf8.allSatisfy { $0 >= 48 && $0 <= 57 }
  }

  /// `units` with `places` decimals (0...8), rounded half away from zero.
  static func text(_ units: Int128, places: Int) -> String {
    var step: Int128 = 1
    for _ in 0..<(8 - places) { step *= 10 }
    let magnitude = units < 0 ? -units : units
    let rounded = (magnitude + step / 2) / step
    var digits = String(rounded)
    if places > 0 {
      if digits.count <= places {
        digits = String(repeating: "0", count: places - digits.count + 1) + digits
      }
      digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -places))
    }
    return units < 0 && rounded != 0 ? "-" + digits : digits
  }

  /// Rounded to `places` decimals: "67012.50".
  package static func fixed(_ text: String, places: Int) -> String {
    units(text).map { Self.text($0, places: places) } ?? text
  }

  /// Without zeros at the end: "0.001".
  static func trimmed(_ text: String) -> String {
    guard text.contains("."), units(text) != nil else { return text }
    var result = text[...]
    while result.last == "0" { result = result.dropLast() }
    if result.last == "." { result = result.dropLast() }
    return result == "-0" ? "0" : String(result)
  }

  /// A fraction as percent: "0.0213" becomes "2.13%".
  package static func percent(_ text: String) -> String {
    guard !text.isEmpty, let units = units(text) else { return text }
    return Self.text(units * 100, places: 2) + "%"
  }

  /// Profit in green with a plus, loss in red, zero plain.
  package static func signed(_ text: String, places: Int = 2) -> Cell {
    guard let units = units(text) else { return Cell(text) }
    let shown = Self.text(units, places: places)
    if units > 0 { return Cell("+" + shown, .good) }
    return Cell(shown, units < 0 ? .bad : .plain)
  }

  /// The same for a fraction.
  package static func signedPercent(_ text: String) -> Cell {
    guard let units = units(text) else { return Cell(text) }
    let shown = Self.text(units * 100, places: 2) + "%"
    if units > 0 { return Cell("+" + shown, .good) }
    return Cell(shown, units < 0 ? .bad : .plain)
  }
}
