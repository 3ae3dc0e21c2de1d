import Foundation
import Testing

/// The page of faults names tests that exist, and every number once.
@Suite struct FaultPageTests {
  struct Row {
    var number: Int
    var tests: [String]
    var isExcused: Bool
  }

  /// The rows of one chapter of the page.
  static func rows(of page: String, from heading: String) -> [Row] {
    var isInside = false
    var rows: [Row] = []
    for line in page.split(separator: "\n") {
      if line.hasPrefix("## ") { isInside = line == heading }
      guard isInside, line.hasPrefix("| ") else { continue }
      let cells = line.split(separator: "|", omittingEmptySubsequences: false).map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count == 5, let number = Int(cells[1]) else { continue }
      let tests = cells[3].matches(of: /`([^`]+\/[^`]+\/[^`]+)`/).map { String($0.output.1) }
      rows.append(Row(number: number, tests: tests, isExcused: cells[3].hasPrefix("not automated: ")))
    }
    return rows
  }

  /// Every test of the tree as `target/suite/function`, with the faults that its comment names.
  static let tests: [String: [Int]] = {
    var found: [String: [Int]] = [:]
    for file in SourceTree.tests.files {
      let (code, text) = (file.code, file.text.split(separator: "\n", omittingEmptySubsequences: false))
      var suite = ""
      var isTest = false
      var faults: [Int] = []
      for (index, line) in code.enumerated() {
        let words = line.trimmingCharacters(in: .whitespaces)
        if index < text.count, let named = text[index].firstMatch(of: /\/\/\/ Faults? ([0-9, ]+):/) {
          faults = named.output.1.split(separator: ",").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
        }
        if let type = words.firstMatch(of: /\b(struct|class|enum|extension) ([A-Za-z]+Tests)\b/) {
          suite = String(type.output.2)
          faults = []
        }
        if words.hasPrefix("@Test") { isTest = true }
        guard let name = words.firstMatch(of: /\bfunc ([A-Za-z0-9]+)/) else { continue }
        if isTest { found["\(file.target)/\(suite)/\(name.output.1)"] = faults }
        (isTest, faults) = (false, [])
      }
    }
    return found
  }()

  private static let page =
    (try? String(contentsOf: SourceTree.packageRoot.appendingPathComponent("Tests/FAULTS.md"), encoding: .utf8)) ?? ""
  private static let catalogue = rows(of: page, from: "## What can happen")
  private static let past = rows(of: page, from: "## What once went wrong")

  @Test func everyNumberStandsThereOnceWithATestOrAReason() {
    #expect(Self.catalogue.map(\.number) == Array(1...68))
    #expect(Self.past.map(\.number) == Array(1...21))
    for row in Self.catalogue + Self.past { #expect(row.tests.isEmpty == row.isExcused, "row \(row.number)") }
    #expect(Self.catalogue.count { !$0.isExcused } >= 50)
  }

  @Test func everyTestThatIsNamedExists() {
    #expect(Self.tests.count > 1_000)
    for row in Self.catalogue + Self.past {
      for test in row.tests { #expect(Self.tests[test] != nil, "row \(row.number) names \(test), which is no test") }
    }
  }

  @Test func whatATestSaysOfItselfStandsOnThePage() {
    var said = 0
    for (test, faults) in Self.tests {
      for fault in faults {
        said += 1
        #expect(Self.catalogue.contains { $0.number == fault && $0.tests.contains(test) }, "row \(fault) does not name \(test)")
      }
    }
    #expect(said > 20)
  }
}
