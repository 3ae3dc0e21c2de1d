import Time
import TradingModel

/// Reads what ``StateEncoder`` wrote. Strict: every value lies inside the bytes, and nothing is allocated that the bytes could not hold.
final class StateDecoder {
  private var reader: ByteReader
  /// As ``StateEncoder/layout``.
  private(set) var layout: UInt64 = StateLayout.start

  /// - Parameter bytes: must outlive the decoder.
  init(_ bytes: UnsafeRawBufferPointer) { unsafe reader = ByteReader(bytes, IdentifierCache()) }

  /// The value that the bytes hold, all of them.
  ///
  /// - Throws: ``CodecFault`` or `DecodingError`.
  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    let value = try read(type)
    guard reader.isAtEnd else { throw CodecFault(reason: "\(reader.remaining) bytes follow its end") }
    return value
  }

  fileprivate func name(_ key: some CodingKey) { StateLayout.add(key.stringValue, to: &layout) }

  fileprivate func read<Value: Decodable>(_ type: Value.Type) throws -> Value {
    let found: Any
    if type == FixedDecimal.self {
      found = try reader.decimal()
    } else if type == Timestamp.self {
      found = Timestamp(nanoseconds: try reader.signed())
    } else if type == TradeID.self {
      found = TradeID(try reader.signed())
    } else if type == [UInt8].self {
      found = try reader.blob(maximum: reader.remaining)
    } else {
      return try Value(from: Part(coder: self))
    }
    guard let value = found as? Value else { throw CodecFault(reason: "a value is no \(type)") }
    return value
  }

  fileprivate func number<Number: FixedWidthInteger>(_ type: Number.Type) throws -> Number {
    let value = try reader.signed()
    if type == UInt64.self || type == UInt.self { return Number(truncatingIfNeeded: value) }
    guard let number = Number(exactly: value) else { throw CodecFault(reason: "\(value) is no \(type)") }
    return number
  }

  fileprivate func flag() throws -> Bool { try reader.flag() }
  fileprivate func text() throws -> String { try reader.text() }

  fileprivate func double() throws -> Double {
    var bits: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 8) { bits |= UInt64(try reader.byte()) << UInt64(shift) }
    return Double(bitPattern: bits)
  }

  /// A list's count: each element takes a byte at least.
  fileprivate func count() throws -> Int {
    var count: UInt32 = 0
    for shift in stride(from: 0, to: 32, by: 8) { count |= UInt32(try reader.byte()) << UInt32(shift) }
    guard count <= reader.remaining else { throw CodecFault(reason: "a list of \(count) does not fit") }
    return Int(count)
  }

  /// A value's own view of the decoder.
  fileprivate struct Part: Decoder {
    let coder: StateDecoder
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
      KeyedDecodingContainer(Keyed<Key>(coder: coder))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { List(coder: coder, total: try coder.count()) }
    func singleValueContainer() -> any SingleValueDecodingContainer { Single(coder: coder) }
  }

  private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let coder: StateDecoder
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { [] }

    /// Asked before an optional property; whether it is there is told by the byte that ``decodeNil(forKey:)`` reads.
    func contains(_ key: Key) -> Bool { true }
    func decodeNil(forKey key: Key) throws -> Bool { try !coder.flag() }

    private func number<Number: FixedWidthInteger>(_ type: Number.Type, _ key: Key) throws -> Number {
      coder.name(key)
      return try coder.number(type)
    }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool {
      coder.name(key)
      return try coder.flag()
    }
    func decode(_ type: String.Type, forKey key: Key) throws -> String {
      coder.name(key)
      return try coder.text()
    }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
      coder.name(key)
      return try coder.double()
    }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { Float(try decode(Double.self, forKey: key)) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try number(type, key) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try number(type, key) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try number(type, key) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try number(type, key) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try number(type, key) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try number(type, key) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try number(type, key) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try number(type, key) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try number(type, key) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try number(type, key) }
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
      coder.name(key)
      return try coder.read(type)
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedDecodingContainer<Nested> {
      KeyedDecodingContainer(StateDecoder.Keyed<Nested>(coder: coder))
    }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { List(coder: coder, total: try coder.count()) }
    func superDecoder() -> any Decoder { Part(coder: coder) }
    func superDecoder(forKey key: Key) -> any Decoder { Part(coder: coder) }
  }

  private struct List: UnkeyedDecodingContainer {
    let coder: StateDecoder
    let total: Int
    private(set) var currentIndex = 0
    var codingPath: [any CodingKey] { [] }
    var count: Int? { total }
    var isAtEnd: Bool { currentIndex >= total }

    init(coder: StateDecoder, total: Int) {
      self.coder = coder
      self.total = total
    }

    private mutating func next() throws {
      guard !isAtEnd else { throw CodecFault(reason: "a list ends too early") }
      currentIndex += 1
    }

    private mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) throws -> Number {
      try next()
      return try coder.number(type)
    }

    func decodeNil() -> Bool { false }
    mutating func decode(_ type: Bool.Type) throws -> Bool {
      try next()
      return try coder.flag()
    }
    mutating func decode(_ type: String.Type) throws -> String {
      try next()
      return try coder.text()
    }
    mutating func decode(_ type: Double.Type) throws -> Double {
      try next()
      return try coder.double()
    }
    mutating func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }
    mutating func decode(_ type: Int.Type) throws -> Int { try number(type) }
    mutating func decode(_ type: Int8.Type) throws -> Int8 { try number(type) }
    mutating func decode(_ type: Int16.Type) throws -> Int16 { try number(type) }
    mutating func decode(_ type: Int32.Type) throws -> Int32 { try number(type) }
    mutating func decode(_ type: Int64.Type) throws -> Int64 { try number(type) }
    mutating func decode(_ type: UInt.Type) throws -> UInt { try number(type) }
    mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try number(type) }
    mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try number(type) }
    mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try number(type) }
    mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try number(type) }
    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
      try next()
      return try coder.read(type)
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws -> KeyedDecodingContainer<Nested> {
      try next()
      return KeyedDecodingContainer(StateDecoder.Keyed<Nested>(coder: coder))
    }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
      try next()
      return List(coder: coder, total: try coder.count())
    }
    func superDecoder() -> any Decoder { Part(coder: coder) }
  }

  private struct Single: SingleValueDecodingContainer {
    let coder: StateDecoder
    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { false }
    func decode(_ type: Bool.Type) throws -> Bool { try coder.flag() }
    func decode(_ type: String.Type) throws -> String { try coder.text() }
    func decode(_ type: Double.Type) throws -> Double { try coder.double() }
    func decode(_ type: Float.Type) throws -> Float { Float(try coder.double()) }
    func decode(_ type: Int.Type) throws -> Int { try coder.number(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try coder.number(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try coder.number(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try coder.number(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try coder.number(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try coder.number(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try coder.number(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try coder.number(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try coder.number(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try coder.number(type) }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try coder.read(type) }
  }
}
