public import TradingModel

/// A JSON value as a tree, for everything that is not on the hot path: REST answers, WebSocket API answers, execution reports.
///
/// Numbers keep their text, so no digit is lost; an object refuses a duplicate name.
public enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  /// The number's own text, of JSON's grammar.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// Reads one JSON text, white space around it allowed. Memory is bounded by `valuesMaximum`, depth by 64.
  ///
  /// - Throws: ``FrameRefusal``.
  public init(parsing bytes: UnsafeBufferPointer<UInt8>, valuesMaximum: Int = 2_000_000) throws(FrameRefusal) {
    guard let base = bytes.baseAddress else { throw FrameRefusal(.malformed) }
    var builder = unsafe TreeBuilder(scanner: JSONScanner(start: base, count: bytes.count), valuesLeft: valuesMaximum)
    builder.scanner.skipWhitespace()
    self = try builder.value(depth: 0)
    builder.scanner.skipWhitespace()
    guard builder.scanner.isAtEnd else { throw builder.scanner.malformed() }
  }

  public init(parsing bytes: [UInt8], valuesMaximum: Int = 2_000_000) throws(FrameRefusal) {
    // `withUnsafeBufferPointer` cannot carry a typed error through on every toolchain; a Result does.
    let result = unsafe bytes.withUnsafeBufferPointer { buffer -> Result<JSONValue, FrameRefusal> in
      do throws(FrameRefusal) { return unsafe .success(try JSONValue(parsing: buffer, valuesMaximum: valuesMaximum)) } catch {
        return .failure(error)
      }
    }
    self = try result.get()
  }

  /// A member of an object; `nil` for other kinds and absent names.
  public subscript(_ name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members[name]
  }

  public var array: [JSONValue]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }

  public var string: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  public var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  public var isNull: Bool { self == .null }

  /// An integer number (no fraction, no exponent) within 64 bits.
  public var integer: Int64? {
    guard case .number(let text) = self else { return nil }
    return Int64(text)
  }

  /// A decimal written as a string, as the exchange does.
  public var decimal: FixedDecimal? {
    guard case .string(let text) = self else { return nil }
    return FixedDecimal(text: text)
  }
}

extension JSONValue {
  public func require(_ name: StaticString) throws(FrameRefusal) -> JSONValue {
    guard let value = self[name.description] else { throw FrameRefusal(.missingField, field: name) }
    return value
  }

  public func requireString(_ name: StaticString) throws(FrameRefusal) -> String {
    guard let value = try require(name).string else { throw FrameRefusal(.badField, field: name) }
    return value
  }

  public func requireInteger(_ name: StaticString) throws(FrameRefusal) -> Int64 {
    guard let value = try require(name).integer else { throw FrameRefusal(.badField, field: name) }
    return value
  }

  public func requireDecimal(_ name: StaticString) throws(FrameRefusal) -> FixedDecimal {
    guard let value = try require(name).decimal else { throw FrameRefusal(.badField, field: name) }
    return value
  }

  public func requireBool(_ name: StaticString) throws(FrameRefusal) -> Bool {
    guard let value = try require(name).bool else { throw FrameRefusal(.badField, field: name) }
    return value
  }

  public func requireSymbol(_ name: StaticString) throws(FrameRefusal) -> Symbol {
    guard let value = Symbol(try requireString(name)) else { throw FrameRefusal(.badField, field: name) }
    return value
  }
}

private struct TreeBuilder {
  var scanner: JSONScanner
  var valuesLeft: Int

  mutating func value(depth: Int) throws(FrameRefusal) -> JSONValue {
    valuesLeft -= 1
    guard valuesLeft >= 0 else { throw FrameRefusal(.tooLarge, offset: scanner.offset) }
    guard !scanner.isAtEnd else { throw scanner.malformed() }
    switch unsafe scanner.position.pointee {
    case 0x22:
      unsafe scanner.position += 1
      return .string(string(try scanner.text()))
    case 0x2D, 0x30...0x39:
      let first = unsafe scanner.position
      _ = try scanner.number()
      return unsafe .number(String(decoding: UnsafeBufferPointer(start: first, count: scanner.position - first), as: UTF8.self))
    case 0x7B: return try object(depth: depth)
    case 0x5B: return try array(depth: depth)
    default:
      switch try scanner.literal() {
      case 0x74: return .bool(true)
      case 0x66: return .bool(false)
      default: return .null
      }
    }
  }

  private mutating func object(depth: Int) throws(FrameRefusal) -> JSONValue {
    guard depth < JSONScanner.depthMaximum else { throw FrameRefusal(.tooDeep, offset: scanner.offset) }
    unsafe scanner.position += 1
    var members: [String: JSONValue] = [:]
    scanner.skipWhitespace()
    if scanner.take(0x7D) { return .object(members) }
    while true {
      try scanner.expect(0x22)
      let name = string(try scanner.text())
      scanner.skipWhitespace()
      try scanner.expect(0x3A)
      scanner.skipWhitespace()
      guard members.updateValue(try value(depth: depth + 1), forKey: name) == nil else {
        throw FrameRefusal(.duplicateField, offset: scanner.offset)
      }
      scanner.skipWhitespace()
      if scanner.take(0x7D) { return .object(members) }
      try scanner.expect(0x2C)
      scanner.skipWhitespace()
    }
  }

  private mutating func array(depth: Int) throws(FrameRefusal) -> JSONValue {
    guard depth < JSONScanner.depthMaximum else { throw FrameRefusal(.tooDeep, offset: scanner.offset) }
    unsafe scanner.position += 1
    var elements: [JSONValue] = []
    scanner.skipWhitespace()
    if scanner.take(0x5D) { return .array(elements) }
    while true {
      elements.append(try value(depth: depth + 1))
      scanner.skipWhitespace()
      if scanner.take(0x5D) { return .array(elements) }
      try scanner.expect(0x2C)
      scanner.skipWhitespace()
    }
  }

  private func string(_ text: JSONScanner.Text) -> String {
    guard text.hasEscapes else { return unsafe String(decoding: UnsafeBufferPointer(start: text.start, count: text.count), as: UTF8.self) }
    return unsafe String(unsafeUninitializedCapacity: text.count) { output in
      guard let base = output.baseAddress else { return 0 }
      return unsafe FrameText.unescape(text.start, count: text.count, into: base, capacity: output.count) ?? 0
    }
  }
}
