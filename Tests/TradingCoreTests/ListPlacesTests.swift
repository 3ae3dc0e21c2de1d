import Testing
import Time
import TradingModel
import Venue

@testable import TradingCore

/// Entries that take their protection along beside stops that bots share and exits that take the place of a stop.
@Suite struct ListPlacesTests {
  private typealias Bench = HeldBotTests.Bench
  private static let limit = FixedDecimal(49_000)

  /// Bot `one` with an entry on its way, and bots `two` and `three` without anything.
  private static func sent(_ change: (inout TradingRules) -> Void = { _ in }) throws -> (bench: Bench, sent: [OrderRequest]) {
    var rules = Samples.rules()
    rules.takesProtectedEntries = true
    change(&rules)
    var bench = Bench(configuration: Samples.configuration("one", stopLoss: "0.02", takeProfit: "0.04"), rules: rules)
    for (number, id) in ["two", "three"].enumerated() {
      bench.step(
        .command(
          CommandEnvelope(
            id: UInt64(2 + number), requestID: "", fingerprint: 0,
            command: .createBot(Samples.configuration(id, stopLoss: "0.02", takeProfit: "0"), start: true))))
    }
    bench.account("0")
    bench.price(FixedDecimal(50_000))
    bench.effects = []
    let name = bench.core.nextClientOrderID(0, .entry)
    let id = try #require(name)
    let entry = OrderRequest(
      clientOrderID: id, symbol: Samples.symbol, side: .buy, type: .limit, quantity: Samples.decimal("0.1"), price: limit)
    bench.core.sendEntry(entry, 0, decisionPrice: FixedDecimal(50_000), reason: "go", volatility: .zero, &bench.effects)
    return (bench, bench.takeSent())
  }

  /// The same, taken by the exchange.
  private static func resting() throws -> (bench: Bench, entry: OrderRequest, stop: OrderRequest, target: OrderRequest) {
    var (bench, sent) = try sent()
    try #require(sent.count == 3)
    bench.rest(sent[0], number: 9)
    for (number, leg) in zip([10, 11] as [Int64], sent[1...]) { bench.tell(leg, .waiting, number: number) }
    bench.effects = []
    return (bench, sent[0], sent[1], sent[2])
  }

  private static func place(_ request: OrderRequest, number: Int64, _ bench: inout Bench) { bench.tell(request, .accepted, number: number) }

  @Test func onlyWhereEachBotHasAPlaceOfItsOwn() throws {
    #expect(try Self.sent().sent.count == 3)
    #expect(try Self.sent { $0.openAlgorithmicOrdersMaximum = 4 }.sent.count == 3)
    #expect(try Self.sent { $0.openAlgorithmicOrdersMaximum = 3 }.sent.count == 1, "one place is kept free")
    #expect(try Self.sent { $0.openOrdersMaximum = 8 }.sent.count == 1, "a list is three orders")
    #expect(try Self.sent { $0.openOrderListsMaximum = 1 }.sent.count == 1)
    #expect(try Self.sent { $0.openOrderListsMaximum = 2 }.sent.count == 3)
  }

  /// Bots that outnumber the places share a stop beside what waits, which is none of theirs and takes no place. Once it is placed it counts.
  @Test func anUmbrellaDoesNotCountWhatWaits() throws {
    var (bench, entry, stop, target) = try Self.resting()
    #expect(bench.core.contingentOrders(on: 0) == 0)
    bench.core.symbols[0].learnedPlaces = LearnedPlaces(count: 1, until: .distantFuture)
    try bench.buy("two")
    let alone = try #require(bench.takeSent().first { $0.type == .stopLoss })
    bench.rest(alone, number: 20)
    try bench.buy("three")
    #expect(bench.takeCanceled() == [alone.clientOrderID])
    bench.tell(alone, .canceled, number: 20)
    let umbrella = try #require(bench.takeSent().first { $0.type == .stopLoss })
    #expect(bench.core.order(umbrella.clientOrderID)?.intent.shares.map(\.botID.text).sorted() == ["three", "two"])
    bench.rest(umbrella, number: 21)
    for _ in 0..<4 { bench.step(.clock, after: 250) }
    #expect(bench.takeSent().isEmpty && bench.core.contingentOrders(on: 0) == 1)
    // Filled, and nothing heard of what waited: nothing is placed for it, and the shared stop stays.
    bench.fill(entry, at: entry.price, number: 9)
    bench.step(.clock, after: 250)
    #expect(bench.core.order(umbrella.clientOrderID)?.status == .accepted)
    #expect(bench.core.order(stop.clientOrderID)?.status == .waiting && bench.takeSent().isEmpty)
    // Placed: one place, and three that want it.
    Self.place(stop, number: 10, &bench)
    Self.place(target, number: 11, &bench)
    bench.step(.clock, after: 250)
    #expect(bench.core.order(stop.clientOrderID)?.status == .pendingCancel, "it comes under the shared stop")
    #expect(bench.core.order(target.clientOrderID)?.status == .pendingCancel)
  }

  private static func close(_ bench: inout Bench) {
    bench.step(.command(CommandEnvelope(id: 9, requestID: "", fingerprint: 0, command: .closePosition(Samples.bot("one")))))
  }

  @Test func anExitTakesThePlaceOfWhatCameWithTheEntry() throws {
    var (bench, entry, stop, target) = try Self.resting()
    bench.fill(entry, at: entry.price, number: 9)
    Self.place(stop, number: 10, &bench)
    Self.place(target, number: 11, &bench)
    bench.effects = []
    Self.close(&bench)
    let sent = bench.takeSubmitted()
    #expect(sent.map(\.request.type) == [.market] && sent.first?.replaces == stop.clientOrderID)
    #expect([stop, target].allSatisfy { bench.core.order($0.clientOrderID)?.status == .pendingCancel })
  }

  /// What waits for its entry has no place that could be taken.
  @Test func anExitReplacesNothingThatWaits() throws {
    var (bench, entry, stop, target) = try Self.resting()
    bench.fill(entry, at: entry.price, number: 9)
    bench.effects = []
    Self.close(&bench)
    #expect(bench.takeSubmitted().isEmpty, "its word is due first")
    Self.place(stop, number: 10, &bench)
    #expect(bench.takeSubmitted().isEmpty, "the other one's too")
    Self.place(target, number: 11, &bench)
    #expect(bench.takeSubmitted().map(\.replaces) == [stop.clientOrderID])
  }
}
