/// Writes the codec of one message: a constant of the message's name with `create`, `write` and `merge`.
struct TypeScriptCodecWriter {
  let message: ProtoMessage
  let package: String

  func write(_ out: inout SourceText) {
    out.line("/** Encodes and decodes `\(package).\(message.name)`. */")
    out.block("export const \(message.name): MessageType<\(message.name)> =", closing: "};") { out in
      out.line("typeName: \"\(package).\(message.name)\",")
      writeCreate(&out)
      let w = message.fields.isEmpty ? "_w, _m" : "w, m"
      out.block("write(\(w))", closing: "},") { out in
        for field in message.fields where field.oneof == nil { out.line(writing(field, "m.\(field.tsName)")) }
        for (index, oneof) in message.oneofs.enumerated() { writeOneof(oneof.name, index, &out) }
      }
      writeMerge(&out)
    }
  }

  private func writeCreate(_ out: inout SourceText) {
    let members = TypeScriptMember.members(of: message)
    if members.isEmpty { return out.line("create: () => ({}),") }
    out.line("create: () => ({")
    out.indented { out in
      for member in members { out.line("\(member.name): \(member.defaultValue),") }
    }
    out.line("}),")
  }

  // MARK: encoding

  private func writing(_ field: ProtoField, _ value: String, explicit: Bool = false) -> String {
    if case .message(let type) = field.kind {
      return "w.\(field.isRepeated ? "messages" : "message")(\(field.number), \(type), \(value));"
    }
    if field.isRepeated { return "w.repeated(\(field.number), \"\(field.tsCodec)\", \(value));" }
    return "w.\(field.tsCodec)(\(field.number), \(value)\(explicit ? ", true" : ""));"
  }

  private func writeOneof(_ oneof: String, _ index: Int, _ out: inout SourceText) {
    let name = TypeScriptNames.property(oneof)
    out.line("const \(name) = m.\(name);")
    out.block("switch (\(name)?.case)") { out in
      for field in message.fields where field.oneof == index {
        out.line("case \"\(field.tsName)\":")
        out.indented { out in
          out.line(writing(field, "\(name).value", explicit: true))
          out.line("break;")
        }
      }
    }
  }

  // MARK: decoding

  private func writeMerge(_ out: inout SourceText) {
    out.block("merge(r, \(message.fields.isEmpty ? "_m" : "m"))", closing: "},") { out in
      out.block("while (r.more())") { out in
        out.line("const tag = r.tag();")
        if message.fields.isEmpty { return out.line("r.skip(tag);") }
        out.block("switch (tag)") { out in
          for field in message.fields { writeCases(field, &out) }
          out.line("default:")
          out.indented { $0.line("r.skip(tag);") }
        }
      }
    }
  }

  private func writeCases(_ field: ProtoField, _ out: inout SourceText) {
    let property = "m.\(field.tsName)"
    let read = reading(field, merging: property)
    if let index = field.oneof {
      let oneof = "m.\(TypeScriptNames.property(message.oneofs[index].name))"
      let value = reading(field, merging: "\(oneof)?.case === \"\(field.tsName)\" ? \(oneof).value : undefined")
      writeCase(field.tag(field.wireType), "\(oneof) = { case: \"\(field.tsName)\", value: \(value) };", &out)
    } else if field.isRepeated {
      writeCase(field.tag(field.wireType), "\(property).push(\(reading(field, merging: nil)));", &out)
      if field.wireType != 2 { writeCase(field.tag(2), "r.packed(() => \(property).push(\(read)));", &out) }
    } else {
      writeCase(field.tag(field.wireType), "\(property) = \(read);", &out)
    }
  }

  private func writeCase(_ tag: Int, _ statement: String, _ out: inout SourceText) {
    out.line("case \(tag):")
    out.indented { out in
      out.line(statement)
      out.line("break;")
    }
  }

  /// The expression that reads one value; a message that comes a second time is merged into the first.
  private func reading(_ field: ProtoField, merging existing: String?) -> String {
    switch field.kind {
    case .message(let type): "r.message(\(type)\(existing.map { ", \($0)" } ?? ""))"
    case .enumeration(let type): "r.int32() as \(type)"
    case .string where field.isDecimal(in: message): "r.string() as OptionalDecimal"
    default: "r.\(field.tsCodec)()"
    }
  }
}

extension ProtoField {
  /// The method of the reader and the writer.
  var tsCodec: String {
    switch kind {
    case .double: "double"
    case .float: "float"
    case .int64: "int64"
    case .uint64: "uint64"
    case .int32, .enumeration: "int32"
    case .uint32: "uint32"
    case .bool: "bool"
    case .string: "string"
    case .bytes: "bytes"
    case .message: "message"
    }
  }

  /// The wire type of one value.
  var wireType: Int {
    switch kind {
    case .double: 1
    case .float: 5
    case .string, .bytes, .message: 2
    case .int64, .uint64, .int32, .uint32, .bool, .enumeration: 0
    }
  }

  /// The tag as it stands before a value.
  func tag(_ wireType: Int) -> Int { number << 3 | wireType }
}
