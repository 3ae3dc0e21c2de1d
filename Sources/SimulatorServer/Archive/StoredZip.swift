/// A zip archive of one file, stored and not deflated (APPNOTE.TXT 6.3.3, method 0): every reader of zip takes it.
enum StoredZip {
  /// - Parameters:
  ///   - name: the file's name inside, ASCII.
  ///   - content: less than 4 GiB.
  static func archive(name: String, content: [UInt8]) -> [UInt8] {
    let nameBytes = Array(name.utf8)
    let size = UInt32(truncatingIfNeeded: content.count)
    var common = Writer()
    common.append16(20)  // version needed: 2.0
    common.append16(0)  // flags
    common.append16(0)  // method: stored
    common.append16(0)  // time 00:00
    common.append16(0x21)  // date 1980-01-01: the same content gives the same bytes
    common.append32(CRC32.checksum(content))
    common.append32(size)
    common.append32(size)
    common.append16(UInt16(truncatingIfNeeded: nameBytes.count))
    common.append16(0)  // no extra field
    var zip = Writer()
    zip.append32(0x0403_4B50)
    zip.bytes += common.bytes
    zip.bytes += nameBytes
    zip.bytes += content
    let directory = zip.bytes.count
    zip.append32(0x0201_4B50)
    zip.append16(20)  // made by
    zip.bytes += common.bytes
    for _ in 0..<3 { zip.append16(0) }  // no comment, first disk, internal attributes
    zip.append32(0)  // external attributes
    zip.append32(0)  // where the file begins
    zip.bytes += nameBytes
    let directorySize = zip.bytes.count - directory
    zip.append32(0x0605_4B50)
    zip.append16(0)
    zip.append16(0)
    zip.append16(1)
    zip.append16(1)
    zip.append32(UInt32(truncatingIfNeeded: directorySize))
    zip.append32(UInt32(truncatingIfNeeded: directory))
    zip.append16(0)
    return zip.bytes
  }

  /// Little-endian numbers.
  private struct Writer {
    var bytes: [UInt8] = []
    mutating func append16(_ value: UInt16) { for shift in [0, 8] { bytes.append(UInt8(truncatingIfNeeded: value >> UInt16(shift))) } }
    mutating func append32(_ value: UInt32) {
      for shift in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(shift))) }
    }
  }
}

/// The checksum of zip and gzip (ISO 3309, polynomial 0xEDB88320).
enum CRC32 {
  private static let table: [UInt32] = (0..<256).map {
    (0..<8).reduce(UInt32($0)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
  }

  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var value = UInt32.max
    for byte in bytes { value = value >> 8 ^ table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] }
    return ~value
  }
}
