import Testing
import Time
import TradingCore
import TradingModel
import Venue

/// What random sequences against the exchange's own rules found.
@Suite struct MatchedFindingTests {
  private typealias Bench = HeldBotTests.Bench

  /// The largest market order becomes smaller than a position: the stop that rests covers all of it, and stays.
  @Test func aStopThatRestsIsNotMadeSmallerByAFilter() throws {
    var bench = Bench()
    try bench.buy()
    let stop = try #require(bench.takeSent().last)
    #expect(stop.quantity == Samples.decimal("0.1"))
    bench.rest(stop, number: 50)
    var rules = Samples.rules()
    rules.marketQuantityMaximum = Samples.decimal("0.04")
    bench.step(.rules([rules]))
    for _ in 0..<40 { bench.step(.clock, after: 250) }
    #expect(bench.takeCanceled() == [])
    // One that the exchange ends is placed anew as large as it may be.
    bench.tell(stop, .canceled, number: 50)
    #expect(bench.takeSent().map(\.quantity) == [Samples.decimal("0.04")])
  }

  /// A person amended a stop, and its new name is not told by the first question for its number, which a copy of the exchange's data answered: it
  /// is asked for again before it is given up.
  @Test func anAmendedOrderIsAskedForByItsNumberAgain() throws {
    var bench = Bench()
    try bench.buy()
    let stop = try #require(bench.takeSent().last)
    bench.rest(stop, number: 50)
    bench.step(.executionStream(isLive: false))
    bench.step(.executionStream(isLive: true))
    var questions = 0
    for _ in 0..<160 {
      let effects = bench.effects
      bench.effects = []
      for effect in effects {
        switch effect {
        case .query(let id, _): bench.step(.queried(id, .notFound))
        case .listTrades(let symbol, _): bench.step(.trades(symbol, []))
        case .identify(let symbol, let id):
          questions += 1
          bench.step(.identified(symbol, id, .notFound))
        default: break
        }
      }
      bench.step(.clock, after: 250)
    }
    #expect(bench.core.order(stop.clientOrderID)?.status == .accepted)
    #expect(questions >= 3, "\(questions) in 40 s")
  }

  /// A bot was stopped, and its stop found no buyer: what it does for its holder does not end with its strategy. It is sold as soon as it can be.
  @Test func aStoppedBotsStopIsTriedAgain() throws {
    var bench = Bench()
    try bench.buy()
    let stop = try #require(bench.takeSent().last)
    bench.rest(stop, number: 50)
    bench.step(.command(CommandEnvelope(id: 2, requestID: "", fingerprint: 0, command: .stopBot(Samples.bot("one")))))
    bench.tell(stop, .canceled, number: 50)
    bench.refuse(try #require(bench.takeSent().last), -2_010, "Stop price would trigger immediately.")
    let sale = try #require(bench.takeSent().last)
    #expect(sale.type == .market)
    bench.tell(sale, .expired, number: 51)
    var sales = 0
    for _ in 0..<40 {
      bench.step(.clock, after: 250)
      for request in bench.takeSent() {
        if request.type == .market { sales += 1 }
        bench.refuse(request, -1_013, "Market is closed.")
      }
    }
    #expect(sales > 0)
  }

  /// After a start a trade is listed whose order is asked for; the answer is lost, and meanwhile the stream tells of the trade: nothing waits for
  /// that answer any more.
  @Test func aQuestionWithoutAnAnswerKeepsNoSymbolWaiting() throws {
    var bench = Bench()
    try bench.buy()
    let stop = try #require(bench.takeSent().last)
    bench.rest(stop, number: 50)
    try bench.restart()
    bench.step(.queried(stop.clientOrderID, .found(bench.report(stop, .accepted, number: 50))))
    let fill = Fill(
      symbol: Samples.symbol, tradeID: TradeID(900), venueOrderID: VenueOrderID(77), price: FixedDecimal(50_000),
      quantity: Samples.decimal("0.01"), quoteQuantity: FixedDecimal(500), commission: .zero, commissionAsset: "USDT", isMaker: false,
      time: bench.now)
    bench.step(.trades(Samples.symbol, [AccountTrade(fill: fill, side: .sell)]))
    #expect(bench.effects.contains { if case .identify(_, VenueOrderID(77)) = $0 { true } else { false } })
    #expect(!bench.core.isReconciled)
    bench.step(
      .report(
        ExecutionReport(
          clientOrderID: try #require(ClientOrderID("web_3")), venueOrderID: VenueOrderID(77), symbol: Samples.symbol, side: .sell,
          type: .market, quantity: fill.quantity, status: .filled, executedQuantity: fill.quantity, cumulativeQuote: fill.quoteQuantity,
          fill: fill, time: bench.now, source: .stream)))
    bench.step(.identified(Samples.symbol, VenueOrderID(77), .unknown(message: "reset")))
    for _ in 0..<8 { bench.step(.clock, after: 250) }
    #expect(bench.core.isReconciled)
  }
}
