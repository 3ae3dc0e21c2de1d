import Testing
import TradingModel
import ExchangeSimulation

/// Canceling with a new order in its place, restrictions, amendments. Binance: rest-api.md, order_amend_keep_priority.md.
@Suite struct OrderReplaceTests {
  private func replace(
    _ fixture: inout ExchangeFixture, _ id: String, with request: ExchangeOrderRequest, stops: Bool = true, refusal: ExchangeError? = nil
  ) throws(ExchangeError) -> SimulatedExchange.Replacement {
    try fixture.exchange.cancelReplace(
      ExchangeCancelRequest(symbol: fixture.symbol, clientOrderID: id), with: request, stopsOnFailure: stops, refusal: refusal, account: 0,
      arrival: fixture.now, at: fixture.now, events: &fixture.events)
  }

  private func words(_ outcome: SimulatedExchange.Replacement) -> [String] {
    var words: [String] = []
    switch outcome.cancel {
    case .success(let canceled): words.append(canceled.order.status.rawValue)
    case .failure(let error): words.append("\(error.code)")
    }
    switch outcome.placed {
    case .success(let placed)?: words.append(placed.order.status.rawValue)
    case .failure(let error)?: words.append("\(error.code)")
    case nil: words.append("NOT_ATTEMPTED")
    }
    return words
  }

  @Test func bothHalvesMaySucceedOrFailOnTheirOwn() throws {
    var fixture = try ExchangeFixture()
    try fixture.place(.buy, .limit, quantity: "0.5", price: "50000", id: "old")
    // The same funds serve the new order, and the same name.
    let both = try replace(&fixture, "old", with: fixture.request(.buy, .limit, quantity: "1.9", price: "51000", id: "old"))
    #expect(words(both) == ["CANCELED", "NEW"])
    let stopped = try replace(&fixture, "none", with: fixture.request(.buy, .limit, price: "50000"))
    #expect(words(stopped) == ["-2011", "NOT_ATTEMPTED"])
    let allowed = try replace(&fixture, "none", with: fixture.request(.sell, .limit, price: "70000"), stops: false)
    #expect(words(allowed) == ["-2011", "NEW"])
    let refused = try replace(&fixture, "old", with: fixture.request(.buy, .limitMaker, price: "61000"))
    #expect(words(refused) == ["CANCELED", "-2010"])
    let neither = try replace(&fixture, "old", with: fixture.request(.buy, .limitMaker, price: "61000"), stops: false)
    #expect(words(neither) == ["-2011", "-2010"])
    let limited = ExchangeError(-1015, "Too many new orders; current limit is 1 orders per 10 SECOND.")
    try fixture.place(.buy, .limit, quantity: "0.5", price: "50000", id: "more")
    #expect(
      words(try replace(&fixture, "more", with: fixture.request(.buy, .limit, price: "50000"), refusal: limited)) == ["CANCELED", "-1015"])
    #expect(fixture.problems() == [])
  }

  @Test func filtersAreJudgedBeforeAnythingIsCanceled() throws {
    var fixture = try ExchangeFixture()
    fixture.exchange.changeRules(of: fixture.symbol) { $0.openOrdersMaximum = 1 }
    try fixture.place(.buy, .limit, price: "50000", id: "old")
    // The old order is still counted.
    #expect(throws: ExchangeError(-1013, "Filter failure: MAX_NUM_ORDERS")) {
      try replace(&fixture, "old", with: fixture.request(.buy, .limit, price: "51000"))
    }
    #expect(fixture.status("old") == .new)
    #expect(fixture.problems() == [])
  }

  private func cancel(
    _ fixture: inout ExchangeFixture, _ restriction: ExchangeCancelRequest.Restriction
  ) throws(ExchangeError) {
    _ = try fixture.exchange.cancel(
      ExchangeCancelRequest(symbol: fixture.symbol, clientOrderID: "a", restriction: restriction), account: 0, arrival: fixture.now,
      at: fixture.now, events: &fixture.events)
  }

  @Test func aRestrictedCancelLooksAtTheStatus() throws {
    var fixture = try ExchangeFixture()
    try fixture.place(.buy, .limit, quantity: "0.5", price: "60000", id: "a")
    let restricted = ExchangeError(-2011, "Order was not canceled due to cancel restrictions.")
    #expect(throws: restricted) { try cancel(&fixture, .onlyPartiallyFilled) }
    fixture.exchange.othersTake(
      fixture.symbol, side: .sell, quantity: decimal("0.1"), limit: decimal("60000"), at: fixture.now, events: &fixture.events)
    #expect(throws: restricted) { try cancel(&fixture, .onlyNew) }
    try cancel(&fixture, .onlyPartiallyFilled)
    #expect(fixture.status("a") == .canceled)
    #expect(fixture.problems() == [])
  }

  private func amend(
    _ fixture: inout ExchangeFixture, _ id: String, to quantity: String, as name: String? = nil
  ) throws(ExchangeError) -> (order: ExchangeOrder, amendment: ExchangeAmendment, list: ExchangeOrderList?) {
    try fixture.exchange.amend(
      symbol: fixture.symbol, orderID: nil, clientOrderID: id, newClientOrderID: name, quantity: decimal(quantity), account: 0,
      arrival: fixture.now, at: fixture.now, events: &fixture.events)
  }

  /// The book of order_amend_keep_priority.md: the amended order trades before those that came after it.
  @Test func anAmendedOrderKeepsItsPlace() throws {
    var fixture = try ExchangeFixture(accounts: 2)
    fixture.exchange.othersMake(
      fixture.symbol, side: .buy, price: decimal("60000"), quantity: decimal("0.01"), at: fixture.now, events: &fixture.events)
    let mine = try fixture.place(.buy, .limit, quantity: "0.055", price: "60000", id: "mine").order
    try fixture.place(.buy, .limit, quantity: "0.04", price: "60000", id: "after", account: 1)
    let amended = try amend(&fixture, "mine", to: "0.05")
    #expect(amended.order.orderID == mine.orderID && amended.order.quantity == decimal("0.05") && amended.order.status == .new)
    #expect(amended.order.clientOrderID != "mine" && amended.amendment.originalClientOrderID == "mine")
    #expect(fixture.exchange.accounts[0].locked("USDT") == decimal("3000"))
    let replaced = try #require(fixture.executions.last)
    #expect(replaced.kind == .replaced && replaced.originalClientOrderID == "mine" && replaced.executionID == amended.amendment.executionID)
    #expect(fixture.exchange.depth(fixture.symbol, limit: 1)?.bids.first?.quantity == decimal("0.1"))
    fixture.exchange.othersTake(
      fixture.symbol, side: .sell, quantity: decimal("0.06"), limit: decimal("60000"), at: fixture.now, events: &fixture.events)
    #expect(fixture.status(amended.order.clientOrderID) == .filled && fixture.status("after", account: 1) == .new)
    let history = try fixture.exchange.amendments(account: 0, symbol: fixture.symbol, orderID: mine.orderID, limit: 10)
    #expect(history == [amended.amendment])
    #expect(fixture.problems() == [])
  }

  @Test func whatCannotBeAmendedStaysAsItWas() throws {
    var fixture = try ExchangeFixture()
    try fixture.place(.buy, .limit, quantity: "0.5", price: "60000", id: "a")
    let rows: [(String, String, ExchangeError)] = [
      ("a", "0.6", ExchangeError(-2038, "Order amend (quantity increase) is not supported.")),
      ("a", "0.5", ExchangeError(-2038, "The requested action would change no state; rejecting")),
      ("none", "0.1", ExchangeError(-2038, "Unknown order sent.")),
      ("a", "0.000001", ExchangeError(-1013, "Filter failure: LOT_SIZE")),
    ]
    for (id, quantity, error) in rows { #expect(throws: error) { try amend(&fixture, id, to: quantity) } }
    for step in 1...10 { _ = try amend(&fixture, "a", to: "0.\(50 - step)", as: "a") }
    #expect(throws: ExchangeError(-2038, "Filter failure: MAX_NUM_ORDER_AMENDS")) { try amend(&fixture, "a", to: "0.1", as: "a") }
    fixture.exchange.changeTerms(of: fixture.symbol) { $0.features.amend = false }
    #expect(throws: ExchangeError(-2038, "Order amend is not supported for this symbol.")) { try amend(&fixture, "a", to: "0.1") }
    #expect(try fixture.order("a").quantity == decimal("0.4"))
    #expect(fixture.problems() == [])
  }

  @Test func amendingALegAmendsBoth() throws {
    var fixture = try ExchangeFixture()
    try fixture.list(
      .oneCancelsOther,
      [
        fixture.request(.sell, .limitMaker, quantity: "1", price: "66000", id: "profit"),
        fixture.request(.sell, .stopLoss, quantity: "1", stop: "54000", id: "stop"),
      ])
    let amended = try amend(&fixture, "stop", to: "0.4", as: "lower")
    #expect(amended.list?.clientOrderIDs == ["lower", "profit"])
    #expect(try fixture.order("profit").quantity == decimal("0.4"))
    #expect(fixture.exchange.accounts[0].locked("BTC") == decimal("0.4"))
    #expect(fixture.listEvents == ["EXEC_STARTED EXECUTING", "UPDATED EXECUTING"])
    fixture.move("53000")
    #expect(try fixture.order("lower").executed == decimal("0.4"))
    #expect(fixture.problems() == [])
  }

  @Test func pendingOrdersAreAmendedUnlessTheirWorkingOrderPays() throws {
    var fixture = try ExchangeFixture()
    try fixture.list(
      .oneTriggersOther,
      [
        fixture.request(.buy, .limit, quantity: "0.5", price: "59000", id: "entry"),
        fixture.request(.sell, .limit, quantity: "0.5", price: "65000", id: "exit"),
      ])
    #expect(try amend(&fixture, "exit", to: "0.3", as: "exit").order.status == .pendingNew)
    #expect(fixture.exchange.accounts[0].locked("BTC") == decimal("0.3"))
    fixture.move("58000")
    #expect(fixture.status("exit") == .new)
    #expect(try fixture.order("exit").quantity == decimal("0.3"))
    try fixture.list(
      .onePaysOther,
      [
        fixture.request(.buy, .limit, quantity: "0.5", price: "55000", id: "paying"),
        fixture.request(.sell, .limit, quantity: nil, price: "65000", id: "paid"),
      ])
    #expect(throws: ExchangeError(-2038, "Order amend (pending OPO order) is not supported.")) { try amend(&fixture, "paid", to: "0.3") }
    #expect(fixture.problems() == [])
  }

  /// "an iceberg order's visible quantity will only change if newQty is below the pre-amended visible quantity"
  @Test func anIcebergShowsLessOnlyWhereLessIsLeft() throws {
    var fixture = try ExchangeFixture()
    try fixture.place(fixture.request(.buy, .limit, quantity: "1", price: "60000", iceberg: "0.2", id: "ice"))
    func shown() -> Quantity? { fixture.exchange.depth(fixture.symbol, limit: 1)?.bids.first?.quantity }
    #expect(shown() == decimal("0.2"))
    _ = try amend(&fixture, "ice", to: "0.5", as: "ice")
    #expect(shown() == decimal("0.2"))
    _ = try amend(&fixture, "ice", to: "0.1", as: "ice")
    #expect(shown() == decimal("0.1"))
    #expect(fixture.exchange.accounts[0].locked("USDT") == decimal("6000"))
    #expect(fixture.problems() == [])
  }
}
