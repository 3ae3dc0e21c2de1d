import Testing
import TradingModel
import ExchangeSimulation

/// The scenarios of Binance: trailing-stop-faq.md, price by price.
@Suite struct TrailingStopTests {
  struct Scenario: Sendable, CustomStringConvertible {
    var name: String
    var side: Side
    var type: OrderType
    var price: String
    var stop: String?
    var delta: Int64
    /// Last prices that must not trigger.
    var quiet: [String]
    /// One that is a cent short, and the one that triggers.
    var short: String
    var trigger: String
    var description: String { name }
  }

  static let scenarios: [Scenario] = [
    Scenario(
      name: "A", side: .buy, type: .stopLossLimit, price: "45000", stop: "44000", delta: 500,
      quiet: ["38000", "37000", "43000", "44000", "45000", "46000", "43000", "42000", "43000"], short: "44099.99", trigger: "44100"),
    Scenario(
      name: "B", side: .sell, type: .stopLossLimit, price: "38000", stop: "39000", delta: 1_000,
      quiet: ["41500", "40000", "39000", "37000", "39000", "41000", "38000"], short: "36900.01", trigger: "36900"),
    Scenario(
      name: "C", side: .buy, type: .takeProfitLimit, price: "38500", stop: "38000", delta: 850,
      quiet: ["42000", "40000", "38000", "37000", "39000", "38000", "39500"], short: "40144.99", trigger: "40145"),
    Scenario(
      name: "D", side: .sell, type: .takeProfitLimit, price: "41000", stop: "42000", delta: 750,
      quiet: ["41500", "39000", "41000", "42000", "45000", "44000", "46500", "44000"], short: "43012.51", trigger: "43012.5"),
    Scenario(
      name: "E", side: .sell, type: .stopLossLimit, price: "39000", stop: nil, delta: 700,
      quiet: ["42000", "39500", "45500", "43000"], short: "42315.01", trigger: "42315"),
  ]

  @Test(arguments: scenarios)
  func triggersWhereTheDocumentsSay(_ scenario: Scenario) throws {
    var fixture = try ExchangeFixture(mode: .recorded)
    fixture.move("40000")
    let placed = try fixture.place(
      fixture.request(
        scenario.side, scenario.type, price: scenario.price, stop: scenario.stop, delta: scenario.delta, id: "trail"))
    #expect(placed.order.workingTime == nil)
    for price in scenario.quiet + [scenario.short] {
      fixture.move(price)
      #expect(try fixture.order("trail").workingTime == nil, "\(price)")
    }
    fixture.move(scenario.trigger)
    let order = try fixture.order("trail")
    #expect(order.workingTime == fixture.now && order.trailingTime != nil)
    #expect(fixture.problems() == [])
  }

  @Test func aTrailingLegWorksInAPairAndTakesTheLimitLegAlong() throws {
    var fixture = try ExchangeFixture(mode: .recorded)
    try fixture.list(
      .oneCancelsOther,
      [
        fixture.request(.sell, .limitMaker, price: "90000", id: "profit"),
        fixture.request(.sell, .stopLoss, delta: 500, id: "trail"),
      ])
    fixture.move("80000")
    fixture.move("76001")
    #expect(fixture.status("trail") == .new)
    fixture.move("76000")
    #expect(fixture.status("trail") == .filled && fixture.status("profit") == .expired)
    #expect(fixture.problems() == [])
  }

  @Test(arguments: [(Int64(9), false), (10, true), (2_000, true), (2_001, false)])
  func theDeltaHasBounds(delta: Int64, isTaken: Bool) throws {
    var fixture = try ExchangeFixture()
    let placed = try? fixture.place(fixture.request(.sell, .stopLoss, delta: delta))
    #expect((placed != nil) == isTaken)
    if !isTaken {
      #expect(throws: ExchangeError(-1013, "Filter failure: TRAILING_DELTA")) {
        try fixture.place(fixture.request(.sell, .stopLoss, delta: delta))
      }
    }
    fixture.exchange.changeTerms(of: fixture.symbol) { $0.filters.trailingDelta?.maximumAbove = 5 }
    // A take-profit sell has the bounds above, a stop-loss sell those below.
    #expect(throws: ExchangeError(-1013, "Filter failure: TRAILING_DELTA")) {
      try fixture.place(fixture.request(.sell, .takeProfit, delta: 100))
    }
  }
}
