import DynamicMessages

/// A method in the list of all.
struct MethodRow: TableRow {
  let method: MethodType

  static var columns: [TableColumn<Self>] {
    [
      TableColumn("METHOD") { Cell("\(Schema.lastName($0.method.service))/\($0.method.name)", .accent) },
      TableColumn("TAKES") { Cell(text($0.method.input, isStream: $0.method.clientStreams)) },
      TableColumn("GIVES") { Cell(text($0.method.output, isStream: $0.method.serverStreams)) },
      TableColumn("WHAT", flexible: true) { Cell($0.method.comment) },
    ]
  }

  static var leftOutFirst: [String] { ["GIVES", "TAKES", "WHAT"] }

  private static func text(_ type: String, isStream: Bool) -> String { (isStream ? "stream " : "") + Schema.lastName(type) }
}

/// A message or an enum in the list of all.
struct TypeRow: TableRow {
  let kind: String
  let name: String
  let comment: String

  static var columns: [TableColumn<Self>] {
    [
      TableColumn("TYPE") { Cell($0.name, .accent) },
      TableColumn("KIND") { Cell($0.kind, .dim) },
      TableColumn("WHAT", flexible: true) { Cell($0.comment) },
    ]
  }

  static var leftOutFirst: [String] { ["KIND", "WHAT"] }
}

/// A field of a message.
struct FieldRow: TableRow {
  let field: FieldType
  /// The kinds of key and value, where it is a map.
  let map: (key: String, value: String)?

  static var columns: [TableColumn<Self>] {
    [
      TableColumn("FIELD") { Cell($0.field.name, .accent) },
      TableColumn("NO", .right) { Cell("\($0.field.number)", .dim) },
      TableColumn("TYPE") { Cell($0.type) },
      TableColumn("WHAT", flexible: true) { Cell($0.field.comment) },
    ]
  }

  static var leftOutFirst: [String] { ["NO", "TYPE", "WHAT"] }

  /// As the schema writes it; members of a oneof name it.
  var type: String {
    if let map { return "map<\(map.key), \(map.value)>" }
    let kind = (field.isRepeated ? "repeated " : "") + field.kind.name
    return field.oneof.map { "\(kind) (one of \($0))" } ?? kind
  }
}

/// A value of an enum.
struct EnumValueRow: TableRow {
  let value: EnumType.Value

  static var columns: [TableColumn<Self>] {
    [
      TableColumn("VALUE") { Cell($0.value.name, .accent) },
      TableColumn("NO", .right) { Cell("\($0.value.number)", .dim) },
      TableColumn("WHAT", flexible: true) { Cell($0.value.comment) },
    ]
  }

  static var leftOutFirst: [String] { ["NO", "WHAT"] }
}
