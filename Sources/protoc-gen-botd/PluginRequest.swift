/// google.protobuf.compiler.CodeGeneratorRequest, as far as it is needed.
struct PluginRequest {
  /// The files named on protoc's command line, in order of dependency.
  let files: [ProtoFile]
  /// The same as google.protobuf.FileDescriptorSet bytes.
  let descriptorSet: [UInt8]
  /// What `--botd_opt` says.
  let options: PluginOptions

  init(parsing bytes: [UInt8]) throws(GeneratorError) {
    var wanted: Set<String> = []
    var raw: [ArraySlice<UInt8>] = []
    var parameter = ""
    var reader = WireReader(bytes[...])
    while let (number, value) = try reader.next() {
      switch number {
      case 1: wanted.insert(value.text)
      case 2: parameter = value.text
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
    options = try PluginOptions(parsing: parameter)
  }
}

/// The plugin's parameter: entries separated by commas.
struct PluginOptions {
  /// What is written.
  enum Language { case swift, typescript }

  /// `swift` (the default) or `typescript`.
  private(set) var language = Language.swift
  /// `runtime=PATH`: the folder of codec.ts and method.ts, as the generated TypeScript imports it.
  private(set) var runtime = "../../wire"

  init(parsing parameter: String) throws(GeneratorError) {
    for entry in parameter.split(separator: ",").map(String.init) {
      switch entry {
      case "swift": language = .swift
      case "typescript": language = .typescript
      case _ where entry.hasPrefix("runtime="): runtime = String(entry.dropFirst("runtime=".count))
      default: throw GeneratorError("unknown option \(entry): there are swift, typescript and runtime=PATH")
      }
    }
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
