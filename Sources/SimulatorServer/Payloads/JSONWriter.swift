import Presentation
import Time
import TradingModel

/// JSON in the exchange's spelling, piece by piece, in exactly the order it is told: integers are numbers, times are milliseconds, decimals
/// are strings of eight digits. Commas are its own affair.
struct JSONWriter {
  private var json: JSONText
  private var followsKey = false

  init(capacity: Int = 256) { json = JSONText(capacity: capacity) }

  var bytes: [UInt8] { json.bytes }

  private mutating func begin() {
    if !followsKey { json.element() }
    followsKey = false
  }

  mutating func object(_ body: (inout JSONWriter) -> Void) {
    begin()
    json.beginObject()
    body(&self)
    json.endObject()
  }

  mutating func array(_ body: (inout JSONWriter) -> Void) {
    begin()
    json.beginArray()
    body(&self)
    json.endArray()
  }

  mutating func key(_ name: String) {
    json.key(name)
    followsKey = true
  }

  mutating func string(_ value: String) {
    begin()
    json.value(value)
  }

  mutating func integer(_ value: some FixedWidthInteger) {
    begin()
    json.number(value)
  }

  mutating func bool(_ value: Bool) {
    begin()
    json.value(value)
  }

  mutating func null() {
    begin()
    json.null()
  }

  /// A decimal as the exchange writes it: quoted, eight digits.
  mutating func decimal(_ value: FixedDecimal) { string(value.text(fractionDigitsMinimum: 8)) }

  /// Text that is JSON already.
  mutating func literal(_ text: String) {
    begin()
    json.literal(text)
  }

  mutating func literal(_ bytes: [UInt8]) {
    begin()
    json.literal(bytes)
  }

  /// A value that was read, as it was spelled.
  mutating func value(_ tree: JSONTree) {
    begin()
    tree.write(to: &json)
  }

  // A key and its value in one call.
  mutating func field(_ name: String, _ value: String) { key(name); string(value) }
  mutating func field(_ name: String, _ value: some FixedWidthInteger) { key(name); integer(value) }
  mutating func field(_ name: String, _ value: Bool) { key(name); bool(value) }
  mutating func field(_ name: String, _ value: FixedDecimal) { key(name); decimal(value) }
  mutating func field(_ name: String, _ value: Timestamp) { key(name); integer(value.milliseconds) }
  mutating func nullField(_ name: String) { key(name); null() }
  mutating func array(_ name: String, _ body: (inout JSONWriter) -> Void) { key(name); array(body) }
  mutating func object(_ name: String, _ body: (inout JSONWriter) -> Void) { key(name); object(body) }
}
