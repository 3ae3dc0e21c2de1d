/// An exact decimal with 8 fractional digits, stored as a 128-bit integer count of 10⁻⁸.
///
/// Prices, quantities and amounts of money are values of this type; it is never converted to binary floating point on a
/// path that decides about money. Text enters only through ``init(text:)``, which matches a full grammar or returns `nil`.
///
/// Range: parsed magnitudes stay below 10¹⁸. Sums of 10¹² such values cannot overflow; products saturate instead of trapping,
/// since a trap on outside data would leave positions unwatched.
public struct FixedDecimal: Hashable, Sendable, Comparable {
  /// The value in units of 10⁻⁸.
  public let raw: Int128

  /// Units in one whole: 10⁸.
  public static let unitsPerWhole: Int128 = 100_000_000
  /// Fractional digits carried by every value.
  public static let fractionDigits = 8
  public static let zero = FixedDecimal(raw: 0)
  public static let one = FixedDecimal(raw: unitsPerWhole)
  /// The largest magnitude that text may name: 10¹⁸, exclusive.
  public static let magnitudeLimit: Int128 = 1_000_000_000_000_000_000 * unitsPerWhole

  @inlinable public init(raw: Int128) { self.raw = raw }

  /// A whole number.
  @inlinable public init(_ whole: Int) { raw = Int128(whole) * 100_000_000 }

  @inlinable public var isZero: Bool { raw == 0 }
  @inlinable public var isPositive: Bool { raw > 0 }
  @inlinable public var isNegative: Bool { raw < 0 }
  public var magnitude: FixedDecimal { raw < 0 ? -self : self }

  @inlinable public static func < (a: FixedDecimal, b: FixedDecimal) -> Bool { a.raw < b.raw }

  @inlinable public static func + (a: FixedDecimal, b: FixedDecimal) -> FixedDecimal {
    let (sum, overflow) = a.raw.addingReportingOverflow(b.raw)
    return FixedDecimal(raw: overflow ? (a.raw < 0 ? .min + 1 : .max) : sum)
  }

  @inlinable public static func - (a: FixedDecimal, b: FixedDecimal) -> FixedDecimal {
    let (difference, overflow) = a.raw.subtractingReportingOverflow(b.raw)
    return FixedDecimal(raw: overflow ? (a.raw < 0 ? .min + 1 : .max) : difference)
  }

  @inlinable public static prefix func - (a: FixedDecimal) -> FixedDecimal {
    FixedDecimal(raw: a.raw == .min ? .max : -a.raw)
  }

  @inlinable public static func += (a: inout FixedDecimal, b: FixedDecimal) { a = a + b }
  @inlinable public static func -= (a: inout FixedDecimal, b: FixedDecimal) { a = a - b }

  /// The product, truncated toward zero to 8 digits; saturates at the type's range.
  public static func * (a: FixedDecimal, b: FixedDecimal) -> FixedDecimal { a.multiplied(by: b, rounding: .towardZero) }

  /// The quotient, truncated toward zero to 8 digits; a division by zero returns zero (callers that care test first).
  public static func / (a: FixedDecimal, b: FixedDecimal) -> FixedDecimal { a.divided(by: b, rounding: .towardZero) }
}

extension FixedDecimal {
  /// How a result with more than 8 digits is cut.
  public enum Rounding: Sendable {
    /// Toward zero.
    case towardZero
    /// Away from zero.
    case awayFromZero
    /// To the nearest; a tie goes away from zero.
    case nearest
    /// To the nearest; a tie goes to the even digit. For figures, which are rounded once, at the end.
    case nearestEven
  }

  /// The product of two values, cut to 8 digits by `rounding`; saturates at the type's range.
  public func multiplied(by other: FixedDecimal, rounding: Rounding) -> FixedDecimal {
    Self.ratio(raw, other.raw, over: Self.unitsPerWhole, rounding: rounding)
  }

  /// The quotient, cut to 8 digits by `rounding`; zero when `other` is zero; saturates at the type's range.
  public func divided(by other: FixedDecimal, rounding: Rounding) -> FixedDecimal {
    guard other.raw != 0 else { return .zero }
    return Self.ratio(raw, Self.unitsPerWhole, over: other.raw, rounding: rounding)
  }

  /// a × b ÷ divisor in full 256-bit width.
  static func ratio(_ a: Int128, _ b: Int128, over divisor: Int128, rounding: Rounding) -> FixedDecimal {
    let negative = ((a < 0) != (b < 0)) != (divisor < 0)
    let x = a.magnitude
    let y = b.magnitude
    let d = divisor.magnitude
    var quotient: UInt128
    let remainder: UInt128
    if x <= UInt128(UInt64.max), y <= UInt128(UInt64.max) {
      let product = x &* y
      (quotient, remainder) = d == unitsPerWhole.magnitude ? inWholes(product) : product.quotientAndRemainder(dividingBy: d)
    } else {
      let product = x.multipliedFullWidth(by: y)
      guard product.high < d else { return FixedDecimal(raw: negative ? .min + 1 : .max) }
      (quotient, remainder) = d.dividingFullWidth(product)
    }
    guard quotient <= UInt128(Int128.max) else { return FixedDecimal(raw: negative ? .min + 1 : .max) }
    switch rounding {
    case .towardZero: break
    case .awayFromZero: if remainder != 0 { quotient += 1 }
    case .nearest: if remainder >= d - remainder { quotient += 1 }
    case .nearestEven:
      let rest = d - remainder
      if remainder > rest || (remainder == rest && quotient & 1 == 1) { quotient += 1 }
    }
    guard quotient <= UInt128(Int128.max) else { return FixedDecimal(raw: negative ? .min + 1 : .max) }
    return FixedDecimal(raw: negative ? -Int128(quotient) : Int128(quotient))
  }

  /// ÷ 10⁸ without a division of 128 bits where the high half is small, as it is for money: 2⁶⁴ = 184 467 440 737 × 10⁸ + 9 551 616.
  @inline(__always) private static func inWholes(_ units: UInt128) -> (quotient: UInt128, remainder: UInt128) {
    let high = UInt64(truncatingIfNeeded: units >> 64)
    let low = UInt64(truncatingIfNeeded: units)
    guard high < 100_000_000 else { return units.quotientAndRemainder(dividingBy: unitsPerWhole.magnitude) }
    let rest = high &* 9_551_616 &+ low % 100_000_000
    let quotient = UInt128(high &* 184_467_440_737) &+ UInt128(low / 100_000_000 &+ rest / 100_000_000)
    return (quotient, UInt128(rest % 100_000_000))
  }

  /// The value with at most `digits` (0…8) fractional digits, to the nearest, a tie to the even digit: how an amount is shown.
  public func rounded(toFractionDigits digits: Int) -> FixedDecimal {
    guard digits < Self.fractionDigits else { return self }
    var unit: Int128 = 1
    for _ in 0..<(Self.fractionDigits - max(digits, 0)) { unit *= 10 }
    let (rounded, overflow) = Self.ratio(raw, 1, over: unit, rounding: .nearestEven).raw.multipliedReportingOverflow(by: unit)
    return overflow ? self : FixedDecimal(raw: rounded)
  }

  /// The largest multiple of `step` that is not greater in magnitude; the value itself when `step` is not positive.
  public func roundedDown(toMultipleOf step: FixedDecimal) -> FixedDecimal {
    guard step.raw > 0 else { return self }
    return FixedDecimal(raw: raw - Self.remainder(raw, step.raw))
  }

  /// What `step`, which is positive, leaves of `value`. Almost all money fits 64 bits, which the machine divides by itself.
  @inline(__always) private static func remainder(_ value: Int128, _ step: Int128) -> Int128 {
    let narrow = Int64(truncatingIfNeeded: value)
    let narrowStep = Int64(truncatingIfNeeded: step)
    return Int128(narrow) == value && Int128(narrowStep) == step ? Int128(narrow % narrowStep) : value % step
  }

  /// The smallest multiple of `step` that is not less in magnitude; the value itself when `step` is not positive.
  public func roundedUp(toMultipleOf step: FixedDecimal) -> FixedDecimal {
    let down = roundedDown(toMultipleOf: step)
    return down == self ? self : (raw < 0 ? down - step : down + step)
  }

  /// Whether the value is a multiple of `step`; true when `step` is not positive (the exchange's "rule off").
  public func isMultiple(of step: FixedDecimal) -> Bool { step.raw <= 0 || Self.remainder(raw, step.raw) == 0 }

  /// Reads a number written in the one way that people's numbers have here, `-?(0|[1-9][0-9]*)(\.[0-9]{1,8})?`, and no negative zero;
  /// `nil` for any other text, such as `007`, `-0` or `1e3`.
  public init?(plain text: String) {
    let isNegative = text.utf8.first == UInt8(ascii: "-")
    let digits = text.utf8.dropFirst(isNegative ? 1 : 0)
    let whole = digits.prefix { $0 != UInt8(ascii: ".") }
    guard whole.count == 1 || whole.first != UInt8(ascii: "0"), let value = FixedDecimal(text: text), !isNegative || !value.isZero else {
      return nil
    }
    self = value
  }

  /// The value as a `Double`, for statistics only: the nearest one up to 2⁵³ units, within two roundings beyond.
  @inlinable public var statisticValue: Double {
    // The standard library's conversion from 128 bits takes a microsecond.
    let narrow = Int64(truncatingIfNeeded: raw)
    return Int128(narrow) == raw ? Double(narrow) / 100_000_000 : wideStatisticValue
  }

  @usableFromInline var wideStatisticValue: Double {
    let units = raw.magnitude
    let magnitude = Double(UInt64(truncatingIfNeeded: units >> 64)) * 0x1p64 + Double(UInt64(truncatingIfNeeded: units))
    return (raw < 0 ? -magnitude : magnitude) / 100_000_000
  }

  /// The nearest value to a statistic, a tie to the even digit; `nil` when it is not finite or its magnitude reaches 10¹⁸.
  public init?(nearestTo statistic: Double) {
    guard statistic.isFinite, statistic.magnitude < 1e18 else { return nil }
    let product = statistic * 100_000_000
    var units = product.rounded(.toNearestOrEven)
    if (product - units).magnitude == 0.5 {
      // What the multiplication cut off tells a tie from what only became one.
      let rest = (-product).addingProduct(statistic, 100_000_000)
      if rest != 0 { units = product.rounded(rest > 0 ? .up : .down) }
    }
    raw = units.magnitude < 0x1p62 ? Int128(Int64(units)) : Int128(units)
  }
}
