import Foundation
import Testing
import TradingCore

/// The core on the exchange's own rules: random sequences of fills, part fills, refusals, expiries, self-trade prevention, moves, cancels by
/// people, restarts, and requests and answers that are lost, late or cut.
@Suite struct MatchedExchangeTests {
  /// How many sequences; more in a release build, by `BOTD_TEST_SEQUENCES`. With as many against the scripted exchange (`TradingCoreTests`) they
  /// are 5,000.
  private static let sequences = Int(ProcessInfo.processInfo.environment["BOTD_TEST_SEQUENCES"] ?? "") ?? standard
  private static let standard = 2_500

  /// What so many sequences must have met; `BOTD_TEST_COVERAGE=1` prints all of it.
  private static let expected = [
    "list armed", "umbrella stops", "umbrella filled", "umbrella filled in part", "umbrella amended", "gap through a stop", "thin book",
    "entry filled in part", "exit filled in part", "stop filled in part", "target filled in part", "entry canceled, filled in part",
    "entry expired: insufficientLiquidity, filled in part", "exit expired: insufficientLiquidity, filled in part",
    "stop expired: insufficientLiquidity, filled in part", "stop expired: oneCancelsOther", "stop expired: rejected",
    "stop expired: workingOrderExpired", "target expired: oneCancelsOther", "self-trade prevention ended entry",
    "self-trade prevention ended target", "self-trade prevention ended the owner's order", "stop amended", "target amended",
    "owner cancels bot's order", "sent OPO", "sent OPOCO", "sent OCO", "sent replacement", "replacement -2022", "placement in doubt",
    "user stream lost", "market stream lost", "report unreadable", "MARKET_LOT_SIZE shrinks",
    "refused -1003 Too much request weight used; current limit is 6000 request weight per 1 MINUTE.",
    "refused -1013 Filter failure: LOT_SIZE", "refused -1013 Filter failure: MARKET_LOT_SIZE",
    "refused -1013 Filter failure: PERCENT_PRICE_BY_SIDE", "refused -1013 Filter failure: PRICE_FILTER",
    "refused -1015 Too many new orders; current limit is 50 orders per 10 SECOND.",
    "refused -1021 Timestamp for this request is outside of the recvWindow.", "refused -1022 Signature for this request is not valid.",
    "refused -2010 Account has insufficient balance for requested action.", "refused -2010 Market is closed.",
    "refused -2010 Order would immediately match and take.", "refused -2010 Order would trigger immediately.",
    "refused -2010 The relationship of the prices for the orders is not correct.",
    "refused -2015 Invalid API-key, IP, or permissions for action.", "denied -2011 Unknown order sent.",
    "denied -2013 Order does not exist.",
    "killed before append", "killed before submit list", "killed before submit pair", "killed before submit replacing",
    "killed before submit market", "killed before submit limit_maker", "killed before submit stop_loss", "killed before cancel",
    "killed before query", "killed before list trades", "killed before ask quote", "killed before read account", "killed before reply",
  ]

  /// Never over-sold, money conserved, no name twice, the owner's coins untouched, protected in the end, and a stop that is gone not believed in
  /// for long.
  @Test func anySequence() async {
    let coverage = await Self.hold(0..<Self.sequences)
    if ProcessInfo.processInfo.environment["BOTD_TEST_COVERAGE"] != nil { print(coverage.text) }
    if Self.sequences >= Self.standard { #expect(Self.expected.filter { coverage[$0] == 0 } == [], "never met") }
  }

  /// The same where a person also sells parts of positions by hand: a fifth as many.
  @Test func anySequenceWithSalesOfParts() async {
    let first = Sequence.firstWithParts
    let coverage = await Self.hold(first..<first + Self.sequences / 5)
    if Self.sequences >= Self.standard { #expect(coverage["part sold by hand"] > 0) }
  }

  private static func hold(_ numbers: Range<Int>) async -> Coverage {
    let workers = ProcessInfo.processInfo.activeProcessorCount
    return await withTaskGroup(of: Coverage.self) { group in
      for worker in 0..<workers {
        group.addTask {
          var coverage = Coverage()
          var failures = 0
          for number in stride(from: numbers.lowerBound + worker, to: numbers.upperBound, by: workers) where failures < 3 {
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
  }

  /// Sequences that failed once: a stopped bot's stop that was not tried again (659, 10701, 12649), an umbrella that was exchanged without end
  /// (4492), a target that filled before it was heard to rest (29294), a question whose answer was lost and that kept a symbol waiting for ever
  /// (38356), and others.
  @Test(arguments: [235, 490, 560, 659, 1_519, 3_550, 3_619, 4_194, 4_492, 5_305, 5_421, 10_701, 12_649, 29_294, 38_356])
  func whatFailedOnceHolds(number: Int) {
    #expect(Sequence(number: number).run().broken == [])
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
