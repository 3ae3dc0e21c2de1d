import Testing
import Time
import TradingModel
import Venue

@testable import TradingCore

/// A sale in doubt is judged by the exchange's own list of what locks the account's coins.
@Suite struct LocksTests {
  private typealias Bench = HeldBotTests.Bench

  private static func order(
    _ id: String, _ quantity: String, side: Side = .sell, list: Int64? = nil, isPending: Bool = false
  ) -> AccountOrder {
    AccountOrder(
      symbol: "BTCUSDT", clientOrderID: id, side: side, type: "LIMIT", quantity: Samples.decimal(quantity), price: FixedDecimal(90_000),
      list: list, isPending: isPending)
  }

  // MARK: What two lists say

  @Test func onlyWhatStandsInBothListsLocksForCertain() {
    let read = AccountLocks(
      before: [Self.order("ended", "1"), Self.order("filling", "0.5"), Self.order("buys", "3", side: .buy)], balances: [],
      after: [Self.order("filling", "0.3"), Self.order("new", "2"), Self.order("buys", "3", side: .buy)],
      askedAt: .zero)
    #expect(read.sells.map(\.clientOrderID) == ["filling"] && read.sells.first?.quantity == Samples.decimal("0.3"))
    #expect(read.names == ["ended", "filling", "new", "buys"])
  }

  @Test func aListLocksItsCoinsOnce() {
    let orders = [
      Self.order("stop", "0.4", list: 7), Self.order("target", "0.4", list: 7), Self.order("other", "0.1", list: 8),
      Self.order("later", "9", list: 8, isPending: true),
    ]
    let read = AccountLocks(before: orders, balances: [], after: orders, askedAt: .zero)
    #expect(read.sells.map(\.clientOrderID) == ["stop", "other"])
  }

  // MARK: What the core makes of it

  /// What an exchange that finds none of our orders answers.
  private struct Answers {
    var free: String
    var locked: String
    var trades: [AccountTrade] = []
    /// Whose the order behind a trade is.
    var identity: QueryOutcome = .notFound
    var locks: (inout Bench, Timestamp) -> Void
  }

  /// Plays the exchange for ten seconds.
  ///
  /// - Returns: what was sent.
  private func play(_ bench: inout Bench, _ answers: Answers) -> [OrderRequest] {
    var sent: [OrderRequest] = []
    for _ in 0..<100 {
      while !bench.effects.isEmpty {
        let asked = bench.effects
        sent += bench.takeSent()
        for effect in asked {
          switch effect {
          case .query(let id, _): bench.step(.queried(id, .notFound))
          case .listTrades(let symbol, _): bench.step(.trades(symbol, answers.trades))
          case .identify(let symbol, let id): bench.step(.identified(symbol, id, answers.identity))
          case .readAccount: bench.account(answers.free, locked: answers.locked)
          case .readLocks(let time): answers.locks(&bench, time)
          default: break
          }
        }
      }
      bench.step(.clock, after: 100)
    }
    return sent
  }

  /// A bot whose stop for 0.1 BTC is in doubt after a restart, on an exchange whose queries find nothing.
  ///
  /// - Returns: what was sent within ten seconds.
  private func sent(
    free: String, locked: String, standing: [AccountOrder], trades: [AccountTrade] = [], identity: QueryOutcome = .notFound,
    _ before: (inout Bench) -> Void = { _ in }
  ) throws -> [OrderRequest] {
    var bench = Bench()
    try bench.buy()
    _ = bench.takeSent()
    before(&bench)
    try bench.restart()
    return play(
      &bench,
      Answers(free: free, locked: locked, trades: trades, identity: identity) { bench, _ in
        bench.locks(free, locked: locked, standing: standing)
      })
  }

  /// A sale by an order of this name, of which no report told.
  private static func sale(by id: String) throws -> (trades: [AccountTrade], identity: QueryOutcome) {
    let symbol = Samples.rules().symbol
    let fill = Fill(
      symbol: symbol, tradeID: TradeID(700), venueOrderID: VenueOrderID(9_000), price: FixedDecimal(50_000), quantity: FixedDecimal(1),
      quoteQuantity: FixedDecimal(50_000), commission: .zero, commissionAsset: "", isMaker: false, time: Samples.start)
    let report = ExecutionReport(
      clientOrderID: try #require(ClientOrderID(id)), venueOrderID: VenueOrderID(9_000), symbol: symbol, side: .sell, type: .market,
      quantity: fill.quantity, status: .filled, executedQuantity: fill.quantity, cumulativeQuote: fill.quoteQuantity, time: Samples.start,
      source: .query)
    return ([AccountTrade(fill: fill, side: .sell)], .found(report))
  }

  /// A person sold beside a stop in doubt: whose order it was is asked for, and the position is not left bare because of it.
  @Test func anothersSaleDoesNotKeepAPositionBare() throws {
    let (trades, identity) = try Self.sale(by: "web_1")
    #expect(try sent(free: "0.1", locked: "0", standing: [], trades: trades, identity: identity).map(\.type) == [.stopLoss])
  }

  /// While nobody can say whose sale it was, it may have been the order in doubt.
  @Test func aSaleThatNobodyCanNameKeepsTheDoubt() throws {
    let trades = try Self.sale(by: "web_1").trades
    #expect(try sent(free: "0.1", locked: "0", standing: [], trades: trades, identity: .notFound).isEmpty)
    #expect(try sent(free: "0.1", locked: "0", standing: [], trades: trades, identity: .unknown(message: "busy")).isEmpty)
  }

  /// A person's order locks more than the stop would: it is known by its name, and the position is not left bare for it.
  @Test func anothersOrderDoesNotKeepAPositionBare() throws {
    let again = try sent(free: "0.1", locked: "1", standing: [Self.order("web_1", "1")])
    #expect(again.map(\.type) == [.stopLoss])
  }

  /// What nobody's listed order explains may be the stop itself, which the lists do not show yet.
  @Test func coinsThatNoListedOrderLocksAreTheStops() throws {
    #expect(try sent(free: "1", locked: "0.1", standing: []).isEmpty)
    #expect(try sent(free: "1", locked: "1.1", standing: [Self.order("web_1", "1")]).isEmpty)
  }

  /// A person's lock that was seen once is not believed in: they may have cancelled.
  @Test func aLockThatWasSeenOnceIsNotBelieved() throws {
    let again = try sent(free: "1", locked: "0.1", standing: []) { bench in
      bench.step(.clock, after: 61_000)
      bench.account("0.1", locked: "1")
    }
    #expect(again.isEmpty, "its stop rests")
  }

  /// A stop was cancelled by hand, and nobody told of it: once the price has reached it for a second it is asked for.
  @Test func aReachedStopOfWhichNothingIsHeardIsAskedFor() throws {
    var bench = Bench()
    try bench.buy()
    let stop = try #require(bench.takeSent().last)
    bench.rest(stop, number: 50)
    bench.price(FixedDecimal(48_900))
    bench.effects = []
    bench.step(.clock, after: 250)
    bench.step(.clock, after: 500)
    #expect(bench.asked.isEmpty && bench.takeSent().isEmpty, "its report is on the way")
    bench.step(.clock, after: 500)
    #expect(bench.asked == [stop.clientOrderID])
    let rests = ExecutionReport(
      clientOrderID: stop.clientOrderID, venueOrderID: VenueOrderID(50), symbol: stop.symbol, side: .sell, type: .stopLoss,
      quantity: stop.quantity, stopPrice: stop.stopPrice, status: .accepted, executedQuantity: .zero, cumulativeQuote: .zero,
      time: bench.now,
      source: .query)
    bench.step(.queried(stop.clientOrderID, .found(rests)))
    bench.effects = []
    for _ in 0..<16 { bench.step(.clock, after: 250) }
    #expect(bench.asked.isEmpty, "the exchange says that it rests: not again at once")
    for _ in 0..<6 { bench.step(.clock, after: 250) }
    #expect(bench.asked == [stop.clientOrderID] && bench.takeSent().isEmpty)
    var gone = rests
    gone.status = .canceled
    bench.step(.queried(stop.clientOrderID, .found(gone)))
    #expect(bench.takeSent().map(\.type) == [.market])
  }

  /// A person amends a bot's order: it goes by another name and keeps its number. What it fills is the bot's.
  @Test func anOrderThatAPersonRenamedIsTheBots() throws {
    var bench = Bench()
    try bench.buy()
    let stop = try #require(bench.takeSent().last)
    bench.rest(stop, number: 50)
    let renamed = OrderRequest(
      clientOrderID: try #require(ClientOrderID("x-amended")), symbol: stop.symbol, side: .sell, type: .stopLoss, quantity: stop.quantity,
      stopPrice: stop.stopPrice)
    // A query by its old name finds nothing: it is asked for by its number.
    bench.step(.executionStream(isLive: false))
    bench.effects = []
    bench.step(.executionStream(isLive: true))
    #expect(bench.asked.contains(stop.clientOrderID))
    bench.effects = []
    bench.step(.queried(stop.clientOrderID, .notFound))
    #expect(bench.effects.contains { if case .identify(_, VenueOrderID(50)) = $0 { true } else { false } })
    let report = ExecutionReport(
      clientOrderID: renamed.clientOrderID, venueOrderID: VenueOrderID(50), symbol: stop.symbol, side: .sell, type: .stopLoss,
      quantity: stop.quantity, stopPrice: stop.stopPrice, status: .accepted, executedQuantity: .zero, cumulativeQuote: .zero,
      time: bench.now,
      source: .query)
    bench.step(.identified(stop.symbol, VenueOrderID(50), .found(report)))
    bench.step(.clock, after: 300_000)
    #expect(bench.core.order(stop.clientOrderID)?.status == .accepted, "it is not given up")
    // Whoever closes it cancels it by the name that it goes by.
    bench.step(.command(CommandEnvelope(id: 2, requestID: "", fingerprint: 0, command: .closePosition(Samples.bot("one")))))
    #expect(bench.takeSubmitted().map(\.replaces) == [renamed.clientOrderID])
    bench.step(.canceled(renamed.clientOrderID, .unknown(message: "reset")))
    // Another one under the same number, on a testnet that was wiped, is not ours.
    var other = renamed
    other.clientOrderID = try #require(ClientOrderID("x-other"))
    other.stopPrice = FixedDecimal(40_000)
    bench.fill(other, at: FixedDecimal(49_000), number: 50)
    #expect(bench.bot?.position.isOpen == true)
    bench.fill(renamed, at: FixedDecimal(49_000), number: 50)
    #expect(bench.bot?.position.isOpen == false && bench.alerts(.soldElsewhere).count == 1)
  }

  /// A person made a stop smaller: it covers what the exchange says.
  @Test func anAmendedStopIsReplacedByOneThatCoversAll() throws {
    var bench = Bench()
    try bench.buy()
    let stop = try #require(bench.takeSent().last)
    bench.rest(stop, number: 50)
    var smaller = stop
    smaller.clientOrderID = try #require(ClientOrderID("x-amended"))
    smaller.quantity = Samples.decimal("0.05")
    bench.rest(smaller, number: 50)
    let sent = bench.takeSubmitted()
    #expect(sent.map(\.replaces) == [smaller.clientOrderID] && sent.map(\.request.quantity) == [Samples.decimal("0.1")])
  }

  /// Readings may overtake each other: an old one that comes late says nothing of what was sent since.
  @Test func anOldReadingIsNotTakenForANewOne() throws {
    var bench = Bench()
    try bench.buy()
    _ = bench.takeSent()
    try bench.restart()
    var asked: [Timestamp] = []
    // The first is answered when the second was asked: as it was before the stop.
    let sent = play(
      &bench,
      Answers(free: "0", locked: "0.1") { bench, time in
        asked.append(time)
        bench.locks("0.1", askedAt: Samples.start)
      })
    #expect(sent.isEmpty)
    #expect(asked.count >= 2, "it is asked for again")
  }

  /// Lists that show what the balances do not prove nothing.
  @Test func aReadingThatContradictsItselfProvesNothing() throws {
    #expect(try sent(free: "1", locked: "0.1", standing: [Self.order("web_1", "1")]).isEmpty)
  }

  /// An order of ours that the list still shows, and that ended by the exchange's own word, locks nothing.
  @Test func anOrderOfOursThatEndedLocksNothing() throws {
    var bench = Bench()
    try bench.buy()
    let first = try #require(bench.takeSent().last)
    bench.rest(first, number: 50)
    bench.tell(first, .canceled, number: 50)
    #expect(bench.takeSent().map(\.type) == [.stopLoss])
    try bench.restart()
    let again = play(
      &bench,
      Answers(free: "0", locked: "0.1") { bench, _ in
        bench.locks("0", locked: "0.1", standing: [Self.order(first.clientOrderID.text, "0.1")])
      })
    #expect(again.isEmpty)
  }
}
