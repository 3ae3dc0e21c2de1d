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
