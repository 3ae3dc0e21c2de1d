/// A strict, allocation-free reader of JSON text (RFC 8259) over borrowed bytes.
///
/// Accepts any white space, field order and escape; refuses trailing commas, a byte order mark, control characters in strings,
/// malformed numbers, invalid UTF-8 and unpaired surrogates. Every read is checked against `end`.
@safe struct JSONScanner {
  /// How deep arrays and objects may nest.
  static let depthMaximum = 64

  let start: UnsafePointer<UInt8>
  let end: UnsafePointer<UInt8>
  /// The next byte to read; `start ≤ position ≤ end`.
  var position: UnsafePointer<UInt8>

  /// What a string token holds besides plain ASCII.
  @safe struct Text {
    var start: UnsafePointer<UInt8>
    var count: Int
    var hasEscapes: Bool
  }

  @inline(__always) init(start: UnsafePointer<UInt8>, count: Int) {
    unsafe self.start = start
    unsafe end = start + count
    unsafe position = start
  }

  /// Continues inside a text.
  @inline(__always) init(start: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>, position: UnsafePointer<UInt8>) {
    unsafe self.start = start
    unsafe self.end = end
    unsafe self.position = position
  }

  @inline(__always) var offset: Int { unsafe position - start }
  @inline(__always) var isAtEnd: Bool { unsafe position >= end }

  @inline(never) func malformed() -> FrameRefusal { FrameRefusal(.malformed, offset: offset) }

  @inline(__always) static func word(at pointer: UnsafePointer<UInt8>) -> UInt64 {
    unsafe UInt64(littleEndian: UnsafeRawPointer(pointer).loadUnaligned(as: UInt64.self))
  }

  @inline(__always) mutating func skipWhitespace() {
    while unsafe position < end {
      let byte = unsafe position.pointee
      if byte > 0x20 { return }
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
      unsafe position += 1
    }
  }

  /// Reads `byte` or refuses.
  @inline(__always) mutating func expect(_ byte: UInt8) throws(FrameRefusal) {
    guard unsafe position < end, unsafe position.pointee == byte else { throw malformed() }
    unsafe position += 1
  }

  /// Reads `byte` if it is next.
  @inline(__always) mutating func take(_ byte: UInt8) -> Bool {
    guard unsafe position < end, unsafe position.pointee == byte else { return false }
    unsafe position += 1
    return true
  }

  /// Reads the rest of a string after its opening quote, closing quote included.
  @inline(__always) mutating func text() throws(FrameRefusal) -> Text {
    let first = unsafe position
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highs: UInt64 = 0x8080_8080_8080_8080
    while unsafe end - position >= 8 {
      let word = unsafe Self.word(at: position)
      let quotes = word ^ (ones &* 0x22)
      let slashes = word ^ (ones &* 0x5C)
      let special =
        (((quotes &- ones) & ~quotes) | ((slashes &- ones) & ~slashes) | ((word &- (ones &* 0x20)) & ~word) | word) & highs
      if special == 0 {
        unsafe position += 8
        continue
      }
      unsafe position += special.trailingZeroBitCount >> 3
      break
    }
    if unsafe position < end, unsafe position.pointee == 0x22 {
      let count = unsafe position - first
      unsafe position += 1
      return unsafe Text(start: first, count: count, hasEscapes: false)
    }
    return try unsafe longText(first)
  }

  @inline(never) private mutating func longText(_ first: UnsafePointer<UInt8>) throws(FrameRefusal) -> Text {
    var hasEscapes = false
    var hasHighBytes = false
    while unsafe position < end {
      let byte = unsafe position.pointee
      if byte == 0x22 {
        let text = unsafe Text(start: first, count: position - first, hasEscapes: hasEscapes)
        if hasHighBytes, unsafe !Self.isValidUTF8(first, text.count) { throw malformed() }
        unsafe position += 1
        return text
      }
      guard byte >= 0x20 else { throw malformed() }
      if byte >= 0x80 { hasHighBytes = true }
      if byte == 0x5C {
        hasEscapes = true
        unsafe position += 1
        try skipEscape()
      } else {
        unsafe position += 1
      }
    }
    throw malformed()
  }

  /// Checks one escape after its backslash; a `\u` surrogate must have its other half.
  private mutating func skipEscape() throws(FrameRefusal) {
    guard unsafe position < end else { throw malformed() }
    let kind = unsafe position.pointee
    unsafe position += 1
    switch kind {
    case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74: return
    case 0x75:
      let unit = try hexUnit()
      if unit >= 0xDC00, unit <= 0xDFFF { throw malformed() }
      if unit >= 0xD800, unit <= 0xDBFF {
        guard take(0x5C), take(0x75) else { throw malformed() }
        let low = try hexUnit()
        guard low >= 0xDC00, low <= 0xDFFF else { throw malformed() }
      }
    default: throw malformed()
    }
  }

  private mutating func hexUnit() throws(FrameRefusal) -> UInt32 {
    guard unsafe end - position >= 4 else { throw malformed() }
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = unsafe Self.hexDigit(position.pointee) else { throw malformed() }
      unit = unit << 4 | digit
      unsafe position += 1
    }
    return unit
  }

  static func hexDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case 0x30...0x39: UInt32(byte - 0x30)
    case 0x41...0x46: UInt32(byte - 0x37)
    case 0x61...0x66: UInt32(byte - 0x57)
    default: nil
    }
  }

  /// Well-formed UTF-8 (Unicode table 3-7).
  static func isValidUTF8(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    var index = 0
    while index < count {
      let byte = unsafe bytes[index]
      if byte < 0x80 {
        index += 1
        continue
      }
      let length: Int
      var low: UInt8 = 0x80
      var high: UInt8 = 0xBF
      switch byte {
      case 0xC2...0xDF: length = 2
      case 0xE0: (length, low) = (3, 0xA0)
      case 0xED: (length, high) = (3, 0x9F)
      case 0xE1...0xEF: length = 3
      case 0xF0: (length, low) = (4, 0x90)
      case 0xF1...0xF3: length = 4
      case 0xF4: (length, high) = (4, 0x8F)
      default: return false
      }
      guard count - index >= length, unsafe bytes[index + 1] >= low, unsafe bytes[index + 1] <= high else { return false }
      for follow in 2..<max(2, length) where unsafe bytes[index + follow] & 0xC0 != 0x80 { return false }
      index += length
    }
    return true
  }

  /// Reads a number's text under JSON's grammar; true when it is an integer.
  mutating func number() throws(FrameRefusal) -> Bool {
    _ = take(0x2D)
    guard unsafe position < end else { throw malformed() }
    if unsafe position.pointee == 0x30 {
      unsafe position += 1
    } else {
      try digits()
    }
    var isInteger = true
    if take(0x2E) {
      isInteger = false
      try digits()
    }
    if unsafe position < end, unsafe position.pointee | 0x20 == 0x65 {
      isInteger = false
      unsafe position += 1
      if unsafe position < end, unsafe position.pointee == 0x2B || position.pointee == 0x2D { unsafe position += 1 }
      try digits()
    }
    // "01" and "1x" end here with a byte that no value may be followed by; the caller's next `expect` refuses it.
    return isInteger
  }

  private mutating func digits() throws(FrameRefusal) {
    let first = unsafe position
    while unsafe position < end, unsafe position.pointee &- 0x30 <= 9 { unsafe position += 1 }
    guard unsafe position > first else { throw malformed() }
  }

  /// Reads `true`, `false` or `null`; the first letter tells which.
  @inline(__always) mutating func literal() throws(FrameRefusal) -> UInt8 {
    guard unsafe end - position >= 4 else { throw malformed() }
    let word = unsafe UInt32(littleEndian: UnsafeRawPointer(position).loadUnaligned(as: UInt32.self))
    if word == 0x6575_7274 {  // true
      unsafe position += 4
      return 0x74
    }
    if word == 0x6C6C_756E {  // null
      unsafe position += 4
      return 0x6E
    }
    guard word == 0x736C_6166, unsafe end - position >= 5, unsafe position[4] == 0x65 else { throw malformed() }  // false
    unsafe position += 5
    return 0x66
  }

  /// Reads and checks one value of any kind. `depth` counts the containers around it.
  @inline(never) mutating func skipValue(depth: Int) throws(FrameRefusal) {
    guard unsafe position < end else { throw malformed() }
    switch unsafe position.pointee {
    case 0x22:
      unsafe position += 1
      _ = try text()
    case 0x2D, 0x30...0x39: _ = try number()
    case 0x7B: try skipObject(depth: depth)
    case 0x5B: try skipArray(depth: depth)
    default: _ = try literal()
    }
  }

  private mutating func skipObject(depth: Int) throws(FrameRefusal) {
    guard depth < Self.depthMaximum else { throw FrameRefusal(.tooDeep, offset: offset) }
    unsafe position += 1
    skipWhitespace()
    if take(0x7D) { return }
    while true {
      try expect(0x22)
      _ = try text()
      skipWhitespace()
      try expect(0x3A)
      skipWhitespace()
      try skipValue(depth: depth + 1)
      skipWhitespace()
      if take(0x7D) { return }
      try expect(0x2C)
      skipWhitespace()
    }
  }

  private mutating func skipArray(depth: Int) throws(FrameRefusal) {
    guard depth < Self.depthMaximum else { throw FrameRefusal(.tooDeep, offset: offset) }
    unsafe position += 1
    skipWhitespace()
    if take(0x5D) { return }
    while true {
      try skipValue(depth: depth + 1)
      skipWhitespace()
      if take(0x5D) { return }
      try expect(0x2C)
      skipWhitespace()
    }
  }
}
