/// PostgreSQL's binary form of parameters ("array_recv" in its sources): dimensions, null flag, element type, size, lower bound, then
/// each element with its length.
enum PostgresValue {
  static func text(_ value: String) -> [UInt8] { Array(clean(value).utf8) }
  static func integer(_ value: Int64) -> [UInt8] { unsafe withUnsafeBytes(of: value.bigEndian) { unsafe Array($0) } }

  static func integers(_ values: [Int64]) -> [UInt8] {
    var bytes = header(type: 20, count: values.count, hasNull: false, reserve: values.count * 12)
    for value in values {
      append(8, &bytes)
      unsafe withUnsafeBytes(of: value.bigEndian) { unsafe bytes.append(contentsOf: $0) }
    }
    return bytes
  }

  static func optionalIntegers(_ values: [Int64?]) -> [UInt8] {
    var bytes = header(type: 20, count: values.count, hasNull: true, reserve: values.count * 12)
    for value in values {
      guard let value else {
        append(-1, &bytes)
        continue
      }
      append(8, &bytes)
      unsafe withUnsafeBytes(of: value.bigEndian) { unsafe bytes.append(contentsOf: $0) }
    }
    return bytes
  }

  static func texts(_ values: [String?]) -> [UInt8] {
    var bytes = header(type: 25, count: values.count, hasNull: true, reserve: values.count * 24)
    for value in values {
      guard let value else {
        append(-1, &bytes)
        continue
      }
      let clean = clean(value)
      append(Int32(clamping: clean.utf8.count), &bytes)
      bytes.append(contentsOf: clean.utf8)
    }
    return bytes
  }

  static func blobs(_ values: [[UInt8]]) -> [UInt8] {
    var bytes = header(type: 17, count: values.count, hasNull: false, reserve: values.reduce(0) { $0 + $1.count + 4 })
    for value in values {
      append(Int32(clamping: value.count), &bytes)
      bytes.append(contentsOf: value)
    }
    return bytes
  }

  private static func header(type: Int32, count: Int, hasNull: Bool, reserve: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(20 + reserve)
    append(count == 0 ? 0 : 1, &bytes)
    append(hasNull ? 1 : 0, &bytes)
    append(type, &bytes)
    guard count > 0 else { return bytes }
    append(Int32(clamping: count), &bytes)
    append(1, &bytes)
    return bytes
  }

  private static func append(_ value: Int32, _ bytes: inout [UInt8]) {
    unsafe withUnsafeBytes(of: value.bigEndian) { unsafe bytes.append(contentsOf: $0) }
  }

  /// PostgreSQL's text has no NUL; the payload keeps the original.
  private static func clean(_ text: String) -> String {
    text.utf8.contains(0) ? String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value == 0 ? "\u{FFFD}" : $0 })) : text
  }
}
