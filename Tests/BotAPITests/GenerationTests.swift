import Foundation
import Testing

@Suite struct GenerationTests {
  private static let missing = ["protoc", "protoc-c"].filter { Tools.find($0) == nil }

  private func files(under folder: URL) throws -> [String: Data] {
    var result: [String: Data] = [:]
    let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
    for name in names {
      let url = folder.appendingPathComponent(name)
      var isFolder: ObjCBool = false
      guard unsafe FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), !isFolder.boolValue else { continue }
      result[name] = try Data(contentsOf: url)
    }
    return result
  }

  @Test(.enabled(if: missing.isEmpty, "not installed: protoc or protoc-c (apt-get install protobuf-compiler protobuf-c-compiler)"))
  func theCommittedCodeIsWhatTheSchemaGives() throws {
    let plugin = try #require(Tools.built("protoc-gen-botd"), "the plugin is not beside the tests")
    let out = FileManager.default.temporaryDirectory.appendingPathComponent("generated-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: out, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: out) }
    let script = Tools.root.appendingPathComponent("proto/generate.sh").path
    _ = try Tools.run("/bin/sh", [script, out.path], environment: ["PROTOC_GEN_BOTD": plugin])
    for folder in ["CBotProto", "CTTRPCProto/botd", "CTTRPCProto/include/botd", "BotAPI/Generated"] {
      let fresh = try files(under: out.appendingPathComponent(folder))
      let committed = try files(under: Tools.root.appendingPathComponent("Sources").appendingPathComponent(folder))
      #expect(!fresh.isEmpty)
      #expect(Set(fresh.keys) == Set(committed.keys), "run proto/generate.sh")
      for (name, data) in fresh { #expect(committed[name] == data, "\(folder)/\(name) is stale: run proto/generate.sh") }
    }
  }
}
