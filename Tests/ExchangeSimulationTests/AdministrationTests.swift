import Time
import Testing
import TradingModel
import ExchangeSimulation

/// What the exchange's keeper does, and the rest of an account's rules.
@Suite struct AdministrationTests {
  @Test(arguments: [TradingRules.Status.halt, .break, .endOfDay, .cancelOnly])
  func aSymbolThatDoesNotTradeOnlyLetsGo(_ status: TradingRules.Status) throws {
    var fixture = try ExchangeFixture()
    try fixture.place(.buy, .limit, quantity: "0.5", price: "50000", id: "a")
    fixture.exchange.setStatus(status, of: fixture.symbol)
    #expect(throws: ExchangeError(-2010, "Market is closed.")) { try fixture.place(.buy, .market) }
    let amended = try? fixture.exchange.amend(
      symbol: fixture.symbol, orderID: nil, clientOrderID: "a", newClientOrderID: "a", quantity: decimal("0.4"), account: 0,
      arrival: fixture.now, at: fixture.now, events: &fixture.events)
    #expect((amended != nil) == (status == .cancelOnly))
    try fixture.cancel("a")
    fixture.exchange.setStatus(.trading, of: fixture.symbol)
    try fixture.place(.buy, .market)
    #expect(fixture.problems() == [])
  }

  @Test func permissionsAreAnAndOfOrs() throws {
    var fixture = try ExchangeFixture()
    fixture.exchange.changeTerms(of: fixture.symbol) { $0.permissionSets = [["SPOT", "MARGIN"], ["TRD_GRP_004", "TRD_GRP_005"]] }
    #expect(throws: ExchangeError(-2010, "This symbol is not permitted for this account.")) { try fixture.place(.buy, .market) }
    fixture.exchange.setPermissions(["SPOT", "TRD_GRP_005"], account: 0)
    try fixture.place(.buy, .market)
    #expect(fixture.problems() == [])
  }

  @Test func aDelistedSymbolLetsItsOrdersExpireAndIsUnknown() throws {
    var fixture = try ExchangeFixture()
    try fixture.place(.buy, .limit, price: "50000", id: "plain")
    try fixture.list(
      .oneTriggersPair,
      [
        fixture.request(.buy, .limit, price: "50000", id: "entry"), fixture.request(.sell, .limitMaker, price: "66000", id: "profit"),
        fixture.request(.sell, .stopLoss, stop: "40000", id: "stop"),
      ])
    try fixture.list(
      .oneCancelsOther, [fixture.request(.sell, .limitMaker, price: "66000"), fixture.request(.sell, .stopLoss, stop: "54000")])
    fixture.events.removeAll()
    #expect(fixture.exchange.delist(fixture.symbol, at: fixture.now, events: &fixture.events))
    #expect(fixture.exchange.openOrders(account: 0).isEmpty && fixture.exchange.openOrderLists(account: 0).isEmpty)
    #expect(fixture.executions.filter { $0.kind == .expired && $0.order.expiryReason == .exchangeCanceled }.count >= 4)
    #expect(fixture.executions.allSatisfy { $0.kind == .expired })
    #expect(fixture.exchange.accounts[0].locked("USDT") == .zero && fixture.exchange.accounts[0].locked("BTC") == .zero)
    #expect(throws: ExchangeError(-1121, "Invalid symbol.")) { try fixture.place(.buy, .market) }
    #expect(fixture.exchange.instruments.isEmpty)
    #expect(fixture.problems() == [])
  }

  @Test func aWipedAccountKnowsNothing() throws {
    var fixture = try ExchangeFixture(accounts: 2)
    try fixture.place(.buy, .market, id: "old")
    try fixture.list(
      .oneCancelsOther, [fixture.request(.sell, .limitMaker, price: "66000"), fixture.request(.sell, .stopLoss, stop: "54000")])
    let other = try fixture.place(.buy, .limit, price: "50000", id: "other", account: 1).order
    fixture.exchange.wipe(account: 0, balances: [("USDT", decimal("10000"))], at: fixture.now)
    #expect(throws: ExchangeError(-2013, "Order does not exist.")) { try fixture.order("old") }
    #expect(fixture.exchange.openOrders(account: 0).isEmpty && fixture.exchange.allOrderLists(account: 0, limit: 9).isEmpty)
    #expect(fixture.exchange.fills(account: 0, symbol: fixture.symbol, limit: 9).isEmpty)
    #expect(fixture.exchange.accounts[0].free("USDT") == decimal("10000") && fixture.exchange.accounts[0].free("BTC") == .zero)
    #expect(fixture.status("other", account: 1) == .new)
    #expect(try fixture.place(.buy, .market).order.orderID > other.orderID)
    fixture.move("53000")
    #expect(fixture.problems() == [])
  }

  @Test func ordersByHandAreTheAccountsUnderForeignNames() throws {
    var fixture = try ExchangeFixture()
    let placed = try fixture.exchange.placeByHand(
      fixture.request(.buy, .limit, price: "50000", id: "web_123"), account: 0, at: fixture.now, events: &fixture.events)
    #expect(fixture.exchange.openOrders(account: 0).map(\.clientOrderID) == ["web_123"])
    #expect(fixture.executions.map(\.order.orderID) == [placed.order.orderID])
    #expect(fixture.exchange.truth.map(\.kind) == [.hand])
    #expect(fixture.problems() == [])
  }

  @Test(arguments: [HouseConfiguration.Mode.generated, .recorded])
  func othersMakeAndTake(mode: HouseConfiguration.Mode) throws {
    var fixture = try ExchangeFixture(mode: mode)
    try fixture.place(.buy, .limit, quantity: "0.3", price: "60000", id: "mine")
    let made = try #require(
      fixture.exchange.othersMake(
        fixture.symbol, side: .sell, price: decimal("60000.5"), quantity: decimal("0.2"), at: fixture.now, events: &fixture.events))
    let took = fixture.exchange.othersTake(
      fixture.symbol, side: .sell, quantity: decimal("0.1"), at: fixture.now, events: &fixture.events)
    #expect(took == decimal("0.1"))
    #expect(try fixture.order("mine").executed == decimal("0.1"))
    // The other's offer is the best one.
    #expect(try fixture.place(.buy, .market, quantity: "0.05").fills.map(\.price) == [decimal("60000.5")])
    #expect(fixture.exchange.cancelOthers(fixture.symbol, id: made) && !fixture.exchange.cancelOthers(fixture.symbol, id: made))
    #expect(try fixture.place(.buy, .market, quantity: "0.05").fills.map(\.price) == [decimal("60001")])
    #expect(fixture.exchange.othersTake(fixture.symbol, side: .buy, quantity: .zero, at: fixture.now, events: &fixture.events) == nil)
    #expect(fixture.problems() == [])
  }

  @Test func aPriceByCommandFillsWhatItPassesAndTriggersStops() throws {
    var fixture = try ExchangeFixture()
    try fixture.place(.buy, .limit, price: "58000", id: "passed")
    try fixture.place(.buy, .limit, price: "54000", id: "below")
    try fixture.place(.sell, .stopLoss, stop: "57000", id: "stop")
    fixture.events.removeAll()
    let trade = try #require(fixture.exchange.movePrice(of: fixture.symbol, to: decimal("55000"), at: fixture.now, events: &fixture.events))
    #expect(trade.price == decimal("55000") && fixture.exchange.lastPrice(fixture.symbol).map { $0 < decimal("55001") } == true)
    #expect(fixture.status("passed") == .filled && fixture.status("below") == .new && fixture.status("stop") == .filled)
    #expect(fixture.exchange.fills(account: 0, symbol: fixture.symbol, limit: 9).map(\.price).first == decimal("58000"))
    #expect(fixture.problems() == [])
  }

  @Test func ordersThatEndedUnfilledAreArchivedAfterNinetyDays() throws {
    var fixture = try ExchangeFixture()
    try fixture.place(.buy, .limit, price: "50000", id: "unfilled")
    try fixture.cancel("unfilled")
    try fixture.place(.buy, .market, id: "filled")
    let later = fixture.now.advanced(byMilliseconds: 90 * 86_400_000 + 1)
    func query(_ id: String) throws(ExchangeError) -> ExchangeOrder {
      try fixture.exchange.order(account: 0, symbol: fixture.symbol, orderID: nil, clientOrderID: id, at: later)
    }
    #expect(throws: ExchangeError(-2026, "Order was canceled or expired with no executed qty over 90 days ago and has been archived.")) {
      try query("unfilled")
    }
    #expect(try query("filled").status == .filled)
    #expect(fixture.exchange.allOrders(account: 0, symbol: fixture.symbol, limit: 9, at: later).map(\.clientOrderID) == ["filled"])
  }
}
