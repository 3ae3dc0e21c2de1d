import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// Each client's own tests, `clients/X/test.sh`, against the programs of this build. The last line it prints is its count.
@Suite(.serialized) struct LanguageTests {
  private func test(_ name: String) throws {
    let language = ClientLanguage(name: name)
    try Missing.require(language.script("test"))
    let result = try run([language.script("test")], environment: ["BOTD_BIN": try Programs.folder().path])
    let last = result.output.split(separator: "\n").last.map(String.init) ?? ""
    if result.code == Missing.code { try Missing.skip(last) }
    #expect(result.code == 0, "\(result.output.suffix(4_000))")
    let count = try #require(last.wholeMatch(of: /(\d+) passed, (\d+) failed, (\d+) skipped/), "the last line is no count: \(last)")
    #expect(Int(count.1) ?? 0 > 0 && count.2 == "0", "\(last)")
    if Missing.isFailure { #expect(count.3 == "0", "\(last)\n\(result.output.suffix(4_000))") }
  }

  @Test func python() throws { try test("python") }
  @Test func go() throws { try test("go") }
  @Test func c() throws { try test("c") }
  @Test func typescript() throws { try test("typescript") }
}
