import Testing
import TradingModel
import ExchangeSimulation

/// Order lists. Binance: rest-api.md, "Order lists"; opo.md.
@Suite struct OrderListTests {
  /// A sell pair on BTCUSDT at 60,000: profit at 66,000, stop at 54,000.
  private func pair(_ fixture: ExchangeFixture, quantity: String? = "0.5") -> [ExchangeOrderRequest] {
    [
      fixture.request(.sell, .limitMaker, quantity: quantity, price: "66000", id: "profit"),
      fixture.request(.sell, .stopLoss, quantity: quantity, stop: "54000", id: "stop"),
    ]
  }

  @Test func aPairSharesItsFundsAndAnswersTheStopLegFirst() throws {
    var fixture = try ExchangeFixture()
    let placed = try fixture.list(.oneCancelsOther, pair(fixture), id: "pair")
    #expect(placed.orders.map(\.clientOrderID) == ["stop", "profit"])
    #expect(placed.orders.map(\.status) == [.new, .new])
    #expect(placed.orders.map { $0.workingTime == nil } == [true, false])
    #expect(placed.list.kind.contingencyType == "OCO" && placed.list.orderStatus == "EXECUTING")
    #expect(fixture.exchange.accounts[0].locked("BTC") == decimal("0.5"))
    #expect(fixture.listEvents == ["EXEC_STARTED EXECUTING"])
    #expect(fixture.exchange.openOrderLists(account: 0).map(\.clientID) == ["pair"])
    #expect(fixture.problems() == [])
  }

  @Test func aPartialFillOfOneLegExpiresTheOther() throws {
    var fixture = try ExchangeFixture()
    try fixture.list(.oneCancelsOther, pair(fixture))
    fixture.market(bid: "65998", ask: "66001")
    fixture.exchange.othersTake(
      fixture.symbol, side: .buy, quantity: decimal("0.2"), limit: decimal("66000"), at: fixture.now, events: &fixture.events)
    #expect(fixture.status("profit") == .partiallyFilled)
    let stop = try fixture.order("stop")
    #expect(stop.status == .expired && stop.expiryReason == .oneCancelsOther)
    #expect(fixture.exchange.accounts[0].locked("BTC") == decimal("0.3"))
    #expect(fixture.exchange.openOrderLists(account: 0).count == 1)
    fixture.exchange.othersTake(
      fixture.symbol, side: .buy, quantity: decimal("0.3"), limit: decimal("66000"), at: fixture.now, events: &fixture.events)
    #expect(fixture.status("profit") == .filled)
    #expect(fixture.listEvents == ["EXEC_STARTED EXECUTING", "ALL_DONE ALL_DONE"])
    #expect(fixture.problems() == [])
  }

  @Test func aTriggeredStopExpiresTheProfitLeg() throws {
    var fixture = try ExchangeFixture()
    try fixture.list(.oneCancelsOther, pair(fixture))
    fixture.move("53000")
    #expect(fixture.status("stop") == .filled)
    #expect(try fixture.order("profit").expiryReason == .oneCancelsOther)
    #expect(fixture.exchange.accounts[0].locked("BTC") == .zero)
    #expect(fixture.exchange.openOrderLists(account: 0).isEmpty)
    #expect(fixture.problems() == [])
  }

  @Test func aBuyPairLocksWhatItsDearerLegNeeds() throws {
    var fixture = try ExchangeFixture()
    try fixture.list(
      .oneCancelsOther,
      [
        fixture.request(.buy, .stopLossLimit, quantity: "1", price: "66500", stop: "66000", id: "stop"),
        fixture.request(.buy, .limitMaker, quantity: "1", price: "54000", id: "profit"),
      ])
    #expect(fixture.exchange.accounts[0].locked("USDT") == decimal("66500"))
    fixture.exchange.othersMake(
      fixture.symbol, side: .sell, price: decimal("54000"), quantity: decimal("0.1"), at: fixture.now, events: &fixture.events)
    // The surviving leg keeps what it needs itself: 0.9 at 54,000.
    #expect(fixture.status("profit") == .partiallyFilled || fixture.status("profit") == .new)
    fixture.move("53900")
    #expect(fixture.status("profit") == .filled && fixture.status("stop") == .expired)
    #expect(fixture.problems() == [])
  }

  @Test func cancelingALegCancelsTheList() throws {
    var fixture = try ExchangeFixture()
    try fixture.list(.oneCancelsOther, pair(fixture))
    try fixture.cancel("stop")
    #expect(fixture.status("stop") == .canceled && fixture.status("profit") == .canceled)
    #expect(fixture.exchange.accounts[0].locked("BTC") == .zero)
    #expect(fixture.listEvents.last == "ALL_DONE ALL_DONE")
    #expect(fixture.problems() == [])
  }

  struct Wrong: Sendable {
    var side: Side
    var above: (OrderType, price: String?, stop: String?)
    var below: (OrderType, price: String?, stop: String?)
    var error: ExchangeError
  }

  static let wrong: [Wrong] = [
    Wrong(
      side: .buy, above: (.limitMaker, "66000", nil), below: (.stopLoss, nil, "54000"),
      error: .init(-1165, "A limit order in a buy OCO must be below.")),
    Wrong(
      side: .sell, above: (.stopLoss, nil, "66000"), below: (.limitMaker, "54000", nil),
      error: .init(-1166, "A limit order in a sell OCO must be above.")),
    Wrong(
      side: .sell, above: (.limitMaker, "66000", nil), below: (.limitMaker, "54000", nil),
      error: .init(-1168, "At least one OCO order must be contingent.")),
    Wrong(
      side: .buy, above: (.stopLoss, nil, "66000"), below: (.stopLoss, nil, "54000"),
      error: .init(-1196, "A stop loss order in a buy OCO must be above.")),
    Wrong(
      side: .sell, above: (.stopLoss, nil, "66000"), below: (.stopLoss, nil, "54000"),
      error: .init(-1197, "A stop loss order in a sell OCO must be below.")),
    Wrong(
      side: .buy, above: (.takeProfit, nil, "66000"), below: (.takeProfit, nil, "54000"),
      error: .init(-1198, "A take profit order in a buy OCO must be below.")),
    Wrong(
      side: .sell, above: (.takeProfit, nil, "66000"), below: (.takeProfit, nil, "54000"),
      error: .init(-1199, "A take profit order in a sell OCO must be above.")),
    Wrong(
      side: .sell, above: (.limit, "66000", nil), below: (.stopLoss, nil, "54000"), error: .init(-1158, "Order type not supported in OCO.")),
    Wrong(side: .sell, above: (.limitMaker, "59000", nil), below: (.stopLoss, nil, "54000"), error: relation),
    Wrong(side: .sell, above: (.limitMaker, "66000", nil), below: (.stopLoss, nil, "61000"), error: relation),
    Wrong(side: .buy, above: (.stopLoss, nil, "59000"), below: (.limitMaker, "54000", nil), error: relation),
  ]
  private static let relation = ExchangeError(-2010, "The relationship of the prices for the orders is not correct.")

  @Test(arguments: wrong)
  func aPairWithWrongLegsIsRefusedWhole(_ row: Wrong) throws {
    var fixture = try ExchangeFixture()
    let before = fixture.exchange.accounts
    #expect(throws: row.error) {
      try fixture.list(
        .oneCancelsOther,
        [
          fixture.request(row.side, row.above.0, price: row.above.price, stop: row.above.stop),
          fixture.request(row.side, row.below.0, price: row.below.price, stop: row.below.stop),
        ])
    }
    #expect(fixture.exchange.accounts == before)
    #expect(fixture.exchange.openOrders(account: 0).isEmpty && fixture.exchange.truth.last?.code == row.error.code)
  }

  @Test func pendingOrdersArmOnTheFullFillOnly() throws {
    var fixture = try ExchangeFixture()
    let placed = try fixture.list(
      .oneTriggersPair, [fixture.request(.buy, .limit, quantity: "0.5", price: "59000", id: "entry")] + pair(fixture))
    #expect(placed.orders.map(\.status) == [.new, .pendingNew, .pendingNew])
    #expect(placed.orders.map(\.clientOrderID) == ["entry", "stop", "profit"])
    #expect(placed.list.kind.contingencyType == "OTO")
    #expect(placed.orders.map { $0.workingTime == nil } == [false, true, true])
    // The pending pair's base is locked from the start.
    #expect(fixture.exchange.accounts[0].locked("BTC") == decimal("0.5"))
    fixture.market(bid: "58998", ask: "59001")
    fixture.exchange.othersTake(
      fixture.symbol, side: .sell, quantity: decimal("0.4"), limit: decimal("59000"), at: fixture.now, events: &fixture.events)
    #expect(fixture.status("entry") == .partiallyFilled && fixture.status("stop") == .pendingNew)
    fixture.exchange.othersTake(
      fixture.symbol, side: .sell, quantity: decimal("0.1"), limit: decimal("59000"), at: fixture.now, events: &fixture.events)
    #expect(fixture.status("entry") == .filled && fixture.status("stop") == .new && fixture.status("profit") == .new)
    #expect(fixture.problems() == [])
    fixture.move("67000")
    #expect(fixture.status("profit") == .filled && fixture.status("stop") == .expired)
    #expect(fixture.listEvents == ["EXEC_STARTED EXECUTING", "ALL_DONE ALL_DONE"])
    #expect(fixture.problems() == [])
  }

  @Test func anImmediateFillStillAnswersPending() throws {
    var fixture = try ExchangeFixture()
    let placed = try fixture.list(
      .oneTriggersOther,
      [
        fixture.request(.buy, .limit, price: "61000", id: "entry"), fixture.request(.sell, .limit, price: "65000", id: "exit"),
      ])
    #expect(placed.orders.map(\.status) == [.filled, .pendingNew])
    #expect(placed.fills.count == 1)
    #expect(fixture.status("exit") == .new)
    #expect(fixture.executions.map(\.order.status.rawValue) == ["NEW", "FILLED", "PENDING_NEW", "NEW"])
    #expect(fixture.problems() == [])
  }

  @Test func aWorkingOrderThatExpiresTakesThePendingOneAlong() throws {
    var fixture = try ExchangeFixture()
    try fixture.list(
      .oneTriggersOther,
      [
        fixture.request(.buy, .limit, price: "59000", force: .immediateOrCancel, id: "entry"),
        fixture.request(.sell, .limit, price: "65000", id: "exit"),
      ])
    #expect(fixture.status("entry") == .expired)
    let pending = try fixture.order("exit")
    #expect(pending.status == .expired && pending.expiryReason == .workingOrderExpired)
    #expect(fixture.listEvents == ["EXEC_STARTED EXECUTING", "ALL_DONE ALL_DONE"])
    #expect(fixture.problems() == [])
  }

  @Test func cancelingThePendingOrderCancelsTheWorkingOne() throws {
    var fixture = try ExchangeFixture()
    try fixture.list(
      .oneTriggersOther,
      [
        fixture.request(.buy, .limit, price: "59000", id: "entry"), fixture.request(.sell, .limit, price: "65000", id: "exit"),
      ])
    try fixture.cancel("exit")
    #expect(fixture.status("entry") == .canceled && fixture.status("exit") == .canceled)
    #expect(fixture.exchange.openOrderLists(account: 0).isEmpty)
    #expect(fixture.problems() == [])
  }

  @Test func aPaidPendingOrderSellsWhatWasBoughtLessCommissionInWholeLots() throws {
    var fixture = try ExchangeFixture()
    // Without free base the commission comes out of what is bought: 0.12345 less 0.1 % is 0.12332655, in lots 0.12332.
    fixture.exchange.wipe(account: 0, balances: [("USDT", decimal("100000"))], at: fixture.now)
    let placed = try fixture.list(
      .onePaysOther,
      [
        fixture.request(.buy, .limit, quantity: "0.12345", price: "59000", id: "entry"),
        fixture.request(.sell, .stopLoss, quantity: nil, stop: "50000", id: "exit"),
      ])
    #expect(placed.orders.last?.quantity == .zero && placed.orders.last?.status == .pendingNew)
    fixture.market(bid: "58998", ask: "59001")
    fixture.exchange.othersTake(
      fixture.symbol, side: .sell, quantity: decimal("0.1"), limit: decimal("59000"), at: fixture.now, events: &fixture.events)
    #expect(fixture.exchange.accounts[0].free("BTC") == .zero)
    #expect(fixture.exchange.accounts[0].locked("BTC") == decimal("0.0999"))
    #expect(fixture.problems() == [])
    fixture.move("58000")
    let pending = try fixture.order("exit")
    #expect(pending.status == .new && pending.quantity == decimal("0.12332"))
    #expect(fixture.exchange.accounts[0].locked("BTC") == decimal("0.12332"))
    #expect(fixture.exchange.accounts[0].free("BTC") == decimal("0.00000655"))
    #expect(fixture.problems() == [])
  }

  @Test func aPaidPendingPairTakesItsCommissionFromFreeFunds() throws {
    var fixture = try ExchangeFixture()
    try fixture.list(
      .onePaysPair,
      [fixture.request(.buy, .limit, quantity: "0.5", price: "61000", id: "entry")] + pair(fixture, quantity: nil))
    #expect(try fixture.order("stop").quantity == decimal("0.5"))
    #expect(fixture.exchange.accounts[0].free("BTC") == decimal("1.9995"))
    #expect(fixture.exchange.accounts[0].locked("BTC") == decimal("0.5"))
    fixture.move("53000")
    #expect(fixture.status("stop") == .filled && fixture.status("profit") == .expired)
    #expect(fixture.problems() == [])
  }

  @Test func aPaidListThatIsCanceledUnlocksWhatWasReceived() throws {
    var fixture = try ExchangeFixture()
    try fixture.list(
      .onePaysOther,
      [
        fixture.request(.buy, .limit, quantity: "0.5", price: "59000", id: "entry"),
        fixture.request(.sell, .limit, quantity: nil, price: "65000", id: "exit"),
      ], id: "paid")
    fixture.market(bid: "58998", ask: "59001")
    fixture.exchange.othersTake(
      fixture.symbol, side: .sell, quantity: decimal("0.1"), limit: decimal("59000"), at: fixture.now, events: &fixture.events)
    #expect(fixture.exchange.accounts[0].locked("BTC") == decimal("0.1"))
    let canceled = try fixture.exchange.cancelList(
      symbol: fixture.symbol, listID: nil, listClientOrderID: "paid", cancelClientOrderID: "c", account: 0, arrival: fixture.now,
      at: fixture.now, events: &fixture.events)
    #expect(canceled.orders.map(\.status) == [.canceled, .canceled])
    #expect(fixture.exchange.accounts[0].locked("BTC") == .zero)
    #expect(fixture.executions.filter { $0.kind == .canceled }.map(\.cancelClientOrderID) == ["c", "c"])
    #expect(fixture.problems() == [])
  }

  @Test func aPaidListIsABidThatTriggersAsks() throws {
    var fixture = try ExchangeFixture()
    #expect(throws: ExchangeError(-1222, "Working order in an OPO list must be a bid.")) {
      try fixture.list(
        .onePaysOther, [fixture.request(.sell, .limit, price: "65000"), fixture.request(.sell, .limit, quantity: nil, price: "65000")])
    }
    #expect(throws: ExchangeError(-1223, "Pending orders in an OPO list must be asks.")) {
      try fixture.list(
        .onePaysOther, [fixture.request(.buy, .limit, price: "59000"), fixture.request(.buy, .limit, quantity: nil, price: "58000")])
    }
    #expect(throws: ExchangeError(-1225, "Pending orders should not include the 'pendingQuantity' tag.")) {
      try fixture.list(.onePaysOther, [fixture.request(.buy, .limit, price: "59000"), fixture.request(.sell, .limit, price: "65000")])
    }
    #expect(fixture.problems() == [])
  }

  @Test func aPendingOrderThatWouldTriggerAtOnceExpiresWithItsList() throws {
    var fixture = try ExchangeFixture()
    try fixture.list(
      .oneTriggersOther,
      [
        fixture.request(.buy, .limit, price: "61000", id: "entry"), fixture.request(.sell, .stopLoss, stop: "60500", id: "exit"),
      ])
    let pending = try fixture.order("exit")
    #expect(pending.status == .expired && pending.expiryReason == .rejected)
    #expect(fixture.exchange.openOrderLists(account: 0).isEmpty)
    #expect(fixture.problems() == [])
  }

  @Test func listsAreFoundByNumberAndName() throws {
    var fixture = try ExchangeFixture()
    let first = try fixture.list(.oneCancelsOther, pair(fixture), id: "again").list
    #expect(throws: ExchangeError(-2010, "Duplicate order sent.")) {
      try fixture.list(
        .oneCancelsOther, [fixture.request(.sell, .limitMaker, price: "66000"), fixture.request(.sell, .stopLoss, stop: "54000")],
        id: "again")
    }
    try fixture.cancel("stop")
    let second = try fixture.list(.oneCancelsOther, pair(fixture), id: "again").list
    #expect(try fixture.exchange.orderList(account: 0, listID: nil, listClientOrderID: "again").id == second.id)
    #expect(try fixture.exchange.orderList(account: 0, listID: first.id, listClientOrderID: nil).isDone)
    #expect(throws: SimulatedExchange.unknownList) { try fixture.exchange.orderList(account: 0, listID: 77, listClientOrderID: nil) }
    #expect(fixture.exchange.allOrderLists(account: 0, limit: 10).map(\.id) == [first.id, second.id])
    #expect(fixture.exchange.allOrderLists(account: 0, fromID: second.id, limit: 10).map(\.id) == [second.id])
    let canceled = try fixture.exchange.cancelAll(
      symbol: fixture.symbol, account: 0, arrival: fixture.now, at: fixture.now, events: &fixture.events)
    #expect(canceled.count == 1)
    guard case .list(let list, let orders, _)? = canceled.first else {
      Issue.record("a list was expected")
      return
    }
    #expect(list.id == second.id && list.isDone && orders.count == 2)
    #expect(fixture.problems() == [])
  }
}
