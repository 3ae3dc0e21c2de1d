/// Writes the conversion between the Swift values and protobuf-c's C structs.
struct ConversionWriter {
  let file: ProtoFile

  func source() -> String {
    var out = SourceText()
    out.line(Generator.swiftBanner)
    out.line("import CBotProto")
    out.line("import ProtobufC")
    for message in file.messages {
      out.line()
      write(message, &out)
    }
    return out.text
  }

  private func write(_ message: ProtoMessage, _ out: inout SourceText) {
    let cType = Names.cType(message.name, package: file.package)
    let prefix = Names.cPrefix(message.name, package: file.package)
    out.block("extension V1.\(message.name): @unsafe CConvertible") { out in
      out.line("nonisolated(unsafe) static let descriptor = unsafe CField.descriptor(\(prefix)__init)")
      out.line()
      let isEmpty = message.fields.isEmpty
      out.block("func fill(_ c: UnsafeMutablePointer<\(cType)>, _ arena: borrowing ProtobufArena) throws(ProtobufError)") { out in
        out.line("unsafe \(prefix)__init(c)")
        for field in message.fields where field.oneof == nil { writeFill(field, &out) }
        for (index, oneof) in message.oneofs.enumerated() { writeFill(oneof.name, index, message, &out) }
      }
      out.line()
      out.block("init(_ c: UnsafePointer<\(cType)>)") { out in
        if isEmpty { out.line("self.init()") }
        for member in message.fields where member.oneof == nil {
          out.line("\(selfName(member.name)) = unsafe \(read(member))")
        }
        for (index, oneof) in message.oneofs.enumerated() { writeRead(oneof.name, index, message, &out) }
      }
    }
  }

  private func selfName(_ snake: String) -> String { "self." + Names.property(snake).filter { $0 != "`" } }

  // MARK: Swift to C

  private func writeFill(_ field: ProtoField, _ out: inout SourceText) {
    let swift = Names.property(field.name)
    let c = "c.pointee.\(Names.cField(field.name))"
    if field.isRepeated {
      let tuple = "unsafe (c.pointee.n_\(Names.cField(field.name)), \(c))"
      switch field.kind {
      case .string: out.line("\(tuple) = try CField.strings(\(swift), arena)")
      case .bytes: out.line("\(tuple) = try CField.blobs(\(swift), arena)")
      case .message: out.line("\(tuple) = try CField.messages(\(swift), arena)")
      case .enumeration(let name):
        let type = Names.cType(name, package: file.package)
        out.line("\(tuple) = try CField.scalars(\(swift), arena) { \(type)(rawValue: .init(truncatingIfNeeded: $0.rawValue)) }")
      case .bool: out.line("\(tuple) = try CField.scalars(\(swift), arena) { $0 ? 1 : 0 }")
      default: out.line("\(tuple) = try CField.scalars(\(swift), arena) { $0 }")
      }
      return
    }
    switch field.kind {
    case .string: out.line("if !\(swift).isEmpty { unsafe \(c) = try arena.string(\(swift)) }")
    case .message: out.line("unsafe \(c) = try CField.message(\(swift), arena)")
    default: out.line("unsafe \(c) = \(value(field, swift))")
    }
  }

  private func value(_ field: ProtoField, _ swift: String) -> String {
    switch field.kind {
    case .string: return "try arena.string(\(swift))"
    case .bytes: return "try arena.bytes(\(swift))"
    case .message: return "try CField.message(\(swift), arena)"
    case .bool: return "\(swift) ? 1 : 0"
    case .enumeration(let name):
      return "\(Names.cType(name, package: file.package))(rawValue: .init(truncatingIfNeeded: \(swift).rawValue))"
    default: return swift
    }
  }

  private func writeFill(_ oneof: String, _ index: Int, _ message: ProtoMessage, _ out: inout SourceText) {
    out.block("switch \(Names.property(oneof))") { out in
      for field in message.fields where field.oneof == index {
        out.line("case .\(Names.property(field.name))(let value):")
        out.indented { out in
          out.line("unsafe c.pointee.\(oneof)_case = \(constant(field, oneof, message))")
          out.line("unsafe c.pointee.\(Names.cField(field.name)) = \(value(field, "value"))")
        }
      }
      out.line("case nil: break")
    }
  }

  private func constant(_ field: ProtoField, _ oneof: String, _ message: ProtoMessage) -> String {
    "\(Names.cPrefix(message.name, package: file.package).uppercased())__\(oneof.uppercased())_\(field.name.uppercased())"
  }

  // MARK: C to Swift

  private func read(_ field: ProtoField) -> String {
    let c = "c.pointee.\(Names.cField(field.name))"
    if field.isRepeated {
      let arguments = "(c.pointee.n_\(Names.cField(field.name)), \(c))"
      switch field.kind {
      case .string: return "CField.strings\(arguments)"
      case .bytes: return "CField.blobs\(arguments)"
      case .message: return "CField.messages\(arguments)"
      case .enumeration(let name): return "CField.scalars\(arguments) { V1.\(name)(rawValue: Int32(truncatingIfNeeded: $0.rawValue)) }"
      case .bool: return "CField.scalars\(arguments) { $0 != 0 }"
      default: return "CField.scalars\(arguments) { $0 }"
      }
    }
    switch field.kind {
    case .string: return "CField.string(\(c))"
    case .bytes: return "CField.blob(\(c))"
    case .message: return "CField.message(\(c))"
    case .enumeration(let name): return "V1.\(name)(rawValue: Int32(truncatingIfNeeded: \(c).rawValue))"
    case .bool: return "\(c) != 0"
    default: return c
    }
  }

  private func writeRead(_ oneof: String, _ index: Int, _ message: ProtoMessage, _ out: inout SourceText) {
    out.block("switch unsafe c.pointee.\(oneof)_case") { out in
      for field in message.fields where field.oneof == index {
        let name = Names.property(field.name)
        if case .message(let type) = field.kind {
          out.line("case \(constant(field, oneof, message)):")
          out.indented { out in
            out.line("let value: V1.\(type)? = unsafe CField.message(c.pointee.\(Names.cField(field.name)))")
            out.line("\(selfName(oneof)) = value.map { .\(name)($0) }")
          }
        } else {
          out.line("case \(constant(field, oneof, message)): \(selfName(oneof)) = unsafe .\(name)(\(read(field)))")
        }
      }
      out.line("default: \(selfName(oneof)) = nil")
    }
  }
}
