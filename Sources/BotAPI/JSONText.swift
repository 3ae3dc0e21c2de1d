/// JSON under construction. Keys keep the order in which they are written.
public struct JSONText: Sendable {
  private var bytes: [UInt8] = []
  private var depth = 0
  private var needsComma = false
  private let pretty: Bool

  /// - Parameter pretty: one element a line, indented by two spaces.
  public init(pretty: Bool = false) { self.pretty = pretty }

  /// What was written so far.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  public mutating func beginObject() { open(UInt8(ascii: "{")) }
  public mutating func endObject() { close(UInt8(ascii: "}")) }
  public mutating func beginArray() { open(UInt8(ascii: "[")) }
  public mutating func endArray() { close(UInt8(ascii: "]")) }

  /// Writes a key; a value must follow.
  public mutating func key(_ name: String) {
    separate()
    quote(name)
    bytes.append(UInt8(ascii: ":"))
    if pretty { bytes.append(UInt8(ascii: " ")) }
  }

  // MARK: Elements of arrays

  /// Starts the next element of an array; a value must follow.
  public mutating func element() { separate() }

  // MARK: Values

  public mutating func value(_ value: String) { quote(value) }
  public mutating func value(_ value: Bool) { raw(value ? "true" : "false") }
  public mutating func value(_ value: some FixedWidthInteger) { raw(String(value)) }
  /// A number in the shortest form that reads back the same; `null` when it is not finite.
  public mutating func value(_ value: Double) { raw(value.isFinite ? "\(value)" : "null") }
  public mutating func value(_ value: Float) { raw(value.isFinite ? "\(value)" : "null") }
  public mutating func value(_ value: some OpenEnum) { quote(value.name) }
  public mutating func value(_ value: some BotMessage) { value.write(to: &self) }
  /// Base64 with padding.
  public mutating func value(_ value: [UInt8]) { quote(Self.base64(value)) }
  public mutating func null() { raw("null") }

  // MARK: Fields

  public mutating func field(_ name: String, _ content: String) { key(name); value(content) }
  public mutating func field(_ name: String, _ content: Bool) { key(name); value(content) }
  public mutating func field(_ name: String, _ content: some FixedWidthInteger) { key(name); value(content) }
  public mutating func field(_ name: String, _ content: Double) { key(name); value(content) }
  public mutating func field(_ name: String, _ content: Float) { key(name); value(content) }
  public mutating func field(_ name: String, _ content: some OpenEnum) { key(name); value(content) }
  public mutating func field(_ name: String, _ content: [UInt8]) { key(name); value(content) }

  public mutating func field(_ name: String, _ content: (some BotMessage)?) {
    key(name)
    if let content { value(content) } else { null() }
  }

  public mutating func field(_ name: String, _ content: [some BotMessage]) {
    array(name, content) { $0.value($1) }
  }

  public mutating func field(_ name: String, _ content: [String]) {
    array(name, content) { $0.value($1) }
  }

  public mutating func field(_ name: String, _ content: [some OpenEnum]) {
    array(name, content) { $0.value($1) }
  }

  public mutating func field(_ name: String, _ content: [some FixedWidthInteger]) {
    array(name, content) { $0.value($1) }
  }

  private mutating func array<Element>(_ name: String, _ content: [Element], _ write: (inout JSONText, Element) -> Void) {
    key(name)
    beginArray()
    for item in content {
      element()
      write(&self, item)
    }
    endArray()
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

  private mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func quote(_ text: String) {
    let hex = Array("0123456789abcdef".utf8)
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0x0A: raw("\\n")
      case 0x0D: raw("\\r")
      case 0x09: raw("\\t")
      case 0..<0x20, 0x7F:
        raw("\\u00")
        bytes.append(hex[Int(byte >> 4)])
        bytes.append(hex[Int(byte & 15)])
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
