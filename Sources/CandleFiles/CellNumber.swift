/// Numbers in their usual form, read at full speed from the start of a cell. Each moves the cursor behind what it read, or returns -1.
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

/// Eight characters of text as one word, and which of them are digits: decimal text is read eight digits at a time.
///
/// The method is known as SWAR (D. Lemire, "Quickly parsing eight digits"). Bytes are in the order of the text, the first lowest.
struct DigitWord {
  /// Each character less "0": a digit is its value, anything else is 10 or more.
  private let bits: UInt64
  /// The highest bit of each byte that is no digit. Exact up to and including the first byte that is not ASCII.
  let stops: UInt64

  /// The eight bytes at `start`, which need not all belong to the number.
  @inline(__always) init(at start: UnsafePointer<UInt8>) {
    bits = unsafe Self.load(start) ^ 0x3030_3030_3030_3030
    stops = Self.stops(bits)
  }

  /// The eight bytes at `start`, the first lowest.
  @inline(__always) static func load(_ start: UnsafePointer<UInt8>) -> UInt64 {
    unsafe UInt64(littleEndian: UnsafeRawPointer(start).loadUnaligned(as: UInt64.self))
  }

  /// The highest bit of each byte of 10 or more, exact up to and including the first byte above 127.
  @inline(__always) static func stops(_ bits: UInt64) -> UInt64 {
    ((bits &+ 0x7676_7676_7676_7676) | bits) & 0x8080_8080_8080_8080
  }

  /// Eight times the number of leading digits, 0…64.
  @inline(__always) var digitBits: Int { stops == 0 ? 64 : Self.position(stops) }

  /// Eight times the position of the first stop.
  @inline(__always) static func position(_ stops: UInt64) -> Int { stops.trailingZeroBitCount & ~7 }

  /// The first `digitBits` / 8 digits, 1 to 8 of them, as a number.
  @inline(__always) func integer(_ digitBits: Int) -> Int64 { Self.value(bits &<< UInt64(truncatingIfNeeded: 64 &- digitBits)) }

  /// The first `digitBits` / 8 digits, 1 to 8 of them, with zeros after them up to eight: a fraction in units of 10⁻⁸.
  @inline(__always) func fraction(_ digitBits: Int) -> Int64 {
    Self.value(bits & (UInt64.max &>> UInt64(truncatingIfNeeded: 64 &- digitBits)))
  }

  /// Eight bytes 0…9 as a number.
  @inline(__always) static func value(_ digits: UInt64) -> Int64 {
    let pairs = digits &* 10 &+ (digits &>> 8)
    let low = (pairs & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
    let high = ((pairs &>> 16) & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
    return Int64(truncatingIfNeeded: (low &+ high) &>> 32)
  }
}

/// How many digits a price had before and after its point: the next ones of a file mostly have as many, and are then read in one step,
/// without a search for their point and end.
struct PriceShape {
  private let wholeBytes: Int
  private let bytes: Int
  private let wholeShift: UInt64
  private let fractionBits: UInt64
  private let fractionMask: UInt64
  /// "0" in each byte of the digits.
  private let zeros: UInt64
  private let scale: Int64

  /// Any shape will do to start with.
  static let initial = PriceShape(wholeBytes: 1, fractionBytes: 1)

  private init(wholeBytes: Int, fractionBytes: Int) {
    self.wholeBytes = wholeBytes
    bytes = wholeBytes &+ fractionBytes &+ 1
    wholeShift = UInt64(truncatingIfNeeded: 64 &- wholeBytes &* 8)
    fractionBits = UInt64(truncatingIfNeeded: fractionBytes &* 8)
    fractionMask = UInt64.max &<< (64 &- fractionBits)
    zeros = 0x3030_3030_3030_3030 &<< (wholeShift &- fractionBits)
    var scale: Int64 = 1
    for _ in 0..<max(8 &- fractionBytes, 0) { scale = scale &* 10 }
    self.scale = scale
  }

  /// The shape of a cell with its point after `wholeBytes` and its end after `bytes`; `nil` when it has more than eight digits, or none
  /// on a side of its point.
  init?(wholeBytes: Int, bytes: Int) {
    guard wholeBytes > 0, bytes > wholeBytes &+ 1, bytes <= 9 else { return nil }
    self.init(wholeBytes: wholeBytes, fractionBytes: bytes &- wholeBytes &- 1)
  }

  /// Units of 10⁻⁸ of a price of this shape with a comma after it, or -1: something else is there.
  ///
  /// Moves the cursor behind the comma. Up to 5 bytes before the cell are looked at, and 16 from its start on.
  @inline(__always) func price(_ cursor: inout UnsafePointer<UInt8>) -> Int64 {
    guard unsafe cursor[wholeBytes] == UInt8(ascii: "."), unsafe cursor[bytes] == UInt8(ascii: ",") else { return -1 }
    let whole = unsafe (DigitWord.load(cursor) &<< wholeShift) &>> fractionBits
    let fraction = unsafe DigitWord.load(cursor + (bytes &- 8)) & fractionMask
    let digits = (whole | fraction) ^ zeros
    guard DigitWord.stops(digits) == 0 else { return -1 }
    unsafe cursor += bytes &+ 1
    return DigitWord.value(digits) &* scale
  }
}
