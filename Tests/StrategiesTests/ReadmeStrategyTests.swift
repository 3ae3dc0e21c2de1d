import Foundation
import Testing
import TradingModel

@testable import Strategies

/// The strategy that the README adds: the very lines, compiled and run as one of the catalogue.
@Suite struct ReadmeStrategyTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Lines of code without what only a file's place decides: imports and the comment that names the file.
  private static func code(_ text: String) -> [String] {
    text.split(separator: "\n").map { String($0).trimmingCharacters(in: .whitespaces) }.filter { line in
      !line.isEmpty && !line.hasPrefix("import ") && !line.hasPrefix("@testable import ") && !line.hasPrefix("// Sources/")
    }
  }

  @Test func theReadmeShowsWhatIsTestedHere() throws {
    let readme = try String(contentsOf: Self.root.appendingPathComponent("README.md"), encoding: .utf8)
    let start = try #require(readme.range(of: "```swift\n// Sources/Strategies/MomentumStrategy.swift\n"))
    let end = try #require(readme.range(of: "```", range: start.upperBound..<readme.endIndex))
    let file = try String(
      contentsOf: Self.root.appendingPathComponent("Tests/StrategiesTests/MomentumStrategy.swift"), encoding: .utf8)
    #expect(Self.code(String(readme[start.upperBound..<end.lowerBound])) == Self.code(file))
    // The one line that the README adds to the catalogue is of the form of those that are there.
    #expect(readme.contains("`MomentumStrategy.descriptor,`"))
    let catalogue = try String(
      contentsOf: Self.root.appendingPathComponent("Sources/Strategies/StrategyCatalogue.swift"), encoding: .utf8)
    #expect(catalogue.contains("    SuperTrendStrategy.descriptor,\n  ]"))
  }

  @Test func itIsMadeFromItsParametersAndRefusesOthers() throws {
    let strategy = try MomentumStrategy.descriptor.make(["period": "5"])
    #expect(strategy.warmUp == 5)
    #expect(
      MomentumStrategy.descriptor.violations(of: ["period": "0"]).map(\.message) == [
        "period must be a whole number from 1 to 1000, not \"0\""
      ])
  }

  @Test func itsSignalsOnAPrefixNeverChange() throws {
    let candles = CandleSeries.walk(seed: 3, count: 500)
    let whole = run(try MomentumStrategy.descriptor.make([:]), over: candles)
    #expect(whole.contains { $0.action == .buy } && whole.contains { $0.action == .sell })
    for length in stride(from: 1, through: candles.count, by: 61) {
      #expect(run(try MomentumStrategy.descriptor.make([:]), over: Array(candles[..<length])) == Array(whole[..<length]))
    }
  }
}
