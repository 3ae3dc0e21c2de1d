import Foundation
import TestSupport
import Testing

/// `buf` holds the schema against its rules, and against what was released; `proto/buf.yaml` says which rules.
@Suite struct SchemaRuleTests {
  private let proto = ClientLanguage.root.appendingPathComponent("proto").path

  private func buf(_ words: [String]) throws -> (code: Int32, output: String) {
    try run(["\(ClientTools.folder())/bin/buf"] + words)
  }

  private func released() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(proto)/released").filter { $0.hasSuffix(".binpb") }.sorted()
  }

  @Test func theSchemaKeepsTheRules() throws {
    let result = try buf(["lint", proto])
    #expect(result.code == 0, "\(result.output)")
  }

  @Test func nothingReleasedBreaks() throws {
    let files = try released()
    #expect(files.count >= 2)
    for file in files {
      let result = try buf(["breaking", proto, "--against", "\(proto)/released/\(file)"])
      #expect(result.code == 0, "against \(file): \(result.output)")
    }
  }

  /// A field that changes its number and a service that loses its suffix are seen.
  @Test func aBrokenSchemaIsSeen() throws {
    let directory = try TemporaryDirectory("schema")
    let copy = directory.file("proto")
    try FileManager.default.copyItem(atPath: proto, toPath: copy)
    let file = "\(copy)/botd/v1/bot.proto"
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let broken = text.replacing("int64 warm_up_remaining = 14", with: "int64 warm_up_remaining = 94")
      .replacing("service BotService", with: "service Bots")
    #expect(broken != text)
    try broken.write(toFile: file, atomically: true, encoding: .utf8)
    let lint = try buf(["lint", copy])
    #expect(lint.code != 0 && lint.output.contains("\"Bots\""))
    let breaking = try buf(["breaking", copy, "--against", "\(copy)/released/0.2.0.binpb"])
    #expect(breaking.code != 0 && breaking.output.contains("warm_up_remaining"))
  }
}
