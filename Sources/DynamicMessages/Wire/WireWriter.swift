/// Builds the bytes of one message.
struct WireWriter {
  private(set) var bytes: [UInt8] = []

  mutating func tag(_ number: Int32, _ wireType: UInt64) { varint(UInt64(truncatingIfNeeded: number) << 3 | wireType) }

  /// A length-delimited field.
  mutating func delimited(_ number: Int32, _ content: some Collection<UInt8>) {
    tag(number, 2)
    varint(UInt64(content.count))
    bytes.append(contentsOf: content)
  }

  mutating func varint(_ value: UInt64) {
    var value = value
    while value >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
      value >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: value))
  }

  /// The lowest `count` bytes, little-endian.
  mutating func fixed(_ value: UInt64, _ count: Int) {
    for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
  }
}
