import Time
import TradingModel

/// Typed access to scanned fields; refuses with the field's name.
@safe struct FieldContext: ~Copyable {
  let base: UnsafePointer<UInt8>
  let end: UnsafePointer<UInt8>
  let scratch: UnsafeMutablePointer<UInt8>

  @inline(__always) private func slot(_ fields: FieldSlots, _ name: StaticString) throws(FrameRefusal) -> FieldSlot {
    let letter = unsafe name.utf8Start.pointee
    guard fields.has(letter) else { throw FrameRefusal(.missingField, field: name) }
    return fields[letter]
  }

  /// A string's bytes, unescaped; they live until the next call or the end of the frame.
  @inline(__always) func text(_ fields: FieldSlots, _ name: StaticString) throws(FrameRefusal) -> UnsafeBufferPointer<UInt8> {
    let slot = try slot(fields, name)
    guard slot.kind == .text else { return try unsafe otherText(slot, name) }
    return unsafe UnsafeBufferPointer(start: base + Int(slot.bits >> 32), count: Int(slot.bits & 0xFFFF_FFFF))
  }

  @inline(never) private func otherText(_ slot: FieldSlot, _ name: StaticString) throws(FrameRefusal) -> UnsafeBufferPointer<UInt8> {
    let offset = Int(slot.bits >> 32)
    guard slot.kind == .escapedText,
      let count = unsafe FrameText.unescape(
        base + offset, count: Int(slot.bits & 0xFFFF_FFFF), into: scratch, capacity: FieldReader.scratchCapacity)
    else { throw FrameRefusal(.badField, field: name, offset: slot.kind == .escapedText ? offset : 0) }
    return unsafe UnsafeBufferPointer(start: scratch, count: count)
  }

  /// The field `s`; `nil` when it is not a subscribed symbol.
  @inline(__always) func symbol(_ fields: FieldSlots, _ table: borrowing SymbolTable) throws(FrameRefusal) -> (symbol: Symbol, index: Int)?
  {
    let spelled = try unsafe text(fields, "s")
    guard let start = spelled.baseAddress else { return nil }
    let isInFrame = unsafe start >= base && start < end
    let readable = unsafe isInFrame ? end - start : spelled.count
    guard let key = unsafe SymbolTable.key(start, count: spelled.count, readable: readable) else { return nil }
    return table.find(key)
  }

  @inline(__always) func decimal(_ fields: FieldSlots, _ name: StaticString) throws(FrameRefusal) -> FixedDecimal {
    let slot = try slot(fields, name)
    if slot.kind == .decimal { return FixedDecimal(raw: Int128(Int64(bitPattern: slot.bits))) }
    guard let value = unsafe FixedDecimal(utf8: try text(fields, name)) else { throw FrameRefusal(.badField, field: name) }
    return value
  }

  /// A positive decimal.
  @inline(__always) func price(_ fields: FieldSlots, _ name: StaticString) throws(FrameRefusal) -> FixedDecimal {
    let value = try decimal(fields, name)
    guard value.isPositive else { throw FrameRefusal(.badField, field: name) }
    return value
  }

  /// A decimal that is not negative.
  @inline(__always) func quantity(_ fields: FieldSlots, _ name: StaticString) throws(FrameRefusal) -> FixedDecimal {
    let value = try decimal(fields, name)
    guard !value.isNegative else { throw FrameRefusal(.badField, field: name) }
    return value
  }

  /// An integer that is not negative.
  @inline(__always) func count(_ fields: FieldSlots, _ name: StaticString) throws(FrameRefusal) -> Int64 {
    let slot = try slot(fields, name)
    let value = Int64(bitPattern: slot.bits)
    guard slot.kind == .integer, value >= 0 else { throw FrameRefusal(.badField, field: name) }
    return value
  }

  /// A time in milliseconds within the years 1970 to 2262.
  @inline(__always) func time(_ fields: FieldSlots, _ name: StaticString) throws(FrameRefusal) -> Timestamp {
    let value = try count(fields, name)
    guard value <= 9_223_372_036_854 else { throw FrameRefusal(.badField, field: name) }
    return Timestamp(nanoseconds: value &* 1_000_000)
  }

  @inline(__always) func bool(_ fields: FieldSlots, _ name: StaticString) throws(FrameRefusal) -> Bool {
    switch try slot(fields, name).kind {
    case .yes: return true
    case .no: return false
    default: throw FrameRefusal(.badField, field: name)
    }
  }

  /// The field `i` of a candle.
  @inline(__always) func interval(_ fields: FieldSlots) throws(FrameRefusal) -> Interval {
    guard let interval = unsafe IntervalSpelling.interval(try text(fields, "i")) else { throw FrameRefusal(.badField, field: "i") }
    return interval
  }
}

extension FieldReader {
  @inline(__always) static func equal(_ bytes: UnsafeBufferPointer<UInt8>, _ name: StaticString) -> Bool {
    guard bytes.count == name.utf8CodeUnitCount else { return false }
    let expected = unsafe name.utf8Start
    for index in 0..<bytes.count where unsafe bytes[index] != expected[index] { return false }
    return true
  }
}

/// The exchange's spelling of candle intervals, without making a `String`.
enum IntervalSpelling {
  @inline(__always) static func interval(_ bytes: UnsafeBufferPointer<UInt8>) -> Interval? {
    guard let base = bytes.baseAddress else { return nil }
    switch bytes.count {
    case 2: return unsafe interval(word: UInt64(base[1]) << 8 | UInt64(base[0]))
    case 3: return unsafe interval(word: UInt64(base[2]) << 16 | UInt64(base[1]) << 8 | UInt64(base[0]))
    default: return nil
    }
  }

  /// The spelling as a word, first character in the lowest byte.
  static func interval(word: UInt64) -> Interval? {
    switch word {
    case 0x7331: .oneSecond
    case 0x6D31: .oneMinute
    case 0x6D33: .threeMinutes
    case 0x6D35: .fiveMinutes
    case 0x6D3531: .fifteenMinutes
    case 0x6D3033: .thirtyMinutes
    case 0x6831: .oneHour
    case 0x6832: .twoHours
    case 0x6834: .fourHours
    case 0x6836: .sixHours
    case 0x6838: .eightHours
    case 0x683231: .twelveHours
    case 0x6431: .oneDay
    case 0x6433: .threeDays
    case 0x7731: .oneWeek
    case 0x4D31: .oneMonth
    default: nil
    }
  }
}
