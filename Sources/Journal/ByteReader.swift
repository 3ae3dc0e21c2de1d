import TradingModel

/// What is wrong with encoded bytes.
struct CodecFault: Error { var reason: String }

/// Reads what ``ByteWriter`` writes, strictly: every value must lie inside the bytes and be in its one canonical form.
@safe struct ByteReader {
  private let bytes: UnsafeBufferPointer<UInt8>
  private let cache: IdentifierCache?
  private(set) var offset = 0
  /// The format that is read (``RecordCodec/version``).
  var version = RecordCodec.version

  init(_ bytes: UnsafeRawBufferPointer, _ cache: IdentifierCache? = nil) {
    unsafe self.bytes = bytes.assumingMemoryBound(to: UInt8.self)
    self.cache = cache
  }

  var isAtEnd: Bool { unsafe offset == bytes.count }
  var remaining: Int { unsafe bytes.count - offset }

  mutating func byte() throws(CodecFault) -> UInt8 {
    guard unsafe offset < bytes.count else { throw CodecFault(reason: "it ends too early") }
    defer { offset += 1 }
    return unsafe bytes[offset]
  }

  mutating func flag() throws(CodecFault) -> Bool {
    switch try byte() {
    case 0: return false
    case 1: return true
    case let value: throw CodecFault(reason: "\(value) is no truth value")
    }
  }

  mutating func varint() throws(CodecFault) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let next = try byte()
      if shift == 63, next > 1 { throw CodecFault(reason: "a number exceeds 64 bits") }
      value |= UInt64(next & 0x7F) << shift
      if next < 0x80 {
        if next == 0, shift > 0 { throw CodecFault(reason: "a number is longer than it needs to be") }
        return value
      }
      shift += 7
      if shift > 63 { throw CodecFault(reason: "a number exceeds 64 bits") }
    }
  }

  mutating func signed() throws(CodecFault) -> Int64 {
    let value = try varint()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  mutating func decimal() throws(CodecFault) -> FixedDecimal {
    var low: UInt64 = 0
    var shift: UInt64 = 0
    while shift < 63 {
      let next = try byte()
      low |= UInt64(next & 0x7F) << shift
      if next < 0x80 {
        if next == 0, shift > 0 { throw CodecFault(reason: "a number is longer than it needs to be") }
        return FixedDecimal(raw: Int128(Int64(bitPattern: low >> 1) ^ -Int64(bitPattern: low & 1)))
      }
      shift += 7
    }
    return try wideDecimal(low: low)
  }

  private mutating func wideDecimal(low: UInt64) throws(CodecFault) -> FixedDecimal {
    var value = UInt128(low)
    var shift: UInt128 = 63
    while true {
      let next = try byte()
      if shift == 126, next > 3 { throw CodecFault(reason: "a number exceeds 128 bits") }
      value |= UInt128(next & 0x7F) << shift
      if next < 0x80 {
        if next == 0 { throw CodecFault(reason: "a number is longer than it needs to be") }
        return FixedDecimal(raw: Int128(bitPattern: value >> 1) ^ -Int128(bitPattern: value & 1))
      }
      shift += 7
    }
  }

  mutating func text() throws(CodecFault) -> String {
    let slice = try unsafe textBytes()
    guard let text = unsafe Self.string(slice) else { throw CodecFault(reason: "a text is not UTF-8") }
    return text
  }

  /// `nil` for malformed UTF-8. ASCII, nearly always, takes the way without generic code (a tenth of the time).
  private static func string(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
    var all: UInt8 = 0
    for index in 0..<bytes.count { all |= unsafe bytes[index] }
    return unsafe all < 0x80 ? String(decoding: bytes, as: UTF8.self) : String(validating: bytes, as: UTF8.self)
  }

  private mutating func textBytes() throws(CodecFault) -> UnsafeBufferPointer<UInt8> {
    let count = try varint()
    guard count <= UInt64(RecordCodec.textBytesMaximum), count <= UInt64(remaining) else {
      throw CodecFault(reason: "a text of \(count) bytes does not fit")
    }
    let slice = unsafe UnsafeBufferPointer(rebasing: bytes[offset..<offset + Int(count)])
    offset += Int(count)
    return unsafe slice
  }

  /// A text that makes a `Value` of the same text, looked up among those seen lately if there is a cache.
  private mutating func identifier<Value>(
    _ name: String, cached: (IdentifierCache, String, Int) -> Value?, make: (String) -> Value?
  ) throws(CodecFault) -> Value {
    let slice = try unsafe textBytes()
    guard slice.count <= 64, let text = unsafe Self.string(slice) else { throw CodecFault(reason: "a \(name) is malformed") }
    let value = cache.map { unsafe cached($0, text, IdentifierCache.slot(slice)) } ?? make(text)
    guard let value else { throw CodecFault(reason: "a \(name) is malformed") }
    return value
  }

  /// A length and as many bytes, at most `maximum`.
  mutating func blob(maximum: Int) throws(CodecFault) -> [UInt8] {
    let count = try varint()
    guard count <= UInt64(maximum), count <= UInt64(remaining) else { throw CodecFault(reason: "\(count) bytes do not fit") }
    defer { offset += Int(count) }
    return unsafe Array(bytes[offset..<offset + Int(count)])
  }

  mutating func optionalText() throws(CodecFault) -> String? { try flag() ? try text() : nil }

  mutating func symbol() throws(CodecFault) -> Symbol {
    try identifier("symbol", cached: { $0.symbol($1, $2) }, make: { text in Symbol(text).flatMap { $0.text == text ? $0 : nil } })
  }

  mutating func botID() throws(CodecFault) -> BotID { try identifier("bot id", cached: { $0.bot($1, $2) }, make: { BotID($0) }) }

  mutating func clientOrderID() throws(CodecFault) -> ClientOrderID {
    try identifier("client order id", cached: { $0.order($1, $2) }, make: { ClientOrderID($0) })
  }

  mutating func value<Value: RawRepresentable>(_ type: Value.Type) throws(CodecFault) -> Value where Value.RawValue == UInt8 {
    let raw = try byte()
    guard let value = Value(rawValue: raw) else { throw CodecFault(reason: "\(raw) is no \(type)") }
    return value
  }
}
