/// The bytes of a short name as five whole numbers, the first byte highest and the rest zero: comparing the numbers in order
/// compares the text. Names hold no byte 0, so the numbers alone say where the text ends. A value that owns nothing: copying it counts no
/// reference.
@usableFromInline struct PackedText: Sendable {
  static let capacity = 40

  private(set) var words: (UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0)
  private(set) var count = 0

  init() {}

  /// The bytes of `text` that `isAllowed`; `nil` when it is empty, longer than `maximum` or holds another byte.
  init?(_ text: String, maximum: Int, where isAllowed: (UInt8) -> Bool) {
    for byte in text.utf8 {
      guard count < maximum, isAllowed(byte) else { return nil }
      append(byte)
    }
    guard count > 0 else { return nil }
  }

  /// Adds a byte; one that does not fit is dropped.
  @inline(__always) mutating func append(_ byte: UInt8) {
    guard count < Self.capacity else { return }
    let bits = UInt64(byte) << UInt64(56 - 8 * (count & 7))
    switch count >> 3 {
    case 0: words.0 |= bits
    case 1: words.1 |= bits
    case 2: words.2 |= bits
    case 3: words.3 |= bits
    default: words.4 |= bits
    }
    count += 1
  }

  /// The text of up to five such numbers. Cost: one allocation when it is longer than 15 bytes.
  static func text(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64 = 0, _ e: UInt64 = 0) -> String {
    let count = Self.length(a, b, c, d, e)
    return unsafe String(unsafeUninitializedCapacity: count) { buffer in
      for index in 0..<count { unsafe buffer[index] = byte(index, a, b, c, d, e) }
      return count
    }
  }

  static func length(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64, _ e: UInt64) -> Int {
    if e != 0 { return 40 - e.trailingZeroBitCount / 8 }
    if d != 0 { return 32 - d.trailingZeroBitCount / 8 }
    if c != 0 { return 24 - c.trailingZeroBitCount / 8 }
    if b != 0 { return 16 - b.trailingZeroBitCount / 8 }
    return a == 0 ? 0 : 8 - a.trailingZeroBitCount / 8
  }

  @inline(__always) static func byte(
    _ index: Int, _ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64 = 0, _ e: UInt64 = 0
  ) -> UInt8 {
    let word =
      switch index >> 3 {
      case 0: a
      case 1: b
      case 2: c
      case 3: d
      default: e
      }
    return UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * (index & 7)))
  }

  /// Stirs another number into a fingerprint (the finalizer of MurmurHash3, 64 bits).
  @inlinable @inline(__always) static func stir(_ fingerprint: UInt64, _ word: UInt64) -> UInt64 {
    var mixed = (fingerprint ^ word) &* 0xff51_afd7_ed55_8ccd
    mixed ^= mixed >> 33
    return mixed &* 0xc4ce_b9fe_1a85_ec53
  }
}
