/// Walks the fields of one encoded message.
struct WireReader {
  /// The content of one field, by its wire type.
  enum Content {
    case varint(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    case delimited(ArraySlice<UInt8>)

    /// A varint.
    func number() throws(DynamicMessageError) -> UInt64 {
      guard case .varint(let value) = self else { throw WireReader.malformed }
      return value
    }

    /// The bytes of a length-delimited field.
    func bytes() throws(DynamicMessageError) -> ArraySlice<UInt8> {
      guard case .delimited(let bytes) = self else { throw WireReader.malformed }
      return bytes
    }

    /// The same as text.
    func text() throws(DynamicMessageError) -> String {
      guard let text = String(validating: try bytes(), as: UTF8.self) else {
        throw DynamicMessageError(.notUTF8, "a text is not UTF-8")
      }
      return text
    }

    /// One varint, or many packed.
    func packedNumbers() throws(DynamicMessageError) -> [UInt64] {
      guard case .delimited(let bytes) = self else { return [try number()] }
      var reader = WireReader(bytes)
      var numbers: [UInt64] = []
      while !reader.isAtEnd { numbers.append(try reader.varint()) }
      return numbers
    }
  }

  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  var isAtEnd: Bool { rest.isEmpty }

  /// The next field; nil at the end.
  ///
  /// - Throws: `malformed` where the bytes end inside a field, and for groups.
  mutating func next() throws(DynamicMessageError) -> (number: Int32, content: Content)? {
    if rest.isEmpty { return nil }
    let tag = try varint()
    guard let number = Int32(exactly: tag >> 3), (1...0x1FFF_FFFF).contains(number) else { throw Self.malformed }
    switch tag & 7 {
    case 0: return (number, .varint(try varint()))
    case 1: return (number, .fixed64(try fixed(8)))
    case 2:
      let count = try varint()
      guard count <= UInt64(rest.count) else { throw Self.malformed }
      return (number, .delimited(try take(Int(count))))
    case 5: return (number, .fixed32(UInt32(truncatingIfNeeded: try fixed(4))))
    default: throw Self.malformed
    }
  }

  /// A varint of at most ten bytes.
  mutating func varint() throws(DynamicMessageError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while shift < 70, let byte = rest.popFirst() {
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw Self.malformed
  }

  /// A little-endian number of `count` bytes.
  mutating func fixed(_ count: Int) throws(DynamicMessageError) -> UInt64 {
    try take(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private mutating func take(_ count: Int) throws(DynamicMessageError) -> ArraySlice<UInt8> {
    guard count <= rest.count else { throw Self.malformed }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  /// All fields of a message.
  static func fields(_ bytes: ArraySlice<UInt8>) throws(DynamicMessageError) -> [(number: Int32, content: Content)] {
    var reader = WireReader(bytes)
    var fields: [(number: Int32, content: Content)] = []
    while let field = try reader.next() { fields.append(field) }
    return fields
  }

  static var malformed: DynamicMessageError { DynamicMessageError(.malformed, "the bytes end too early or are no encoding of the type") }
}

extension [(number: Int32, content: WireReader.Content)] {
  /// The last field with that number, which is the one that counts.
  func last(_ number: Int32) -> WireReader.Content? { last { $0.number == number }?.content }

  /// All fields with that number.
  func all(_ number: Int32) -> [WireReader.Content] { filter { $0.number == number }.map(\.content) }
}
