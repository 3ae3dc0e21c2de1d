import BinanceJSON
import Synchronization
import Testing
import TradingModel
import Venue
import VenueBinance

/// What orders ask of the exchange beside their prices: how they trail, and what happens when orders of one account meet.
@Suite struct PlacementTests {
  private static func entry(_ id: String = "e1") -> OrderRequest {
    OrderRequest(
      clientOrderID: Samples.id(id), symbol: Samples.bitcoin, side: .buy, type: .market, quantity: .zero,
      quoteQuantity: Samples.decimal("100"))
  }

  private static func stop(linked: ClientOrderID? = nil, delta: Int = 0) -> OrderRequest {
    OrderRequest(
      clientOrderID: Samples.id("s2"), symbol: Samples.bitcoin, side: .sell, type: .stopLoss, quantity: Samples.decimal("0.0017"),
      stopPrice: delta > 0 ? .zero : Samples.decimal("101000"), linked: linked, trailingDelta: delta)
  }

  private static let target = OrderRequest(
    clientOrderID: Samples.id("t3"), symbol: Samples.bitcoin, side: .sell, type: .limitMaker, quantity: Samples.decimal("0.0017"),
    price: Samples.decimal("104261"), linked: Samples.id("s2"))

  private static func listing(_ setup: ExecutionSetup) async throws -> ExchangeInformation.Listing {
    let found = Mutex<Result<ExchangeInformation.Listing, BinanceError>?>(nil)
    try await setup.onLoop { setup in setup.rest.tradingRules([Samples.bitcoin]) { result in found.withLock { $0 = result } } }
    try await Eventually.holds("rules") { found.withLock { $0 != nil } }
    return try #require(found.withLock { $0 }).get()
  }

  /// The bodies of what was sent, by path; every request is refused, which is enough here.
  private static func bodies(modes: [String], more: String = "", _ send: @escaping @Sendable (BinanceExecution) -> Void, count: Int)
    async throws -> [String:
    String]
  {
    let setup = try ExecutionSetup()
    let list = modes.map { "\"\($0)\"" }.joined(separator: ",")
    setup.script("GET /api/v3/exchangeInfo") { _, _ in
      .ok(
        #"{"symbols":[{"symbol":"BTCUSDT","status":"TRADING","baseAsset":"BTC","quoteAsset":"USDT","orderTypes":["LIMIT","STOP_LOSS"],"#
          + #""filters":[],"allowedSelfTradePreventionModes":[\#(list)]\#(more)}]}"#)
    }
    let paths = ["/api/v3/order", "/api/v3/orderList/oco", "/api/v3/orderList/opo", "/api/v3/order/cancelReplace"]
    for path in paths { setup.script("POST \(path)") { _, _ in .error(400, -2_010) } }
    _ = try await listing(setup)
    try await setup.onLoop { send($0.execution) }
    try await Eventually.holds("outcomes") { setup.recorder.seen.withLock { $0.submitted.count } == count }
    var found: [String: String] = [:]
    for path in paths { found[path] = setup.exchange.requests(path).map(\.body).joined(separator: "\n") }
    await setup.stop()
    return found
  }

  private static func sendAll(_ execution: BinanceExecution) {
    execution.submit(entry())
    execution.submit(stop: stop(linked: Samples.id("t3")), target: target)
    execution.submit(stop(), replacing: Samples.id("old"))
    var waiting = stop()
    waiting.waitsFor = Samples.id("e1")
    var resting = entry("e4")
    (resting.type, resting.quoteQuantity, resting.quantity, resting.price) = (
      .limit, .zero, Samples.decimal("0.0017"), Samples.decimal("102000")
    )
    execution.submit(entry: resting, stop: waiting, target: nil)
  }

  /// An entry that comes gives way, and for a sale that comes what rests gives way.
  @Test func protectionOutlivesEntries() async throws {
    let bodies = try await Self.bodies(modes: ["NONE", "EXPIRE_MAKER", "EXPIRE_TAKER"], Self.sendAll, count: 6)
    #expect(bodies["/api/v3/order"]?.contains("&selfTradePreventionMode=EXPIRE_TAKER") == true)
    for path in ["orderList/oco", "orderList/opo", "order/cancelReplace"] {
      let body = try #require(bodies["/api/v3/\(path)"])
      #expect(body.contains("&selfTradePreventionMode=EXPIRE_MAKER") && !body.contains("EXPIRE_TAKER"), "\(path): \(body)")
    }
  }

  @Test func onlyModesThatTheSymbolAllowsAreAskedFor() async throws {
    let bodies = try await Self.bodies(modes: ["EXPIRE_MAKER"], Self.sendAll, count: 6)
    #expect(bodies["/api/v3/order"]?.contains("selfTradePreventionMode") == false)
    #expect(bodies["/api/v3/orderList/oco"]?.contains("&selfTradePreventionMode=EXPIRE_MAKER") == true)
    let none = try await Self.bodies(modes: [], Self.sendAll, count: 6)
    #expect(none.values.allSatisfy { !$0.contains("selfTradePreventionMode") && !$0.isEmpty })
  }

  /// Without `cancelReplaceAllowed` it is not tried: cancel, then the order.
  @Test func whereNoneIsReplacedItIsCancelledFirst() async throws {
    let bodies = try await Self.bodies(modes: [], more: #","cancelReplaceAllowed":false"#, Self.sendAll, count: 6)
    #expect(bodies["/api/v3/order/cancelReplace"] == "" && bodies["/api/v3/order"]?.isEmpty == false)
  }

  /// faqs/trailing-stop-faq.md: without a `stopPrice` the exchange follows from the next trade on.
  @Test func whatTrailsNamesNoPrice() async throws {
    let bodies = try await Self.bodies(
      modes: [],
      { execution in
        execution.submit(Self.stop(delta: 150))
        execution.submit(stop: Self.stop(linked: Samples.id("t3"), delta: 150), target: Self.target)
      }, count: 3)
    let single = try #require(bodies["/api/v3/order"])
    #expect(single.contains("&trailingDelta=150") && !single.contains("topPrice"), "\(single)")
    let pair = try #require(bodies["/api/v3/orderList/oco"])
    #expect(pair.contains("&belowTrailingDelta=150") && !pair.contains("topPrice"), "\(pair)")
  }

  @Test func whatMayTrailIsRead() async throws {
    let setup = try ExecutionSetup()
    func rules(_ allows: Bool, _ filter: String) async throws -> ClosedRange<Int>? {
      setup.script("GET /api/v3/exchangeInfo") { _, _ in
        .ok(
          #"{"symbols":[{"symbol":"BTCUSDT","status":"TRADING","baseAsset":"BTC","quoteAsset":"USDT","orderTypes":["STOP_LOSS"],"#
            + #""allowTrailingStop":\#(allows),"filters":[\#(filter)]}]}"#)
      }
      return try #require(try await Self.listing(setup).rules.first).trailingDeltas
    }
    let filter =
      #"{"filterType":"TRAILING_DELTA","minTrailingAboveDelta":1,"maxTrailingAboveDelta":2,"minTrailingBelowDelta":10,"#
      + #""maxTrailingBelowDelta":2000}"#
    #expect(try await rules(true, filter) == 10...2_000)
    #expect(try await rules(false, filter) == nil)
    #expect(try await rules(true, "") == nil)
    await setup.stop()
  }
}
