public import Presentation

extension Schema {
  /// Reads a message from JSON by the rules of proto3 JSON: names in lowerCamelCase or as in the schema, `null` is not set, integers as numbers
  /// or strings, enums by name or number, bytes in base64. Besides that, enums may have the short names that botctl prints (`running`).
  ///
  /// - Throws: `invalid` with the path of what is wrong: an unknown field, a name given twice, two members of a oneof, a value that does not
  ///   fit; `tooDeep`, `unknownType`.
  public func message(_ typeName: String, from json: JSONTree) throws(DynamicMessageError) -> DynamicMessage {
    try message(typeName, json, path: "", depth: Self.depthMaximum)
  }

  private func message(_ typeName: String, _ json: JSONTree, path: String, depth: Int) throws(DynamicMessageError) -> DynamicMessage {
    guard depth > 0 else { throw DynamicMessageError(.tooDeep, "messages are nested deeper than \(Self.depthMaximum) levels", path: path) }
    let type = try self.message(typeName)
    guard let members = json.members else { throw Self.wrong(path, "must be an object, a \(typeName), not \(json.shown)") }
    var message = DynamicMessage(typeName: typeName)
    var seen: Set<Int32> = []
    for member in members {
      let place = path.isEmpty ? member.name : "\(path).\(member.name)"
      guard let field = type.field(named: member.name) else { throw Self.wrong(place, Self.unknownField(type)) }
      guard seen.insert(field.number).inserted else { throw Self.wrong(place, "is given twice") }
      let fieldPath = path.isEmpty ? field.name : "\(path).\(field.name)"
      guard let value = try value(member.value, field, fieldPath, depth) else { continue }
      if let oneof = field.oneof, let other = type.fields.first(where: { $0.oneof == oneof && message[$0.number] != nil }) {
        throw Self.wrong(fieldPath, "cannot be given beside \(other.name): both are the \(oneof)")
      }
      message.set(field, value, of: type)
    }
    return message
  }

  /// The value of a field; nil for `null`.
  private func value(_ json: JSONTree, _ field: FieldType, _ path: String, _ depth: Int) throws(DynamicMessageError) -> DynamicValue? {
    if json == .null { return nil }
    if let entry = mapEntry(field) { return .list(try entries(json, entry, path, depth)) }
    guard field.isRepeated else { return try single(json, field.kind, path, depth) }
    guard let elements = json.elements else { throw Self.wrong(path, "must be an array, not \(json.shown)") }
    var list: [DynamicValue] = []
    for (index, element) in elements.enumerated() { list.append(try single(element, field.kind, "\(path)[\(index)]", depth)) }
    return .list(list)
  }

  private func single(_ json: JSONTree, _ kind: FieldKind, _ path: String, _ depth: Int) throws(DynamicMessageError) -> DynamicValue {
    switch kind {
    case .message(let name): .message(try message(name, json, path: path, depth: depth - 1))
    case .enumeration(let name): .enumeration(try number(json, of: try enumeration(name), path))
    default:
      switch JSONScalar.read(json, kind) {
      case .success(let value): value
      case .failure(let refusal): throw Self.wrong(path, refusal.message)
      }
    }
  }

  private func number(_ json: JSONTree, of enumeration: EnumType, _ path: String) throws(DynamicMessageError) -> Int32 {
    switch json {
    case .string(let name):
      if let value = enumeration.value(named: name) { return value.number }
    case .number(let text):
      if let number = JSONScalar.integer(text), let value = Int32(exactly: number) { return value }
    default: break
    }
    let names = enumeration.values.map(\.name).joined(separator: ", ")
    throw Self.wrong(path, "\(json.shown) is no \(enumeration.name); its values are \(names)")
  }

  private func entries(_ json: JSONTree, _ entry: MessageType, _ path: String, _ depth: Int) throws(DynamicMessageError) -> [DynamicValue] {
    guard let members = json.members else { throw Self.wrong(path, "must be an object, not \(json.shown)") }
    guard let key = entry.field(number: 1), let content = entry.field(number: 2) else { return [] }
    var list: [DynamicValue] = []
    var seen: Set<DynamicValue> = []
    for member in members {
      let place = "\(path)[\(member.name)]"
      let name = try Self.key(member.name, key.kind, place)
      guard seen.insert(name).inserted else { throw Self.wrong(place, "is given twice") }
      var pair = DynamicMessage(typeName: entry.name)
      pair.set(key, name, of: entry)
      pair.set(content, try single(member.value, content.kind, place, depth - 1), of: entry)
      list.append(.message(pair))
    }
    return list
  }

  private static func key(_ name: String, _ kind: FieldKind, _ path: String) throws(DynamicMessageError) -> DynamicValue {
    if kind == .bool, name == "true" || name == "false" { return .bool(name == "true") }
    switch JSONScalar.read(.string(name), kind) {
    case .success(let value): return value
    case .failure: throw wrong(path, "is no \(kind.name), which the keys of this map are")
    }
  }

  private static func unknownField(_ type: MessageType) -> String {
    guard !type.fields.isEmpty else { return "there is no such field: \(type.name) has none" }
    return "there is no such field in \(type.name); its fields are \(type.fields.map(\.name).joined(separator: ", "))"
  }

  private static func wrong(_ path: String, _ message: String) -> DynamicMessageError {
    DynamicMessageError(.invalid, message, path: path)
  }
}

extension JSONTree {
  /// What stands there, for an error.
  var shown: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(let text): text.count > 40 ? "\(text.prefix(40))…" : text
    case .string(let text): text.count > 40 ? "\"\(text.prefix(40))…\"" : "\"\(text)\""
    case .array: "an array"
    case .object: "an object"
    }
  }
}
