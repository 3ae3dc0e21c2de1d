/// A little protobuf by hand.
public enum GoldenBytes {
  /// The content of a length-delimited field of a message that has such fields, varints and nothing else; `nil`: it is not there.
  public static func field(_ number: Int, of bytes: [UInt8]) -> [UInt8]? {
    var rest = bytes[...]
    while !rest.isEmpty {
      guard let tag = varint(&rest), let value = varint(&rest) else { return nil }
      guard tag & 7 == 2 else { continue }
      guard value <= rest.count else { return nil }
      if tag >> 3 == number { return Array(rest.prefix(value)) }
      rest = rest.dropFirst(value)
    }
    return nil
  }

  private static func varint(_ bytes: inout ArraySlice<UInt8>) -> Int? {
    var value = 0
    var shift = 0
    while let byte = bytes.popFirst(), shift < 63 {
      value |= Int(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }
}
