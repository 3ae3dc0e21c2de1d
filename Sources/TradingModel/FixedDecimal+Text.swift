extension FixedDecimal: CustomStringConvertible {
  /// Parses decimal text: an optional `-`, 1 to 18 integer digits, and optionally a point with at least one digit.
  /// Digits after the eighth must be zero. Anything else (spaces, `+`, exponent, hex, separators, NaN) answers `nil`.
  public init?(text: some StringProtocol) {
    if let parsed = text.utf8.withContiguousStorageIfAvailable({ FixedDecimal(utf8: $0) }) {
      guard let parsed else { return nil }
      self = parsed
    } else {
      guard let parsed = Array(text.utf8).withUnsafeBufferPointer({ FixedDecimal(utf8: $0) }) else { return nil }
      self = parsed
    }
  }

  /// Parses decimal text from bytes under the grammar of ``init(text:)``. Allocates nothing.
  public init?(utf8 bytes: UnsafeBufferPointer<UInt8>) {
    var index = 0
    let count = bytes.count
    guard count > 0, count <= 64 else { return nil }
    let negative = bytes[0] == UInt8(ascii: "-")
    if negative { index = 1 }
    var whole: UInt64 = 0
    let wholeStart = index
    while index < count {
      let digit = bytes[index] &- 48
      guard digit <= 9 else { break }
      guard index - wholeStart < 18 else { return nil }
      whole = whole &* 10 &+ UInt64(digit)
      index += 1
    }
    guard index > wholeStart else { return nil }
    var fraction: UInt64 = 0
    if index < count {
      guard bytes[index] == UInt8(ascii: "."), index + 1 < count else { return nil }
      index += 1
      var digits = 0
      while index < count {
        let digit = bytes[index] &- 48
        guard digit <= 9 else { return nil }
        if digits < 8 {
          fraction = fraction &* 10 &+ UInt64(digit)
          digits += 1
        } else if digit != 0 {
          return nil
        }
        index += 1
      }
      while digits < 8 {
        fraction = fraction &* 10
        digits += 1
      }
    }
    let magnitude = Int128(whole) &* Self.unitsPerWhole &+ Int128(fraction)
    raw = negative ? -magnitude : magnitude
  }

  /// The shortest text: no trailing zeros, no point for whole numbers ("0.001", "42", "-1.5").
  public var description: String { text(fractionDigitsMinimum: 0) }

  /// Text with at least `fractionDigitsMinimum` (0…8) fractional digits, as many more as the value needs.
  public func text(fractionDigitsMinimum: Int) -> String {
    var digits = [UInt8]()
    digits.reserveCapacity(28)
    var rest = raw.magnitude
    var position = 0
    var significant = false
    while rest != 0 || position <= 8 {
      if position == 8, significant { digits.append(UInt8(ascii: ".")) }
      let digit: UInt8
      if rest <= UInt128(UInt64.max) {
        let small = UInt64(truncatingIfNeeded: rest)
        digit = UInt8(truncatingIfNeeded: small % 10)
        rest = UInt128(small / 10)
      } else {
        let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
        digit = UInt8(truncatingIfNeeded: remainder)
        rest = quotient
      }
      if position >= 8 || significant || digit != 0 || 8 - position <= fractionDigitsMinimum {
        digits.append(digit + 48)
        if position < 8 { significant = true }
      }
      position += 1
    }
    if raw < 0 { digits.append(UInt8(ascii: "-")) }
    digits.reverse()
    return String(decoding: digits, as: UTF8.self)
  }
}

/// A price: quote asset per one unit of base asset.
public typealias Price = FixedDecimal
/// A quantity of the base asset.
public typealias Quantity = FixedDecimal
/// An amount of an asset, most often the quote asset.
public typealias Amount = FixedDecimal
