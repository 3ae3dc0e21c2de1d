/// Ratios, which are statistics and `Double`, as text. A ratio is rounded as the shortest decimal that reads back as the same `Double`, so that
/// it shows the digits of a decimal of the same value; a tie goes to the even digit.
public enum RatioText {
  /// What is shown for a figure that is unknown.
  public static let unknown = "-"

  /// `value` in `style`; ``unknown`` for nil, for what is not finite and from a magnitude of 10¹⁵ on.
  public static func text(_ value: Double?, _ style: NumberStyle) -> String {
    guard let value, value.magnitude < 1e15, let exact = ExactDecimal(value) else { return unknown }
    return exact.text(style)
  }

  /// `value` with `places` digits behind the point: "1.25".
  public static func fixed(_ value: Double?, places: Int = 2) -> String { text(value, NumberStyle(places: places)) }

  /// A fraction as percent: 0.0213 is "2.13%", and with no places 0.875 is "88%".
  public static func percent(_ value: Double?, places: Int = 2, isSigned: Bool = false) -> String {
    percent(value, NumberStyle(places: places, isSigned: isSigned), sign: "%")
  }

  /// A fraction as percent in `style`, with `sign` behind it.
  public static func percent(_ value: Double?, _ style: NumberStyle, sign: String) -> String {
    guard let value, value.magnitude < 1e13, let exact = ExactDecimal(value) else { return unknown }
    return exact.shifted(by: 2).text(style) + sign
  }

  /// `part` of `whole` as percent: 7 of 8 is "87.50%"; ``unknown`` when `whole` is 0.
  public static func percent(_ part: Int, of whole: Int, places: Int = 2) -> String {
    percent(whole == 0 ? nil : Double(part) / Double(whole), places: places)
  }

  /// The shortest text that reads back as the same number: "0.1"; empty for nil and for what is not finite.
  public static func shortest(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "" }
    return "\(value)"
  }
}
