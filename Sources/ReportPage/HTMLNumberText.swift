import Presentation
import TradingModel

/// Numbers as the page shows them: grouped by thousands, a real minus sign, a dash for what is no number.
enum NumberText {
  static let missing = "–"
  private static let percentSign = "\u{202F}%"

  /// A statistic with exactly `digits` fractional digits (0…12); `isSigned` puts a plus before what is above zero.
  static func decimal(_ value: Double, digits: Int, isSigned: Bool = false) -> String {
    guard value.isFinite else { return missing }
    guard value.magnitude < 1e15 else { return scientific(value, isSigned: isSigned) }
    return RatioText.text(value, style(digits, isSigned))
  }

  private static func style(_ digits: Int, _ isSigned: Bool) -> NumberStyle {
    NumberStyle(places: digits, isSigned: isSigned, isGrouped: true, isTypographic: true)
  }

  /// An exact amount, rounded to `digits` (0…8) fractional digits.
  static func amount(_ value: FixedDecimal, digits: Int, isSigned: Bool = false) -> String {
    DecimalText.text(value, style(digits, isSigned))
  }

  /// A fraction as a percentage: 0.0123 → "1.23 %".
  static func percent(_ fraction: Double, digits: Int, isSigned: Bool = false) -> String {
    guard fraction.isFinite else { return missing }
    guard fraction.magnitude >= 1e13 else { return RatioText.percent(fraction, style(digits, isSigned), sign: percentSign) }
    return scientific(fraction * 100, isSigned: isSigned) + percentSign
  }

  /// A number as JSON has it; `null` for what is no number.
  static func json(_ value: Double, digits: Int) -> String {
    guard value.isFinite, value.magnitude < 1e15 else { return "null" }
    return RatioText.fixed(value, places: digits)
  }

  /// An exact amount as JSON's number, without the zeros at its end.
  static func json(_ value: FixedDecimal, digits: Int) -> String {
    var text = DecimalText.text(value, NumberStyle(places: digits))
    guard text.contains(".") else { return text }
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text == "-0" ? "0" : text
  }

  /// A place in a drawing: one fractional digit at most.
  static func coordinate(_ value: Double) -> String {
    guard value.isFinite, value.magnitude < 1_000_000 else { return "0" }
    let tenths = Int((value * 10).rounded())
    let whole = String(tenths.magnitude / 10)
    let rest = tenths.magnitude % 10
    return (tenths < 0 ? "-" : "") + whole + (rest == 0 ? "" : ".\(rest)")
  }

  /// A tick's label: as many digits as its step needs; millions and more are cut short.
  static func tick(_ value: Double, step: Double) -> String {
    guard max(value.magnitude, step) < 1e15 else { return value == 0 ? "0" : scientific(value, isSigned: false) }
    for (unit, letter) in [(1e12, "T"), (1e9, "B"), (1e6, "M")] where max(value.magnitude, step) >= unit * 0.999_999 {
      return value == 0 ? "0" : decimal(value / unit, digits: fractionDigits(step / unit)) + letter
    }
    return decimal(value, digits: fractionDigits(step))
  }

  /// The fractional digits (0…8) that tell multiples of `step` apart.
  static func fractionDigits(_ step: Double) -> Int {
    var digits = 0
    var scaled = step
    while digits < 8, scaled.isFinite, (scaled - scaled.rounded()).magnitude > 1e-6 * max(scaled.magnitude, 1e-3) || scaled.magnitude < 0.5
    {
      scaled *= 10
      digits += 1
    }
    return digits
  }

  /// Fractional digits for prices and quantities of about this size, about six digits in all.
  static func digits(for magnitude: Double) -> Int {
    switch magnitude {
    case 1_000...: 2
    case 10...: 3
    case 1...: 4
    case 0.01...: 6
    default: 8
    }
  }

  /// Fractional digits for money where this much is at stake.
  static func moneyDigits(for capital: Amount) -> Int {
    switch capital.magnitude {
    case FixedDecimal(50)...: 2
    case FixedDecimal.one...: 4
    default: 8
    }
  }

  private static func scientific(_ value: Double, isSigned: Bool) -> String {
    var mantissa = value.magnitude
    var exponent = 0
    while mantissa >= 10, exponent < 400 {
      mantissa /= 10
      exponent += 1
    }
    return (value < 0 ? "\u{2212}" : isSigned ? "+" : "") + decimal(mantissa, digits: 2) + "e\(exponent)"
  }
}
