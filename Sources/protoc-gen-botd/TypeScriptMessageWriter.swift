/// Writes the messages of one file: enums as constants with a union type, messages as interfaces, each with its codec.
struct TypeScriptMessageWriter {
  let file: ProtoFile
  let homes: [String: String]
  let runtime: String

  func source() -> String {
    var out = SourceText()
    out.line(TypeScriptGenerator.banner)
    writeImports(&out)
    for enumeration in file.enums {
      out.line()
      write(enumeration, &out)
    }
    for message in file.messages {
      out.line()
      write(message, &out)
      out.line()
      TypeScriptCodecWriter(message: message, package: file.package).write(&out)
    }
    return out.text
  }

  private func writeImports(_ out: inout SourceText) {
    var imports = TypeScriptImports()
    var names: Set<String> = []
    if !file.enums.isEmpty { names.insert("UnknownEnum") }
    if !file.messages.isEmpty { names.insert("MessageType") }
    for message in file.messages {
      for field in message.fields {
        if field.isDecimal(in: message) { names.insert("OptionalDecimal") }
        if case .message(let name) = field.kind { imports.use(name, in: file.stem, homes: homes) }
        if case .enumeration(let name) = field.kind { imports.use(name, in: file.stem, homes: homes) }
      }
    }
    if !names.isEmpty { out.line("import type { \(names.sorted().joined(separator: ", ")) } from \"\(runtime)/codec.js\";") }
    imports.write(&out)
  }

  private func write(_ enumeration: ProtoEnum, _ out: inout SourceText) {
    out.tsDocumentation(enumeration.comment)
    out.block("export const \(enumeration.name) =", closing: "} as const;") { out in
      for value in enumeration.values {
        out.tsDocumentation(value.comment)
        out.line("\(Names.enumValue(value.name, of: enumeration.name)): \(value.number),")
      }
    }
    out.line("/** A value of the constant of the same name, or one that this version does not know. */")
    out.line("export type \(enumeration.name) = (typeof \(enumeration.name))[keyof typeof \(enumeration.name)] | UnknownEnum;")
  }

  private func write(_ message: ProtoMessage, _ out: inout SourceText) {
    out.tsDocumentation(message.comment)
    out.block("export interface \(message.name)") { out in
      for member in TypeScriptMember.members(of: message) {
        out.tsDocumentation(member.comment)
        out.line("\(member.name): \(member.type);")
      }
    }
  }
}

/// A property of a generated interface: a field, or a oneof as a whole.
struct TypeScriptMember {
  let name: String
  let comment: String
  let type: String
  let defaultValue: String

  static func members(of message: ProtoMessage) -> [TypeScriptMember] {
    var seen: Set<Int> = []
    var result: [TypeScriptMember] = []
    for field in message.fields {
      guard let index = field.oneof else {
        result.append(
          TypeScriptMember(
            name: field.tsName, comment: field.comment, type: field.tsType(in: message), defaultValue: field.tsDefault))
        continue
      }
      guard seen.insert(index).inserted else { continue }
      let cases = message.fields.filter { $0.oneof == index }
        .map { "{ case: \"\($0.tsName)\"; value: \($0.tsElementType(in: message)) }" }
      let oneof = message.oneofs[index]
      result.append(
        TypeScriptMember(
          name: TypeScriptNames.property(oneof.name), comment: oneof.comment, type: (cases + ["undefined"]).joined(separator: " | "),
          defaultValue: "undefined"))
    }
    return result
  }
}

/// How names of the schema are spelled in TypeScript.
enum TypeScriptNames {
  /// `client_order_id` becomes `clientOrderId`, as in proto3 JSON.
  static func property(_ snake: String) -> String {
    let words = snake.split(separator: "_").map(String.init)
    return (words.first ?? "") + words.dropFirst().map(Names.capitalized).joined()
  }
}

extension ProtoField {
  /// The property's name.
  var tsName: String { TypeScriptNames.property(name) }

  /// The TypeScript type of one element.
  func tsElementType(in message: ProtoMessage) -> String {
    switch kind {
    case .double, .float, .int32, .uint32: "number"
    case .int64, .uint64: "bigint"
    case .bool: "boolean"
    case .string: isDecimal(in: message) ? "OptionalDecimal" : "string"
    case .bytes: "Uint8Array"
    case .message(let name), .enumeration(let name): name
    }
  }

  /// The TypeScript type of the property of a decoded message.
  func tsType(in message: ProtoMessage) -> String {
    let element = tsElementType(in: message)
    if isRepeated { return "\(element)[]" }
    if case .message = kind { return "\(element) | undefined" }
    return element
  }

  /// What the property is when the field is absent.
  var tsDefault: String {
    if isRepeated { return "[]" }
    switch kind {
    case .double, .float, .int32, .uint32, .enumeration: return "0"
    case .int64, .uint64: return "0n"
    case .bool: return "false"
    case .string: return "\"\""
    case .bytes: return "new Uint8Array(0)"
    case .message: return "undefined"
    }
  }

  /// The string is a decimal: its comment says so, or the message's comment says it of all amounts.
  func isDecimal(in message: ProtoMessage) -> Bool {
    guard case .string = kind, !isRepeated else { return false }
    if ["(decimal", "(fraction", "(amount", ", decimal from"].contains(where: { comment.joinedLines.contains($0) }) { return true }
    let names = ["_id", "_asset"]
    return message.comment.joinedLines.contains("(decimal)") && !names.contains { name.hasSuffix($0) }
  }
}

extension String {
  /// The text on one line, for the search in comments.
  fileprivate var joinedLines: String { split(separator: "\n").joined() }
}
