extension FixedDecimal: CustomStringConvertible {
  /// Parses decimal text: an optional `-`, 1 to 18 integer digits, and optionally a point with at least one digit.
  /// Digits after the eighth must be zero. Anything else (spaces, `+`, exponent, hex, separators, NaN) returns `nil`.
  public init?(text: some StringProtocol) {
    if let parsed = text.utf8.withContiguousStorageIfAvailable({ unsafe FixedDecimal(utf8: $0) }) {
      guard let parsed else { return nil }
      self = parsed
    } else {
      guard let parsed = unsafe Array(text.utf8).withUnsafeBufferPointer({ unsafe FixedDecimal(utf8: $0) }) else { return nil }
      self = parsed
    }
  }

  /// Parses decimal text from bytes under the grammar of ``init(text:)``. Allocates nothing.
  public init?(utf8 bytes: UnsafeBufferPointer<UInt8>) {
    var index = 0
    let count = bytes.count
    guard count > 0, count <= 64 else { return nil }
    let negative = unsafe bytes[0] == UInt8(ascii: "-")
    if negative { index = 1 }
    var whole: UInt64 = 0
    let wholeStart = index
    while index < count {
      let digit = unsafe bytes[index] &- 48
      guard digit <= 9 else { break }
      guard index - wholeStart < 18 else { return nil }
      whole = whole &* 10 &+ UInt64(digit)
      index += 1
    }
    guard index > wholeStart else { return nil }
    var fraction: UInt64 = 0
    if index < count {
      guard unsafe bytes[index] == UInt8(ascii: "."), index + 1 < count else { return nil }
      index += 1
      var digits = 0
      while index < count {
        let digit = unsafe bytes[index] &- 48
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
    // A sign, 31 integer digits, a point and 8 fractional digits at most.
    unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 48) { buffer in
      let start = unsafe write(into: buffer, fractionDigitsMinimum: fractionDigitsMinimum)
      return unsafe String(decoding: buffer[start...], as: UTF8.self)
    }
  }

  /// Writes the text at the end of `buffer`, which holds at least 41 bytes, and returns where it starts.
  private func write(into buffer: UnsafeMutableBufferPointer<UInt8>, fractionDigitsMinimum: Int) -> Int {
    let magnitude = raw.magnitude
    var whole: UInt128
    var fraction: UInt32
    if magnitude <= UInt128(UInt64.max) {
      let units = UInt64(truncatingIfNeeded: magnitude)
      whole = UInt128(units / 100_000_000)
      fraction = UInt32(truncatingIfNeeded: units % 100_000_000)
    } else {
      let (quotient, remainder) = magnitude.quotientAndRemainder(dividingBy: 100_000_000)
      whole = quotient
      fraction = UInt32(truncatingIfNeeded: remainder)
    }
    var position = buffer.count
    var isShown = false
    for digits in stride(from: Self.fractionDigits, to: 0, by: -1) {
      let digit = UInt8(truncatingIfNeeded: fraction % 10)
      fraction /= 10
      guard isShown || digit != 0 || digits <= fractionDigitsMinimum else { continue }
      isShown = true
      position -= 1
      unsafe buffer[position] = digit + 48
    }
    if isShown {
      position -= 1
      unsafe buffer[position] = UInt8(ascii: ".")
    }
    while whole > UInt128(UInt64.max) {
      let (rest, digit) = whole.quotientAndRemainder(dividingBy: 10)
      position -= 1
      unsafe buffer[position] = UInt8(truncatingIfNeeded: digit) + 48
      whole = rest
    }
    position = unsafe Self.write(UInt64(truncatingIfNeeded: whole), before: position, in: buffer)
    if raw < 0 {
      position -= 1
      unsafe buffer[position] = UInt8(ascii: "-")
    }
    return position
  }

  private static func write(_ number: UInt64, before end: Int, in buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
    var rest = number
    var position = end
    repeat {
      position -= 1
      unsafe buffer[position] = UInt8(truncatingIfNeeded: rest % 10) + 48
      rest /= 10
    } while rest != 0
    return position
  }
}

/// A price: quote asset per one unit of base asset.
public typealias Price = FixedDecimal
/// A quantity of the base asset.
public typealias Quantity = FixedDecimal
/// An amount of an asset, most often the quote asset.
public typealias Amount = FixedDecimal
