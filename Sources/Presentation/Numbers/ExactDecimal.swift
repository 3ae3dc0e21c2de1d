import TradingModel

/// A decimal of up to 38 digits at any scale: `coefficient` × 10^-`scale`. All numbers become text through this one type, so that the same
/// number has the same digits whether it came as an amount, as decimal text or as a statistic.
struct ExactDecimal: Sendable {
  let isNegative: Bool
  let coefficient: UInt128
  let scale: Int

  init(_ value: FixedDecimal) {
    isNegative = value.isNegative
    coefficient = value.raw.magnitude
    scale = FixedDecimal.fractionDigits
  }

  /// The shortest decimal that reads back as the same number; nil when it is not finite.
  init?(_ value: Double) {
    guard value.isFinite else { return nil }
    self.init(scientific: "\(value)")
  }

  /// `-?digits(.digits)?` of at most 38 digits without the zeros in front; nil for anything else.
  init?(text: some StringProtocol) {
    guard let parsed = Self.parse(Substring(text)) else { return nil }
    (isNegative, coefficient, scale) = parsed
  }

  private init?(scientific text: String) {
    let parts = text.split(separator: "e", maxSplits: 1)
    guard let mantissa = parts.first, let parsed = Self.parse(mantissa) else { return nil }
    guard let exponent = parts.count == 2 ? Int(parts[1]) : 0 else { return nil }
    isNegative = parsed.isNegative
    coefficient = parsed.coefficient
    scale = parsed.scale - exponent
  }

  private static func parse(_ text: Substring) -> (isNegative: Bool, coefficient: UInt128, scale: Int)? {
    var rest = text.utf8[...]
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative { rest = rest.dropFirst() }
    var coefficient: UInt128 = 0
    var scale = 0
    var wholeDigits = 0
    var hasPoint = false
    for byte in rest {
      if byte == UInt8(ascii: "."), !hasPoint {
        hasPoint = true
        continue
      }
      let digit = byte &- 48
      guard digit <= 9, coefficient < powers[37] else { return nil }
      coefficient = coefficient * 10 + UInt128(digit)
      if hasPoint { scale += 1 } else { wholeDigits += 1 }
    }
    guard wholeDigits > 0, !hasPoint || scale > 0 else { return nil }
    return (isNegative, coefficient, scale)
  }

  /// 10⁰ … 10³⁸.
  private static let powers: [UInt128] = {
    var list: [UInt128] = [1]
    for _ in 0..<38 { list.append(list[list.count - 1] * 10) }
    return list
  }()

  /// The number times 10^`places`.
  func shifted(by places: Int) -> ExactDecimal {
    ExactDecimal(isNegative: isNegative, coefficient: coefficient, scale: scale - places)
  }

  private init(isNegative: Bool, coefficient: UInt128, scale: Int) {
    self.isNegative = isNegative
    self.coefficient = coefficient
    self.scale = scale
  }

  /// The digits of the number rounded to `places`, a tie to the even digit, without a sign or point.
  private func digits(places: Int) -> String {
    guard scale > places else { return coefficient == 0 ? "0" : String(coefficient) + String(repeating: "0", count: places - scale) }
    let drop = scale - places
    // The largest coefficient is below half of 10³⁹.
    guard drop <= 38 else { return "0" }
    let divisor = Self.powers[drop]
    let (quotient, remainder) = coefficient.quotientAndRemainder(dividingBy: divisor)
    let below = divisor - remainder
    let isUp = remainder > below || (remainder == below && quotient % 2 == 1)
    return String(isUp ? quotient + 1 : quotient)
  }

  /// The number in `style`; zero never has a sign.
  func text(_ style: NumberStyle) -> String {
    let places = max(0, style.places)
    let digits = digits(places: places)
    let isZero = digits.utf8.allSatisfy { $0 == UInt8(ascii: "0") }
    let padded = Array((String(repeating: "0", count: max(0, places + 1 - digits.utf8.count)) + digits).utf8)
    let whole = padded.count - places
    var text: [UInt8] = []
    for (index, digit) in padded.enumerated() {
      if index == whole { text.append(UInt8(ascii: ".")) }
      if style.isGrouped, index > 0, index < whole, (whole - index) % 3 == 0 { text.append(UInt8(ascii: ",")) }
      text.append(digit)
    }
    let sign = isZero ? "" : isNegative ? (style.isTypographic ? "\u{2212}" : "-") : style.isSigned ? "+" : ""
    return sign + String(decoding: text, as: UTF8.self)
  }
}

/// How a number is spelled.
public struct NumberStyle: Sendable, Hashable {
  /// Digits behind the point, 0 or more; the last one is rounded, a tie to the even digit.
  public var places: Int
  /// A plus in front of what is above zero.
  public var isSigned: Bool
  /// A comma between thousands.
  public var isGrouped: Bool
  /// A real minus sign (U+2212), for pages; a hyphen otherwise.
  public var isTypographic: Bool

  /// Without a plus and without commas when nothing is said.
  public init(places: Int, isSigned: Bool = false, isGrouped: Bool = false, isTypographic: Bool = false) {
    self.places = places
    self.isSigned = isSigned
    self.isGrouped = isGrouped
    self.isTypographic = isTypographic
  }
}
