import Foundation
import Testing

/// Every library module has a page that says what it is for, what it may use and what not.
@Suite struct ModulePageTests {
  @Test func everyLibraryHasItsPage() throws {
    let house = try House.ours()
    for target in house.libraries {
      guard let page = ModulePage.ours(target.name) else {
        Issue.record("\(target.folder)/Documentation.docc/\(target.name).md is missing")
        continue
      }
      #expect(page.violations(dependencies: target.dependencies, code: house.files(of: target.name).flatMap(\.code)) == [])
    }
  }

  /// The README's section says what each module is for; the daemon's page has the same drawing.
  @Test func readmeNamesEveryLibrary() throws {
    let root = SourceTree.packageRoot
    let readme = ModulePage(name: "README", text: try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8))
    let section = try #require(readme.section("## Architecture"))
    let listed = section.matches(of: /(?m)^\| `(\w+)` \|/).map { String($0.1) }
    let libraries = try House.ours().libraries.map(\.name)
    #expect(Set(libraries).subtracting(listed).sorted() == [], "not in the README's list of modules")
    #expect(Set(listed).subtracting(libraries).sorted() == [], "in the README's list of modules, and not in Package.swift")
    let house = try #require(ModulePage.ours("BotDaemon")?.section("## The house"))
    let drawing = try #require(house.split(separator: "```").dropFirst().first)
    #expect(drawing.contains("BotDaemon") && section.contains(drawing), "the drawings of README.md and BotDaemon.md differ")
  }

  @Test func whatIsWrongWithAPageIsSeen() {
    let good = """
      # ``A``

      What it is for, in a sentence that is long enough to say something about it.

      ## May use

      `B-C` and NIOCore.

      ## May not use

      Anything else.

      ## Where to start

      ``Door`` and ``Door/open(_:)``.
      """
    let code = ["public struct Door {", "  func open(_ key: Int)"]
    func violations(_ from: String, _ to: String) -> [String] {
      ModulePage(name: "A", text: good.replacing(from, with: to)).violations(dependencies: ["B-C", "NIOCore"], code: code)
    }
    #expect(violations("Anything else.", "Anything else.") == [])
    #expect(violations("# ``A``", "# A") == ["A.md begins with something else than its name"])
    #expect(violations("in a sentence that is long enough to say something about it", "") == ["A.md does not say what the module is for"])
    #expect(violations("Anything else.", "") == ["A.md has nothing under ## May not use"])
    #expect(violations("`B-C`", "`B-Cs`") == ["A.md does not name B-C under ## May use"])
    #expect(violations("``Door`` and ``Door/open(_:)``", "There") == ["A.md links to no symbol under ## Where to start"])
    #expect(violations("``Door``", "``Gate``") == ["A.md links to Gate, which the module does not declare"])
    #expect(
      violations("## May use", "## Uses") == [
        "A.md has nothing under ## May use", "A.md does not name B-C under ## May use", "A.md does not name NIOCore under ## May use",
      ])
  }
}
