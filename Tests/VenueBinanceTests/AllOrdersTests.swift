import NIOCore
import Testing
import Synchronization
import Time
import TradingModel
import Venue
import VenueBinance

/// Every open order of the account, whoever placed it.
@Suite struct AllOrdersTests {
  /// Plain orders and a list side by side, as the exchange answers a cancel of everything (Binance: rest-api.md).
  private static let canceled = """
    [\(Samples.canceledAnswer),{"orderListId":1929,"contingencyType":"OCO","listStatusType":"ALL_DONE","listOrderStatus":"ALL_DONE",
    "listClientOrderId":"list1","transactionTime":1585230948299,"symbol":"LTCBTC","orders":[],"orderReports":[
    {"symbol":"LTCBTC","origClientOrderId":"leg1","orderId":20,"orderListId":1929,"clientOrderId":"c1","transactTime":1688005070874,
    "price":"0.00000000","origQty":"0.5","executedQty":"0.2","cummulativeQuoteQty":"0","status":"CANCELED","timeInForce":"GTC",
    "type":"STOP_LOSS","side":"SELL","stopPrice":"0.095"},
    {"symbol":"LTCBTC","origClientOrderId":"leg2","orderId":21,"orderListId":1929,"clientOrderId":"c1","transactTime":1688005070874,
    "price":"0.104","origQty":"0.5","executedQty":"0","cummulativeQuoteQty":"0","status":"CANCELED","timeInForce":"GTC",
    "type":"LIMIT_MAKER","side":"SELL"}]}]
    """

  private func list(_ setup: ExecutionSetup) async throws -> Result<[AccountOrder], BinanceError> {
    try await setup.ask { setup, done in setup.rest.accountOrders { done($0) } }
  }

  private func cancel(_ setup: ExecutionSetup, _ symbol: String) async throws -> Result<[AccountOrder], BinanceError> {
    try await setup.ask { setup, done in setup.rest.cancelAccountOrders(ofSymbol: symbol) { done($0) } }
  }

  @Test func ordersOfAnyNameAreListed() async throws {
    let setup = try ExecutionSetup()
    let odd = Samples.queriedOrder.replacing("myOrder1", with: "a name, not ours").replacing("LTCBTC", with: "币安人生USDT")
    setup.script("GET /api/v3/openOrders") { _, _ in .ok("[\(odd)]") }
    let orders = try await list(setup).get()
    #expect(orders.map(\.clientOrderID) == ["a name, not ours"] && orders.map(\.symbol) == ["币安人生USDT"])
    #expect(setup.exchange.requests("/api/v3/openOrders").first?.parameter("symbol") == nil)
  }

  /// The lists stand around the balances, so that what stands in both was open while they were read.
  @Test func locksAreReadBetweenTwoLists() async throws {
    let setup = try ExecutionSetup()
    let other = Samples.queriedOrder.replacing("myOrder1", with: "web_1").replacing(#""side":"BUY""#, with: #""side":"SELL""#)
    let leg = other.replacing("web_1", with: "leg").replacing(#""orderListId":-1"#, with: #""orderListId":9"#)
    setup.script("GET /api/v3/openOrders") { _, number in number == 1 ? .ok("[\(other),\(leg)]") : .ok("[\(leg)]") }
    setup.script("GET /api/v3/account") { _, _ in .ok(#"{"balances":[{"asset":"LTC","free":"1","locked":"2.5"}]}"#) }
    try await setup.onLoop { $0.execution.readLocks(askedAt: Timestamp(nanoseconds: 7)) }
    try await Eventually.holds("read") { setup.recorder.seen.withLock { !$0.locks.isEmpty } }
    let locks = try #require(setup.recorder.seen.withLock { $0.locks.first })
    #expect(locks.names == ["web_1", "leg"] && locks.sells.map(\.clientOrderID) == ["leg"] && locks.sells.first?.list == 9)
    #expect(locks.askedAt == Timestamp(nanoseconds: 7))
    #expect(locks.balances.map(\.locked) == [Samples.decimal("2.5")])
    let paths = setup.exchange.requests.map(\.path).filter { $0 != "/api/v3/time" }
    #expect(paths == ["/api/v3/openOrders", "/api/v3/account", "/api/v3/openOrders"])
    await setup.stop()
  }

  /// Where a part fails nothing is said: half a picture proves nothing.
  @Test func locksThatCannotBeReadAreNotTold() async throws {
    let setup = try ExecutionSetup()
    setup.script("GET /api/v3/account") { _, _ in .error(400, -2_015, "Invalid API-key.") }
    try await setup.onLoop { $0.execution.readLocks(askedAt: Timestamp(nanoseconds: 7)) }
    try await Eventually.holds("asked") { setup.exchange.requests("/api/v3/account").count == 1 }
    _ = try await list(setup).get()
    #expect(setup.recorder.seen.withLock { $0.locks.isEmpty } && setup.exchange.requests("/api/v3/openOrders").count == 2)
    await setup.stop()
  }

  @Test func aCancelOfASymbolSaysWhatItCanceled() async throws {
    let setup = try ExecutionSetup()
    setup.script("DELETE /api/v3/openOrders") { _, _ in .ok(Self.canceled) }
    let orders = try await cancel(setup, "币安人生USDT").get()
    #expect(orders.map(\.clientOrderID) == ["myOrder1", "leg1", "leg2"])
    #expect(orders.map(\.quantity) == ["1", "0.3", "0.5"].map(Samples.decimal))
    #expect(orders.map(\.price) == ["2", "0.095", "0.104"].map(Samples.decimal))
    #expect(setup.exchange.requests("/api/v3/openOrders").last?.parameter("symbol") == "币安人生USDT")
  }

  @Test func nothingToCancelIsNoFailureAndARefusalIsOne() async throws {
    let setup = try ExecutionSetup()
    setup.script("DELETE /api/v3/openOrders") { request, _ in
      request.parameter("symbol") == "LTCBTC" ? .error(400, -2011, "Unknown order sent.") : .error(400, -1013, "Market is closed.")
    }
    #expect(try await cancel(setup, "LTCBTC").get().isEmpty)
    let refused = try await cancel(setup, "BTCUSDT")
    #expect(throws: BinanceError.self) { try refused.get() }
  }
}

extension ExecutionSetup {
  /// Asks on the loop and waits for the answer.
  func ask<Value: Sendable>(_ body: @escaping @Sendable (ExecutionSetup, @escaping @Sendable (Value) -> Void) -> Void) async throws -> Value
  {
    await withCheckedContinuation { continuation in
      execution.loop.execute { [self] in body(self) { continuation.resume(returning: $0) } }
    }
  }
}
