import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// What is generated from `proto/` and committed is what the generators give. Each generator runs in a copy, which must stay as it was.
@Suite struct StaleCodeTests {
  /// Copies a folder without what begins with a dot, which is no source. A toolchain is linked: it is large.
  private static func copy(_ folder: String, to copy: String) throws {
    let files = FileManager.default
    try files.createDirectory(atPath: copy, withIntermediateDirectories: true)
    for name in try files.contentsOfDirectory(atPath: folder) {
      if name == ".toolchain" {
        try files.createSymbolicLink(atPath: "\(copy)/\(name)", withDestinationPath: "\(folder)/\(name)")
      } else if !name.hasPrefix(".") {
        try files.copyItem(atPath: "\(folder)/\(name)", toPath: "\(copy)/\(name)")
      }
    }
  }

  /// The files below a folder, by their paths.
  private static func files(_ folder: String) -> [String: Data] {
    let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return names.filter { !$0.hasPrefix(".") && !$0.contains("__pycache__") }.reduce(into: [:]) { result, name in
      var isFolder: ObjCBool = false
      guard unsafe FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder), !isFolder.boolValue else { return }
      result[name] = FileManager.default.contents(atPath: "\(folder)/\(name)")
    }
  }

  /// Runs `FOLDER/generate.sh` in a copy of the folders that it needs.
  private func check(_ folder: String) throws {
    let root = ClientLanguage.root.path
    try Missing.require("\(root)/\(folder)/generate.sh")
    let directory = try TemporaryDirectory("stale")
    try Self.copy("\(root)/proto", to: directory.file("proto"))
    if !folder.hasPrefix("proto/") { try Self.copy("\(root)/\(folder)", to: directory.file(folder)) }
    try FileManager.default.createDirectory(atPath: directory.file("clients"), withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: "\(root)/clients/tools.sh", toPath: directory.file("clients/tools.sh"))
    let before = Self.files(directory.file(folder))
    let result = try run(
      [directory.file("\(folder)/generate.sh")],
      environment: ["PROTOC_GEN_BOTD": Programs.path("protoc-gen-botd"), "BOTD_CLIENT_TOOLS": "\(root)/.build-clients/tools"])
    if result.code == Missing.code { try Missing.skip(result.output) }
    #expect(result.code == 0, "\(result.output)")
    let after = Self.files(directory.file(folder))
    #expect(!after.isEmpty)
    let changed = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }.sorted()
    #expect(changed == [], "stale: run make clients")
  }

  @Test func goldenExchanges() throws { try check("proto/vectors") }
  @Test func python() throws { try check("clients/python") }
  @Test func go() throws { try check("clients/go") }
  @Test func c() throws { try check("clients/c") }
  @Test func typescript() throws { try check("clients/typescript") }
}
