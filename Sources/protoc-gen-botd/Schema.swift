/// One .proto file: google.protobuf.FileDescriptorProto, as far as it is needed.
struct ProtoFile: Sendable {
  var name = ""
  var package = ""
  var comment = ""
  var messages: [ProtoMessage] = []
  var enums: [ProtoEnum] = []
  var services: [ProtoService] = []

  /// "bot" for "botd/v1/bot.proto".
  var stem: String {
    let base = name.split(separator: "/").last.map(String.init) ?? name
    return base.hasSuffix(".proto") ? String(base.dropLast(6)) : base
  }

  init(parsing bytes: ArraySlice<UInt8>) throws(GeneratorError) {
    let comments = try SourceComments(fileBytes: bytes)
    var reader = WireReader(bytes)
    while let (number, value) = try reader.next() {
      switch number {
      case 1: name = value.text
      case 2: package = value.text
      case 4: messages.append(try ProtoMessage(parsing: value.message, path: [4, messages.count], comments))
      case 5: enums.append(try ProtoEnum(parsing: value.message, path: [5, enums.count], comments))
      case 6: services.append(try ProtoService(parsing: value.message, path: [6, services.count], comments))
      default: break
      }
    }
    comment = comments[[12]]
  }
}

/// Comments by their path in the file (google.protobuf.SourceCodeInfo).
struct SourceComments {
  private var byPath: [[Int]: String] = [:]

  init(fileBytes: ArraySlice<UInt8>) throws(GeneratorError) {
    var reader = WireReader(fileBytes)
    while let (number, value) = try reader.next() {
      guard number == 9 else { continue }
      var locations = WireReader(value.message)
      while let (field, location) = try locations.next() {
        if field == 1 { try add(location.message) }
      }
    }
  }

  private mutating func add(_ location: ArraySlice<UInt8>) throws(GeneratorError) {
    var path: [Int] = []
    var leading = ""
    var detached = ""
    var reader = WireReader(location)
    while let (number, value) = try reader.next() {
      switch number {
      case 1: path += try value.packedInts()
      case 3: leading = value.text
      case 6: detached = value.text
      default: break
      }
    }
    let text = leading.isEmpty ? detached : leading
    if !text.isEmpty { byPath[path] = text }
  }

  /// The comment at `path`, empty when there is none.
  subscript(path: [Int]) -> String { byPath[path] ?? "" }
}

/// A message type.
struct ProtoMessage: Sendable {
  var name = ""
  var comment = ""
  var fields: [ProtoField] = []
  var oneofs: [(name: String, comment: String)] = []

  init(parsing bytes: ArraySlice<UInt8>, path: [Int], _ comments: SourceComments) throws(GeneratorError) {
    comment = comments[path]
    var reader = WireReader(bytes)
    while let (number, value) = try reader.next() {
      switch number {
      case 1: name = value.text
      case 2: fields.append(try ProtoField(parsing: value.message, comment: comments[path + [2, fields.count]]))
      case 3, 4: throw GeneratorError("message \(name): nested types are not supported, declare them at file level")
      case 8:
        var oneof = WireReader(value.message)
        while let (field, text) = try oneof.next() {
          if field == 1 { oneofs.append((text.text, comments[path + [8, oneofs.count]])) }
        }
      default: break
      }
    }
  }
}

/// A field of a message.
struct ProtoField: Sendable {
  /// Kinds that are supported.
  enum Kind: Sendable {
    case double, float, int64, uint64, int32, uint32, bool, string, bytes
    case message(String)
    case enumeration(String)
  }

  var name = ""
  var comment: String
  var number = 0
  var isRepeated = false
  var oneof: Int?
  var kind = Kind.string

  init(parsing bytes: ArraySlice<UInt8>, comment: String) throws(GeneratorError) {
    self.comment = comment
    var type = 0
    var typeName = ""
    var reader = WireReader(bytes)
    while let (number, value) = try reader.next() {
      switch number {
      case 1: name = value.text
      case 3: self.number = value.int
      case 4: isRepeated = value.int == 3
      case 5: type = value.int
      case 6: typeName = value.text.split(separator: ".").last.map(String.init) ?? ""
      case 9: oneof = value.int
      case 17: throw GeneratorError("field \(name): proto3 optional is refused by protoc-c, use a message or a oneof")
      default: break
      }
    }
    switch type {
    case 1: kind = .double
    case 2: kind = .float
    case 3: kind = .int64
    case 4: kind = .uint64
    case 5: kind = .int32
    case 8: kind = .bool
    case 9: kind = .string
    case 11: kind = .message(typeName)
    case 12: kind = .bytes
    case 13: kind = .uint32
    case 14: kind = .enumeration(typeName)
    default: throw GeneratorError("field \(name): type \(type) is not supported")
    }
  }
}

/// An enum type.
struct ProtoEnum: Sendable {
  var name = ""
  var comment: String
  var values: [(name: String, number: Int, comment: String)] = []

  init(parsing bytes: ArraySlice<UInt8>, path: [Int], _ comments: SourceComments) throws(GeneratorError) {
    comment = comments[path]
    var reader = WireReader(bytes)
    while let (number, value) = try reader.next() {
      switch number {
      case 1: name = value.text
      case 2:
        var entry = (name: "", number: 0, comment: comments[path + [2, values.count]])
        var fields = WireReader(value.message)
        while let (field, content) = try fields.next() {
          if field == 1 { entry.name = content.text }
          if field == 2 { entry.number = content.int }
        }
        values.append(entry)
      default: break
      }
    }
  }
}

/// A service.
struct ProtoService: Sendable {
  /// One method of it.
  struct Method: Sendable {
    var name = ""
    var comment: String
    var input = ""
    var output = ""
    var clientStreams = false
    var serverStreams = false
  }

  var name = ""
  var comment: String
  var methods: [Method] = []

  init(parsing bytes: ArraySlice<UInt8>, path: [Int], _ comments: SourceComments) throws(GeneratorError) {
    comment = comments[path]
    var reader = WireReader(bytes)
    while let (number, value) = try reader.next() {
      switch number {
      case 1: name = value.text
      case 2:
        var method = Method(comment: comments[path + [2, methods.count]])
        var fields = WireReader(value.message)
        while let (field, content) = try fields.next() {
          switch field {
          case 1: method.name = content.text
          case 2: method.input = content.text.split(separator: ".").last.map(String.init) ?? ""
          case 3: method.output = content.text.split(separator: ".").last.map(String.init) ?? ""
          case 5: method.clientStreams = content.int != 0
          case 6: method.serverStreams = content.int != 0
          default: break
          }
        }
        methods.append(method)
      default: break
      }
    }
  }
}
