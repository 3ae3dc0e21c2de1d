import Time
import TradingModel

/// Writes JSON text piece by piece, in exactly the order it is told. Commas are its own affair.
struct JSONWriter {
  private(set) var bytes: [UInt8] = []
  private var needsComma = false

  init(capacity: Int = 256) { bytes.reserveCapacity(capacity) }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  mutating func object(_ body: (inout JSONWriter) -> Void) {
    separate()
    bytes.append(UInt8(ascii: "{"))
    needsComma = false
    body(&self)
    bytes.append(UInt8(ascii: "}"))
    needsComma = true
  }

  mutating func array(_ body: (inout JSONWriter) -> Void) {
    separate()
    bytes.append(UInt8(ascii: "["))
    needsComma = false
    body(&self)
    bytes.append(UInt8(ascii: "]"))
    needsComma = true
  }

  mutating func key(_ name: String) {
    separate()
    quote(name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  mutating func string(_ value: String) {
    separate()
    quote(value)
  }

  mutating func integer(_ value: some BinaryInteger) { literal(String(value)) }
  mutating func bool(_ value: Bool) { literal(value ? "true" : "false") }
  mutating func null() { literal("null") }

  /// A decimal as the exchange writes it: quoted, eight digits.
  mutating func decimal(_ value: FixedDecimal) { string(value.text(fractionDigitsMinimum: 8)) }

  /// Text that is JSON already.
  mutating func literal(_ text: String) {
    separate()
    bytes.append(contentsOf: text.utf8)
  }

  mutating func literal(_ json: [UInt8]) {
    separate()
    bytes.append(contentsOf: json)
  }

  // A key and its value in one call.
  mutating func field(_ name: String, _ value: String) { key(name); string(value) }
  mutating func field(_ name: String, _ value: some BinaryInteger) { key(name); integer(value) }
  mutating func field(_ name: String, _ value: Bool) { key(name); bool(value) }
  mutating func field(_ name: String, _ value: FixedDecimal) { key(name); decimal(value) }
  mutating func field(_ name: String, _ value: Timestamp) { key(name); integer(value.milliseconds) }
  mutating func nullField(_ name: String) { key(name); null() }
  mutating func array(_ name: String, _ body: (inout JSONWriter) -> Void) { key(name); array(body) }
  mutating func object(_ name: String, _ body: (inout JSONWriter) -> Void) { key(name); object(body) }

  private mutating func quote(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0..<32:
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(digits[Int(byte >> 4)])
        bytes.append(digits[Int(byte & 15)])
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
