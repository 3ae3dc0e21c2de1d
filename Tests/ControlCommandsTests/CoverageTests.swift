import BotAPI
import Foundation
import TTRPC
import Testing

@Suite struct CoverageTests {
  /// Methods a person has no use for: ping is for programs.
  private static let exceptions: Set = ["ping", "serveStrategies"]

  @Test func everyMethodIsUsedByACommand() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    var sources = ""
    for module in ["ControlCommands", "ResearchCommands"] {
      let folder = root.appendingPathComponent("Sources/\(module)")
      let names = try #require(FileManager.default.enumerator(atPath: folder.path)).compactMap { $0 as? String }
      sources += try names.filter { $0.hasSuffix(".swift") }
        .map { try String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8) }.joined()
    }
    for method in V1.allMethods.map(\.method) {
      let function = method.name.prefix(1).lowercased() + method.name.dropFirst()
      guard !Self.exceptions.contains(function) else { continue }
      #expect(sources.contains(".\(function)("), "no command calls \(method)")
    }
  }
}
