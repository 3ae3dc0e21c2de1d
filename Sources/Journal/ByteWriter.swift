import TradingModel

/// Writes the journal's primitive values. Integers are little-endian base-128 varints (Protocol Buffers' encoding), signed ones
/// zigzag first; decimals are zigzag varints of their 128-bit count of 10⁻⁸; texts are a length and UTF-8.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []
  /// Where the entry's searchable texts lie in ``bytes``.
  var keys = RecordKeys()
  /// The format that is written (``RecordCodec/version``).
  private(set) var version = RecordCodec.version

  init(capacity: Int = 1_024) { bytes.reserveCapacity(capacity) }

  mutating func removeAll(version: UInt8 = RecordCodec.version) {
    self.version = version
    bytes.removeAll(keepingCapacity: true)
    keys = RecordKeys()
  }

  mutating func byte(_ value: UInt8) { bytes.append(value) }
  mutating func flag(_ value: Bool) { bytes.append(value ? 1 : 0) }

  mutating func varint(_ value: UInt64) {
    var rest = value
    while rest > 0x7F {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  mutating func signed(_ value: Int64) { varint(UInt64(bitPattern: (value << 1) ^ (value >> 63))) }

  mutating func decimal(_ value: FixedDecimal) {
    var rest = UInt128(bitPattern: (value.raw << 1) ^ (value.raw >> 127))
    while rest > UInt128(UInt64.max) {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    varint(UInt64(truncatingIfNeeded: rest))
  }

  /// Writes at most ``RecordCodec/textBytesMaximum`` bytes of `value`, cut before a broken character; returns where the text lies.
  @discardableResult mutating func text(_ value: String) -> Range<Int> {
    let count = value.utf8.count
    guard count <= RecordCodec.textBytesMaximum else { return cutText(value) }
    varint(UInt64(count))
    let start = bytes.count
    bytes.append(contentsOf: value.utf8)
    return start..<bytes.count
  }

  private mutating func cutText(_ value: String) -> Range<Int> {
    var end = value.utf8.index(value.utf8.startIndex, offsetBy: RecordCodec.textBytesMaximum)
    while end > value.utf8.startIndex, end.samePosition(in: value.unicodeScalars) == nil { end = value.utf8.index(before: end) }
    return text(String(value[..<end]))
  }

  @discardableResult mutating func optional(_ value: String?) -> Range<Int>? {
    flag(value != nil)
    return value.map { text($0) }
  }

  /// A length and as many bytes.
  mutating func blob(_ value: [UInt8]) {
    varint(UInt64(value.count))
    bytes.append(contentsOf: value)
  }

  /// Overwrites four bytes.
  mutating func patch32(_ value: UInt32, at offset: Int) {
    guard offset + 4 <= bytes.count else { return }
    for index in 0..<4 { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index)) }
  }

  /// Four bytes, little-endian.
  mutating func fixed32(_ value: UInt32) {
    for shift in stride(from: 0, to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(shift))) }
  }
}

/// Byte ranges of an encoded entry that the journal's columns repeat.
struct RecordKeys {
  var bot: Range<Int>?
  var clientOrderID: Range<Int>?
  var symbol: Range<Int>?
}
