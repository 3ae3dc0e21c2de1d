/// google.protobuf.compiler.CodeGeneratorRequest, as far as it is needed.
struct PluginRequest {
  /// The files named on protoc's command line, in order of dependency.
  let files: [ProtoFile]
  /// The same as google.protobuf.FileDescriptorSet bytes.
  let descriptorSet: [UInt8]

  init(parsing bytes: [UInt8]) throws(GeneratorError) {
    var wanted: Set<String> = []
    var raw: [ArraySlice<UInt8>] = []
    var reader = WireReader(bytes[...])
    while let (number, value) = try reader.next() {
      switch number {
      case 1: wanted.insert(value.text)
      case 15: raw.append(value.message)
      default: break
      }
    }
    var files: [ProtoFile] = []
    var set = WireWriter()
    for bytes in raw {
      let file = try ProtoFile(parsing: bytes)
      guard wanted.contains(file.name) else { continue }
      files.append(file)
      set.field(1, bytes)
    }
    self.files = files
    descriptorSet = set.bytes
  }
}

/// google.protobuf.compiler.CodeGeneratorResponse.
struct PluginResponse {
  var error: String?
  var files: [(name: String, content: String)] = []

  init(error: String? = nil) { self.error = error }

  func encoded() -> [UInt8] {
    var writer = WireWriter()
    if let error { writer.field(1, Array(error.utf8)) }
    for file in files {
      var entry = WireWriter()
      entry.field(1, Array(file.name.utf8))
      entry.field(15, Array(file.content.utf8))
      writer.field(15, entry.bytes)
    }
    return writer.bytes
  }
}
