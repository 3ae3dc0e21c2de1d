import TradingModel

/// The cells of a line one after the other, without the spaces and quotes around them. A delimiter inside quotes is a part of its cell.
@safe struct CellCursor {
  private var rest: UnsafeBufferPointer<UInt8>
  private let delimiter: UInt8
  private var isOver = false

  init(_ line: UnsafeBufferPointer<UInt8>, _ delimiter: UInt8) {
    unsafe rest = line
    self.delimiter = delimiter
  }

  /// The next cell; `nil` behind the last one.
  mutating func next() -> UnsafeBufferPointer<UInt8>? {
    guard !isOver else { return nil }
    let line = unsafe rest
    var start = 0
    while start < line.count, isBlank(unsafe line[start]) { start += 1 }
    if start < line.count, isQuote(unsafe line[start]) {
      let quote = unsafe line[start]
      var end = start + 1
      while end < line.count, unsafe line[end] != quote { end += 1 }
      var behind = end + 1
      while behind < line.count, isBlank(unsafe line[behind]) { behind += 1 }
      // A quote that nothing or something else follows is a part of the text.
      let isLast = behind >= line.count
      let isDelimited = unsafe !isLast && line[behind] == delimiter
      if end < line.count, isLast || isDelimited {
        move(to: behind)
        return unsafe trimmed(line, start + 1, end)
      }
    }
    var end = 0
    while end < line.count, unsafe line[end] != delimiter { end += 1 }
    move(to: end)
    return unsafe trimmed(line, 0, end)
  }

  private mutating func move(to end: Int) {
    guard unsafe end < rest.count else {
      isOver = true
      return
    }
    unsafe rest = UnsafeBufferPointer(rebasing: rest[(end + 1)...])
  }

  private func isQuote(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") }

  private func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 && delimiter != 9 }

  private func trimmed(_ line: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> UnsafeBufferPointer<UInt8> {
    var (start, end) = (start, end)
    while start < end, isBlank(unsafe line[start]) { start += 1 }
    while end > start, isBlank(unsafe line[end - 1]) { end -= 1 }
    return unsafe UnsafeBufferPointer(rebasing: line[start..<end])
  }
}

/// A number in any form that programs write: with an exponent (`1e-05`), a plus, or a point at an end.
struct ScientificNumber {
  private static let digitsMaximum = 36

  private let isNegative: Bool
  /// The digits without the point.
  private let digits: UInt128
  /// Digits from the first that is not 0 to the last that is not.
  private let significant: Int
  /// The number is `digits` × 10 to this power.
  private let power: Int

  /// `nil` when the text is no number, or has digits beyond measure.
  init?(_ text: UnsafeBufferPointer<UInt8>) {
    var index = 0
    func byte() -> UInt8 { unsafe index < text.count ? text[index] : 0 }
    isNegative = byte() == UInt8(ascii: "-")
    if isNegative || byte() == UInt8(ascii: "+") { index += 1 }
    var (digits, count, zeros, power, hasDigits, isBehindPoint) = (UInt128(0), 0, 0, 0, false, false)
    while true {
      let digit = byte() &- 48
      if digit <= 9 {
        hasDigits = true
        if isBehindPoint { power -= 1 }
        // Zeros count once another digit follows them.
        if digit == 0 {
          if count > 0 { zeros += 1 }
        } else {
          guard count + zeros + 1 <= Self.digitsMaximum else { return nil }
          for _ in 0...zeros { digits *= 10 }
          digits += UInt128(digit)
          count += zeros + 1
          zeros = 0
        }
      } else if byte() == UInt8(ascii: "."), !isBehindPoint {
        isBehindPoint = true
      } else {
        break
      }
      index += 1
    }
    guard hasDigits else { return nil }
    power += zeros
    if byte() == UInt8(ascii: "e") || byte() == UInt8(ascii: "E") {
      index += 1
      let isBelow = byte() == UInt8(ascii: "-")
      if isBelow || byte() == UInt8(ascii: "+") { index += 1 }
      var exponent = 0
      let start = index
      while byte() &- 48 <= 9 {
        exponent = min(exponent * 10 + Int(byte() &- 48), 10_000)
        index += 1
      }
      guard index > start else { return nil }
      power += isBelow ? -exponent : exponent
    }
    guard index == text.count, text.count <= 64 else { return nil }
    (self.digits, significant, self.power) = (digits, count, power)
  }

  /// The number as a decimal; `nil` when it has more digits than can be kept.
  ///
  /// One digit too many is no digit of the number when there are 16 or more: a program printed a binary number (0.30000000000000004). Such a one
  /// is rounded.
  var decimal: FixedDecimal? {
    guard digits > 0 else { return .zero }
    // Units of 10⁻⁸.
    let shift = power + 8
    var units = digits
    if shift >= 0 {
      guard significant + shift <= 26 else { return nil }
      for _ in 0..<shift { units *= 10 }
    } else {
      guard shift >= -Self.digitsMaximum else { return nil }
      var unit: UInt128 = 1
      for _ in 0..<(-shift) { unit *= 10 }
      let (whole, rest) = digits.quotientAndRemainder(dividingBy: unit)
      guard rest == 0 || significant >= 16 && significant <= 17 else { return nil }
      units = whole + (rest >= unit - rest ? 1 : 0)
      guard units > 0, units < 100_000_000_000_000_000_000_000_000 else { return nil }
    }
    let value = Int128(units)
    return FixedDecimal(raw: isNegative ? -value : value)
  }

  /// Digits before the point.
  var wholeDigits: Int { significant + power }

  /// The number × 10 to a power; `nil` when that is no whole number from 0 to the largest of 64 bits.
  func scaled(byPower more: Int) -> Int64? {
    let power = power + more
    guard !isNegative, power >= 0, significant + power <= 19 else { return nil }
    var value = digits
    for _ in 0..<power { value *= 10 }
    return Int64(exactly: value)
  }
}
