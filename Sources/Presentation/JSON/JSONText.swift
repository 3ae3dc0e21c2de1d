public import TradingModel

/// JSON under construction, with the rules of proto3 JSON for every command: decimals are strings, ratios are numbers, integers of 64 bits
/// (times in nanoseconds, counts, sequences) are strings, smaller ones numbers. Keys keep the order in which they are written.
public struct JSONText: Sendable {
  /// What was written so far, UTF-8.
  public private(set) var bytes: [UInt8] = []
  private var depth = 0
  private var needsComma = false
  private let pretty: Bool

  /// - Parameters:
  ///   - pretty: one element a line, indented by two spaces.
  ///   - capacity: bytes to make room for.
  public init(pretty: Bool = false, capacity: Int = 0) {
    self.pretty = pretty
    bytes.reserveCapacity(capacity)
  }

  /// What was written so far.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Opens an object.
  public mutating func beginObject() { open(UInt8(ascii: "{")) }
  /// Closes the object opened last.
  public mutating func endObject() { close(UInt8(ascii: "}")) }
  /// Opens an array.
  public mutating func beginArray() { open(UInt8(ascii: "[")) }
  /// Closes the array opened last.
  public mutating func endArray() { close(UInt8(ascii: "]")) }

  /// Writes a key; a value must follow.
  public mutating func key(_ name: String) {
    separate()
    quote(name)
    bytes.append(UInt8(ascii: ":"))
    if pretty { bytes.append(UInt8(ascii: " ")) }
  }

  /// Starts the next element of an array; a value must follow.
  public mutating func element() { separate() }

  // MARK: Values

  /// A string, escaped.
  public mutating func value(_ value: String) { quote(value) }
  /// `true` or `false`.
  public mutating func value(_ value: Bool) { literal(value ? "true" : "false") }
  /// An integer: a string from 64 bits on, since many readers keep only 53 bits of a number; a number otherwise.
  public mutating func value<Integer: FixedWidthInteger>(_ value: Integer) {
    if Integer.bitWidth > 32 { quote(String(value)) } else { number(value) }
  }
  /// A ratio: a number in the shortest form that reads back the same; `null` when it is not finite.
  public mutating func value(_ value: Double) { literal(value.isFinite ? "\(value)" : "null") }
  /// A ratio of single precision; `null` when it is not finite.
  public mutating func value(_ value: Float) { literal(value.isFinite ? "\(value)" : "null") }
  /// A decimal: a string without zeros at its end.
  public mutating func value(_ value: FixedDecimal) { quote(value.description) }
  /// Bytes: base64 with padding.
  public mutating func value(_ value: [UInt8]) { quote(Self.base64(value)) }
  /// `null`
  public mutating func null() { literal("null") }
  /// An integer as a number whatever its size, for JSON whose form somebody else chose.
  public mutating func number(_ value: some FixedWidthInteger) { literal(String(value)) }
  /// Text that is JSON already.
  public mutating func literal(_ json: some StringProtocol) { bytes.append(contentsOf: json.utf8) }
  /// Bytes that are JSON already.
  public mutating func literal(_ json: [UInt8]) { bytes.append(contentsOf: json) }

  // MARK: Fields

  /// A key and its string.
  public mutating func field(_ name: String, _ content: String) { key(name); value(content) }
  /// A key and its truth value.
  public mutating func field(_ name: String, _ content: Bool) { key(name); value(content) }
  /// A key and its integer, a string from 64 bits on.
  public mutating func field(_ name: String, _ content: some FixedWidthInteger) { key(name); value(content) }
  /// A key and its ratio; `null` when it is not finite.
  public mutating func field(_ name: String, _ content: Double) { key(name); value(content) }
  /// A key and its ratio; `null` when it is not finite.
  public mutating func field(_ name: String, _ content: Float) { key(name); value(content) }
  /// A key and its ratio; `null` when it is unknown or not finite.
  public mutating func field(_ name: String, _ content: Double?) { key(name); value(content ?? .nan) }
  /// A key and its decimal.
  public mutating func field(_ name: String, _ content: FixedDecimal) { key(name); value(content) }
  /// A key and its bytes in base64.
  public mutating func field(_ name: String, _ content: [UInt8]) { key(name); value(content) }
  /// A key and an array of strings.
  public mutating func field(_ name: String, _ content: [String]) { array(name, content) { $0.value($1) } }
  /// A list of bytes, each in base64.
  public mutating func field(_ name: String, _ content: [[UInt8]]) { array(name, content) { $0.value($1) } }
  /// A key and an array of integers.
  public mutating func field(_ name: String, _ content: [some FixedWidthInteger]) { array(name, content) { $0.value($1) } }

  /// A key and an array whose elements `write` writes.
  public mutating func array<Element>(_ name: String, _ content: [Element], _ write: (inout JSONText, Element) -> Void) {
    key(name)
    beginArray()
    for item in content {
      element()
      write(&self, item)
    }
    endArray()
  }

  /// A key and an array of objects whose fields `write` writes.
  public mutating func objects<Element>(_ name: String, _ content: [Element], _ write: (inout JSONText, Element) -> Void) {
    array(name, content) { json, item in
      json.beginObject()
      write(&json, item)
      json.endObject()
    }
  }

  // MARK: Text

  private mutating func open(_ bracket: UInt8) {
    bytes.append(bracket)
    depth += 1
    needsComma = false
  }

  private mutating func close(_ bracket: UInt8) {
    depth -= 1
    if needsComma { newline() }
    bytes.append(bracket)
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    newline()
    needsComma = true
  }

  private mutating func newline() {
    guard pretty else { return }
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * max(0, depth)))
  }

  private static let hexadecimal = Array("0123456789abcdef".utf8)

  private mutating func quote(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0x0A: literal("\\n")
      case 0x0D: literal("\\r")
      case 0x09: literal("\\t")
      case 0..<0x20, 0x7F:
        literal("\\u00")
        bytes.append(Self.hexadecimal[Int(byte >> 4)])
        bytes.append(Self.hexadecimal[Int(byte & 15)])
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  static func base64(_ data: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var result: [UInt8] = []
    result.reserveCapacity((data.count + 2) / 3 * 4)
    for start in stride(from: 0, to: data.count, by: 3) {
      let count = min(3, data.count - start)
      var word = UInt32(data[start]) << 16
      if count > 1 { word |= UInt32(data[start + 1]) << 8 }
      if count > 2 { word |= UInt32(data[start + 2]) }
      for index in 0..<4 {
        result.append(index <= count ? alphabet[Int(word >> UInt32(18 - 6 * index)) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
