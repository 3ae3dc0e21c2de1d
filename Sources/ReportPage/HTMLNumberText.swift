import TradingModel

/// Numbers as the page shows them: grouped by thousands, a real minus sign, a dash for what is no number.
enum NumberText {
  static let missing = "–"
  private static let percentSign = "\u{202F}%"

  /// A statistic with exactly `digits` fractional digits (0…12); `isSigned` puts a plus before what is above zero.
  static func decimal(_ value: Double, digits: Int, isSigned: Bool = false) -> String {
    guard value.isFinite else { return missing }
    guard let units = units(value, digits: digits) else { return scientific(value, isSigned: isSigned) }
    return assemble(String(units), isNegative: value < 0, digits: digits, isSigned: isSigned, isGrouped: true)
  }

  /// An exact amount, rounded to `digits` (0…8) fractional digits.
  static func amount(_ value: FixedDecimal, digits: Int, isSigned: Bool = false) -> String {
    var step: UInt128 = 1
    for _ in 0..<max(0, FixedDecimal.fractionDigits - digits) { step *= 10 }
    let (quotient, remainder) = value.raw.magnitude.quotientAndRemainder(dividingBy: step)
    let units = remainder >= step - remainder && remainder > 0 ? quotient + 1 : quotient
    return assemble(String(units), isNegative: value.isNegative, digits: digits, isSigned: isSigned, isGrouped: true)
  }

  /// A fraction as a percentage: 0.0123 → "1.23 %".
  static func percent(_ fraction: Double, digits: Int, isSigned: Bool = false) -> String {
    let text = decimal(fraction * 100, digits: digits, isSigned: isSigned)
    return text == missing ? text : text + percentSign
  }

  /// A number as JSON has it; `null` for what is no number.
  static func json(_ value: Double, digits: Int) -> String {
    guard value.isFinite, let units = units(value, digits: digits) else { return "null" }
    let text = assemble(String(units), isNegative: false, digits: digits, isSigned: false, isGrouped: false)
    return value < 0 && units != 0 ? "-" + text : text
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

  private static func units(_ value: Double, digits: Int) -> UInt64? {
    guard value.magnitude < 1e15 else { return nil }
    var scaled = value.magnitude
    for _ in 0..<max(0, digits) { scaled *= 10 }
    scaled.round()
    return scaled < 1e18 ? UInt64(scaled) : nil
  }

  private static func assemble(_ units: String, isNegative: Bool, digits: Int, isSigned: Bool, isGrouped: Bool) -> String {
    let isZero = units.utf8.allSatisfy { $0 == UInt8(ascii: "0") }
    let padded = String(repeating: "0", count: max(0, digits + 1 - units.utf8.count)) + units
    var text = isZero ? "" : isNegative ? "\u{2212}" : isSigned ? "+" : ""
    let whole = padded.utf8.count - digits
    for (index, digit) in padded.enumerated() {
      if index == whole { text += "." }
      if isGrouped, index > 0, index < whole, (whole - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return text
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
