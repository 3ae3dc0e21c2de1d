import TradingModel

extension FieldReader {
  @inline(__always) private static func isEightDigits(_ word: UInt64) -> Bool {
    let nibbles: UInt64 = 0xF0F0_F0F0_F0F0_F0F0
    return (word & nibbles) | (((word &+ 0x0606_0606_0606_0606) & nibbles) >> 4) == 0x3333_3333_3333_3333
  }

  /// The value of eight ASCII digits, first digit in the lowest byte (three multiplications, after Johnny Lee / Daniel Lemire).
  @inline(__always) private static func eightDigits(_ word: UInt64) -> UInt64 {
    var value = word & 0x0F0F_0F0F_0F0F_0F0F
    value = (value &* 2_561) >> 8
    value = ((value & 0x00FF_00FF_00FF_00FF) &* 6_553_601) >> 16
    return ((value & 0x0000_FFFF_0000_FFFF) &* 42_949_672_960_001) >> 32
  }

  /// A decimal string token after its opening quote, as a count of 10⁻⁸, closing quote included. Returns `nil` and reads nothing when
  /// the text is anything but `-?digits(.digits{1,8})?` with at most 10 integer digits; the caller then takes it as plain text.
  @inline(__always) static func decimal(_ position: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int64? {
    var pointer = unsafe position
    guard unsafe pointer < end else { return nil }
    let isNegative = unsafe pointer.pointee == 0x2D
    if isNegative { unsafe pointer += 1 }
    var whole: UInt64 = 0
    let first = unsafe pointer
    while unsafe pointer < end {
      let digit = unsafe pointer.pointee &- 0x30
      if digit > 9 { break }
      whole = whole &* 10 &+ UInt64(digit)
      unsafe pointer += 1
    }
    let wholeDigits = unsafe pointer - first
    guard wholeDigits > 0, wholeDigits <= 10, unsafe pointer < end else { return nil }
    var fraction: UInt64 = 0
    if unsafe pointer.pointee == 0x2E {
      unsafe pointer += 1
      if unsafe end - pointer >= 9, unsafe pointer[8] == 0x22 {
        let word = unsafe JSONScanner.word(at: pointer)
        guard isEightDigits(word) else { return nil }
        fraction = eightDigits(word)
        unsafe pointer += 8
      } else {
        var digits = 0
        while unsafe pointer < end {
          let digit = unsafe pointer.pointee &- 0x30
          if digit > 9 { break }
          guard digits < 8 else { return nil }
          fraction = fraction &* 10 &+ UInt64(digit)
          digits += 1
          unsafe pointer += 1
        }
        guard digits > 0 else { return nil }
        while digits < 8 {
          fraction = fraction &* 10
          digits += 1
        }
      }
    }
    guard unsafe pointer < end, unsafe pointer.pointee == 0x22 else { return nil }
    unsafe position = pointer + 1
    let magnitude = Int64(bitPattern: whole &* 100_000_000 &+ fraction)
    return isNegative ? 0 &- magnitude : magnitude
  }

  /// A JSON integer of at most 18 digits. Returns `nil` and reads nothing when the number is anything else.
  @inline(__always) static func integer(_ position: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int64? {
    var pointer = unsafe position
    let isNegative = unsafe pointer.pointee == 0x2D
    if isNegative { unsafe pointer += 1 }
    let first = unsafe pointer
    var value: UInt64 = 0
    if unsafe end - pointer >= 8 {
      let word = unsafe JSONScanner.word(at: pointer)
      if isEightDigits(word) {
        value = eightDigits(word)
        unsafe pointer += 8
      }
    }
    while unsafe pointer < end {
      let digit = unsafe pointer.pointee &- 0x30
      if digit > 9 { break }
      value = value &* 10 &+ UInt64(digit)
      unsafe pointer += 1
    }
    let digits = unsafe pointer - first
    guard digits > 0, digits <= 18, unsafe digits == 1 || first.pointee != 0x30 else { return nil }
    if unsafe pointer < end, unsafe pointer.pointee == 0x2E || pointer.pointee | 0x20 == 0x65 { return nil }
    unsafe position = pointer
    let magnitude = Int64(bitPattern: value)
    return isNegative ? 0 &- magnitude : magnitude
  }
}
