/// CRC-32C (Castagnoli, polynomial 0x1EDC6F41, reflected), as in RFC 3720 §12.1; eight bytes a step ("slicing by 8", Kounavis & Berry 2005).
enum CRC32C {
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for index in 0..<256 {
      var value = UInt32(index)
      for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0x82F6_3B78 : value >> 1 }
      tables[index] = value
    }
    for index in 0..<256 {
      for slice in 1..<8 {
        let before = tables[(slice - 1) * 256 + index]
        tables[slice * 256 + index] = (before >> 8) ^ tables[Int(before & 0xFF)]
      }
    }
    return tables
  }()

  /// The checksum of `bytes` appended to data whose checksum is `previous` (0 for none).
  static func checksum(_ bytes: UnsafeRawBufferPointer, continuing previous: UInt32 = 0) -> UInt32 {
    unsafe tables.withUnsafeBufferPointer { table in
      var crc = ~previous
      var offset = 0
      let count = bytes.count
      while offset + 8 <= count {
        let word = unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) ^ UInt64(crc)
        crc = unsafe table[7 * 256 + Int(word & 0xFF)] ^ table[6 * 256 + Int(word >> 8 & 0xFF)]
        unsafe crc ^= table[5 * 256 + Int(word >> 16 & 0xFF)] ^ table[4 * 256 + Int(word >> 24 & 0xFF)]
        unsafe crc ^= table[3 * 256 + Int(word >> 32 & 0xFF)] ^ table[2 * 256 + Int(word >> 40 & 0xFF)]
        unsafe crc ^= table[256 + Int(word >> 48 & 0xFF)] ^ table[Int(word >> 56)]
        offset += 8
      }
      while offset < count {
        crc = unsafe table[Int((crc ^ UInt32(bytes[offset])) & 0xFF)] ^ (crc >> 8)
        offset += 1
      }
      return ~crc
    }
  }
}
