import Foundation
import Testing
import TradingCore

/// The core on the exchange's own rules: random sequences of fills, part fills, refusals, expiries, self-trade prevention, moves, cancels by
/// people, restarts, and requests and answers that are lost, late or cut.
@Suite struct MatchedExchangeTests {
  /// How many sequences; more in a release build, by `BOTD_TEST_SEQUENCES`.
  private static let sequences = Int(ProcessInfo.processInfo.environment["BOTD_TEST_SEQUENCES"] ?? "") ?? 2_500

  /// Never over-sold, money conserved, no name twice, the owner's coins untouched, protected in the end, and a stop that is gone not believed in
  /// for long.
  @Test func anySequence() async {
    let workers = ProcessInfo.processInfo.activeProcessorCount
    let coverage = await withTaskGroup(of: Coverage.self) { group in
      for worker in 0..<workers {
        group.addTask {
          var coverage = Coverage()
          var failures = 0
          for number in stride(from: worker, to: Self.sequences, by: workers) where failures < 3 {
            let outcome = Sequence(number: number).run()
            coverage.add(outcome.coverage)
            guard !outcome.broken.isEmpty else { continue }
            failures += 1
            let steps = Sequence(number: number).shortest(failing: outcome.steps)
            let shortest = Sequence(number: number, steps: steps).run()
            Issue.record(
              """
              sequence \(number) fails after \(steps) of \(outcome.steps) steps (BOTD_TEST_SEQUENCE=\(number):\(steps) shows it):
              \(shortest.broken.joined(separator: "\n"))
              """)
          }
          return coverage
        }
      }
      return await group.reduce(into: Coverage()) { $0.add($1) }
    }
    if ProcessInfo.processInfo.environment["BOTD_TEST_COVERAGE"] != nil { print(coverage.text) }
  }

  /// One sequence, with its journal: `BOTD_TEST_SEQUENCE=number` or `number:steps`.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["BOTD_TEST_SEQUENCE"] != nil)) func oneSequence() {
    let words = (ProcessInfo.processInfo.environment["BOTD_TEST_SEQUENCE"] ?? "").split(separator: ":").compactMap { Int($0) }
    let outcome = Sequence(number: words.first ?? 0, steps: words.count > 1 ? words[1] : nil, writesDown: true).run()
    for entry in outcome.journal { print("\(entry.sequence) \(entry.time) \(entry.record)") }
    for line in outcome.happened { print(line) }
    #expect(outcome.broken == [])
  }
}
