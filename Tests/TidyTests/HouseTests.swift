import Foundation
import Testing

/// Who may use whom, held against `Package.swift` and every `import`. Decision 10 says why.
@Suite struct HouseTests {
  /// Not written yet; the rules about it hold as soon as it is there.
  private static let maybeMissing: Set<String> = []

  private static func never(_ house: House) -> [House.Never] {
    let belowPaper = ["PaperTrading"] + house.manifest.reach(of: "PaperTrading").filter { house.manifest.target($0) != nil }.sorted()
    return [
      House.Never(from: ["Engine"], to: ["Journal", "VenueBinance"], why: "the engine knows ports, not what fills them"),
      House.Never(
        from: ["ExchangeSimulation", "SimulatorServer"], to: ["TradingCore", "PaperTrading"], why: "the judge does not know the judged"),
      House.Never(from: ["HTTPClient", "Signing"], to: ["TradingModel"], why: "it knows no trading words"),
      House.Never(
        from: ["ControlPlane", "ControlCommands"], to: ["Backtest", "CandleFiles", "ExchangeSimulation"],
        why: "it asks a port for backtests, or the daemon"),
      House.Never(from: belowPaper, to: ["Presentation"], why: "what decides does not know how it is shown"),
    ]
  }

  @Test func packageIsRead() throws {
    let house = try House.ours()
    #expect(house.strayFiles == [], "files of no target")
    let root = SourceTree.packageRoot
    for target in house.manifest.targets {
      #expect(FileManager.default.fileExists(atPath: root.appendingPathComponent(target.folder).path), "\(target.name) has no folder")
    }
    let folders = try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent("Sources").path)
    let declared = Set(house.manifest.targets.map(\.folder))
    for folder in folders.sorted() where folder != ".DS_Store" {
      #expect(declared.contains("Sources/\(folder)"), "Sources/\(folder) belongs to no target that was read")
    }
    #expect(house.libraries.count >= 31)
    #expect(house.manifest.products.contains("NIOCore") && house.manifest.products.contains("Logging"))
  }

  @Test func importsAreDeclared() throws {
    let found = try House.ours().undeclaredImports()
    #expect(found == [])
  }

  @Test func dependenciesAreImported() throws {
    let found = try House.ours().unusedDependencies()
    #expect(found == [])
  }

  @Test func arrowsGoOneWay() throws {
    let house = try House.ours()
    #expect(house.circles() == [])
    #expect(house.usersOfPrograms() == [])
    #expect(house.forbiddenArrows(Self.never(house), maybeMissing: Self.maybeMissing) == [])
  }

  @Test func nothingIsExportedAgain() throws {
    let found = try House.ours().reexports()
    #expect(found == [])
  }

  @Test func pureModulesUsePureModulesOnly() throws {
    let house = try House.ours()
    let pure = Set(house.manifest.targets.filter { $0.list == "pureModules" }.map(\.name))
    #expect(house.impureUses(of: pure, mathematics: TidyTests.mathematics) == [])
    let paths = Set(pure.flatMap { house.files(of: $0) }.map(\.path))
    #expect(TidyTests.mathematics.subtracting(paths) == [], "excused, and not there")
    let expected = Set(TidyTests.pure).union(TidyTests.pureStatistics)
    #expect(pure == expected.filter { house.manifest.target($0) != nil }, "the tests and Package.swift do not agree on what is pure")
    #expect(Set(TidyTests.pure).union(["Backtest"]).isSubset(of: pure))
  }
}

/// Each rule sees what breaks it: on small packages that do.
@Suite struct HouseRuleTests {
  private func house(_ targets: String, _ files: [String: String] = [:]) throws -> House {
    let product = "let nioCore = Target.Dependency.product(name: \"NIOCore\", package: \"n\")\n"
    let manifest = try PackageManifest(text: product + targets, targetsAtLeast: 1)
    let list = files.sorted { $0.key < $1.key }.map { path, text in
      SourceTree.File(path: path, target: "", text: text)
    }
    return House(manifest: manifest, files: list)
  }

  @Test func formsOfTargetsAreRead() throws {
    let text = """
      func module(_ name: String, _ more: [String] = []) -> Target { .target(name: name, dependencies: more) }
      let pure: [Target] = [
        module("A"),  // module("Z")
        .target(name: "B-C", dependencies: ["A", nioCore,], path: "Tests/B", swiftSettings: settings),
      ]
      var more: [Target] = [tests("ATests", ["A"], resources: [.copy("Fixtures")]), program("p", [])]
      more += [module("D", ["A"], exclude: ["x"])]
      if Context.environment["X"] != nil { bench = [.executableTarget(name: "q", dependencies: ["A"])] }
      """
    let targets = try house(text).manifest.targets
    #expect(targets.map(\.name) == ["A", "B-C", "ATests", "p", "D", "q"])
    #expect(targets.map(\.kind) == [.library, .library, .tests, .program, .library, .program])
    #expect(targets.map(\.dependencies) == [[], ["A", "NIOCore"], ["A"], [], ["A"], ["A"]])
    #expect(targets.map(\.folder) == ["Sources/A", "Tests/B", "Tests/ATests", "Sources/p", "Sources/D", "Sources/q"])
    #expect(targets.prefix(5).map(\.list) == ["pure", "pure", "more", "more", "more"])
  }

  @Test(arguments: [
    "", "module(name, [])", "module(\"A\", others)", "module(\"A\", [] + others)", "module(\"A\", [unknown])", "module(\"A\", [\"B\"])",
    "module(\"A\") module(\"A\")", "module(\"A\"", "x = [.macro(name: \"M\")]", "/* module */ module(\"A\")", "module(\"A\\(n)\")",
  ])
  func whatIsNotUnderstoodIsAnError(_ text: String) {
    #expect(throws: PackageManifest.Unreadable.self) { try house(text) }
  }

  @Test func undeclaredAndUnusedAreSeen() throws {
    let text = "module(\"A\") module(\"B\", [\"A\"]) module(\"C\", [\"B\", nioCore]) program(\"p\", []) tests(\"T\", [\"C\", \"A\", \"p\"])"
    let house = try house(
      text,
      [
        "Sources/A/A.swift": "import Foundation\nimport NIOCore", "Sources/B/B.swift": "public import struct A.Value\nimport B",
        "Sources/C/C.swift": "import A\n// import B\nlet text = \"import B\"", "Tests/T/T.swift": "@testable import C\nimport B",
        "Sources/Q/Q.swift": "",
      ])
    #expect(
      house.undeclaredImports() == [
        "Sources/A/A.swift imports NIOCore; A does not declare it", "Sources/C/C.swift imports A; C does not declare it",
        "Tests/T/T.swift imports B; T does not declare it",
      ])
    #expect(
      house.unusedDependencies() == [
        "C declares B; no file imports it", "C declares NIOCore; no file imports it", "T declares A; no file imports it",
      ])
    #expect(house.strayFiles == ["Sources/Q/Q.swift"])
  }

  @Test func forbiddenArrowsAreSeenThroughOthers() throws {
    let house = try house("module(\"A\") module(\"B\", [\"A\"]) module(\"C\", [\"B\"])")
    let rule = House.Never(from: ["C", "B"], to: ["A"], why: "so")
    #expect(house.forbiddenArrows([rule], maybeMissing: []) == ["C depends on A: so", "B depends on A: so"])
    let other = House.Never(from: ["A"], to: ["C", "Gone", "Later"], why: "so")
    #expect(house.forbiddenArrows([other], maybeMissing: ["Later"]) == ["there is no Gone, which a rule names"])
  }

  @Test func circlesAndUsersOfProgramsAreSeen() throws {
    let house = try house(
      "module(\"A\", [\"B\"]) module(\"B\", [\"A\"]) module(\"C\", [\"A\", \"p-q\"]) program(\"p-q\", []) tests(\"T\", [\"p-q\"])",
      ["Sources/B/B.swift": "import p_q"])
    #expect(house.circles() == ["A depends on itself", "B depends on itself"])
    #expect(house.usersOfPrograms() == ["B uses the program p_q", "C uses the program p_q"])
  }

  @Test func impurityAndReexportsAreSeen() throws {
    let house = try house(
      "module(\"A\", [\"B\"]) module(\"B\")",
      ["Sources/A/A.swift": "@_exported public import B", "Sources/A/M.swift": "import Glibc", "Sources/A/N.swift": "import Musl"])
    #expect(
      house.impureUses(of: ["A"], mathematics: ["Sources/A/M.swift"]) == [
        "A is pure and depends on B", "Sources/A/A.swift is pure and imports B", "Sources/A/N.swift is pure and imports Musl",
      ])
    #expect(house.reexports() == ["Sources/A/A.swift exports another module"])
  }
}
