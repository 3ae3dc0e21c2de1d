import Time
import Foundation
import HTTPClient
import BinanceJSON
import NIOCore
import NIOPosix
import NIOWebSocket
import ServiceRuntime
import Synchronization
import Testing
import TradingModel
import Venue
import VenueBinance

/// What a market stream delivered, for tests to look at from their own threads.
final class StreamRecorder: MarketStreamDelegate, @unchecked Sendable {
  struct Seen {
    var events: [MarketEvent] = []
    var closed: [SeriesKey: [Int64]] = [:]
    var skipped: [SeriesKey: [Int64]] = [:]
    var states: [(Symbol, FeedState, String)] = []
    var refusals: [FrameRefusal] = []
    var problems: [String] = []
  }
  let seen = Mutex(Seen())

  func received(_ event: MarketEvent) {
    seen.withLock { seen in
      seen.events.append(event)
      if case .candle(let update) = event, update.isClosed {
        seen.closed[SeriesKey(symbol: update.symbol, interval: update.interval), default: []].append(
          update.candle.openTime.milliseconds / 60_000)
      }
    }
  }

  func skipped(_ series: SeriesKey, candles: [Candle]) {
    seen.withLock { $0.skipped[series, default: []] += candles.map { $0.openTime.milliseconds / 60_000 } }
  }

  func backfilled(_ series: SeriesKey, candles: [Candle]) {
    seen.withLock { $0.closed[series, default: []] += candles.map { $0.openTime.milliseconds / 60_000 } }
  }

  func feedChanged(_ symbol: Symbol, state: FeedState, reason: String) { seen.withLock { $0.states.append((symbol, state, reason)) } }
  func refused(_ refusal: FrameRefusal) { seen.withLock { $0.refusals.append(refusal) } }
  func historyChanged(_ series: SeriesKey, problem: String) {
    seen.withLock { $0.problems.append("\(series.symbol) \(series.interval.rawValue): \(problem)") }
  }

  var state: FeedState? { seen.withLock { $0.states.last?.1 } }
  var closed: [Int64] { seen.withLock { $0.closed[SeriesKey(symbol: Samples.bitcoin, interval: .oneMinute)] ?? [] } }
  var tradeIDs: [Int64] {
    seen.withLock { $0.events.compactMap { event in if case .trade(let trade) = event { trade.id.value } else { nil } } }
  }
}

/// A stream against a ``FakeExchange``.
final class StreamSetup: @unchecked Sendable {
  let exchange: FakeExchange
  let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  let http: HTTPClient
  let recorder = StreamRecorder()
  let stream: BinanceMarketStream
  let rest: BinanceRestClient
  /// Candles that opened before this minute are closed, for the exchange's REST API.
  let minute = Shared<Int64>(0)

  init(_ configure: (inout BinanceMarketStream.Configuration) -> Void = { _ in }) throws {
    exchange = try FakeExchange()
    http = try HTTPClient()
    let endpoints = BinanceEndpoints(
      rest: "http://127.0.0.1:\(exchange.port)", stream: "ws://127.0.0.1:\(exchange.port)",
      webSocketAPI: "ws://127.0.0.1:\(exchange.port)/ws-api/v3")
    rest = BinanceRestClient(endpoints: endpoints, http: http, loop: group.next())
    var configuration = BinanceMarketStream.Configuration()
    configuration.warmUpCandles = 5
    configuration.lagNanoseconds = .max
    configure(&configuration)
    stream = try BinanceMarketStream(endpoints: endpoints, loop: rest.loop, history: rest, configuration: configuration)
    stream.delegate = recorder
    minute.withLock { $0 = WallClock.now().milliseconds / 60_000 - 1_000 }
    exchange.answer { [minute] request, _ in Self.klines(request, minute.withLock { $0 }) }
  }

  static func klines(_ request: FakeExchange.Request, _ minute: Int64) -> FakeExchange.Reply {
    guard request.path == "/api/v3/klines" else { return .error(404, -1) }
    let limit = Int64(request.parameter("limit") ?? "") ?? 500
    let start = request.parameter("startTime").flatMap { Int64($0) }.map { ($0 + 59_999) / 60_000 } ?? minute - limit
    let rows = start < minute ? (start..<min(minute, start + limit)).map { Samples.klineRow($0) } : []
    return .ok("[" + rows.joined(separator: ",") + "]")
  }

  func start(_ subscriptions: MarketSubscriptions) async throws {
    try await stream.loop.submit { [stream] in
      stream.setSubscriptions(subscriptions)
      stream.start()
    }.get()
  }

  func onLoop<Value: Sendable>(_ body: @escaping @Sendable (BinanceMarketStream) -> Value) async throws -> Value {
    try await stream.loop.submit { [stream] in body(stream) }.get()
  }

  func stop() async {
    _ = try? await onLoop { $0.stop() }
    http.shutDown()
    exchange.stop()
    try? await group.shutdownGracefully()
  }

  /// The newest open session once it has subscribed.
  func session(_ number: Int) async throws -> FakeExchange.Session {
    try await Eventually.holds("session \(number) subscribes") {
      exchange.sessions.count >= number && exchange.sessions[number - 1].texts.withLock { !$0.isEmpty }
    }
    return exchange.sessions[number - 1]
  }

  var now: Int64 { WallClock.now().milliseconds }
}

@Suite struct MarketStreamTests {
  static let candles = MarketSubscriptions(series: [SeriesKey(symbol: Samples.bitcoin, interval: .oneMinute)])
  static let trades = MarketSubscriptions(trades: [Samples.bitcoin])

  @Test func deliversEventsAndBecomesLive() async throws {
    let setup = try StreamSetup()
    try await setup.start(
      MarketSubscriptions(
        series: [SeriesKey(symbol: Samples.bitcoin, interval: .oneMinute)], trades: [Samples.bitcoin], quotes: [Samples.bitcoin],
        tickers: [Samples.bitcoin]))
    let session = try await setup.session(1)
    #expect(session.uri == "/stream")
    #expect(
      session.texts.withLock { $0.first }
        == #"{"method":"SUBSCRIBE","params":["btcusdt@bookTicker","btcusdt@kline_1m","btcusdt@miniTicker","btcusdt@trade"],"id":1}"#)
    let minute = setup.minute.withLock { $0 }
    try await Eventually.holds("warm-up arrives") { setup.recorder.closed.count == 6 }
    #expect(setup.recorder.closed == Array((minute - 6)..<minute))
    session.send(Samples.trade(7, time: setup.now))
    session.send(#"{"stream":"btcusdt@bookTicker","data":{"u":1,"s":"BTCUSDT","b":"1.5","B":"2","a":"1.6","A":"3"}}"#)
    session.send(Samples.kline(minute, closed: true))
    session.send(Samples.kline(minute + 1, closed: false, second: 2))
    try await Eventually.holds("four events") { setup.recorder.seen.withLock { $0.events.count } == 4 }
    #expect(setup.recorder.closed == Array((minute - 6)...minute))
    #expect(setup.recorder.state == .live)
    #expect(session.unmasked.withLock { $0 } == 0, "a client masks every frame")
    let counters = try await setup.onLoop { $0.counters }
    #expect(counters.events == 4 && counters.frames == 5 && counters.reconnects == 0)
    await setup.stop()
  }

  @Test func everyClosedCandleArrivesOnceAcrossDisconnects() async throws {
    let setup = try StreamSetup()
    try await setup.start(Self.candles)
    var minute = setup.minute.withLock { $0 }
    let first = minute - 6
    for round in 1...6 {
      let session = try await setup.session(round)
      try await Eventually.holds("refill of round \(round)") { setup.recorder.closed.last == minute - 1 }
      // One candle over the stream, twice; then the connection dies and two candles pass unseen.
      setup.minute.withLock { $0 = minute + 1 }
      session.send(Samples.kline(minute, closed: true))
      session.send(Samples.kline(minute, closed: true))
      try await Eventually.holds("candle of round \(round)") { setup.recorder.closed.last == minute }
      setup.minute.withLock { $0 = minute + 3 }
      session.drop()
      minute += 3
    }
    _ = try await setup.session(7)
    try await Eventually.holds("last refill") { setup.recorder.closed.last == minute - 1 }
    #expect(setup.recorder.closed == Array(first..<minute))
    #expect(try await setup.onLoop { $0.counters.reconnects } == 6)
    await setup.stop()
  }

  @Test func failedRefillsAreRepeatedUntilTheySucceed() async throws {
    let setup = try StreamSetup()
    let minute = setup.minute.withLock { $0 }
    setup.exchange.answer { request, number in
      switch number {
      case 1: .closed
      case 2: .answer(status: 500, body: "oops", headers: [])
      case 3: .ok("[[garbage")
      case 4: .ok("[[1,\"NaN\"]]")
      default: StreamSetup.klines(request, minute)
      }
    }
    try await setup.start(Self.candles)
    try await Eventually.holds("warm-up after failures") { setup.recorder.closed.count == 6 }
    #expect(setup.exchange.requests("/api/v3/klines").count == 5)
    await setup.stop()
  }

  @Test func pingsAreAnsweredWithTheirOwnPayload() async throws {
    let setup = try StreamSetup()
    try await setup.start(Self.trades)
    let session = try await setup.session(1)
    session.ping("1700000000123")
    try await Eventually.holds("pong") { session.pongs.withLock { $0 } == [Array("1700000000123".utf8)] }
    await setup.stop()
  }

  @Test func fragmentsAreJoinedAndPingsMayComeBetween() async throws {
    let setup = try StreamSetup()
    try await setup.start(Self.trades)
    let session = try await setup.session(1)
    let bytes = Array(Samples.trade(9, time: setup.now).utf8)
    session.send(WebSocketFrame(fin: false, opcode: .text, data: ByteBuffer(bytes: bytes[..<20])))
    session.ping("x")
    session.send(WebSocketFrame(fin: false, opcode: .continuation, data: ByteBuffer(bytes: bytes[20..<50])))
    session.send(WebSocketFrame(fin: true, opcode: .continuation, data: ByteBuffer(bytes: bytes[50...])))
    try await Eventually.holds("trade") { setup.recorder.tradeIDs == [9] }
    #expect(session.pongs.withLock { $0.count } == 1)
    await setup.stop()
  }

  @Test(arguments: [0, 1, 2]) func violationsEndTheConnectionAndItIsRemade(_ kind: Int) async throws {
    let setup = try StreamSetup()
    try await setup.start(Self.trades)
    let session = try await setup.session(1)
    switch kind {
    case 0: session.send(WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(repeating: 32, count: (1 << 20) + 1)))
    case 1: session.send(WebSocketFrame(fin: true, opcode: .continuation, data: ByteBuffer(string: "x")))
    default: session.send(WebSocketFrame(fin: true, opcode: .text, maskKey: [1, 2, 3, 4], data: ByteBuffer(string: "x")))
    }
    try await Eventually.holds("close code") { session.closeCodes.withLock { $0 } == [kind == 0 ? 1_009 : 1_002] }
    let second = try await setup.session(2)
    second.send(Samples.trade(1, time: setup.now))
    try await Eventually.holds("trade on the new connection") { setup.recorder.tradeIDs == [1] }
    await setup.stop()
  }

  @Test func refusedFramesAreCountedAndDoNotEndAnything() async throws {
    let setup = try StreamSetup()
    try await setup.start(Self.trades)
    let session = try await setup.session(1)
    session.send("not json")
    session.send(Samples.trade(1, price: "NaN", time: setup.now))
    session.send(Samples.trade(2, time: setup.now))
    try await Eventually.holds("good trade") { setup.recorder.tradeIDs == [2] }
    let counters = try await setup.onLoop { $0.counters }
    #expect(counters.refused == [.malformed: 1, .badField: 1])
    #expect(setup.recorder.seen.withLock { $0.refusals.map(\.field.description) } == ["", "p"])
    #expect(session.isOpen)
    await setup.stop()
  }

  @Test func silenceMakesTheFeedStaleAlthoughPingsArrive() async throws {
    let setup = try StreamSetup { configuration in
      configuration.silenceNanoseconds = 200_000_000
      configuration.tickNanoseconds = 20_000_000
    }
    try await setup.start(Self.trades)
    let session = try await setup.session(1)
    session.send(Samples.trade(1, time: setup.now))
    func states() -> [FeedState] { setup.recorder.seen.withLock { $0.states.map(\.1) } }
    try await Eventually.holds("live, then stale") {
      session.ping("alive")
      return states() == [.live, .stale]
    }
    session.send(Samples.trade(2, time: setup.now))
    try await Eventually.holds("live again") { states().prefix(3) == [.live, .stale, .live] }
    await setup.stop()
  }

  @Test func oldEventsMakeTheFeedStale() async throws {
    let setup = try StreamSetup { $0.lagNanoseconds = 2_000_000_000 }
    try await setup.start(Self.trades)
    let session = try await setup.session(1)
    session.send(Samples.trade(1, time: setup.now))
    try await Eventually.holds("live") { setup.recorder.state == .live }
    session.send(Samples.trade(2, time: setup.now - 10_000))
    try await Eventually.holds("stale") { setup.recorder.state == .stale }
    await setup.stop()
  }

  @Test func connectionWithoutDataIsRemade() async throws {
    let setup = try StreamSetup { configuration in
      configuration.silentReconnectNanoseconds = 150_000_000
      configuration.tickNanoseconds = 20_000_000
    }
    try await setup.start(Self.trades)
    _ = try await setup.session(2)
    await setup.stop()
  }

  @Test(arguments: [true, false]) func replacementOverlapsAndLosesNothing(_ announced: Bool) async throws {
    let setup = try StreamSetup { if !announced { $0.replaceAfterNanoseconds = 300_000_000 } }
    // The second connection's subscription is confirmed only when the test says so.
    setup.exchange.onText.withLock { $0 = { session, text in if session.number == 1 { FakeExchange.confirming(session, text) } } }
    try await setup.start(Self.trades)
    let first = try await setup.session(1)
    first.send(Samples.trade(1, time: setup.now))
    if announced { first.send(#"{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1770123456789}}"#) }
    let second = try await setup.session(2)
    #expect(first.isOpen, "the old connection serves until the new one is subscribed")
    for id in 2...4 { for session in [first, second] { session.send(Samples.trade(Int64(id), time: setup.now)) } }
    try await Eventually.holds("each trade once") { setup.recorder.tradeIDs == [1, 2, 3, 4] }
    second.send("{\"result\":null,\"id\":1}")
    try await Eventually.holds("old one closed") { !first.isOpen }
    second.send(Samples.trade(5, time: setup.now))
    try await Eventually.holds("trade after the change") { setup.recorder.tradeIDs == [1, 2, 3, 4, 5] }
    let counters = try await setup.onLoop { $0.counters }
    #expect(counters.replacements == 1 && counters.duplicates == 3)
    #expect(setup.recorder.seen.withLock { $0.states.allSatisfy { $0.1 != .stale } })
    await setup.stop()
  }

  @Test func subscriptionsAreDiffedBatchedAndSpreadOverConnections() async throws {
    let setup = try StreamSetup { $0.streamsPerConnection = 250 }
    let symbols = (0..<400).map { Samples.symbol("S\($0)USDT") }
    try await setup.start(MarketSubscriptions(trades: Set(symbols)))
    try await Eventually.holds("everything subscribed") {
      setup.exchange.sessions.reduce(0) { $0 + $1.texts.withLock { $0.reduce(0) { $0 + $1.split(separator: "@").count - 1 } } } == 400
    }
    #expect(setup.exchange.sessions.count == 2)
    #expect(setup.exchange.sessions.allSatisfy { $0.texts.withLock { $0.count } <= 2 })
    _ = try await setup.onLoop { stream in
      stream.setSubscriptions(MarketSubscriptions(trades: Set(symbols.dropFirst(1)).union([Samples.bitcoin])))
    }
    try await Eventually.holds("the difference") {
      let texts = setup.exchange.sessions.flatMap { $0.texts.withLock { $0 } }
      return texts.contains { $0.hasPrefix("{\"method\":\"UNSUBSCRIBE\",\"params\":[\"s0usdt@trade\"]") }
        && texts.contains { $0.hasPrefix("{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@trade\"]") }
    }
    await setup.stop()
  }

  @Test func seriesAddedFromWithinAnEventIsWarmedUp() async throws {
    let setup = try StreamSetup()
    try await setup.start(Self.trades)
    let session = try await setup.session(1)
    let adder = Adder(setup)
    try await setup.onLoop { $0.delegate = adder }
    session.send(Samples.trade(1, time: setup.now))
    try await Eventually.holds("warm-up of the added series") { setup.recorder.closed.count == 6 }
    session.send(Samples.trade(2, time: setup.now))
    try await Eventually.holds("trades go on") { setup.recorder.tradeIDs == [1, 2] }
    await setup.stop()
    withExtendedLifetime(adder) {}
  }

  /// Subscribes a series out of a trade, as the core does when a command is handled between events.
  final class Adder: MarketStreamDelegate, @unchecked Sendable {
    let setup: StreamSetup
    init(_ setup: StreamSetup) { self.setup = setup }
    func received(_ event: MarketEvent) {
      setup.stream.setSubscriptions(
        MarketSubscriptions(
          series: [SeriesKey(symbol: Samples.bitcoin, interval: .oneMinute)], trades: [Samples.bitcoin, Samples.ether]))
      setup.recorder.received(event)
    }
    func skipped(_ series: SeriesKey, candles: [Candle]) { setup.recorder.skipped(series, candles: candles) }
    func backfilled(_ series: SeriesKey, candles: [Candle]) { setup.recorder.backfilled(series, candles: candles) }
    func feedChanged(_ symbol: Symbol, state: FeedState, reason: String) {
      setup.recorder.feedChanged(symbol, state: state, reason: reason)
    }
    func refused(_ refusal: FrameRefusal) { setup.recorder.refused(refusal) }
    func historyChanged(_ series: SeriesKey, problem: String) { setup.recorder.historyChanged(series, problem: problem) }
  }

  @Test func serverThatRefusesTheHandshakeIsTriedAgain() async throws {
    let setup = try StreamSetup()
    setup.exchange.stop()
    try await setup.start(Self.trades)
    try await Eventually.holds("attempts") { try setup.stream.loop.submit { setup.stream.counters.reconnects }.wait() >= 2 }
    _ = try await setup.onLoop { $0.stop() }
    setup.http.shutDown()
    try? await setup.group.shutdownGracefully()
  }

  /// The name is still asked for when the series comes back, so that no answer of the exchange will ever speak of it again.
  @Test func aSeriesThatComesBackBeforeItsNameWasGivenUpStarts() async throws {
    let setup = try StreamSetup()
    let both = MarketSubscriptions(
      series: [SeriesKey(symbol: Samples.bitcoin, interval: .oneMinute), SeriesKey(symbol: Samples.bitcoin, interval: .fiveMinutes)])
    try await setup.start(Self.candles)
    let session = try await setup.session(1)
    try await Eventually.holds("warm-up arrives") { setup.recorder.closed.count >= 5 }
    let warmed = setup.recorder.closed.count
    _ = try await setup.onLoop { stream in
      stream.setSubscriptions(MarketSubscriptions(series: [SeriesKey(symbol: Samples.bitcoin, interval: .fiveMinutes)]))
      stream.setSubscriptions(both)
    }
    try await Eventually.holds("the series is warmed again") { setup.recorder.closed.count > warmed }
    let minute = setup.minute.withLock { $0 }
    session.send(Samples.kline(minute, closed: true))
    try await Eventually.holds("its candle arrives") { setup.recorder.closed.contains(minute) }
    await setup.stop()
  }
}
