public import Presentation

extension Schema {
  /// The message as JSON, by the rules of proto3 JSON with the names of the schema: every field is there, messages that are absent as `null`;
  /// members of a oneof and `optional` fields only when they are set. Integers of 64 bits are strings, enums their names (numbers where the
  /// schema has none), bytes base64, what is not finite `"NaN"`, `"Infinity"` or `"-Infinity"`.
  ///
  /// - Throws: `unknownType`.
  public func jsonText(_ message: DynamicMessage, pretty: Bool = false) throws(DynamicMessageError) -> String {
    var json = JSONText(pretty: pretty)
    try write(message, to: &json)
    return json.text
  }

  /// Appends ``jsonText(_:pretty:)``.
  public func write(_ message: DynamicMessage, to json: inout JSONText) throws(DynamicMessageError) {
    json.beginObject()
    try writeFields(of: message, to: &json)
    json.endObject()
  }

  /// Appends what a `google.protobuf.Any` holds: `"@type"` and the fields beside it; where the schema does not have the type, or the bytes are
  /// none of it, `"value"` in base64.
  public func writeAny(typeURL: String, bytes: [UInt8], to json: inout JSONText) {
    json.beginObject()
    json.field("@type", typeURL)
    let name = typeURL.lastIndex(of: "/").map { String(typeURL[typeURL.index(after: $0)...]) } ?? typeURL
    var inner = json
    do throws(DynamicMessageError) {
      try writeFields(of: try decode(name, bytes), to: &inner)
      json = inner
    } catch {
      json.field("value", bytes)
    }
    json.endObject()
  }

  private func writeFields(of message: DynamicMessage, to json: inout JSONText) throws(DynamicMessageError) {
    for field in try self.message(message.typeName).fields {
      let value = message[field.number]
      if let value, let entry = mapEntry(field) {
        json.key(field.name)
        try writeMap(value, entry, to: &json)
      } else if let value {
        json.key(field.name)
        try write(value, field.kind, to: &json)
      } else if !field.hasPresence || (field.kind.isMessage && field.oneof == nil) {
        json.key(field.name)
        try writeAbsent(field, to: &json)
      }
    }
  }

  private func writeAbsent(_ field: FieldType, to json: inout JSONText) throws(DynamicMessageError) {
    if mapEntry(field) != nil {
      json.beginObject()
      json.endObject()
    } else if field.isRepeated {
      json.beginArray()
      json.endArray()
    } else if let value = field.kind.defaultValue {
      try write(value, field.kind, to: &json)
    } else {
      json.null()
    }
  }

  private func write(_ value: DynamicValue, _ kind: FieldKind, to json: inout JSONText) throws(DynamicMessageError) {
    switch value {
    case .signed(let number): if kind.is64Bits { json.value(number) } else { json.number(number) }
    case .unsigned(let number): if kind.is64Bits { json.value(number) } else { json.number(number) }
    case .double(let number): if number.isFinite { json.value(number) } else { json.value(Self.notFinite(number)) }
    case .float(let number): if number.isFinite { json.value(number) } else { json.value(Self.notFinite(Double(number))) }
    case .bool(let isTrue): json.value(isTrue)
    case .string(let text): json.value(text)
    case .bytes(let bytes): json.value(bytes)
    case .enumeration(let number):
      if let name = try enumeration(kind.typeName ?? "").value(number: number)?.name { json.value(name) } else { json.number(number) }
    case .message(let inner): try write(inner, to: &json)
    case .list(let elements):
      json.beginArray()
      for element in elements {
        json.element()
        try write(element, kind, to: &json)
      }
      json.endArray()
    }
  }

  /// Entries by key; of several with the same key the last one counts.
  private func writeMap(_ value: DynamicValue, _ entry: MessageType, to json: inout JSONText) throws(DynamicMessageError) {
    json.beginObject()
    if case .list(let entries) = value, let key = entry.field(number: 1), let content = entry.field(number: 2) {
      var order: [String] = []
      var byKey: [String: DynamicValue] = [:]
      for case .message(let pair) in entries {
        let name = Self.keyText(pair[1] ?? key.kind.defaultValue)
        let held = pair[2] ?? content.kind.defaultValue ?? .message(DynamicMessage(typeName: content.kind.typeName ?? ""))
        if byKey.updateValue(held, forKey: name) == nil { order.append(name) }
      }
      for name in order {
        json.key(name)
        if let held = byKey[name] { try write(held, content.kind, to: &json) } else { json.null() }
      }
    }
    json.endObject()
  }

  private static func keyText(_ key: DynamicValue?) -> String {
    switch key {
    case .signed(let number): "\(number)"
    case .unsigned(let number): "\(number)"
    case .bool(let isTrue): isTrue ? "true" : "false"
    case .string(let text): text
    default: ""
    }
  }

  private static func notFinite(_ value: Double) -> String { value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity" }
}

extension FieldKind {
  /// JSON has it as a string.
  var is64Bits: Bool {
    switch self {
    case .int64, .uint64, .sint64, .fixed64, .sfixed64: true
    default: false
    }
  }

  /// What a field of this kind holds when nothing was said; nil for messages.
  var defaultValue: DynamicValue? {
    switch self {
    case .double: .double(0)
    case .float: .float(0)
    case .int32, .int64, .sint32, .sint64, .sfixed32, .sfixed64: .signed(0)
    case .uint32, .uint64, .fixed32, .fixed64: .unsigned(0)
    case .bool: .bool(false)
    case .string: .string("")
    case .bytes: .bytes([])
    case .enumeration: .enumeration(0)
    case .message: nil
    }
  }
}
