import DynamicMessages

/// Shows a schema, or one thing of it, to a person.
struct SchemaPage {
  let schema: Schema
  let output: Output

  /// All methods, then all types.
  func overview() {
    output.rowsOnly(schema.methods.map { MethodRow(method: $0) })
    output.line("")
    let types = schema.messages.filter { !$0.isMapEntry }.map {
      TypeRow(kind: "message", name: Schema.lastName($0.name), comment: $0.comment)
    }
    output.rowsOnly(types + schema.enums.map { TypeRow(kind: "enum", name: Schema.lastName($0.name), comment: $0.comment) })
  }

  /// One thing; a line of space above all but the first.
  func show(_ item: SchemaItem, isFirst: Bool) {
    if !isFirst { output.line("") }
    switch item {
    case .service(let service):
      head(service.name, service.comment)
      output.line("")
      output.rowsOnly(service.methods.map { MethodRow(method: $0) })
    case .method(let method): show(method)
    case .message(let message):
      head(message.name, message.comment)
      fields(of: message)
    case .enumeration(let enumeration):
      head(enumeration.name, enumeration.comment)
      output.line("")
      output.rowsOnly(enumeration.values.map { EnumValueRow(value: $0) })
    }
  }

  private func show(_ method: MethodType) {
    head(method.fullName, method.comment)
    side("takes", method.input, isStream: method.clientStreams)
    side("gives", method.output, isStream: method.serverStreams)
    guard let example = try? schema.jsonText(schema.example(method.input)) else { return }
    output.line("")
    text("botctl call \(method.fullName) '\(example)'")
  }

  private func side(_ word: String, _ type: String, isStream: Bool) {
    output.line("")
    guard let message = try? schema.message(type) else { return text("\(word) \(type), which the schema does not have") }
    head("\(word) \(isStream ? "stream " : "")\(message.name)", message.comment)
    fields(of: message)
  }

  private func fields(of message: MessageType) {
    guard !message.fields.isEmpty else { return text("No fields.") }
    output.line("")
    output.rowsOnly(message.fields.map { FieldRow(field: $0, map: schema.mapKinds($0)) })
  }

  private func head(_ name: String, _ comment: String) {
    output.line(Cell(name).text, .bold)
    for line in comment.split(separator: "\n", omittingEmptySubsequences: false) { text(String(line)) }
  }

  /// A line without control characters: it comes from outside.
  private func text(_ line: String) { output.line(Cell(line).text) }
}
