import Foundation
import Testing

/// The house rules, read off the source tree.
@Suite struct TidyTests {
  private let tree = SourceTree.sources
  /// Standard library only, told the time, no I/O.
  static let pure = [
    "TradingModel", "Indicators", "Strategies", "Venue", "TradingCore", "Time", "MarketModel", "PaperTrading", "ExchangeSimulation",
    "BinanceJSON",
  ]
  /// Pure too, but made of statistics, which are Double by design, or of any schema's values.
  static let pureStatistics = ["Presentation", "DynamicMessages", "Statistics", "Accounting", "Backtest", "ParameterSearch", "ReportPage"]
  private static let allPure = pure + pureStatistics
  /// Files of pure modules that take `pow` from the C library.
  static let mathematics: Set<String> = ["Sources/Statistics/Mathematics.swift"]
  private static let programs = ["botd", "botctl", "botsim", "protoc-gen-botd"]

  @Test func treeIsThere() {
    #expect(tree.files.count > 100)
    for target in Self.pure { #expect(!tree.files(of: target).isEmpty, "no sources of \(target)") }
  }

  @Test func textIsStrippedOfCommentsAndStrings() {
    let source =
      "let a = \"try! \\(b as! C) fatalError\" // print(\nlet c = #\"as! \"x\"\"# /* try! /* */ */ + d\nlet e = \"\"\"\n  try!\n  \"\"\"\n"
    #expect(CodeText.strip(source) == ["let a = \" b as! C \" ", "let c = \"\"  + d", "let e = \"", "", "\"", ""])
  }

  @Test func eachCLibraryHasOneImporter() {
    let base = SourceTree.packageRoot.appendingPathComponent("Sources")
    let folders = (try? FileManager.default.contentsOfDirectory(atPath: base.path)) ?? []
    let libraries = folders.filter { name in
      let files = (try? FileManager.default.subpathsOfDirectory(atPath: base.appendingPathComponent(name).path)) ?? []
      return files.contains { $0.hasSuffix("module.modulemap") || $0.hasSuffix(".c") || $0.hasSuffix(".h") }
    }
    #expect(libraries.contains("CHiredis") && libraries.contains("CBotProto"))
    for library in libraries.sorted() {
      let importers = Set(tree.files.filter { $0.imports.contains(library) }.map(\.target))
      #expect(importers.count <= 1, "\(library) is imported by \(importers.sorted())")
    }
  }

  @Test func pureModulesHaveNoClockNoRandomnessAndDoNotWait() {
    let files = Self.allPure.flatMap { tree.files(of: $0) }
    let waiting = /\b(Date\(|Task\b|sleep\b|await\b|async\b|ContinuousClock|SuspendingClock|DispatchQueue)/
    #expect(tree.places(waiting, in: files) == [])
    let words = /\b(SystemRandomNumberGenerator|\.random\((in:|using:|\))|\.randomElement\(\)|shuffled\(\))/
    #expect(tree.places(words, in: files) == [])
  }

  @Test func pureModulesDoNotIterateUnorderedCollections() {
    let files = Self.pure.flatMap { tree.files(of: $0) }
    // By name: dictionaries and sets of the core that must not be walked.
    let names = ["orders", "botIndex", "symbolIndex", "seriesIndex", "ordersByVenueID", "fingerprints", "positions", "dirtyMarks"]
    for name in names {
      guard let pattern = try? Regex("for .* in (self\\.)?\(name)(\\.keys|\\.values)?\\b( |$)") else { continue }
      let found = tree.places(pattern, in: files.filter { $0.target == "TradingCore" })
      #expect(found == [])
    }
  }

  @Test func moneyIsNeverADouble() {
    // Statistics, indicators and signals are Double by design (DESIGN §1.10); everything else of the pure modules is exact.
    let allowed: [String: String] = [
      "Sources/TradingModel/FixedDecimal.swift": "the one-way door to statistics",
      "Sources/TradingCore/Bots/Bot.swift": "a signal's confidence",
      "Sources/TradingCore/Records/ServedSignal.swift": "a signal's confidence",
      "Sources/ExchangeSimulation/Market/SeededRandom.swift": "random numbers",
      "Sources/ExchangeSimulation/Market/MarketGenerator.swift": "the generated path, rounded to the tick",
      "Sources/ExchangeSimulation/Market/SimulatedInstrument.swift": "volatility of the generated path",
    ]
    let files = Self.pure.filter { $0 != "Indicators" && $0 != "Strategies" }.flatMap { tree.files(of: $0) }
      .filter { allowed[$0.path] == nil }
    #expect(tree.places(/\b(Double|Float|CGFloat)\b/, in: files) == [])
  }

  @Test func onlyProgramsPrint() {
    let files = tree.files.filter { $0.target != "ControlCommands" && !Self.programs.contains($0.target) }
    #expect(tree.places(/(^|[^.\w])(print|debugPrint|dump)\(/, in: files) == [])
  }

  @Test func nothingTraps() {
    let words = /\btry!|\bas!|\bfatalError\(|\bpreconditionFailure\(|\bunowned\(unsafe\)/
    #expect(tree.places(words, in: tree.files) == [])
  }

  /// `x!`, `x[i]!`, `f()!`: not `!x`, `!=`, nor an implicitly unwrapped type, which is listed too.
  @Test func nothingIsForceUnwrapped() {
    let words = /[\w\)\]>"]!($|[^=\w"])/
    #expect(tree.places(words, in: tree.files) == [])
  }

  @Test func everyTargetSaysWhatItIs() {
    for target in tree.targets where !Self.programs.contains(target) {
      let isDocumented = tree.files(of: target).contains { $0.text.contains("///") }
      #expect(isDocumented, "\(target) has no doc comment")
    }
  }

  @Test func filesAreSmall() {
    for file in tree.files where !file.text.contains("DO NOT EDIT") && !file.text.contains("Generated") {
      let count = file.text.split(separator: "\n", omittingEmptySubsequences: false).count
      #expect(count <= 701, "\(file.path) has \(count) lines")
    }
  }

  @Test func nothingNamesThisMachine() {
    // Spelled in pieces, so that this file does not name them either.
    let words = ["/" + "work/", "/" + "tmp/" + "team"]
    for file in tree.files {
      for word in words { #expect(!file.text.contains(word), "\(file.path) names \(word)") }
    }
  }
}
