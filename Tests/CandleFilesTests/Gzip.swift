/// Gzip data as bytes, made without zlib: the text is stored, not squeezed (RFC 1951 §3.2.4, RFC 1952).
enum Gzip {
  static func stored(_ text: [UInt8]) -> [UInt8] {
    var out: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    var rest = text[...]
    repeat {
      let block = rest.prefix(60_000)
      rest = rest.dropFirst(block.count)
      let size = UInt16(block.count)
      out.append(rest.isEmpty ? 1 : 0)
      for word in [size, ~size] { out += [UInt8(word & 255), UInt8(word >> 8)] }
      out += block
    } while !rest.isEmpty
    for word in [checksum(text), UInt32(text.count)] { out += (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
    return out
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    let table = (0..<256).map { (index: UInt32) in
      (0..<8).reduce(index) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }
    return ~bytes.reduce(~UInt32(0)) { table[Int(($0 ^ UInt32($1)) & 255)] ^ ($0 >> 8) }
  }
}
