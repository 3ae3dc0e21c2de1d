import Testing
import TradingModel
import Venue
import ExchangeSimulation

@Suite struct SimulatedExchangeTests {
  @Test func marketBuyPaysTheAskAndTheCommissionInBase() throws {
    var fixture = try ExchangeFixture()
    let placed = try fixture.place(.buy, .market, quantity: "0.1")
    #expect(placed.order.status == .filled)
    #expect(placed.fills.map(\.price) == [decimal("60001")])
    #expect(placed.fills.first?.commission == decimal("0.0001"))
    #expect(placed.fills.first?.commissionAsset == "BTC")
    #expect(fixture.exchange.accounts[0].free("USDT") == decimal("100000") - decimal("6000.1"))
    #expect(fixture.exchange.accounts[0].free("BTC") == decimal("2.0999"))
    #expect(fixture.exchange.accounts[0].locked("USDT") == .zero)
    #expect(fixture.executions.map(\.kind) == [.new, .trade])
    #expect(fixture.executions.last?.order.status == .filled)
  }

  @Test func restingBuyLocksQuoteAndCancelFreesIt() throws {
    var fixture = try ExchangeFixture()
    let placed = try fixture.place(.buy, .limit, quantity: "0.5", price: "50000", id: "rest-1")
    #expect(placed.order.status == .new)
    #expect(fixture.exchange.accounts[0].locked("USDT") == decimal("25000"))
    #expect(fixture.exchange.openOrders(account: 0).map(\.clientOrderID) == ["rest-1"])
    let canceled = try fixture.exchange.cancel(
      symbol: fixture.symbol, orderID: nil, clientOrderID: "rest-1", cancelClientOrderID: "c-1", account: 0, arrival: fixture.now,
      at: fixture.now, events: &fixture.events)
    #expect(canceled.order.status == .canceled)
    #expect(fixture.exchange.accounts[0].free("USDT") == decimal("100000"))
    #expect(fixture.executions.last?.cancelClientOrderID == "c-1")
    #expect(throws: ExchangeError(-2011, "Unknown order sent.")) {
      try fixture.exchange.cancel(
        symbol: fixture.symbol, orderID: placed.order.orderID, clientOrderID: nil, cancelClientOrderID: nil, account: 0,
        arrival: fixture.now, at: fixture.now, events: &fixture.events)
    }
  }

  @Test func generatedTradeMeetsOurBetterOrderFirst() throws {
    var fixture = try ExchangeFixture()
    try fixture.place(.buy, .limit, quantity: "0.004", price: "60000")
    fixture.events.removeAll()
    fixture.trade("59999", quantity: "0.01")
    let trades = fixture.events.compactMap { if case .trade(let trade) = $0 { trade } else { nil } }
    #expect(trades.map(\.price) == [decimal("60000"), decimal("59999")])
    #expect(trades.map(\.quantity) == [decimal("0.004"), decimal("0.006")])
    let fill = try #require(fixture.exchange.fills(account: 0, symbol: fixture.symbol, limit: 10).first)
    #expect(fill.isMaker)
    #expect(fill.price == decimal("60000"))
  }

  @Test func recordedTradeFillsOnlyWhatItGoesThrough() throws {
    var fixture = try ExchangeFixture(mode: .recorded)
    try fixture.place(.buy, .limit, quantity: "0.1", price: "59990", id: "through")
    try fixture.place(.buy, .limit, quantity: "0.1", price: "59980", id: "touched")
    fixture.market(bid: "59970", ask: "59991")
    fixture.trade("59980")
    #expect(fixture.exchange.openOrders(account: 0).map(\.clientOrderID) == ["touched"])
    let fill = try #require(fixture.exchange.fills(account: 0, symbol: fixture.symbol, limit: 10).first)
    #expect(fill.price == decimal("59990"))
    #expect(fill.isMaker)
    #expect(fixture.exchange.lastPrice(fixture.symbol) == decimal("59980"))
    #expect(!fixture.events.contains { if case .trade = $0 { true } else { false } })
  }

  @Test func recordedPriceTriggersAStopThatTradesWithTheLadder() throws {
    var fixture = try ExchangeFixture(mode: .recorded)
    let placed = try fixture.place(.sell, .stopLoss, quantity: "0.1", stop: "59000", id: "stop")
    #expect(placed.order.workingTime == nil)
    #expect(fixture.exchange.accounts[0].locked("BTC") == decimal("0.1"))
    fixture.market(bid: "58989", ask: "58991")
    fixture.trade("58990")
    let order = try fixture.exchange.order(account: 0, symbol: fixture.symbol, orderID: nil, clientOrderID: "stop")
    #expect(order.status == .filled)
    #expect(fixture.exchange.fills(account: 0, symbol: fixture.symbol, limit: 10).map(\.price) == [decimal("58989")])
  }

  @Test func aClientOrderIDMayRepeatOnceItsOrderHasEnded() throws {
    var fixture = try ExchangeFixture()
    try fixture.place(.buy, .market, quantity: "0.01", id: "again")
    try fixture.place(.buy, .market, quantity: "0.01", id: "again")
    try fixture.place(.buy, .limit, quantity: "0.01", price: "50000", id: "open")
    #expect(throws: ExchangeError(-2010, "Duplicate order sent.")) {
      try fixture.place(.buy, .limit, quantity: "0.01", price: "50000", id: "open")
    }
    #expect(fixture.exchange.truth.map(\.clientOrderID) == ["again", "again", "open", "open"])
    #expect(fixture.exchange.truth.map(\.code) == [0, 0, 0, -2010])
  }

  /// Random trading by three accounts: nothing appears or vanishes, nothing is ever negative, and what is locked belongs to open orders.
  @Test(arguments: [(UInt64(1), HouseConfiguration.Mode.generated), (2, .generated), (3, .recorded), (4, .recorded)])
  func fundsAreConserved(seed: UInt64, mode: HouseConfiguration.Mode) throws {
    var fixture = try ExchangeFixture(mode: mode, accounts: 3)
    let instrument = try #require(SimulatedInstrument(symbol: fixture.symbol))
    var generator = MarketGenerator(seed: seed, instruments: [instrument], start: fixture.now)
    var random = SeededRandom(seed: seed)
    let totals = [fixture.total("USDT"), fixture.total("BTC")]
    var refusals = 0
    for step in 0..<3_000 {
      var market: [MarketEvent] = []
      generator.step(&market)
      fixture.now = generator.now
      for event in market { fixture.exchange.onMarket(event, events: &fixture.events) }
      if step % 2 == 0, !randomAction(&fixture, &random) { refusals += 1 }
      #expect([fixture.total("USDT"), fixture.total("BTC")] == totals)
      for account in 0..<3 {
        let funds = fixture.exchange.accounts[account]
        for asset in ["USDT", "BTC"] { #expect(!funds.free(asset).isNegative && !funds.locked(asset).isNegative) }
        let locked = fixture.exchange.openOrders(account: account).reduce((Amount.zero, Amount.zero)) { sum, order in
          order.side == .buy ? (sum.0 + order.locked, sum.1) : (sum.0, sum.1 + order.locked)
        }
        #expect(funds.locked("USDT") == locked.0 && funds.locked("BTC") == locked.1)
      }
      fixture.events.removeAll()
    }
    let fills = (0..<3).flatMap { fixture.exchange.fills(account: $0, symbol: fixture.symbol, limit: .max) }
    #expect(fills.count > 200)
    #expect(Set(fills.filter { !$0.isMaker }.map(\.tradeID)).count == fills.count { !$0.isMaker })
    #expect(refusals > 0)
  }

  private func randomAction(_ fixture: inout ExchangeFixture, _ random: inout SeededRandom) -> Bool {
    let account = random.integer(below: 3)
    let open = fixture.exchange.openOrders(account: account)
    if random.integer(below: 4) == 0, !open.isEmpty {
      let victim = open[random.integer(below: open.count)]
      let canceled = try? fixture.exchange.cancel(
        symbol: fixture.symbol, orderID: victim.orderID, clientOrderID: nil, cancelClientOrderID: nil, account: account,
        arrival: fixture.now, at: fixture.now, events: &fixture.events)
      return canceled != nil
    }
    let last = fixture.exchange.lastPrice(fixture.symbol) ?? decimal("60000")
    let shift = FixedDecimal(raw: last.raw / 1_000 * Int128(random.integer(below: 9) - 4)).roundedDown(toMultipleOf: decimal("0.01"))
    let price = (last + shift).description
    let side: Side = random.next() & 1 == 0 ? .buy : .sell
    let quantity = FixedDecimal(raw: Int128(1 + random.integer(below: 60_000)) * 1_000).description
    let types: [OrderType] = [.limit, .limit, .market, .limitMaker, .stopLoss, .stopLossLimit, .takeProfit, .takeProfitLimit]
    let type = types[random.integer(below: types.count)]
    let quote = type == .market && random.next() & 1 == 0 ? "2500" : nil
    let placed = try? fixture.place(
      side, type, quantity: quantity, price: type.hasLimitPrice ? price : nil, stop: type.isContingent ? price : nil, quote: quote,
      account: account)
    return placed != nil
  }

  struct Refusal: Sendable {
    var side = Side.buy
    var type = OrderType.limit
    var quantity: String? = "0.1"
    var price: String?
    var stop: String?
    var force: TimeInForce?
    var quote: String?
    var error: ExchangeError
  }

  static let refusals: [Refusal] = [
    Refusal(price: "60000.001", error: ExchangeError(-1013, "Filter failure: PRICE_FILTER")),
    Refusal(price: "0", error: ExchangeError(-1013, "Filter failure: PRICE_FILTER")),
    Refusal(quantity: "0.000001", price: "60000", error: ExchangeError(-1013, "Filter failure: LOT_SIZE")),
    Refusal(quantity: "0.000015", price: "60000", error: ExchangeError(-1013, "Filter failure: LOT_SIZE")),
    Refusal(quantity: "0.00005", price: "60000", error: ExchangeError(-1013, "Filter failure: NOTIONAL")),
    Refusal(type: .market, quantity: "0.00005", error: ExchangeError(-1013, "Filter failure: NOTIONAL")),
    Refusal(type: .market, quote: "4", error: ExchangeError(-1013, "Filter failure: NOTIONAL")),
    Refusal(price: "400000", error: ExchangeError(-1013, "Filter failure: PERCENT_PRICE_BY_SIDE")),
    Refusal(side: .sell, price: "5000", error: ExchangeError(-1013, "Filter failure: PERCENT_PRICE_BY_SIDE")),
    Refusal(quantity: "2", price: "60000", error: ExchangeError(-2010, "Account has insufficient balance for requested action.")),
    Refusal(type: .limitMaker, price: "60001", error: ExchangeError(-2010, "Order would immediately match and take.")),
    Refusal(side: .sell, type: .stopLoss, stop: "60000", error: ExchangeError(-2010, "Order would trigger immediately.")),
    Refusal(side: .sell, type: .takeProfit, stop: "60000", error: ExchangeError(-2010, "Order would trigger immediately.")),
    Refusal(type: .market, force: .goodTilCanceled, error: ExchangeError(-1106, "Parameter 'timeInForce' sent when not required.")),
    Refusal(type: .stopLoss, error: ExchangeError(-1102, "Mandatory parameter 'stopPrice' was not sent, was empty/null, or malformed.")),
  ]

  @Test(arguments: refusals)
  func refusesWhatTheExchangeRefuses(_ row: Refusal) throws {
    var fixture = try ExchangeFixture()
    let before = fixture.exchange.accounts
    #expect(throws: row.error) {
      try fixture.place(
        row.side, row.type, quantity: row.quantity, price: row.price, stop: row.stop, force: row.force, quote: row.quote)
    }
    #expect(fixture.exchange.accounts == before)
    #expect(fixture.exchange.truth.last?.code == row.error.code)
    #expect(fixture.exchange.openOrders(account: 0).isEmpty)
  }

  @Test func myTradesPagesByTradeNumber() throws {
    var fixture = try ExchangeFixture()
    for _ in 0..<5 { try fixture.place(.buy, .market, quantity: "0.01") }
    let all = fixture.exchange.fills(account: 0, symbol: fixture.symbol, limit: 1_000)
    #expect(all.count == 5)
    let page = fixture.exchange.fills(account: 0, symbol: fixture.symbol, fromID: all[2].tradeID, limit: 2)
    #expect(page == Array(all[2...3]))
    #expect(fixture.exchange.fills(account: 0, symbol: fixture.symbol, limit: 2) == Array(all[3...4]))
  }
}
