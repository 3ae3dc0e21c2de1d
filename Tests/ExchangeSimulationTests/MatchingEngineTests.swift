import Testing
import TradingModel
import ExchangeSimulation

@Suite struct MatchingEngineTests {
  private func decimal(_ text: String) -> FixedDecimal { FixedDecimal(text: text) ?? .zero }

  private func limit(_ id: Int64, _ side: Side, _ price: String, _ quantity: String, account: Int = 0) -> BookOrder {
    BookOrder(id: id, account: account, side: side, type: .limit, price: decimal(price), quantity: decimal(quantity))
  }

  /// Thousands of random orders, each event equal to the naive twin's.
  @Test(arguments: [UInt64(1), 2, 3, 4, 5, 6, 7, 8])
  func matchesAsTheNaiveTwin(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var engine = MatchingEngine()
    var twin = NaiveBook()
    for id in Int64(1)...3_000 {
      var events: [BookEvent] = []
      let before = twin.log.count
      if random.integer(below: 6) == 0 {
        let victim = Int64(1 + random.integer(below: Int(id)))
        engine.cancel(victim, events: &events)
        twin.cancel(victim)
      } else {
        let order = randomOrder(id, &random)
        engine.submit(order, events: &events)
        twin.submit(order)
      }
      let log = events.map(describe)
      #expect(log == Array(twin.log[before...]), "seed \(seed), step \(id)")
      guard log == Array(twin.log[before...]) else { return }
    }
    #expect(twin.log.contains { $0.hasPrefix("triggered") })
    #expect(twin.log.contains { $0.hasSuffix("EXPIRED_IN_MATCH") })
    #expect(twin.log.contains { $0.hasSuffix("UNFILLED_FOK_ORDER_EXPIRED") })
    #expect(twin.log.count { $0.hasPrefix("trade") } > 500)
  }

  private func randomOrder(_ id: Int64, _ random: inout SeededRandom) -> BookOrder {
    let types: [OrderType] = [
      .limit, .limit, .limit, .limit, .market, .limitMaker, .stopLoss, .stopLossLimit, .takeProfit, .takeProfitLimit,
    ]
    let type = types[random.integer(below: types.count)]
    let forces: [TimeInForce] = [.goodTilCanceled, .goodTilCanceled, .goodTilCanceled, .immediateOrCancel, .fillOrKill]
    let force = type == .limit || type == .stopLossLimit ? forces[random.integer(below: forces.count)] : .goodTilCanceled
    return BookOrder(
      id: id, account: random.integer(below: 5), side: random.next() & 1 == 0 ? .buy : .sell, type: type, timeInForce: force,
      price: type.hasLimitPrice ? FixedDecimal(95 + random.integer(below: 11)) : .zero,
      stopPrice: type.isContingent ? FixedDecimal(94 + random.integer(below: 13)) : .zero,
      quantity: FixedDecimal(1 + random.integer(below: 9)))
  }

  @Test func olderOrderAtTheSamePriceTradesFirst() {
    var engine = MatchingEngine()
    var events: [BookEvent] = []
    engine.submit(limit(1, .sell, "100", "1", account: 1), events: &events)
    engine.submit(limit(2, .sell, "100", "1", account: 2), events: &events)
    engine.submit(limit(3, .sell, "99", "1", account: 3), events: &events)
    events.removeAll()
    engine.submit(BookOrder(id: 4, account: 9, side: .buy, type: .market, quantity: decimal("2.5")), events: &events)
    #expect(events.map(describe) == ["accepted 4", "trade 1 99 1 4 3", "trade 2 100 1 4 1", "trade 3 100 0.5 4 2"])
    #expect(engine.bestAsk?.quantity == decimal("0.5"))
  }

  @Test func quoteOrderSpendsWholeStepsOnly() {
    var engine = MatchingEngine(stepSize: decimal("0.01"))
    var events: [BookEvent] = []
    engine.submit(limit(1, .sell, "99.5", "0.1", account: 1), events: &events)
    engine.submit(limit(2, .sell, "101", "5", account: 1), events: &events)
    events.removeAll()
    engine.submit(BookOrder(id: 3, account: 0, side: .buy, type: .market, quoteQuantity: decimal("100")), events: &events)
    // 0.1 for 9.95, then 90.05 buys 0.89 at 101.
    #expect(events.map(describe) == ["accepted 3", "trade 1 99.5 0.1 3 1", "trade 2 101 0.89 3 2", "completed 3"])
    guard case .completed(let order)? = events.last else { return }
    #expect(order.cumulativeQuote == decimal("99.84"))
    #expect(order.quantity == decimal("0.99"))
  }

  @Test func quoteOrderInAThinBookExpires() {
    var engine = MatchingEngine(stepSize: decimal("0.01"))
    var events: [BookEvent] = []
    engine.submit(limit(1, .sell, "100", "0.5", account: 1), events: &events)
    events.removeAll()
    engine.submit(BookOrder(id: 3, account: 0, side: .buy, type: .market, quoteQuantity: decimal("100")), events: &events)
    #expect(events.map(describe) == ["accepted 3", "trade 1 100 0.5 3 1", "expired 3 INSUFFICIENT_LIQUIDITY"])
  }

  @Test func aBuyNeverSpendsMoreThanItsBudget() {
    var engine = MatchingEngine(stepSize: decimal("0.1"))
    var events: [BookEvent] = []
    engine.submit(limit(1, .sell, "100", "1", account: 1), events: &events)
    engine.submit(limit(2, .sell, "200", "1", account: 1), events: &events)
    events.removeAll()
    engine.submit(
      BookOrder(id: 3, account: 0, side: .buy, type: .market, quantity: decimal("2"), quoteBudget: decimal("150")), events: &events)
    #expect(events.map(describe) == ["accepted 3", "trade 1 100 1 3 1", "trade 2 200 0.2 3 2", "expired 3 INSUFFICIENT_LIQUIDITY"])
  }

  @Test(arguments: [
    (SelfTradePrevention.expireMaker, ["accepted 2", "expired 1 EXPIRED_IN_MATCH"]),
    (.expireTaker, ["accepted 2", "expired 2 EXPIRED_IN_MATCH"]),
    (.expireBoth, ["accepted 2", "expired 1 EXPIRED_IN_MATCH", "expired 2 EXPIRED_IN_MATCH"]),
    (.decrement, ["accepted 2", "expired 1 EXPIRED_IN_MATCH", "prevented 2"]),
    (.none, ["accepted 2", "trade 1 100 1 2 1"]),
  ])
  func preventsSelfTrades(mode: SelfTradePrevention, expected: [String]) {
    var engine = MatchingEngine()
    var events: [BookEvent] = []
    engine.submit(limit(1, .sell, "100", "1"), events: &events)
    events.removeAll()
    var taker = limit(2, .buy, "100", "3")
    taker.selfTradePrevention = mode
    engine.submit(taker, events: &events)
    #expect(events.map(describe) == expected)
  }

  @Test func aStopsTradeTriggersTheNextStop() {
    var engine = MatchingEngine()
    var events: [BookEvent] = []
    engine.submit(limit(1, .buy, "100", "1", account: 1), events: &events)
    engine.submit(limit(2, .buy, "95", "1", account: 1), events: &events)
    engine.submit(limit(3, .buy, "90", "5", account: 1), events: &events)
    engine.submit(BookOrder(id: 4, account: 2, side: .sell, type: .stopLoss, stopPrice: decimal("100"), quantity: .one), events: &events)
    engine.submit(BookOrder(id: 5, account: 3, side: .sell, type: .stopLoss, stopPrice: decimal("95"), quantity: .one), events: &events)
    events.removeAll()
    engine.submit(BookOrder(id: 6, account: 4, side: .sell, type: .market, quantity: .one), events: &events)
    #expect(
      events.map(describe) == [
        "accepted 6", "trade 1 100 1 6 1", "triggered 4", "trade 2 95 1 4 2", "triggered 5", "trade 3 90 1 5 3",
      ])
  }

  @Test func anIcebergShowsAPartAtATimeAndQueuesAgainForEach() {
    var engine = MatchingEngine()
    var events: [BookEvent] = []
    var ice = limit(1, .sell, "100", "5", account: 1)
    ice.icebergQuantity = decimal("2")
    engine.submit(ice, events: &events)
    engine.submit(limit(2, .sell, "100", "1", account: 2), events: &events)
    #expect(engine.bestAsk?.quantity == decimal("3"))
    events.removeAll()
    engine.submit(BookOrder(id: 3, account: 9, side: .buy, type: .market, quantity: decimal("4")), events: &events)
    // Two of the iceberg, then the order behind it, then its next part.
    #expect(events.map(describe) == ["accepted 3", "trade 1 100 2 3 1", "trade 2 100 1 3 2", "trade 3 100 1 3 1"])
    #expect(engine.bestAsk?.quantity == .one)
    // What is hidden is there for those who need it all.
    #expect(engine.quote(forTaking: decimal("2"), side: .buy).quantity == decimal("2"))
    events.removeAll()
    engine.cancel(1, events: &events)
    #expect(engine.bestAsk == nil)
  }

  @Test func aPairEntersWholeOrNotAtAll() {
    var engine = MatchingEngine()
    var events: [BookEvent] = []
    engine.submit(limit(1, .buy, "100", "1", account: 1), events: &events)
    engine.moveLastPrice(to: decimal("100"), events: &events)
    events.removeAll()
    let stop = BookOrder(id: 2, account: 0, side: .sell, type: .stopLoss, stopPrice: decimal("90"), quantity: .one)
    let taking = BookOrder(id: 3, account: 0, side: .sell, type: .limitMaker, price: decimal("100"), quantity: .one)
    engine.submitPair(stop, taking, events: &events)
    #expect(events.map(describe) == ["rejected 3"] && engine.order(2) == nil)
    events.removeAll()
    let resting = BookOrder(id: 4, account: 0, side: .sell, type: .limitMaker, price: decimal("110"), quantity: .one)
    engine.submitPair(stop, resting, events: &events)
    engine.moveLastPrice(to: decimal("90"), events: &events)
    #expect(
      events.map(describe) == ["accepted 2", "accepted 4", "triggered 2", "expired 4 OCO_TRIGGER", "trade 1 100 1 2 1"])
  }
}
