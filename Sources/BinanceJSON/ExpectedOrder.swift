import TradingModel

/// Reads fields in the order in which the exchange writes them today, a word at a time. Any deviation returns `false` or `nil` and the
/// caller falls back to ``FieldReader``, which takes any order; what this reader accepts is always what that one would have read.
@safe struct ExpectedOrder {
  /// The next byte.
  var p: UnsafePointer<UInt8>
  let end: UnsafePointer<UInt8>

  @inline(__always) init(_ base: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) {
    unsafe p = base
    unsafe self.end = end
  }

  @inline(__always) static func powerOfTen(_ exponent: Int) -> UInt64 {
    switch exponent {
    case 0: 1
    case 1: 10
    case 2: 100
    case 3: 1_000
    case 4: 10_000
    case 5: 100_000
    case 6: 1_000_000
    case 7: 10_000_000
    default: 100_000_000
    }
  }

  /// `,"x":"` before a string.
  @inline(__always) mutating func stringKey(_ letter: Unicode.Scalar) -> Bool {
    guard unsafe end - p >= 8 else { return false }
    guard unsafe JSONScanner.word(at: p) & 0xFFFF_FFFF_FFFF == 0x223A_2200_222C | UInt64(letter.value) << 16 else { return false }
    unsafe p += 6
    return true
  }

  /// `,"x":` before anything else.
  @inline(__always) mutating func plainKey(_ letter: Unicode.Scalar) -> Bool {
    guard unsafe end - p >= 8 else { return false }
    guard unsafe JSONScanner.word(at: p) & 0xFF_FFFF_FFFF == 0x3A_2200_222C | UInt64(letter.value) << 16 else { return false }
    unsafe p += 5
    return true
  }

  /// The first `count` bytes of `word`.
  @inline(__always) mutating func bytes(_ word: UInt64, _ count: Int) -> Bool {
    guard unsafe end - p >= 8 else { return false }
    guard unsafe JSONScanner.word(at: p) &<< UInt64(64 - 8 * count) == word &<< UInt64(64 - 8 * count) else { return false }
    unsafe p += count
    return true
  }

  /// Ends of objects, `count` of them, and then the end of the frame.
  @inline(__always) func isClosed(_ count: Int) -> Bool {
    guard unsafe end - p == count else { return false }
    var pointer = unsafe p
    while unsafe pointer < end {
      if unsafe pointer.pointee != 0x7D { return false }
      unsafe pointer += 1
    }
    return true
  }

  /// How many of a word's bytes are digits, from the first on.
  @inline(__always) private static func leadingDigits(_ word: UInt64) -> Int {
    // A byte is a digit when its high nibble is 3 and stays 3 after adding 6; a byte's own carry can only spoil bytes after it.
    let high = (word & 0xF0F0_F0F0_F0F0_F0F0) ^ 0x3030_3030_3030_3030
    let over = ((word & 0x0F0F_0F0F_0F0F_0F0F) &+ 0x0606_0606_0606_0606) & 0x1010_1010_1010_1010
    let other = high | over
    return other == 0 ? 8 : other.trailingZeroBitCount >> 3
  }

  /// The value of eight ASCII digits, first digit in the lowest byte; zero bytes count as zeros.
  @inline(__always) private static func value(_ word: UInt64) -> UInt64 {
    var value = word & 0x0F0F_0F0F_0F0F_0F0F
    value = (value &* 2_561) >> 8
    value = ((value & 0x00FF_00FF_00FF_00FF) &* 6_553_601) >> 16
    return ((value & 0x0000_FFFF_0000_FFFF) &* 42_949_672_960_001) >> 32
  }

  /// An integer of 1 to 15 digits without sign and leading zero.
  @inline(__always) mutating func integer() -> Int64? {
    guard unsafe end - p >= 16 else { return nil }
    let first = unsafe JSONScanner.word(at: p)
    let count = Self.leadingDigits(first)
    if count < 8 {
      guard count > 0, unsafe count == 1 || p.pointee != 0x30 else { return nil }
      unsafe p += count
      guard unsafe p.pointee == 0x2C else { return nil }
      return Int64(Self.value(first &<< UInt64(64 - 8 * count)))
    }
    guard unsafe p.pointee != 0x30 else { return nil }
    let second = unsafe JSONScanner.word(at: p + 8)
    let more = Self.leadingDigits(second)
    guard more < 8 else { return nil }
    unsafe p += 8 + more
    guard unsafe p.pointee == 0x2C else { return nil }
    let low = more == 0 ? 0 : Self.value(second &<< UInt64(64 - 8 * more))
    return Int64(Self.value(first) &* Self.powerOfTen(more) &+ low)
  }

  /// A decimal of 1 to 8 integer and 1 to 8 fractional digits through its closing quote, in units of 10⁻⁸.
  @inline(__always) mutating func decimal() -> Int64? {
    guard unsafe end - p >= 8 else { return nil }
    let wholeWord = unsafe JSONScanner.word(at: p)
    let wholeCount = Self.leadingDigits(wholeWord)
    guard wholeCount > 0, wholeCount < 8, unsafe end - p >= wholeCount + 9 else { return nil }
    let whole = Self.value(wholeWord &<< UInt64(64 - 8 * wholeCount))
    guard unsafe p[wholeCount] == 0x2E else { return nil }
    let fraction = unsafe p + (wholeCount + 1)
    let word = unsafe JSONScanner.word(at: fraction)
    let count = Self.leadingDigits(word)
    if count == 8 {
      guard unsafe end - fraction > 8, unsafe fraction[8] == 0x22 else { return nil }
      unsafe p = fraction + 9
      return Int64(whole &* 100_000_000 &+ Self.value(word))
    }
    guard count > 0, unsafe fraction[count] == 0x22 else { return nil }
    unsafe p = fraction + (count + 1)
    return Int64(whole &* 100_000_000 &+ Self.value(word &<< UInt64(64 - 8 * count)) &* Self.powerOfTen(8 - count))
  }

  /// `true` or `false`.
  @inline(__always) mutating func bool() -> Bool? {
    guard unsafe end - p >= 8 else { return nil }
    let word = unsafe JSONScanner.word(at: p)
    if word & 0xFFFF_FFFF == 0x6575_7274 {
      unsafe p += 4
      return true
    }
    guard word & 0xFF_FFFF_FFFF == 0x65_736C_6166 else { return nil }
    unsafe p += 5
    return false
  }

  /// A name of at most 16 plain bytes through its closing quote.
  @inline(__always) mutating func name() -> SymbolTable.Key? {
    guard unsafe end - p >= 24 else { return nil }
    var key = SymbolTable.Key()
    let first = unsafe JSONScanner.word(at: p)
    let end1 = Self.quote(in: first)
    if end1 < 8 {
      guard end1 > 0, unsafe p[end1] == 0x22 else { return nil }
      key.first = Self.prefix(first, end1)
      unsafe p += end1 + 1
      return key
    }
    key.first = first
    let second = unsafe JSONScanner.word(at: p + 8)
    let end2 = Self.quote(in: second)
    guard end2 < 8, unsafe p[8 + end2] == 0x22 else { return nil }
    if end2 > 0 { key.second = Self.prefix(second, end2) }
    unsafe p += 9 + end2
    return key
  }

  /// The first `count` (1 to 7) bytes of a word.
  @inline(__always) private static func prefix(_ word: UInt64, _ count: Int) -> UInt64 {
    let unused = UInt64(64 - 8 * count)
    return (word &<< unused) &>> unused
  }

  /// The index of the first byte that is a quote, a backslash, a control character or beyond ASCII; 8 when there is none.
  @inline(__always) private static func quote(in word: UInt64) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quotes = word ^ (ones &* 0x22)
    let slashes = word ^ (ones &* 0x5C)
    let special =
      (((quotes &- ones) & ~quotes) | ((slashes &- ones) & ~slashes) | ((word &- (ones &* 0x20)) & ~word) | word)
      & 0x8080_8080_8080_8080
    return special == 0 ? 8 : special.trailingZeroBitCount >> 3
  }

  /// The rest of a plain string through its closing quote.
  @inline(__always) mutating func skipText() -> Bool {
    while unsafe end - p >= 8 {
      let index = unsafe Self.quote(in: JSONScanner.word(at: p))
      if index == 8 {
        unsafe p += 8
        continue
      }
      guard unsafe p[index] == 0x22 else { return false }
      unsafe p += index + 1
      return true
    }
    return false
  }
}
