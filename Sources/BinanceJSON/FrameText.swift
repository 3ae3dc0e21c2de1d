/// Decoding of string tokens that a ``JSONScanner`` has already checked.
enum FrameText {
  /// Writes the unescaped bytes of a checked string token to `output`; the result is never longer than the token.
  /// Returns the number of bytes, or `nil` when `capacity` does not suffice.
  static func unescape(
    _ source: UnsafePointer<UInt8>, count: Int, into output: UnsafeMutablePointer<UInt8>, capacity: Int
  ) -> Int? {
    guard count <= capacity else { return nil }
    var read = 0
    var written = 0
    while read < count {
      let byte = unsafe source[read]
      read += 1
      guard byte == 0x5C, read < count else {
        unsafe output[written] = byte
        written += 1
        continue
      }
      let kind = unsafe source[read]
      read += 1
      guard kind == 0x75 else {
        unsafe output[written] = simple(kind)
        written += 1
        continue
      }
      var scalar = unsafe unit(source, at: read, count: count)
      read += 4
      if scalar >= 0xD800, scalar <= 0xDBFF, read + 6 <= count {
        let low = unsafe unit(source, at: read + 2, count: count)
        scalar = 0x10000 + ((scalar & 0x3FF) << 10 | (low & 0x3FF))
        read += 6
      }
      written = unsafe append(scalar, to: output, at: written)
    }
    return written
  }

  private static func simple(_ kind: UInt8) -> UInt8 {
    switch kind {
    case 0x62: 0x08
    case 0x66: 0x0C
    case 0x6E: 0x0A
    case 0x72: 0x0D
    case 0x74: 0x09
    default: kind
    }
  }

  private static func unit(_ source: UnsafePointer<UInt8>, at index: Int, count: Int) -> UInt32 {
    guard index + 4 <= count else { return 0xFFFD }
    var value: UInt32 = 0
    for step in 0..<4 { value = unsafe value << 4 | (JSONScanner.hexDigit(source[index + step]) ?? 0) }
    return value
  }

  // An escape `\uXXXX` has 6 bytes and at most 3 of UTF-8, a pair 12 and 4: there is always room.
  private static func append(_ scalar: UInt32, to output: UnsafeMutablePointer<UInt8>, at start: Int) -> Int {
    var index = start
    func put(_ value: UInt32) {
      unsafe output[index] = UInt8(truncatingIfNeeded: value)
      index += 1
    }
    if scalar < 0x80 {
      put(scalar)
    } else if scalar < 0x800 {
      put(0xC0 | scalar >> 6)
      put(0x80 | scalar & 0x3F)
    } else if scalar < 0x10000 {
      put(0xE0 | scalar >> 12)
      put(0x80 | scalar >> 6 & 0x3F)
      put(0x80 | scalar & 0x3F)
    } else {
      put(0xF0 | scalar >> 18)
      put(0x80 | scalar >> 12 & 0x3F)
      put(0x80 | scalar >> 6 & 0x3F)
      put(0x80 | scalar & 0x3F)
    }
    return index
  }
}
