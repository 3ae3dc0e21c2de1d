import TradingModel

/// Reads the one-letter fields of market events. Owns the slots; allocates once, when it is made.
struct FieldReader: ~Copyable {
  static let scratchCapacity = 256
  /// Fields whose strings are names, never decimals, even when all their characters are digits.
  @inline(__always) private static var nameFields: UInt64 {
    FieldSlots.bit(UInt8(ascii: "e")) | FieldSlots.bit(UInt8(ascii: "s")) | FieldSlots.bit(UInt8(ascii: "i"))
  }

  let outer: UnsafeMutablePointer<FieldSlot>
  let inner: UnsafeMutablePointer<FieldSlot>
  let scratch: UnsafeMutablePointer<UInt8>

  init() {
    outer = .allocate(capacity: 64)
    outer.initialize(repeating: FieldSlot(kind: .null, bits: 0), count: 64)
    inner = .allocate(capacity: 64)
    inner.initialize(repeating: FieldSlot(kind: .null, bits: 0), count: 64)
    scratch = .allocate(capacity: Self.scratchCapacity)
    scratch.initialize(repeating: 0, count: Self.scratchCapacity)
  }

  deinit {
    outer.deallocate()
    inner.deallocate()
    scratch.deallocate()
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
    let end = base + count
    var p = Self.afterWhitespace(base, end)
    guard p < end, p.pointee == 0x7B else { throw Self.malformed(base, p) }
    p = Self.afterWhitespace(p + 1, end)
    var slots = outer
    var seen: UInt64 = 0
    var level = Level.frame
    var aroundCandle = Level.frame
    var eventSeen: UInt64 = 0
    var candleSeen: UInt64 = 0
    var hasData = false
    var isControl = false
    var isEmpty = p < end && p.pointee == 0x7D

    while true {
      if !isEmpty {
        guard p < end, p.pointee == 0x22 else { throw Self.malformed(base, p) }
        p += 1
        var letter: UInt8 = 0
        if end - p >= 2, p[1] == 0x22, Self.isLetter(p[0]) {
          letter = p[0]
          p += 2
        } else {
          switch try longKey(base, &p, end) {
          case .letter(let found): letter = found
          case .data where level == .frame:
            p = try Self.afterColon(base, p, end)
            if p < end, p.pointee == 0x7B {
              guard !hasData, seen == 0 else { throw FrameRefusal(.duplicateField, field: "data", offset: p - base) }
              hasData = true
              level = .data
              p = Self.afterWhitespace(p + 1, end)
              isEmpty = p < end && p.pointee == 0x7D
              continue
            }
            try Self.skipValue(base, &p, end, depth: 1)
          case .control where level == .frame:
            isControl = true
            p = try Self.afterColon(base, p, end)
            try Self.skipValue(base, &p, end, depth: 1)
          case .data, .control, .other:
            p = try Self.afterColon(base, p, end)
            try Self.skipValue(base, &p, end, depth: level == .frame ? 1 : level == .data ? 2 : 3)
          }
        }
        if letter != 0 {
          let bit = FieldSlots.bit(letter)
          guard seen & bit == 0, level != .frame || !hasData else { throw Self.duplicate(base, p) }
          seen |= bit
          p = try Self.afterColon(base, p, end)
          guard p < end else { throw Self.malformed(base, p) }
          let slot = slots + Int(letter & 63)
          let first = p.pointee
          if first == 0x22 {
            p += 1
            let number = Self.nameFields & bit == 0 ? Self.decimal(&p, end) : nil
            if let number {
              slot.pointee = FieldSlot(kind: .decimal, bits: UInt64(bitPattern: number))
            } else {
              let start = p - base
              let token = try Self.text(base, &p, end)
              slot.pointee = FieldSlot(
                kind: token.hasEscapes ? .escapedText : .text, bits: UInt64(truncatingIfNeeded: start) << 32 | UInt64(token.count))
            }
          } else if first &- 0x30 <= 9 || first == 0x2D {
            if let number = Self.integer(&p, end) {
              slot.pointee = FieldSlot(kind: .integer, bits: UInt64(bitPattern: number))
            } else {
              try Self.skipValue(base, &p, end, depth: 3)
              slot.pointee = FieldSlot(kind: .otherNumber, bits: 0)
            }
          } else if first == 0x7B, letter == UInt8(ascii: "k"), level != .candle {
            slot.pointee = FieldSlot(kind: .skipped, bits: 0)
            eventSeen = seen
            seen = 0
            aroundCandle = level
            level = .candle
            slots = inner
            p = Self.afterWhitespace(p + 1, end)
            isEmpty = p < end && p.pointee == 0x7D
            continue
          } else {
            slot.pointee = FieldSlot(kind: try Self.otherValue(base, &p, end, level == .candle ? 3 : 2), bits: 0)
          }
        }
        p = Self.afterWhitespace(p, end)
        guard p < end else { throw Self.malformed(base, p) }
        if p.pointee == 0x2C {
          p = Self.afterWhitespace(p + 1, end)
          continue
        }
      }
      // The end of one object, and perhaps of those around it.
      isEmpty = false
      while true {
        guard p < end, p.pointee == 0x7D else { throw Self.malformed(base, p) }
        p = Self.afterWhitespace(p + 1, end)
        switch level {
        case .candle:
          candleSeen = seen
          seen = eventSeen
          slots = outer
          level = aroundCandle
        case .data:
          eventSeen = seen
          seen = 0
          level = .frame
        case .frame:
          guard p == end else { throw Self.malformed(base, p) }
          return Shape(
            event: FieldSlots(slots: outer, seen: hasData ? eventSeen : seen), candle: FieldSlots(slots: inner, seen: candleSeen),
            isControl: isControl)
        }
        guard p < end else { throw Self.malformed(base, p) }
        if p.pointee == 0x2C { break }
      }
      p = Self.afterWhitespace(p + 1, end)
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
    if end - p >= 8 {
      let word = JSONScanner.word(at: p)
      if word & 0xFF_FFFF_FFFF == 0x22_6174_6164 {  // data"
        p += 5
        return .data
      }
      if word & 0xFF_FFFF_FFFF_FFFF == 0x22_6D61_6572_7473 {  // stream"
        p += 7
        return .other
      }
    }
    return try anyKey(base, &p, end)
  }

  @inline(never) private func anyKey(
    _ base: UnsafePointer<UInt8>, _ p: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) throws(FrameRefusal) -> Key {
    let start = p
    let token = try Self.text(base, &p, end)
    var name = UnsafeBufferPointer(start: start, count: token.count)
    if token.hasEscapes {
      guard let count = JSONText.unescape(start, count: token.count, into: scratch, capacity: Self.scratchCapacity) else {
        return .other
      }
      name = UnsafeBufferPointer(start: scratch, count: count)
    }
    if name.count == 1, Self.isLetter(name[0]) { return .letter(name[0]) }
    if Self.equal(name, "data") { return .data }
    for control: StaticString in ["id", "result", "error", "code", "status"] where Self.equal(name, control) { return .control }
    return .other
  }

  @inline(__always) private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

  @inline(__always) private static func afterWhitespace(
    _ pointer: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> UnsafePointer<UInt8> {
    var p = pointer
    while p < end, p.pointee <= 0x20, p.pointee == 0x20 || p.pointee == 0x0A || p.pointee == 0x0D || p.pointee == 0x09 { p += 1 }
    return p
  }

  @inline(__always) private static func afterColon(
    _ base: UnsafePointer<UInt8>, _ pointer: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) throws(FrameRefusal) -> UnsafePointer<UInt8> {
    let p = afterWhitespace(pointer, end)
    guard p < end, p.pointee == 0x3A else { throw malformed(base, p) }
    return afterWhitespace(p + 1, end)
  }

  /// A string token after its opening quote, closing quote included.
  @inline(__always) private static func text(
    _ base: UnsafePointer<UInt8>, _ p: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) throws(FrameRefusal) -> (count: Int, hasEscapes: Bool) {
    var q = p
    let ones: UInt64 = 0x0101_0101_0101_0101
    while end - q >= 8 {
      let word = JSONScanner.word(at: q)
      let quotes = word ^ (ones &* 0x22)
      let slashes = word ^ (ones &* 0x5C)
      let special =
        (((quotes &- ones) & ~quotes) | ((slashes &- ones) & ~slashes) | ((word &- (ones &* 0x20)) & ~word) | word)
        & 0x8080_8080_8080_8080
      if special == 0 {
        q += 8
        continue
      }
      q += special.trailingZeroBitCount >> 3
      guard q.pointee == 0x22 else { break }
      let count = q - p
      p = q + 1
      return (count, false)
    }
    return try anyText(base, &p, end)
  }

  @inline(never) private static func anyText(
    _ base: UnsafePointer<UInt8>, _ p: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) throws(FrameRefusal) -> (count: Int, hasEscapes: Bool) {
    var scanner = JSONScanner(start: base, end: end, position: p)
    let token = try scanner.text()
    p = scanner.position
    return (token.count, token.hasEscapes)
  }

  @inline(never) private static func skipValue(
    _ base: UnsafePointer<UInt8>, _ p: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, depth: Int
  ) throws(FrameRefusal) {
    var scanner = JSONScanner(start: base, end: end, position: p)
    try scanner.skipValue(depth: depth)
    p = scanner.position
  }

  @inline(__always) private static func otherValue(
    _ base: UnsafePointer<UInt8>, _ p: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ depth: Int
  ) throws(FrameRefusal) -> FieldSlot.Kind {
    if end - p >= 5 {
      let word = UInt32(littleEndian: UnsafeRawPointer(p).loadUnaligned(as: UInt32.self))
      if word == 0x6575_7274 {
        p += 4
        return .yes
      }
      if word == 0x736C_6166, p[4] == 0x65 {
        p += 5
        return .no
      }
    }
    let first = p.pointee
    try skipValue(base, &p, end, depth: depth)
    return first == 0x6E ? .null : first == 0x74 ? .yes : first == 0x66 ? .no : .skipped
  }

  @inline(never) private static func malformed(_ base: UnsafePointer<UInt8>, _ p: UnsafePointer<UInt8>) -> FrameRefusal {
    FrameRefusal(.malformed, offset: p - base)
  }

  @inline(never) private static func duplicate(_ base: UnsafePointer<UInt8>, _ p: UnsafePointer<UInt8>) -> FrameRefusal {
    FrameRefusal(.duplicateField, offset: p - base)
  }
}
