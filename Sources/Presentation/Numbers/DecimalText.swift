public import TradingModel

/// Decimals as text for people: places, thousands, percent, signs. Exact, by 128-bit integers; rounded once, a tie to the even digit.
///
/// The forms that take text are for decimals of the API: text that is no decimal (of up to 38 digits) is returned as it came.
public enum DecimalText {
  /// `value` in `style`: "1,234.50".
  public static func text(_ value: FixedDecimal, _ style: NumberStyle) -> String { ExactDecimal(value).text(style) }

  /// `value` with `places` digits behind the point: "67012.50".
  public static func fixed(_ value: FixedDecimal, places: Int) -> String { text(value, NumberStyle(places: places)) }

  /// `value` with two digits behind the point, a plus before a profit, and its asset: "+12.50 USDT"; without an asset just the number.
  public static func money(_ value: FixedDecimal, _ asset: String = "", isSigned: Bool = false) -> String {
    let number = text(value, NumberStyle(places: 2, isSigned: isSigned))
    return asset.isEmpty ? number : "\(number) \(asset)"
  }

  /// A fraction as percent with two digits behind the point: 0.0213 is "2.13%".
  public static func percent(_ value: FixedDecimal, isSigned: Bool = false) -> String {
    ExactDecimal(value).shifted(by: 2).text(NumberStyle(places: 2, isSigned: isSigned)) + "%"
  }

  /// A decimal's text rounded to `places`: "67012.50".
  public static func fixed(_ text: String, places: Int) -> String {
    ExactDecimal(text: text)?.text(NumberStyle(places: places)) ?? text
  }

  /// A decimal's text rounded to `places`, with a plus when it is above zero.
  public static func signedText(_ text: String, places: Int) -> String {
    ExactDecimal(text: text)?.text(NumberStyle(places: places, isSigned: true)) ?? text
  }

  /// A fraction's text as percent: "0.0213" is "2.13%".
  public static func percent(_ text: String, isSigned: Bool = false) -> String {
    ExactDecimal(text: text).map { $0.shifted(by: 2).text(NumberStyle(places: 2, isSigned: isSigned)) + "%" } ?? text
  }

  /// A decimal's text without zeros at the end: "0.001".
  public static func trimmed(_ text: String) -> String {
    guard text.contains("."), ExactDecimal(text: text) != nil else { return text }
    var result = text[...]
    while result.last == "0" { result = result.dropLast() }
    if result.last == "." { result = result.dropLast() }
    return result == "-0" ? "0" : String(result)
  }

  /// The value of a decimal's text in units of 10⁻⁸, to compare it with others; nil for what ``FixedDecimal`` does not hold.
  public static func units(_ text: String) -> Int128? { FixedDecimal(text: text)?.raw }

  /// -1, 0 or 1 for a decimal below, at or above zero; nil for what is none.
  public static func sign(_ text: String) -> Int? {
    guard let value = ExactDecimal(text: text) else { return nil }
    return value.coefficient == 0 ? 0 : value.isNegative ? -1 : 1
  }
}
