// Names and decimals as texts, exact and readable, whatever the format. Numbers in them are not for people: JSON of botctl and of the
// exchange is written by hand elsewhere.

extension FixedDecimal: Codable {
  /// - Throws: `DecodingError` for a text that is no decimal of at most 8 fractional digits.
  public init(from decoder: any Decoder) throws {
    self = try decoder.value("decimal") { FixedDecimal(text: $0) }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text(fractionDigitsMinimum: 0))
  }
}

extension Symbol: Codable {
  /// - Throws: `DecodingError` for a text that is no symbol in its one spelling.
  public init(from decoder: any Decoder) throws {
    self = try decoder.value("symbol") { text in Symbol(text).flatMap { $0.text == text ? $0 : nil } }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

extension BotID: Codable {
  /// - Throws: `DecodingError` for a text that is no bot's name.
  public init(from decoder: any Decoder) throws { self = try decoder.value("bot id") { BotID($0) } }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

extension ClientOrderID: Codable {
  /// - Throws: `DecodingError` for a text that is no order's name.
  public init(from decoder: any Decoder) throws { self = try decoder.value("client order id") { ClientOrderID($0) } }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

extension Decoder {
  fileprivate func value<Value>(_ name: String, _ make: (String) -> Value?) throws -> Value {
    let text = try singleValueContainer().decode(String.self)
    guard let value = make(text) else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(codingPath: codingPath, debugDescription: "\"\(text.prefix(80))\" is no \(name)"))
    }
    return value
  }
}
