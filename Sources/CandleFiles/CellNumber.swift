/// Numbers in their usual form, read at full speed from the start of a cell. Each moves the cursor behind what it read, or answers -1.
///
/// Up to 24 bytes from the cursor on are looked at, digits or not.
enum CellNumber {
  /// Units of 10⁻⁸ of a decimal with at most 10 digits before the point and 8 after it, and no sign.
  @inline(__always) static func decimal(_ cursor: inout UnsafePointer<UInt8>) -> Int64 {
    let head = unsafe DigitWord(at: cursor)
    guard head.stops != 0 else { return unsafe longDecimal(&cursor) }
    let wholeBits = DigitWord.position(head.stops)
    guard wholeBits > 0 else { return -1 }
    let wholeBytes = wholeBits &>> 3
    let whole = head.integer(wholeBits) &* 100_000_000
    guard unsafe cursor[wholeBytes] == UInt8(ascii: ".") else {
      unsafe cursor += wholeBytes
      return whole
    }
    // The end is found from the words at hand, not by another look behind the point: the next cell waits for it.
    let tail = unsafe DigitWord(at: cursor + 8)
    let rest = head.stops & (head.stops &- 1)
    guard rest | tail.stops != 0 else { return -1 }
    // Selected, not branched on: lengths vary from cell to cell, and a wrong guess costs more than all of this.
    let endBits = (rest != 0 ? 0 : 64) &+ DigitWord.position(rest != 0 ? rest : tail.stops)
    let fractionBits = endBits &- wholeBits &- 8
    guard fractionBits > 0, fractionBits <= 64 else { return -1 }
    let fraction = unsafe DigitWord(at: cursor + (wholeBytes &+ 1)).fraction(fractionBits)
    unsafe cursor += endBits &>> 3
    return whole &+ fraction
  }

  /// The same for 8 digits or more before the point.
  @inline(never) private static func longDecimal(_ cursor: inout UnsafePointer<UInt8>) -> Int64 {
    var value = unsafe DigitWord(at: cursor).integer(64)
    let more = unsafe DigitWord(at: cursor + 8)
    switch more.digitBits {
    case 0: break
    case 8: value = value &* 10 &+ more.integer(8)
    case 16: value = value &* 100 &+ more.integer(16)
    default: return -1
    }
    unsafe cursor += 8 &+ (more.digitBits &>> 3)
    value = value &* 100_000_000
    guard unsafe cursor.pointee == UInt8(ascii: ".") else { return value }
    let fraction = unsafe DigitWord(at: cursor + 1)
    guard fraction.digitBits > 0 else { return -1 }
    unsafe cursor += 1 &+ (fraction.digitBits &>> 3)
    return value &+ fraction.fraction(fraction.digitBits)
  }

  /// Nanoseconds since the epoch of an open time (see ``OpenTime``).
  @inline(__always) static func time(_ cursor: inout UnsafePointer<UInt8>) -> Int64 {
    let head = unsafe DigitWord(at: cursor)
    let tail = unsafe DigitWord(at: cursor + 8)
    guard head.stops == 0 else { return -1 }
    if tail.digitBits == 40 {
      unsafe cursor += 13
      return OpenTime.nanoseconds(milliseconds: head.integer(64) &* 100_000 &+ tail.integer(40)) ?? -1
    }
    guard tail.stops == 0, unsafe cursor[16] &- 48 > 9 else { return -1 }
    unsafe cursor += 16
    return OpenTime.nanoseconds(microseconds: head.integer(64) &* 100_000_000 &+ tail.integer(64)) ?? -1
  }

  /// A whole number below 10⁸.
  @inline(__always) static func count(_ cursor: inout UnsafePointer<UInt8>) -> Int64 {
    let word = unsafe DigitWord(at: cursor)
    guard word.digitBits > 0 else { return -1 }
    unsafe cursor += word.digitBits &>> 3
    return word.integer(word.digitBits)
  }
}
