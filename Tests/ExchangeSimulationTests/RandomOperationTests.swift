import Testing
import TradingModel
import ExchangeSimulation

/// Thousands of random operations of every kind. After each of them: nothing appears or vanishes, nothing is negative, what is locked
/// belongs to open orders and lists, numbers and names are unique, and no order outlives its list.
@Suite struct RandomOperationTests {
  struct Run: Sendable {
    var seed: UInt64
    var mode: HouseConfiguration.Mode
    var paysInBNB: Bool
  }

  static let runs: [Run] = [
    Run(seed: 11, mode: .generated, paysInBNB: false), Run(seed: 12, mode: .generated, paysInBNB: true),
    Run(seed: 13, mode: .recorded, paysInBNB: false), Run(seed: 14, mode: .recorded, paysInBNB: true),
  ]

  @Test(arguments: runs)
  func invariantsHoldAfterEveryStep(_ run: Run) throws {
    var fixture = try ExchangeFixture(mode: run.mode, accounts: 3, others: ["BNBUSDT"])
    var operations = RandomOperations(seed: run.seed)
    try operations.prepare(&fixture, paysInBNB: run.paysInBNB)
    for step in 0..<2_500 {
      operations.step(&fixture)
      let problems = fixture.problems(openListsOnly: step % 100 != 0)
      #expect(problems == [], "seed \(run.seed), step \(step): \(operations.last)")
      guard problems.isEmpty else { return }
      fixture.events.removeAll()
    }
    // Everything happened often enough to mean something.
    for (name, count) in operations.done { #expect(count >= 20, "\(name)") }
    let numbers = (0..<3).flatMap { fixture.exchange.allOrders(account: $0, symbol: fixture.symbol, limit: .max) }.map(\.orderID)
    #expect(Set(numbers).count == numbers.count && numbers.count > 1_000)
    let lists = (0..<3).flatMap { fixture.exchange.allOrderLists(account: $0, limit: .max) }
    for kind in ExchangeListKind.allCases { #expect(lists.count { $0.kind == kind && $0.isDone } > 10, "\(kind)") }
    #expect(fixture.executions.isEmpty)
  }

  /// The same seed gives the same events.
  @Test func theSameSeedGivesTheSameEvents() throws {
    func events() throws -> [ExchangeEvent] {
      var fixture = try ExchangeFixture(accounts: 3, others: ["BNBUSDT"])
      var operations = RandomOperations(seed: 21)
      try operations.prepare(&fixture, paysInBNB: true)
      for _ in 0..<600 { operations.step(&fixture) }
      return fixture.events
    }
    let first = try events()
    #expect(first.count > 1_000)
    #expect(try events() == first)
  }
}
