/// Writes the Swift values: enums, structs, their JSON.
struct MessageWriter {
  let file: ProtoFile

  func source() -> String {
    var out = SourceText()
    out.line(Generator.swiftBanner)
    if !file.messages.isEmpty { out.line("public import Presentation") }
    out.line("public import ProtobufC")
    for enumeration in file.enums {
      out.line()
      out.block("extension V1") { write(enumeration, &$0) }
    }
    for message in file.messages {
      out.line()
      out.block("extension V1") { write(message, &$0) }
    }
    return out.text
  }

  // MARK: enums

  private func write(_ enumeration: ProtoEnum, _ out: inout SourceText) {
    let values = enumeration.values.map { value in
      let name = Names.enumValue(value.name, of: enumeration.name)
      return (name: Names.property(name), text: name.lowercased(), number: value.number, comment: value.comment)
    }
    out.documentation(enumeration.comment)
    out.block("public enum \(enumeration.name): OpenEnum") { out in
      for value in values {
        out.documentation(value.comment)
        out.line("case \(value.name)")
      }
      out.line("/// A value this version does not know.")
      out.line("case unrecognized(Int32)")
      out.line()
      out.line("/// All values this version knows.")
      out.line("public static let allCases: [\(enumeration.name)] = [\(values.map { "." + $0.name }.joined(separator: ", "))]")
      out.line()
      out.block("public init(rawValue: Int32)") { out in
        out.block("switch rawValue") { out in
          for value in values { out.line("case \(value.number): self = .\(value.name)") }
          out.line("default: self = .unrecognized(rawValue)")
        }
      }
      out.line()
      out.block("public var rawValue: Int32") { out in
        out.block("switch self") { out in
          for value in values { out.line("case .\(value.name): \(value.number)") }
          out.line("case .unrecognized(let value): value")
        }
      }
      out.line()
      out.block("public var name: String") { out in
        out.block("switch self") { out in
          for value in values { out.line("case .\(value.name): \"\(value.text)\"") }
          out.line("case .unrecognized(let value): \"\\(value)\"")
        }
      }
    }
  }

  // MARK: messages

  private func write(_ message: ProtoMessage, _ out: inout SourceText) {
    let members = Member.members(of: message)
    out.documentation(message.comment)
    out.block("public struct \(message.name): BotMessage") { out in
      for (index, oneof) in message.oneofs.enumerated() { write(oneof, index, message, &out) }
      for member in members {
        out.documentation(member.comment)
        out.line("public var \(member.name): \(member.swiftType)")
      }
      if !members.isEmpty { out.line() }
      writeInit(members, &out)
      out.line()
      out.line("public static var typeName: String { \"\(file.package).\(message.name)\" }")
      out.line()
      out.block("public func encode() throws(ProtobufError) -> [UInt8]") { $0.line("try unsafe packed()") }
      out.line()
      out.block("public static func decode(_ bytes: [UInt8]) throws(ProtobufError) -> Self") { $0.line("try unsafe unpacked(bytes)") }
      out.line()
      out.line("public func encode<Result>(")
      out.indented { $0.line("with codec: borrowing MessageCodec, _ body: (UnsafeRawBufferPointer) -> Result") }
      out.block(") throws(ProtobufError) -> Result") { $0.line("try unsafe packed(codec, body)") }
      out.line()
      out.line("public static func decode(")
      out.indented { $0.line("_ bytes: UnsafeRawBufferPointer, with codec: borrowing MessageCodec") }
      out.block(") throws(ProtobufError) -> Self") { $0.line("try unsafe unpacked(bytes, codec)") }
      out.line()
      writeJSON(message, &out)
    }
  }

  private func write(_ oneof: (name: String, comment: String), _ index: Int, _ message: ProtoMessage, _ out: inout SourceText) {
    out.documentation(oneof.comment)
    out.block("public enum \(Names.type(oneof.name)): Sendable, Equatable") { out in
      for field in message.fields where field.oneof == index {
        out.documentation(field.comment)
        out.line("case \(Names.property(field.name))(\(field.elementType))")
      }
    }
    out.line()
  }

  private func writeInit(_ members: [Member], _ out: inout SourceText) {
    if members.isEmpty {
      out.line("public init() {}")
      return
    }
    out.line("public init(")
    out.indented { out in
      for (index, member) in members.enumerated() {
        let comma = index + 1 < members.count ? "," : ""
        out.line("\(member.name): \(member.swiftType) = \(member.defaultValue)\(comma)")
      }
    }
    out.block(")") { out in
      for member in members { out.line("self.\(member.name.filter { $0 != "`" }) = \(member.name)") }
    }
  }

  private func writeJSON(_ message: ProtoMessage, _ out: inout SourceText) {
    out.block("public func write(to json: inout JSONText)") { out in
      out.line("json.beginObject()")
      for field in message.fields where field.oneof == nil {
        out.line("json.field(\"\(field.name)\", \(Names.property(field.name)))")
      }
      for (index, oneof) in message.oneofs.enumerated() {
        out.block("switch \(Names.property(oneof.name))") { out in
          for field in message.fields where field.oneof == index {
            out.line("case .\(Names.property(field.name))(let value): json.field(\"\(field.name)\", value)")
          }
          out.line("case nil: break")
        }
      }
      out.line("json.endObject()")
    }
  }
}

/// A stored property of a generated struct: a field, or a oneof as a whole.
struct Member {
  let name: String
  let comment: String
  let swiftType: String
  let defaultValue: String

  static func members(of message: ProtoMessage) -> [Member] {
    var seen: Set<Int> = []
    var result: [Member] = []
    for field in message.fields {
      if let index = field.oneof {
        guard seen.insert(index).inserted else { continue }
        let oneof = message.oneofs[index]
        result.append(
          Member(name: Names.property(oneof.name), comment: oneof.comment, swiftType: Names.type(oneof.name) + "?", defaultValue: "nil"))
      } else {
        result.append(
          Member(name: Names.property(field.name), comment: field.comment, swiftType: field.swiftType, defaultValue: field.defaultValue))
      }
    }
    return result
  }
}

extension ProtoField {
  /// The Swift type of one element.
  var elementType: String {
    switch kind {
    case .double: "Double"
    case .float: "Float"
    case .int64: "Int64"
    case .uint64: "UInt64"
    case .int32: "Int32"
    case .uint32: "UInt32"
    case .bool: "Bool"
    case .string: "String"
    case .bytes: "[UInt8]"
    case .message(let name), .enumeration(let name): name
    }
  }

  /// The Swift type of the property.
  var swiftType: String {
    if isRepeated { return "[\(elementType)]" }
    if case .message = kind { return elementType + "?" }
    return elementType
  }

  /// What the property is when the field is absent.
  var defaultValue: String {
    if isRepeated { return "[]" }
    switch kind {
    case .double, .float, .int64, .uint64, .int32, .uint32: return "0"
    case .bool: return "false"
    case .string: return "\"\""
    case .bytes: return "[]"
    case .message: return "nil"
    case .enumeration(let name): return "\(name)(rawValue: 0)"
    }
  }
}
