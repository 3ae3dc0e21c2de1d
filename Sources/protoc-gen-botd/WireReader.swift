/// Walks the fields of one protobuf message.
struct WireReader {
  /// The content of one field.
  enum Value {
    case number(UInt64)
    case bytes(ArraySlice<UInt8>)

    /// The number, or 0 for a length-delimited field.
    var int: Int {
      if case .number(let value) = self { return Int(truncatingIfNeeded: value) }
      return 0
    }

    /// The content as text.
    var text: String {
      if case .bytes(let bytes) = self { return String(decoding: bytes, as: UTF8.self) }
      return ""
    }

    /// The content as the bytes of a nested message.
    var message: ArraySlice<UInt8> {
      if case .bytes(let bytes) = self { return bytes }
      return []
    }

    /// The content as packed varints.
    func packedInts() throws(GeneratorError) -> [Int] {
      guard case .bytes(let bytes) = self else { return [int] }
      var reader = WireReader(bytes)
      var result: [Int] = []
      while !reader.rest.isEmpty { result.append(Int(truncatingIfNeeded: try reader.varint())) }
      return result
    }
  }

  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  /// The next field, or nil at the end.
  mutating func next() throws(GeneratorError) -> (number: Int, value: Value)? {
    if rest.isEmpty { return nil }
    let tag = try varint()
    let number = Int(truncatingIfNeeded: tag >> 3)
    switch tag & 7 {
    case 0: return (number, .number(try varint()))
    case 1: return (number, .bytes(try take(8)))
    case 2:
      let count = try varint()
      guard count <= UInt64(rest.count) else { throw Self.truncated }
      return (number, .bytes(try take(Int(count))))
    case 5: return (number, .bytes(try take(4)))
    default: throw GeneratorError("the request holds a field of wire type \(tag & 7)")
    }
  }

  private mutating func take(_ count: Int) throws(GeneratorError) -> ArraySlice<UInt8> {
    guard count <= rest.count else { throw Self.truncated }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  private mutating func varint() throws(GeneratorError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while let byte = rest.popFirst(), shift < 70 {
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw Self.truncated
  }

  private static var truncated: GeneratorError { GeneratorError("the request is truncated") }
}

/// Builds the bytes of one protobuf message.
struct WireWriter {
  private(set) var bytes: [UInt8] = []

  /// Appends a length-delimited field.
  mutating func field(_ number: Int, _ content: some Collection<UInt8>) {
    varint(UInt64(number) << 3 | 2)
    varint(UInt64(content.count))
    bytes.append(contentsOf: content)
  }

  private mutating func varint(_ value: UInt64) {
    var value = value
    while value >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
      value >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: value))
  }
}
