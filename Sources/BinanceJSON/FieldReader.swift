import TradingModel

/// Reads the one-letter fields of market events. Owns the slots; allocates once, when it is made.
@safe struct FieldReader: ~Copyable {
  static let scratchCapacity = 256
  /// Fields whose strings are names, never decimals, even when all their characters are digits.
  @inline(__always) private static var nameFields: UInt64 {
    FieldSlots.bit(UInt8(ascii: "e")) | FieldSlots.bit(UInt8(ascii: "s")) | FieldSlots.bit(UInt8(ascii: "i"))
  }

  let outer: UnsafeMutablePointer<FieldSlot>
  let inner: UnsafeMutablePointer<FieldSlot>
  let scratch: UnsafeMutablePointer<UInt8>

  init() {
    unsafe outer = .allocate(capacity: 64)
    unsafe outer.initialize(repeating: FieldSlot(kind: .null, bits: 0), count: 64)
    unsafe inner = .allocate(capacity: 64)
    unsafe inner.initialize(repeating: FieldSlot(kind: .null, bits: 0), count: 64)
    unsafe scratch = .allocate(capacity: Self.scratchCapacity)
    unsafe scratch.initialize(repeating: 0, count: Self.scratchCapacity)
  }

  deinit {
    unsafe outer.deallocate()
    unsafe inner.deallocate()
    unsafe scratch.deallocate()
  }

  /// What a frame holds.
  struct Shape {
    /// The event's own fields: of the top object, or of `data`.
    var event: FieldSlots
    /// The fields of `k`.
    var candle: FieldSlots
    /// The top object has `id`, `result`, `error`, `code` or `status`: an answer to a control message.
    var isControl: Bool
  }

  /// Which object is being read.
  private enum Level { case frame, data, candle }

  /// Scans a whole frame in one pass. The objects that matter (the frame, `data`, `k`) are walked without recursion.
  @inline(__always) func scan(_ base: UnsafePointer<UInt8>, _ count: Int) throws(FrameRefusal) -> Shape {
    let end = unsafe base + count
    var p = unsafe Self.afterWhitespace(base, end)
    guard unsafe p < end, unsafe p.pointee == 0x7B else { throw unsafe Self.malformed(base, p) }
    unsafe p = Self.afterWhitespace(p + 1, end)
    var slots = unsafe outer
    var seen: UInt64 = 0
    var level = Level.frame
    var aroundCandle = Level.frame
    var eventSeen: UInt64 = 0
    var candleSeen: UInt64 = 0
    var hasData = false
    var isControl = false
    var isEmpty = unsafe p < end && p.pointee == 0x7D

    while true {
      if !isEmpty {
        guard unsafe p < end, unsafe p.pointee == 0x22 else { throw unsafe Self.malformed(base, p) }
        unsafe p += 1
        var letter: UInt8 = 0
        if unsafe end - p >= 2, unsafe p[1] == 0x22, unsafe Self.isLetter(p[0]) {
          letter = unsafe p[0]
          unsafe p += 2
        } else {
          switch try unsafe longKey(base, &p, end) {
          case .letter(let found): letter = found
          case .data where level == .frame:
            unsafe p = try Self.afterColon(base, p, end)
            if unsafe p < end, unsafe p.pointee == 0x7B {
              guard !hasData, seen == 0 else { throw unsafe FrameRefusal(.duplicateField, field: "data", offset: p - base) }
              hasData = true
              level = .data
              unsafe p = Self.afterWhitespace(p + 1, end)
              isEmpty = unsafe p < end && p.pointee == 0x7D
              continue
            }
            try unsafe Self.skipValue(base, &p, end, depth: 1)
          case .control where level == .frame:
            isControl = true
            unsafe p = try Self.afterColon(base, p, end)
            try unsafe Self.skipValue(base, &p, end, depth: 1)
          case .data, .control, .other:
            unsafe p = try Self.afterColon(base, p, end)
            try unsafe Self.skipValue(base, &p, end, depth: level == .frame ? 1 : level == .data ? 2 : 3)
          }
        }
        if letter != 0 {
          let bit = FieldSlots.bit(letter)
          guard seen & bit == 0, level != .frame || !hasData else { throw unsafe Self.duplicate(base, p) }
          seen |= bit
          unsafe p = try Self.afterColon(base, p, end)
          guard unsafe p < end else { throw unsafe Self.malformed(base, p) }
          let slot = unsafe slots + Int(letter & 63)
          let first = unsafe p.pointee
          if first == 0x22 {
            unsafe p += 1
            let number = unsafe Self.nameFields & bit == 0 ? Self.decimal(&p, end) : nil
            if let number {
              unsafe slot.pointee = FieldSlot(kind: .decimal, bits: UInt64(bitPattern: number))
            } else {
              let start = unsafe p - base
              let token = try unsafe Self.text(base, &p, end)
              unsafe slot.pointee = FieldSlot(
                kind: token.hasEscapes ? .escapedText : .text, bits: UInt64(truncatingIfNeeded: start) << 32 | UInt64(token.count))
            }
          } else if first &- 0x30 <= 9 || first == 0x2D {
            if let number = unsafe Self.integer(&p, end) {
              unsafe slot.pointee = FieldSlot(kind: .integer, bits: UInt64(bitPattern: number))
            } else {
              try unsafe Self.skipValue(base, &p, end, depth: 3)
              unsafe slot.pointee = FieldSlot(kind: .otherNumber, bits: 0)
            }
          } else if first == 0x7B, letter == UInt8(ascii: "k"), level != .candle {
            unsafe slot.pointee = FieldSlot(kind: .skipped, bits: 0)
            eventSeen = seen
            seen = 0
            aroundCandle = level
            level = .candle
            unsafe slots = inner
            unsafe p = Self.afterWhitespace(p + 1, end)
            isEmpty = unsafe p < end && p.pointee == 0x7D
            continue
          } else {
            unsafe slot.pointee = FieldSlot(kind: try Self.otherValue(base, &p, end, level == .candle ? 3 : 2), bits: 0)
          }
        }
        unsafe p = Self.afterWhitespace(p, end)
        guard unsafe p < end else { throw unsafe Self.malformed(base, p) }
        if unsafe p.pointee == 0x2C {
          unsafe p = Self.afterWhitespace(p + 1, end)
          continue
        }
      }
      // The end of one object, and perhaps of those around it.
      isEmpty = false
      while true {
        guard unsafe p < end, unsafe p.pointee == 0x7D else { throw unsafe Self.malformed(base, p) }
        unsafe p = Self.afterWhitespace(p + 1, end)
        switch level {
        case .candle:
          candleSeen = seen
          seen = eventSeen
          unsafe slots = outer
          level = aroundCandle
        case .data:
          eventSeen = seen
          seen = 0
          level = .frame
        case .frame:
          guard unsafe p == end else { throw unsafe Self.malformed(base, p) }
          return unsafe Shape(
            event: FieldSlots(slots: outer, seen: hasData ? eventSeen : seen), candle: FieldSlots(slots: inner, seen: candleSeen),
            isControl: isControl)
        }
        guard unsafe p < end else { throw unsafe Self.malformed(base, p) }
        if unsafe p.pointee == 0x2C { break }
      }
      unsafe p = Self.afterWhitespace(p + 1, end)
    }
  }

  private enum Key {
    case letter(UInt8)
    case data
    case control
    case other
  }

  /// Reads a key that is not one plain letter, through its closing quote.
  @inline(__always) private func longKey(
    _ base: UnsafePointer<UInt8>, _ p: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) throws(FrameRefusal) -> Key {
    if unsafe end - p >= 8 {
      let word = unsafe JSONScanner.word(at: p)
      if word & 0xFF_FFFF_FFFF == 0x22_6174_6164 {  // data"
        unsafe p += 5
        return .data
      }
      if word & 0xFF_FFFF_FFFF_FFFF == 0x22_6D61_6572_7473 {  // stream"
        unsafe p += 7
        return .other
      }
    }
    return try unsafe anyKey(base, &p, end)
  }

  @inline(never) private func anyKey(
    _ base: UnsafePointer<UInt8>, _ p: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) throws(FrameRefusal) -> Key {
    let start = unsafe p
    let token = try unsafe Self.text(base, &p, end)
    var name = unsafe UnsafeBufferPointer(start: start, count: token.count)
    if token.hasEscapes {
      guard let count = unsafe FrameText.unescape(start, count: token.count, into: scratch, capacity: Self.scratchCapacity) else {
        return .other
      }
      unsafe name = UnsafeBufferPointer(start: scratch, count: count)
    }
    if name.count == 1, unsafe Self.isLetter(name[0]) { return unsafe .letter(name[0]) }
    if unsafe Self.equal(name, "data") { return .data }
    for control: StaticString in ["id", "result", "error", "code", "status"] where unsafe Self.equal(name, control) { return .control }
    return .other
  }

  @inline(__always) private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

  @inline(__always) private static func afterWhitespace(
    _ pointer: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> UnsafePointer<UInt8> {
    var p = unsafe pointer
    while unsafe p < end, unsafe p.pointee <= 0x20,
      unsafe p.pointee == 0x20 || p.pointee == 0x0A || p.pointee == 0x0D || p.pointee == 0x09
    {
      unsafe p += 1
    }
    return unsafe p
  }

  @inline(__always) private static func afterColon(
    _ base: UnsafePointer<UInt8>, _ pointer: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) throws(FrameRefusal) -> UnsafePointer<UInt8> {
    let p = unsafe afterWhitespace(pointer, end)
    guard unsafe p < end, unsafe p.pointee == 0x3A else { throw unsafe malformed(base, p) }
    return unsafe afterWhitespace(p + 1, end)
  }

  /// A string token after its opening quote, closing quote included.
  @inline(__always) private static func text(
    _ base: UnsafePointer<UInt8>, _ p: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) throws(FrameRefusal) -> (count: Int, hasEscapes: Bool) {
    var q = unsafe p
    let ones: UInt64 = 0x0101_0101_0101_0101
    while unsafe end - q >= 8 {
      let word = unsafe JSONScanner.word(at: q)
      let quotes = word ^ (ones &* 0x22)
      let slashes = word ^ (ones &* 0x5C)
      let special =
        (((quotes &- ones) & ~quotes) | ((slashes &- ones) & ~slashes) | ((word &- (ones &* 0x20)) & ~word) | word)
        & 0x8080_8080_8080_8080
      if special == 0 {
        unsafe q += 8
        continue
      }
      unsafe q += special.trailingZeroBitCount >> 3
      guard unsafe q.pointee == 0x22 else { break }
      let count = unsafe q - p
      unsafe p = q + 1
      return (count, false)
    }
    return try unsafe anyText(base, &p, end)
  }

  @inline(never) private static func anyText(
    _ base: UnsafePointer<UInt8>, _ p: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) throws(FrameRefusal) -> (count: Int, hasEscapes: Bool) {
    var scanner = unsafe JSONScanner(start: base, end: end, position: p)
    let token = try scanner.text()
    unsafe p = scanner.position
    return (token.count, token.hasEscapes)
  }

  @inline(never) private static func skipValue(
    _ base: UnsafePointer<UInt8>, _ p: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, depth: Int
  ) throws(FrameRefusal) {
    var scanner = unsafe JSONScanner(start: base, end: end, position: p)
    try scanner.skipValue(depth: depth)
    unsafe p = scanner.position
  }

  @inline(__always) private static func otherValue(
    _ base: UnsafePointer<UInt8>, _ p: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ depth: Int
  ) throws(FrameRefusal) -> FieldSlot.Kind {
    if unsafe end - p >= 5 {
      let word = unsafe UInt32(littleEndian: UnsafeRawPointer(p).loadUnaligned(as: UInt32.self))
      if word == 0x6575_7274 {
        unsafe p += 4
        return .yes
      }
      if word == 0x736C_6166, unsafe p[4] == 0x65 {
        unsafe p += 5
        return .no
      }
    }
    let first = unsafe p.pointee
    try unsafe skipValue(base, &p, end, depth: depth)
    return first == 0x6E ? .null : first == 0x74 ? .yes : first == 0x66 ? .no : .skipped
  }

  @inline(never) private static func malformed(_ base: UnsafePointer<UInt8>, _ p: UnsafePointer<UInt8>) -> FrameRefusal {
    unsafe FrameRefusal(.malformed, offset: p - base)
  }

  @inline(never) private static func duplicate(_ base: UnsafePointer<UInt8>, _ p: UnsafePointer<UInt8>) -> FrameRefusal {
    unsafe FrameRefusal(.duplicateField, offset: p - base)
  }
}
