/// A zip of files as they are, without compression (APPNOTE.TXT 6.3.3): what every system opens. Made in memory; for small things.
struct StoredZip {
  private var body: [UInt8] = []
  private var directory: [UInt8] = []
  private var count = 0

  /// Adds a file; its name is ASCII, its time that of midnight of 1980, so that the same files make the same zip.
  mutating func add(_ name: String, _ bytes: [UInt8]) {
    let checksum = Self.checksum(bytes)
    let offset = body.count
    // Version 2.0, no flags, stored, 1980-01-01.
    let common =
      Self.little(20, 2) + Self.little(0, 2) + Self.little(0, 2) + Self.little(0, 2) + Self.little(0x21, 2) + Self.little(checksum, 4)
      + Self.little(UInt32(truncatingIfNeeded: bytes.count), 4) + Self.little(UInt32(truncatingIfNeeded: bytes.count), 4)
      + Self.little(UInt32(truncatingIfNeeded: name.utf8.count), 2) + Self.little(0, 2)
    body += Self.little(0x0403_4B50, 4) + common + Array(name.utf8) + bytes
    // Made on Unix; a regular file of mode 0600.
    directory += Self.little(0x0201_4B50, 4) + Self.little(0x0314, 2) + common + Self.little(0, 2) + Self.little(0, 2) + Self.little(0, 2)
    directory += Self.little(0o100600 << 16, 4) + Self.little(UInt32(truncatingIfNeeded: offset), 4) + Array(name.utf8)
    count += 1
  }

  /// The whole zip.
  var bytes: [UInt8] {
    let number = Self.little(UInt32(truncatingIfNeeded: count), 2)
    return body + directory + Self.little(0x0605_4B50, 4) + Self.little(0, 4) + number + number
      + Self.little(UInt32(truncatingIfNeeded: directory.count), 4) + Self.little(UInt32(truncatingIfNeeded: body.count), 4)
      + Self.little(0, 2)
  }

  private static func little(_ value: UInt32, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
  }

  /// CRC-32 as zip wants it.
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { table[Int(($0 ^ UInt32($1)) & 0xFF)] ^ ($0 >> 8) }
  }
}
