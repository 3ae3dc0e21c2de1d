import Testing
@testable import TradingCore
import TradingModel
import Venue

/// Trailing stops on an exchange: it moves them itself, or they are moved from here; one rests all the time.
@Suite struct TrailingStopTests {
  private typealias Bench = HeldBotTests.Bench

  private static func d(_ text: String) -> FixedDecimal { Samples.decimal(text) }

  /// A bot that bought 0.1 at 50000.
  private static func held(
    stopLoss: String = "0.03", takeProfit: String = "0", trailing: String = "0.02", change: (inout TradingRules) -> Void = { _ in }
  ) throws -> Bench {
    var rules = Samples.rules()
    rules.trailingDeltas = 10...2_000
    change(&rules)
    var bench = Bench(
      configuration: Samples.configuration(stopLoss: stopLoss, takeProfit: takeProfit, trailing: trailing), rules: rules)
    try bench.buy()
    return bench
  }

  @Test func theExchangeMovesItWhereItCan() throws {
    var bench = try Self.held()
    let sent = bench.takeSent()
    #expect(sent.map(\.type) == [.stopLoss] && sent.map(\.trailingDelta) == [200] && sent.map(\.stopPrice) == [.zero])
    #expect(bench.core.order(sent[0].clientOrderID)?.intent.purpose == .trailingStop)
    bench.rest(sent[0], number: 50)
    #expect(bench.bot?.protection.map(\.place) == [.behindTrailing(sent[0].clientOrderID), .following(sent[0].clientOrderID, at: nil)])
    for price in [50_500, 51_000, 52_000] {
      bench.price(FixedDecimal(price))
      bench.step(.clock, after: 3_000)
    }
    #expect(bench.takeSubmitted().isEmpty && bench.takeCanceled().isEmpty, "it is left to the exchange")
    // It acted: the position is closed by it, as a trailing stop.
    bench.fill(sent[0], at: FixedDecimal(50_960), number: 50)
    #expect(bench.bot?.position.isOpen == false)
  }

  /// A nearer stop-loss, a target beside it, a part of a basis point, a range outside the filter.
  @Test func whereItCannotAStopRestsAtTheLevelReached() throws {
    var nearer = try Self.held(stopLoss: "0.01")
    #expect(nearer.takeSent().map(\.stopPrice) == [FixedDecimal(49_500)])
    var fraction = try Self.held(trailing: "0.01005")
    #expect(fraction.takeSent().map(\.stopPrice) == [Self.d("49497.5")])
    var outside = try Self.held { $0.trailingDeltas = 300...2_000 }
    #expect(outside.takeSent().map(\.stopPrice) == [FixedDecimal(49_000)])
    var never = try Self.held { $0.trailingDeltas = nil }
    let sent = never.takeSent()
    #expect(sent.map(\.stopPrice) == [FixedDecimal(49_000)] && sent.map(\.trailingDelta) == [0])
    #expect(never.core.order(sent[0].clientOrderID)?.intent.purpose == .trailingStop)
  }

  @Test func aBotWithoutAStopLossIsProtectedToo() throws {
    var bench = try Self.held(stopLoss: "0")
    #expect(bench.takeSent().map(\.trailingDelta) == [200])
    var here = try Self.held(stopLoss: "0") { $0.trailingDeltas = nil }
    #expect(here.takeSent().map(\.stopPrice) == [FixedDecimal(49_000)])
  }

  @Test func aTargetRestsBesideIt() throws {
    var bench = try Self.held(takeProfit: "0.04")
    let pair = bench.takeSent()
    #expect(pair.map(\.type) == [.stopLoss, .limitMaker] && pair[0].trailingDelta == 200 && pair[0].linked == pair[1].clientOrderID)
    #expect(pair.map(\.quantity) == [Self.d("0.1"), Self.d("0.1")])
  }

  /// From here it is moved once it lags by a tenth of its distance, by one request each time, and not without a pause.
  @Test func itIsMovedUpFromHere() throws {
    var bench = try Self.held { $0.trailingDeltas = nil }
    let first = try #require(bench.takeSent().first)
    bench.rest(first, number: 50)
    bench.price(FixedDecimal(50_090))
    bench.step(.clock, after: 250)
    #expect(bench.takeSubmitted().isEmpty, "88 is less than a tenth of 1002")
    bench.price(FixedDecimal(50_200))
    bench.step(.clock, after: 250)
    let moved = bench.takeSubmitted()
    #expect(moved.map(\.replaces) == [first.clientOrderID] && moved.map(\.request.stopPrice) == [FixedDecimal(49_196)])
    let tail = bench.journal.suffix(3).map(\.record)
    guard case .peakRaised(let peak) = tail[0], case .cancelRequested = tail[1], case .orderIntent = tail[2] else {
      Issue.record("its exact peak is recorded with it: \(tail)")
      return
    }
    #expect(peak.price == FixedDecimal(50_200))
    bench.tell(first, .canceled, number: 50)
    bench.rest(moved[0].request, number: 51)
    bench.price(FixedDecimal(51_000))
    bench.step(.clock, after: 250)
    #expect(bench.takeSubmitted().isEmpty, "two seconds between moves")
    bench.step(.clock, after: 2_000)
    #expect(bench.takeSubmitted().map(\.request.stopPrice) == [FixedDecimal(49_980)])
  }

  /// One of a pair is moved: the target ends with it and is watched.
  @Test func theTargetBesideItIsWatchedFromThenOn() throws {
    var bench = try Self.held(takeProfit: "0.04") { $0.trailingDeltas = nil }
    let pair = bench.takeSent()
    bench.rest(pair[0], number: 50)
    bench.rest(pair[1], number: 51)
    bench.price(FixedDecimal(51_000))
    bench.step(.clock, after: 250)
    let moved = bench.takeSubmitted()
    #expect(moved.map(\.replaces) == [pair[0].clientOrderID])
    bench.tell(pair[0], .canceled, number: 50)
    bench.tell(pair[1], .canceled, number: 51)
    bench.rest(moved[0].request, number: 52)
    #expect(bench.bot?.protection.contains { $0.kind == .target && $0.place == .watched(.placedAlone) } == true)
    bench.price(FixedDecimal(52_100))
    let sale = bench.takeSubmitted()
    #expect(sale.map(\.request.type) == [.market] && sale.map(\.replaces) == [moved[0].request.clientOrderID])
  }

  /// Refused for what it is: a stop that stays rests at once, and the exchange is not asked again for some minutes.
  @Test func aRefusedOneIsMovedFromHere() throws {
    var bench = try Self.held()
    let first = try #require(bench.takeSent().first)
    bench.refuse(first, -2_010, "Trailing stop orders are not supported for this symbol.")
    let second = bench.takeSent()
    #expect(second.map(\.stopPrice) == [FixedDecimal(49_000)] && second.map(\.trailingDelta) == [0])
    #expect(bench.bot?.hold == nil && bench.alerts(.orderRefused).count == 1)
  }

  /// What the exchange would begin with now lies far below what was reached: a stop rests at the level.
  @Test func placedAgainBelowThePeakItStays() throws {
    var bench = try Self.held()
    let first = try #require(bench.takeSent().first)
    bench.rest(first, number: 50)
    bench.price(FixedDecimal(52_000))
    bench.price(FixedDecimal(51_500))
    bench.tell(first, .canceled, number: 50)
    #expect(bench.takeSent().map(\.stopPrice) == [FixedDecimal(50_960)])
  }

  /// While trading is halted what the price has reached is not sold; the stop-loss rests.
  @Test func whileHaltedOnlyTheStopLossSells() throws {
    var bench = try Self.held { $0.trailingDeltas = nil }
    let first = try #require(bench.takeSent().first)
    bench.rest(first, number: 50)
    bench.step(.command(CommandEnvelope(id: 2, requestID: "", fingerprint: 0, command: .setTradingState(.halted, reason: "test"))))
    bench.price(FixedDecimal(48_900))
    bench.tell(first, .canceled, number: 50)
    #expect(bench.takeSent().map(\.stopPrice) == [FixedDecimal(48_500)])
  }

  /// A replay of a journal from before sends none.
  @Test func anOldJournalHasNone() throws {
    var bench = Bench(configuration: Samples.configuration(stopLoss: "0.03", takeProfit: "0", trailing: "0.02"), rules: Samples.rules())
    bench.core.takeStops(JournaledStops(trailing: [:], moves: []))
    try bench.buy()
    #expect(bench.takeSent().map(\.stopPrice) == [FixedDecimal(48_500)])
  }
}
