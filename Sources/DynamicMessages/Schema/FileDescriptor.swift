/// One `google.protobuf.FileDescriptorProto`, as far as it is needed.
struct FileDescriptor {
  private(set) var messages: [MessageType] = []
  private(set) var enums: [EnumType] = []
  private(set) var services: [ServiceType] = []
  private let comments: SourceComments
  private let isProto3: Bool

  init(_ bytes: ArraySlice<UInt8>) throws(DynamicMessageError) {
    comments = try SourceComments(file: bytes)
    let fields = try WireReader.fields(bytes)
    isProto3 = try fields.last(12)?.text() == "proto3"
    let package = try fields.last(2)?.text() ?? ""
    let prefix = package.isEmpty ? "" : package + "."
    for (place, content) in fields.all(4).enumerated() {
      try readMessage(try content.bytes(), prefix, [4, Int32(place)], depth: Schema.depthMaximum)
    }
    for (place, content) in fields.all(5).enumerated() { try readEnum(try content.bytes(), prefix, [5, Int32(place)]) }
    for (place, content) in fields.all(6).enumerated() { try readService(try content.bytes(), prefix, [6, Int32(place)]) }
  }

  private mutating func readMessage(
    _ bytes: ArraySlice<UInt8>, _ prefix: String, _ path: [Int32], depth: Int
  ) throws(DynamicMessageError) {
    guard depth > 0 else { throw DynamicMessageError(.tooDeep, "the schema's types are nested too deeply") }
    let fields = try WireReader.fields(bytes)
    let name = prefix + (try fields.last(1)?.text() ?? "")
    var oneofs: [String] = []
    for content in fields.all(8) { oneofs.append(try WireReader.fields(try content.bytes()).last(1)?.text() ?? "") }
    var types: [FieldType] = []
    for (place, content) in fields.all(2).enumerated() {
      types.append(try field(try content.bytes(), oneofs, path + [2, Int32(place)]))
    }
    let options = try WireReader.fields(try fields.last(7)?.bytes() ?? [])
    messages.append(
      MessageType(name: name, comment: comments[path], fields: types, isMapEntry: try options.last(7)?.number() ?? 0 != 0))
    for (place, content) in fields.all(3).enumerated() {
      try readMessage(try content.bytes(), name + ".", path + [3, Int32(place)], depth: depth - 1)
    }
    for (place, content) in fields.all(4).enumerated() { try readEnum(try content.bytes(), name + ".", path + [4, Int32(place)]) }
  }

  private func field(_ bytes: ArraySlice<UInt8>, _ oneofs: [String], _ path: [Int32]) throws(DynamicMessageError) -> FieldType {
    let fields = try WireReader.fields(bytes)
    var field = FieldType()
    field.name = try fields.last(1)?.text() ?? ""
    field.jsonName = try fields.last(10)?.text() ?? Self.lowerCamelCase(field.name)
    field.number = Int32(truncatingIfNeeded: try fields.last(3)?.number() ?? 0)
    field.isRepeated = try fields.last(4)?.number() == 3
    let typeName = try fields.last(6)?.text() ?? ""
    let number = try fields.last(5)?.number() ?? 0
    guard let kind = Self.kind(number, typeName.hasPrefix(".") ? String(typeName.dropFirst()) : typeName) else {
      throw DynamicMessageError(.malformed, "the field \(field.name) is of type \(number), which is not supported")
    }
    field.kind = kind
    let options = try WireReader.fields(try fields.last(8)?.bytes() ?? [])
    let packed = try options.last(2)?.number()
    field.isPacked = field.isRepeated && kind.isPackable && packed.map { $0 != 0 } ?? isProto3
    let isOptional = try fields.last(17)?.number() ?? 0 != 0
    if let index = try fields.last(9)?.number(), !isOptional, index < UInt64(oneofs.count) { field.oneof = oneofs[Int(index)] }
    field.hasPresence = !field.isRepeated && (field.oneof != nil || isOptional || kind.isMessage || !isProto3)
    field.comment = comments[path]
    return field
  }

  private mutating func readEnum(_ bytes: ArraySlice<UInt8>, _ prefix: String, _ path: [Int32]) throws(DynamicMessageError) {
    let fields = try WireReader.fields(bytes)
    var values: [EnumType.Value] = []
    for (place, content) in fields.all(2).enumerated() {
      let value = try WireReader.fields(try content.bytes())
      values.append(
        EnumType.Value(
          name: try value.last(1)?.text() ?? "", number: Int32(truncatingIfNeeded: try value.last(2)?.number() ?? 0),
          comment: comments[path + [2, Int32(place)]]))
    }
    enums.append(EnumType(name: prefix + (try fields.last(1)?.text() ?? ""), comment: comments[path], values: values))
  }

  private mutating func readService(_ bytes: ArraySlice<UInt8>, _ prefix: String, _ path: [Int32]) throws(DynamicMessageError) {
    let fields = try WireReader.fields(bytes)
    let name = prefix + (try fields.last(1)?.text() ?? "")
    var methods: [MethodType] = []
    for (place, content) in fields.all(2).enumerated() {
      let method = try WireReader.fields(try content.bytes())
      func type(_ number: Int32) throws(DynamicMessageError) -> String {
        let name = try method.last(number)?.text() ?? ""
        return name.hasPrefix(".") ? String(name.dropFirst()) : name
      }
      methods.append(
        MethodType(
          service: name, name: try method.last(1)?.text() ?? "", comment: comments[path + [2, Int32(place)]], input: try type(2),
          output: try type(3), clientStreams: try method.last(5)?.number() ?? 0 != 0,
          serverStreams: try method.last(6)?.number() ?? 0 != 0))
    }
    services.append(ServiceType(name: name, comment: comments[path], methods: methods))
  }

  private static func kind(_ number: UInt64, _ typeName: String) -> FieldKind? {
    switch number {
    case 1: .double
    case 2: .float
    case 3: .int64
    case 4: .uint64
    case 5: .int32
    case 6: .fixed64
    case 7: .fixed32
    case 8: .bool
    case 9: .string
    case 11: .message(typeName)
    case 12: .bytes
    case 13: .uint32
    case 14: .enumeration(typeName)
    case 15: .sfixed32
    case 16: .sfixed64
    case 17: .sint32
    case 18: .sint64
    default: nil
    }
  }

  /// `bot_id` becomes `botId`, as protoc does it.
  private static func lowerCamelCase(_ name: String) -> String {
    var result = ""
    var isAfterLine = false
    for character in name {
      if character == "_" {
        isAfterLine = true
      } else {
        result += isAfterLine ? character.uppercased() : String(character)
        isAfterLine = false
      }
    }
    return result
  }
}

extension FieldKind {
  /// A message of its own.
  var isMessage: Bool { if case .message = self { true } else { false } }
}
