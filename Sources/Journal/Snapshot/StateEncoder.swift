import Time
import TradingModel

/// Writes any `Encodable` value as bytes: its parts in order, without their names. ``StateDecoder`` reads them back with the same program.
///
/// Numbers, names and texts as in the journal's records (``ByteWriter``); optional properties after a byte that says whether they are there; lists
/// after a count of four bytes. Elements of lists and values of dictionaries must not be optional. About 50 ns a value.
final class StateEncoder {
  var writer = ByteWriter(capacity: 1 << 20)
  /// A checksum of the properties' names as they came: another layout does not pass for this one.
  private(set) var layout: UInt64 = StateLayout.start

  struct Unsupported: Error {}

  /// The bytes of a value.
  ///
  /// - Throws: what the value throws; ``Unsupported`` for an optional where none may be.
  func encode(_ value: some Encodable) throws { try write(value) }

  func name(_ key: some CodingKey) { StateLayout.add(key.stringValue, to: &layout) }

  func write<Value: Encodable>(_ value: Value) throws {
    // The types are compared first: a cast of each value would cost more than writing it.
    if Value.self == FixedDecimal.self, let value = value as? FixedDecimal {
      writer.decimal(value)
    } else if Value.self == Timestamp.self, let value = value as? Timestamp {
      writer.signed(value.nanoseconds)
    } else if Value.self == TradeID.self, let value = value as? TradeID {
      writer.signed(value.value)
    } else if Value.self == [UInt8].self, let value = value as? [UInt8] {
      writer.blob(value)
    } else {
      try value.encode(to: Part(coder: self))
    }
  }

  func number(_ value: some BinaryInteger) { writer.signed(Int64(truncatingIfNeeded: value)) }
  func bits(_ value: UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) { writer.byte(UInt8(truncatingIfNeeded: value >> UInt64(shift))) }
  }

  /// A value's own view of the encoder.
  struct Part: Encoder {
    let coder: StateEncoder
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
      KeyedEncodingContainer(Keyed<Key>(coder: coder))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer { List(coder: coder) }
    func singleValueContainer() -> any SingleValueEncodingContainer { Single(coder: coder) }
  }

  private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let coder: StateEncoder
    var codingPath: [any CodingKey] { [] }

    func encodeNil(forKey key: Key) throws { throw Unsupported() }

    private func put<Number: BinaryInteger>(_ value: Number, _ key: Key) {
      coder.name(key)
      coder.number(value)
    }

    private func maybe<Value>(_ value: Value?, _ put: (Value) throws -> Void) rethrows {
      coder.writer.flag(value != nil)
      if let value { try put(value) }
    }

    func encode(_ value: Bool, forKey key: Key) {
      coder.name(key)
      coder.writer.flag(value)
    }
    func encode(_ value: String, forKey key: Key) {
      coder.name(key)
      coder.writer.text(value)
    }
    func encode(_ value: Double, forKey key: Key) {
      coder.name(key)
      coder.bits(value.bitPattern)
    }
    func encode(_ value: Float, forKey key: Key) { encode(Double(value), forKey: key) }
    func encode(_ value: Int, forKey key: Key) { put(value, key) }
    func encode(_ value: Int8, forKey key: Key) { put(value, key) }
    func encode(_ value: Int16, forKey key: Key) { put(value, key) }
    func encode(_ value: Int32, forKey key: Key) { put(value, key) }
    func encode(_ value: Int64, forKey key: Key) { put(value, key) }
    func encode(_ value: UInt, forKey key: Key) { put(value, key) }
    func encode(_ value: UInt8, forKey key: Key) { put(value, key) }
    func encode(_ value: UInt16, forKey key: Key) { put(value, key) }
    func encode(_ value: UInt32, forKey key: Key) { put(value, key) }
    func encode(_ value: UInt64, forKey key: Key) { put(value, key) }
    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
      coder.name(key)
      try coder.write(value)
    }

    func encodeIfPresent(_ value: Bool?, forKey key: Key) { maybe(value) { encode($0, forKey: key) } }
    func encodeIfPresent(_ value: String?, forKey key: Key) { maybe(value) { encode($0, forKey: key) } }
    func encodeIfPresent(_ value: Double?, forKey key: Key) { maybe(value) { encode($0, forKey: key) } }
    func encodeIfPresent(_ value: Float?, forKey key: Key) { maybe(value) { encode($0, forKey: key) } }
    func encodeIfPresent(_ value: Int?, forKey key: Key) { maybe(value) { put($0, key) } }
    func encodeIfPresent(_ value: Int8?, forKey key: Key) { maybe(value) { put($0, key) } }
    func encodeIfPresent(_ value: Int16?, forKey key: Key) { maybe(value) { put($0, key) } }
    func encodeIfPresent(_ value: Int32?, forKey key: Key) { maybe(value) { put($0, key) } }
    func encodeIfPresent(_ value: Int64?, forKey key: Key) { maybe(value) { put($0, key) } }
    func encodeIfPresent(_ value: UInt?, forKey key: Key) { maybe(value) { put($0, key) } }
    func encodeIfPresent(_ value: UInt8?, forKey key: Key) { maybe(value) { put($0, key) } }
    func encodeIfPresent(_ value: UInt16?, forKey key: Key) { maybe(value) { put($0, key) } }
    func encodeIfPresent(_ value: UInt32?, forKey key: Key) { maybe(value) { put($0, key) } }
    func encodeIfPresent(_ value: UInt64?, forKey key: Key) { maybe(value) { put($0, key) } }
    func encodeIfPresent<Value: Encodable>(_ value: Value?, forKey key: Key) throws { try maybe(value) { try encode($0, forKey: key) } }

    func nestedContainer<Nested: CodingKey>(keyedBy keyType: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested> {
      KeyedEncodingContainer(StateEncoder.Keyed<Nested>(coder: coder))
    }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { List(coder: coder) }
    func superEncoder() -> any Encoder { Part(coder: coder) }
    func superEncoder(forKey key: Key) -> any Encoder { Part(coder: coder) }
  }

  private struct List: UnkeyedEncodingContainer {
    let coder: StateEncoder
    /// Where the count stands.
    let start: Int
    private(set) var count = 0
    var codingPath: [any CodingKey] { [] }

    init(coder: StateEncoder) {
      self.coder = coder
      start = coder.writer.bytes.count
      coder.writer.fixed32(0)
    }

    private mutating func next() {
      count += 1
      coder.writer.patch32(UInt32(truncatingIfNeeded: count), at: start)
    }

    private mutating func put<Number: BinaryInteger>(_ value: Number) {
      next()
      coder.number(value)
    }

    func encodeNil() throws { throw Unsupported() }
    mutating func encode(_ value: Bool) {
      next()
      coder.writer.flag(value)
    }
    mutating func encode(_ value: String) {
      next()
      coder.writer.text(value)
    }
    mutating func encode(_ value: Double) {
      next()
      coder.bits(value.bitPattern)
    }
    mutating func encode(_ value: Float) { encode(Double(value)) }
    mutating func encode(_ value: Int) { put(value) }
    mutating func encode(_ value: Int8) { put(value) }
    mutating func encode(_ value: Int16) { put(value) }
    mutating func encode(_ value: Int32) { put(value) }
    mutating func encode(_ value: Int64) { put(value) }
    mutating func encode(_ value: UInt) { put(value) }
    mutating func encode(_ value: UInt8) { put(value) }
    mutating func encode(_ value: UInt16) { put(value) }
    mutating func encode(_ value: UInt32) { put(value) }
    mutating func encode(_ value: UInt64) { put(value) }
    mutating func encode<Value: Encodable>(_ value: Value) throws {
      next()
      try coder.write(value)
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy keyType: Nested.Type) -> KeyedEncodingContainer<Nested> {
      next()
      return KeyedEncodingContainer(StateEncoder.Keyed<Nested>(coder: coder))
    }
    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
      next()
      return List(coder: coder)
    }
    func superEncoder() -> any Encoder { Part(coder: coder) }
  }

  private struct Single: SingleValueEncodingContainer {
    let coder: StateEncoder
    var codingPath: [any CodingKey] { [] }

    func encodeNil() throws { throw Unsupported() }
    func encode(_ value: Bool) { coder.writer.flag(value) }
    func encode(_ value: String) { coder.writer.text(value) }
    func encode(_ value: Double) { coder.bits(value.bitPattern) }
    func encode(_ value: Float) { encode(Double(value)) }
    func encode(_ value: Int) { coder.number(value) }
    func encode(_ value: Int8) { coder.number(value) }
    func encode(_ value: Int16) { coder.number(value) }
    func encode(_ value: Int32) { coder.number(value) }
    func encode(_ value: Int64) { coder.number(value) }
    func encode(_ value: UInt) { coder.number(value) }
    func encode(_ value: UInt8) { coder.number(value) }
    func encode(_ value: UInt16) { coder.number(value) }
    func encode(_ value: UInt32) { coder.number(value) }
    func encode(_ value: UInt64) { coder.number(value) }
    func encode<Value: Encodable>(_ value: Value) throws { try coder.write(value) }
  }
}

/// The checksum of a layout's names (FNV-1a, 64 bits).
enum StateLayout {
  static let start: UInt64 = 0xcbf2_9ce4_8422_2325

  @inline(__always) static func add(_ name: String, to sum: inout UInt64) {
    for byte in name.utf8 { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01b3 }
    sum = (sum ^ 0xFF) &* 0x100_0000_01b3
  }
}
