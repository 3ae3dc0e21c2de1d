import BinanceJSON
import Time
import Foundation
import HTTPClient
import NIOCore
import NIOPosix
import ServiceRuntime
import Signing
import Synchronization
import Testing
import TradingModel
import Venue
import VenueBinance

final class ExecutionRecorder: ExecutionVenueDelegate, @unchecked Sendable {
  struct Seen {
    var submitted: [(ClientOrderID, SubmitOutcome)] = []
    var canceled: [CancelOutcome] = []
    var queried: [QueryOutcome] = []
    var identified: [(VenueOrderID, QueryOutcome)] = []
    var reports: [ExecutionReport] = []
    var balances: [([AssetBalance], Bool)] = []
    var live: [(Bool, String)] = []
    var listed: [(symbol: Symbol, trades: [AccountTrade])] = []
    var warnings: [String] = []
    var quotes: [Quote] = []
    var locks: [AccountLocks] = []
  }
  let seen = Mutex(Seen())
  func submitted(_ id: ClientOrderID, symbol: Symbol, outcome: SubmitOutcome) { seen.withLock { $0.submitted.append((id, outcome)) } }
  func canceled(_ id: ClientOrderID, symbol: Symbol, outcome: CancelOutcome) { seen.withLock { $0.canceled.append(outcome) } }
  func identified(_ venueOrderID: VenueOrderID, symbol: Symbol, outcome: QueryOutcome) {
    seen.withLock { $0.identified.append((venueOrderID, outcome)) }
  }
  func queried(_ id: ClientOrderID, symbol: Symbol, outcome: QueryOutcome) { seen.withLock { $0.queried.append(outcome) } }
  func reported(_ report: ExecutionReport) { seen.withLock { $0.reports.append(report) } }
  func locksRead(_ locks: AccountLocks) { seen.withLock { $0.locks.append(locks) } }
  func balancesChanged(_ balances: [AssetBalance], isComplete: Bool) { seen.withLock { $0.balances.append((balances, isComplete)) } }
  func executionStreamChanged(isLive: Bool, message: String) { seen.withLock { $0.live.append((isLive, message)) } }
  func tradesListed(_ symbol: Symbol, trades: [AccountTrade]) { seen.withLock { $0.listed.append((symbol, trades)) } }
  func quoted(_ quote: Quote) { seen.withLock { $0.quotes.append(quote) } }
  func executionWarned(_ message: String) { seen.withLock { $0.warnings.append(message) } }
  var isLive: Bool { seen.withLock { $0.live.last?.0 ?? false } }
}

final class ExecutionSetup: @unchecked Sendable {
  static let secret = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
  static let apiKey = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
  let exchange: FakeExchange
  let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  let http: HTTPClient
  let rest: BinanceRestClient
  let execution: BinanceExecution
  let recorder = ExecutionRecorder()
  private let scripts = Shared<[String: FakeExchange.HTTPHandler]>([:])

  /// The orders' own connections.
  let orderHTTP: HTTPClient

  /// On a real event loop unless another is given.
  init(
    loop: (any EventLoop)? = nil, limits: HTTPClient.Limits = HTTPClient.Limits(), clock: ExchangeClock = ExchangeClock(),
    _ configure: (inout BinanceExecution.Configuration) -> Void = { _ in }
  ) throws {
    exchange = try FakeExchange()
    http = try HTTPClient(limits: limits)
    orderHTTP = try HTTPClient()
    let endpoints = BinanceEndpoints(
      rest: "http://127.0.0.1:\(exchange.port)", stream: "ws://127.0.0.1:\(exchange.port)",
      webSocketAPI: "ws://127.0.0.1:\(exchange.port)/ws-api/v3")
    let signer = RequestSigner(apiKey: Secret(Self.apiKey), secret: Secret(Self.secret))
    rest = BinanceRestClient(
      endpoints: endpoints, http: http, orderHTTP: orderHTTP, loop: loop ?? group.next(), signer: signer, clock: clock)
    var configuration = BinanceExecution.Configuration()
    configure(&configuration)
    execution = try BinanceExecution(endpoints: endpoints, rest: rest, signer: signer, configuration: configuration)
    execution.delegate = recorder
    exchange.answer { [scripts] request, number in
      if let script = scripts.withLock({ $0["\(request.method) \(request.path)"] }) { return script(request, number) }
      switch request.path {
      case "/api/v3/time": return .ok("{\"serverTime\":\(WallClock.now().milliseconds)}")
      case "/api/v3/account": return .ok(#"{"balances":[{"asset":"USDT","free":"1000.5","locked":"0"}]}"#)
      case "/api/v3/openOrders": return .ok("[\(Samples.queriedOrder)]")
      case "/api/v3/myTrades": return .ok("[]")
      default: return .error(404, -1)
      }
    }
    exchange.onText.withLock {
      $0 = { session, text in
        Self.confirm(session, text)
      }
    }
  }

  /// The number of a request on the WebSocket API.
  static func requestID(_ text: String) -> Substring { text.dropFirst("{\"id\":".count).prefix { $0.isNumber } }

  /// Confirms a subscription, or lists it.
  static func confirm(_ session: FakeExchange.Session, _ text: String) {
    let result = text.contains("session.subscriptions") ? #"[{"subscriptionId":0}]"# : #"{"subscriptionId":0}"#
    session.send("{\"id\":\(requestID(text)),\"status\":200,\"result\":\(result)}")
  }

  func script(_ name: String, _ handler: @escaping FakeExchange.HTTPHandler) { scripts.withLock { $0[name] = handler } }

  func onLoop<Value: Sendable>(_ body: @escaping @Sendable (ExecutionSetup) -> Value) async throws -> Value {
    try await execution.loop.submit { [self] in body(self) }.get()
  }

  /// Submits the sample order and waits for the outcome.
  func submit(_ order: OrderRequest = Samples.order) async throws -> SubmitOutcome {
    let before = recorder.seen.withLock { $0.submitted.count }
    try await onLoop { $0.execution.submit(order) }
    try await Eventually.holds("outcome") { recorder.seen.withLock { $0.submitted.count } > before }
    return recorder.seen.withLock { $0.submitted[before].1 }
  }

  func stop() async {
    _ = try? await onLoop { $0.execution.stop() }
    http.shutDown()
    orderHTTP.shutDown()
    exchange.stop()
    try? await group.shutdownGracefully()
  }
}

@Suite struct ExecutionTests {
  @Test func ordersAreSignedOverExactlyTheBytesThatAreSent() async throws {
    let setup = try ExecutionSetup()
    setup.script("POST /api/v3/order") { _, _ in .ok(Samples.fullAnswer) }
    guard case .accepted(let reports) = try await setup.submit() else {
      Issue.record("not accepted")
      return
    }
    #expect(reports.count == 2)
    let request = try #require(setup.exchange.requests("/api/v3/order").first)
    #expect(request.headers["x-mbx-apikey"] == ExecutionSetup.apiKey)
    let parts = request.body.components(separatedBy: "&signature=")
    #expect(parts.count == 2 && request.query.isEmpty)
    #expect(HMACSHA256.hex(parts[0], secret: Secret(ExecutionSetup.secret)) == parts[1])
    #expect(request.parameter("newClientOrderId") == "bot-1" && request.parameter("recvWindow") == "5000")
    let timestamp = try #require(request.parameter("timestamp").flatMap { Int64($0) })
    #expect(abs(timestamp - WallClock.now().milliseconds) < 20_000)
    await setup.stop()
  }

  /// RELIABILITY I1, I3; faults 1, 3, 5, 6 on a kept-alive connection.
  @Test(arguments: [
    FakeExchange.Reply.closed, .answer(status: 500, body: "", headers: []), .answer(status: 503, body: "<html>", headers: []),
    .error(504, -1_007), .error(400, -1_006), .ok("{\"half\":"), .ok("[]"),
  ])
  func lostOrUndecidedAnswersAreUnknownAndNothingIsSentTwice(_ reply: FakeExchange.Reply) async throws {
    let setup = try ExecutionSetup()
    setup.script("POST /api/v3/order") { _, number in number == 1 ? .ok(Samples.fullAnswer) : reply }
    _ = try await setup.submit()
    guard case .unknown = try await setup.submit() else {
      Issue.record("not unknown")
      return
    }
    #expect(setup.exchange.requests("/api/v3/order").count == 2, "arrivals at the exchange")
    await setup.stop()
  }

  @Test func wrongClockIsADefiniteRefusalAndTheClockIsMeasured() async throws {
    let setup = try ExecutionSetup()
    setup.script("POST /api/v3/order") { _, _ in .error(400, -1_021, "Timestamp for this request is outside of the recvWindow.") }
    setup.script("GET /api/v3/time") { _, _ in .ok("{\"serverTime\":\(WallClock.now().milliseconds + 3_600_000)}") }
    guard case .rejected(code: -1_021, _) = try await setup.submit() else {
      Issue.record("not rejected")
      return
    }
    try await Eventually.holds("clock measured") { setup.exchange.requests("/api/v3/time").count == 1 }
    try await Eventually.holds("offset taken over") {
      try abs(setup.execution.loop.submit { setup.rest.clock.offsetNanoseconds }.wait() - 3_600_000_000_000) < 2_000_000_000
    }
    #expect(setup.exchange.requests("/api/v3/order").count == 1, "an order is not sent again")
    // A cancel is: it is harmless to repeat.
    setup.script("DELETE /api/v3/order") { _, number in number == 2 ? .error(400, -1_021) : .ok(Samples.canceledAnswer) }
    try await setup.onLoop { $0.execution.cancel(clientOrderID: Samples.id("myOrder1"), symbol: Samples.symbol("LTCBTC")) }
    try await Eventually.holds("cancel outcome") { setup.recorder.seen.withLock { $0.canceled.count } == 1 }
    guard case .canceled = setup.recorder.seen.withLock({ $0.canceled[0] }) else {
      Issue.record("not canceled")
      return
    }
    await setup.stop()
  }

  @Test func rateLimitAnswersAreObeyed() async throws {
    let setup = try ExecutionSetup()
    setup.script("POST /api/v3/order") { _, _ in
      .answer(status: 429, body: "{\"code\":-1003,\"msg\":\"Too much request weight used\"}", headers: [("Retry-After", "30")])
    }
    #expect(try await setup.submit() == .rejected(code: -1_003, message: "Too much request weight used"))
    guard case .rejected(code: 0, let message) = try await setup.submit() else {
      Issue.record("sent during the silence")
      return
    }
    #expect(message.contains("not sent"))
    try await setup.onLoop { $0.execution.query(clientOrderID: Samples.id("bot-1"), symbol: Samples.bitcoin) }
    try await Eventually.holds("query outcome") { setup.recorder.seen.withLock { $0.queried.count } == 1 }
    #expect(setup.exchange.requests.count == 1)
    await setup.stop()
  }

  /// The only other connection is taken by an answer that does not come.
  @Test func aSlowReadHoldsUpNoOrder() async throws {
    let setup = try ExecutionSetup(limits: HTTPClient.Limits(connectionsPerHostMaximum: 1))
    setup.script("GET /api/v3/klines") { _, _ in .silence }
    setup.script("POST /api/v3/order") { _, _ in .ok(Samples.fullAnswer) }
    setup.script("DELETE /api/v3/order") { _, _ in .ok(Samples.canceledAnswer) }
    let series = SeriesKey(symbol: Samples.bitcoin, interval: .oneMinute)
    try await setup.onLoop { $0.rest.closedCandles(series, after: nil, limit: 5) { _ in } }
    try await Eventually.holds("the read is under way") { !setup.exchange.requests("/api/v3/klines").isEmpty }
    guard case .accepted = try await setup.submit() else {
      Issue.record("not accepted")
      return
    }
    try await setup.onLoop { $0.execution.cancel(clientOrderID: Samples.id("myOrder1"), symbol: Samples.symbol("LTCBTC")) }
    try await Eventually.holds("cancel outcome") { setup.recorder.seen.withLock { $0.canceled.count } == 1 }
    await setup.stop()
  }

  @Test func exitsAndStopsHaveAShortWindow() async throws {
    let setup = try ExecutionSetup()
    setup.script("POST /api/v3/order") { _, _ in .ok(Samples.fullAnswer) }
    var exit = Samples.order
    exit.side = .sell
    _ = try await setup.submit(exit)
    #expect(setup.exchange.requests("/api/v3/order").first?.parameter("recvWindow") == "2000")
    await setup.stop()
  }

  /// RELIABILITY I21: the machine's clock is an hour wrong at the start, is found out, and steps again.
  @Test func aStepOfTheWallClockChangesNoTimestamp() async throws {
    let step = Shared<Int64>(-3_600_000)
    let wall: @Sendable () -> Timestamp = { WallClock.now().advanced(byMilliseconds: step.withLock { $0 }) }
    let setup = try ExecutionSetup(clock: ExchangeClock(wall: wall, monotonic: { MonotonicClock.nanoseconds() }))
    setup.script("POST /api/v3/order") { _, _ in .ok(Samples.fullAnswer) }
    let measured = Shared(false)
    try await setup.onLoop { $0.rest.synchronizeClock { _ in measured.withLock { $0 = true } } }
    try await Eventually.holds("the clock is measured") { measured.withLock { $0 } }
    for wrong in [0, 3_600_000, -3_600_000] as [Int64] {
      step.withLock { $0 = wrong }
      _ = try await setup.submit()
      let stamped = setup.exchange.requests("/api/v3/order").last?.parameter("timestamp").flatMap { Int64($0) }
      #expect(abs(try #require(stamped) - WallClock.now().milliseconds) < 20_000)
    }
    await setup.stop()
  }

  @Test func noConnectionMeansCertainlyNotSent() async throws {
    let setup = try ExecutionSetup()
    setup.exchange.stop()
    guard case .rejected(code: 0, _) = try await setup.submit() else {
      Issue.record("an order that cannot have left is no unknown")
      return
    }
    setup.http.shutDown()
    setup.orderHTTP.shutDown()
    try? await setup.group.shutdownGracefully()
  }

  @Test func userStreamIsSubscribedReconciledAndDelivered() async throws {
    let setup = try ExecutionSetup()
    try await setup.onLoop { $0.execution.start() }
    try await Eventually.holds("live") { setup.recorder.isLive }
    let session = try #require(setup.exchange.sessions.first)
    #expect(session.uri == "/ws-api/v3")
    let text = try #require(session.texts.withLock { $0.first })
    let json = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(json["method"] as? String == "userDataStream.subscribe.signature")
    let parameters = try #require(json["params"] as? [String: Any])
    let payload =
      "apiKey=\(ExecutionSetup.apiKey)&recvWindow=\(parameters["recvWindow"] ?? "")&timestamp=\(parameters["timestamp"] ?? "")"
    #expect(parameters["signature"] as? String == HMACSHA256.hex(payload, secret: Secret(ExecutionSetup.secret)))
    // Reconciled first: balances and open orders were there before "live".
    setup.recorder.seen.withLock { seen in
      #expect(seen.balances.count == 1 && seen.balances[0].1)
      #expect(seen.reports.map(\.clientOrderID) == [Samples.id("myOrder1")])
    }
    session.send(UserStreamMessageTests.report())
    session.send(#"{"subscriptionId":0,"event":{"e":"outboundAccountPosition","E":1,"u":1,"B":[{"a":"ETH","f":"1","l":"2"}]}}"#)
    try await Eventually.holds("report and balances") {
      setup.recorder.seen.withLock { $0.reports.count == 2 && $0.balances.count == 2 }
    }
    #expect(setup.recorder.seen.withLock { $0.reports[1].fill?.tradeID } == TradeID(7))
    #expect(!setup.recorder.seen.withLock { $0.balances[1].1 })
    await setup.stop()
  }

  @Test(arguments: [0, 1]) func endedStreamGoesDownAndComesBackReconciled(_ kind: Int) async throws {
    let setup = try ExecutionSetup()
    try await setup.onLoop { $0.execution.start() }
    try await Eventually.holds("live") { setup.recorder.isLive }
    let session = try #require(setup.exchange.sessions.first)
    if kind == 0 { session.drop() } else { session.send(#"{"subscriptionId":0,"event":{"e":"eventStreamTerminated","E":1}}"#) }
    try await Eventually.holds("down and up") { setup.recorder.seen.withLock { $0.live.map(\.0) } == [true, false, true] }
    #expect(setup.exchange.sessions.count == 2)
    #expect(setup.exchange.requests("/api/v3/account").count == 2 && setup.exchange.requests("/api/v3/openOrders").count == 2)
    await setup.stop()
  }

  @Test func oldUserStreamConnectionIsReplacedWithoutGoingDown() async throws {
    let setup = try ExecutionSetup { $0.replaceAfterNanoseconds = 100_000_000 }
    // The third is never confirmed, so that the second stays.
    let confirm = try #require(setup.exchange.onText.withLock { $0 })
    setup.exchange.onText.withLock { $0 = { session, text in if session.number <= 2 { confirm(session, text) } } }
    try await setup.onLoop { $0.execution.start() }
    try await Eventually.holds("first one closed") { setup.exchange.sessions.count >= 2 && !setup.exchange.sessions[0].isOpen }
    let session = setup.exchange.sessions[1]
    // Sent again until it is heard: on a starved machine the connection may not be open yet.
    try await Eventually.holds("report of the new connection") {
      session.send(UserStreamMessageTests.report([("mine-1", "after-1")]))
      return setup.recorder.seen.withLock { $0.reports.contains { $0.clientOrderID == Samples.id("after-1") } }
    }
    #expect(setup.recorder.seen.withLock { $0.live.map(\.0) } == [true])
    #expect(try await setup.onLoop { $0.execution.reconnects } == 0)
    await setup.stop()
  }

  @Test func silentUserStreamConnectionIsRemade() async throws {
    let setup = try ExecutionSetup { $0.deadNanoseconds = 1_000_000 }
    try await setup.onLoop { $0.execution.start() }
    try await Eventually.holds("down and up") { setup.recorder.seen.withLock { $0.live.map(\.0).starts(with: [true, false, true]) } }
    #expect(setup.recorder.seen.withLock { $0.live[1].1 } == "nothing arrived for 1 ms")
    await setup.stop()
  }

  @Test func tradingRulesAndLimitsAreReadFromExchangeInfo() async throws {
    let setup = try ExecutionSetup()
    setup.script("GET /api/v3/exchangeInfo") { _, _ in
      .ok(
        """
        {"timezone":"UTC","serverTime":1,"rateLimits":[{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":1200},
        {"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,"limit":100},{"rateLimitType":"NEW_KIND","interval":"WEEK","intervalNum":1,"limit":1}],
        "symbols":[{"symbol":"BTCUSDT","status":"TRADING","baseAsset":"BTC","baseAssetPrecision":8,"quoteAsset":"USDT","quoteAssetPrecision":8,
        "filters":[{"filterType":"PRICE_FILTER","minPrice":"0.01","maxPrice":"1000000","tickSize":"0.01"},
        {"filterType":"LOT_SIZE","minQty":"0.00001","maxQty":"9000","stepSize":"0.00001"},
        {"filterType":"MARKET_LOT_SIZE","minQty":"0","maxQty":"97.09521512","stepSize":"0"},
        {"filterType":"NOTIONAL","minNotional":"5","applyMinToMarket":true,"maxNotional":"9000000","applyMaxToMarket":false,"avgPriceMins":5},
        {"filterType":"MAX_NUM_ORDERS","maxNumOrders":200},{"filterType":"MAX_NUM_ALGO_ORDERS","maxNumAlgoOrders":5},{"filterType":"BRAND_NEW","x":1}]},
        {"symbol":"ETHUSDT","status":"TRADING","baseAsset":"ETH","quoteAsset":"USDT","filters":[
        {"filterType":"LOT_SIZE","minQty":"0.00001","maxQty":"9e3","stepSize":"0.00001"}]}]}
        """)
    }
    let found = Mutex<Result<ExchangeInformation.Listing, BinanceError>?>(nil)
    try await setup.onLoop { setup in setup.rest.tradingRules([Samples.bitcoin]) { result in found.withLock { $0 = result } } }
    try await Eventually.holds("rules") { found.withLock { $0 != nil } }
    let rules = try #require(try found.withLock { $0 }?.get().rules.first)
    // One symbol's unreadable decimal refuses it alone.
    #expect(try found.withLock { $0 }?.get().leftOut.map(\.description) == ["ETHUSDT (its LOT_SIZE has a 'maxQty' that cannot be read)"])
    #expect(rules.tickSize == Samples.decimal("0.01") && rules.stepSize == Samples.decimal("0.00001"))
    #expect(rules.marketQuantityMaximum == Samples.decimal("97.09521512") && rules.notionalMinimum == Samples.decimal("5"))
    #expect(rules.openOrdersMaximum == 200 && rules.openAlgorithmicOrdersMaximum == 5 && rules.status == .trading)
    #expect(setup.exchange.requests("/api/v3/exchangeInfo").first?.parameter("symbols") == "[\"BTCUSDT\"]")
    let limits = try await setup.onLoop { $0.rest.rateLimits }
    #expect(limits.weights.map(\.limit) == [1_200] && limits.orders.map(\.limit) == [100])
    await setup.stop()
  }
}
