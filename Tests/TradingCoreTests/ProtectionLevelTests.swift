import Testing
import Time
import TradingModel
import Venue

@testable import TradingCore

/// Where each level of a position acts, and why there: the same answers decide what is sent.
@Suite struct ProtectionLevelTests {
  private typealias Bench = HeldBotTests.Bench

  private func words(_ bench: Bench) -> [String] {
    bench.bot?.protection.map { $0.explanation(of: Samples.symbol, isPaper: false, isExpected: false) } ?? []
  }

  @Test func aPairRestsOnceTheExchangeHasIt() throws {
    var bench = Bench(takeProfit: "0.04")
    #expect(bench.bot?.protection == [])
    try bench.buy()
    let sent = bench.takeSent()
    #expect(bench.bot?.protection.map(\.place) == [.watched(.onTheWay), .watched(.besideWatchedStop)])
    _ = bench.core.takeChanges()
    bench.rest(sent[0], number: 50)
    bench.rest(sent[1], number: 51)
    #expect(
      bench.bot?.protection == [
        ProtectionLevel(kind: .stop, price: FixedDecimal(49_000), place: .resting(sent[0].clientOrderID, isPaired: true)),
        ProtectionLevel(kind: .target, price: FixedDecimal(52_000), place: .resting(sent[1].clientOrderID, isPaired: true)),
      ])
    #expect(words(bench)[0].contains("one pair with the target") && words(bench)[0].contains(sent[0].clientOrderID.text))
    let told = bench.core.takeChanges().last?.snapshot.protection.map(\.rests)
    #expect(told == [true, true], "readers hear of it though nothing else of the bot changed")
  }

  @Test func withoutOrderListsTheTargetIsWatched() throws {
    var rules = Samples.rules()
    rules.takesPairs = false
    var bench = Bench(takeProfit: "0.04", rules: rules)
    try bench.buy()
    let sent = bench.takeSent()
    #expect(sent.count == 1)
    bench.rest(sent[0], number: 50)
    #expect(bench.bot?.protection.map(\.place) == [.resting(sent[0].clientOrderID, isPaired: false), .watched(.noPairs)])
    #expect(words(bench)[1] == "watched here, because BTCUSDT takes no order lists (OCO)")
  }

  @Test func aTargetBeyondThePriceBandIsWatched() throws {
    var rules = Samples.rules()
    rules.sellPriceMultiplierMaximum = Samples.decimal("1.01")
    var bench = Bench(takeProfit: "0.04", rules: rules)
    try bench.buy()
    let stop = try #require(bench.takeSent().last)
    bench.rest(stop, number: 50)
    #expect(bench.bot?.protection.last?.place == .watched(.outsideBand(Samples.decimal("1.01"))))
  }

  @Test func whereStopsAreUsedUpTheStopIsWatched() throws {
    var rules = Samples.rules()
    rules.openAlgorithmicOrdersMaximum = 1
    var bench = Bench(rules: rules)
    bench.step(
      .command(
        CommandEnvelope(
          id: 2, requestID: "", fingerprint: 0, command: .createBot(Samples.configuration("two", takeProfit: "0"), start: true))))
    try bench.buy()
    bench.rest(try #require(bench.takeSent().last), number: 50)
    try bench.buy("two")
    #expect(bench.takeSent().isEmpty)
    let place = bench.core.snapshot(of: Samples.bot("two"))?.protection.first?.place
    #expect(place == .watched(.onTheWay), "the one that rests goes, and both share one")
  }

  @Test func whatTheExchangeRefusedIsWatched() throws {
    var bench = Bench(takeProfit: "0.04")
    try bench.buy()
    let sent = bench.takeSent()
    for request in sent { bench.refuse(request, -1013, "Filter failure: MAX_NUM_ORDER_LISTS") }
    #expect(bench.bot?.protection.first?.place == .watched(.refused))
  }

  @Test func whatIsBeingSoldIsNotWatched() throws {
    var bench = Bench(takeProfit: "0.04")
    try bench.buy()
    let sent = bench.takeSent()
    bench.rest(sent[0], number: 50)
    bench.rest(sent[1], number: 51)
    bench.step(.command(CommandEnvelope(id: 2, requestID: "", fingerprint: 0, command: .closePosition(Samples.bot("one")))))
    #expect(bench.bot?.protection.map(\.place) == [.watched(.sold), .watched(.sold)])
  }

  /// Before there is a position: what the same rules will say.
  @Test func anEntryIsToldWhatItWillGet() {
    var configuration = Samples.configuration(trailing: "0.05")
    configuration.trailingStopRanges = .zero
    var rules = Samples.rules()
    rules.openAlgorithmicOrdersMaximum = 2
    func places(_ stops: Int = 0, price: Int = 60_000) -> [ProtectionLevel.Place] {
      configuration.expectedProtection(rules, price: FixedDecimal(price), restingStops: stops).map(\.place)
    }
    let follows = ProtectionLevel.Place.following(nil, at: FixedDecimal(57_000))
    #expect(places() == [.resting(nil, isPaired: true), .resting(nil, isPaired: true), follows])
    #expect(places(price: 0).dropLast() == places().dropLast(), "without a price the rules alone are asked")
    let levels = configuration.expectedProtection(rules, price: FixedDecimal(60_000), restingStops: 0)
    #expect(levels.map(\.price) == [58_800, 62_400, 57_000].map { FixedDecimal($0) })
    #expect(places(2) == [.umbrella(nil, price: .zero), .watched(.besideWatchedStop), .watched(.follows)])
    let onPaper = configuration.expectedProtection(rules, price: FixedDecimal(60_000), restingStops: 2, isPaper: true)
    #expect(onPaper.map(\.place) == [.watched(.stopsUsedUp(2)), .watched(.besideWatchedStop), .watched(.follows)])
    rules.takesPairs = false
    #expect(places() == [.resting(nil, isPaired: false), .watched(.noPairs), follows])
    rules.trailingDeltas = 10...2_000
    #expect(places().last == follows, "the stop-loss is nearer: one order cannot be both")
    configuration.stopLoss = Samples.decimal("0.06")
    #expect(places() == [.behindTrailing(nil), .watched(.noPairs), .following(nil, at: nil)])
    configuration.stopLoss = .zero
    #expect(places() == [.watched(.noStop), .following(nil, at: nil)])
  }
}

/// What a person may do while trading is halted.
@Suite struct PanicWhileHaltedTests {
  /// A sale that was refused and waits, because trading is halted, is tried again once a person pulls the brake.
  @Test func aRefusedSaleIsTriedAgain() throws {
    var bench = HeldBotTests.Bench()
    try bench.buy()
    bench.refuse(try #require(bench.takeSent().last), -2010, "Stop price would trigger immediately.")
    let sale = try #require(bench.takeSent().last)
    #expect(sale.type == .market)
    bench.step(.command(CommandEnvelope(id: 2, requestID: "", fingerprint: 0, command: .setTradingState(.halted, reason: "test"))))
    bench.refuse(sale, -1013, "Market is closed.")
    var number: Int64 = 60
    for _ in 0..<120 {
      for request in bench.takeSent() {
        #expect(request.type == .stopLoss, "halted, and refused: not tried again by itself")
        bench.rest(request, number: number)
        number += 1
      }
      bench.step(.clock, after: 1_000)
    }
    bench.step(.command(CommandEnvelope(id: 3, requestID: "", fingerprint: 0, command: .panic(reason: "test"))))
    #expect(bench.bot?.exitReason.hasPrefix("panic") == true)
    let again = try #require(bench.takeSubmitted().last)
    #expect(again.request.type == .market)
    #expect(again.replaces.flatMap { bench.core.order($0) }?.intent.request.type == .stopLoss)
  }
}
