import Presentation
import Time
import BinanceJSON
import ControlPlane
import Engine
import HTTPClient
import Logging
import MarketData
import NIOCore
import ServiceRuntime
import Signing
import TradingCore
import TradingModel
import Venue
import VenueBinance

/// The parts that talk to the exchange: REST, market streams and, with a key, orders and the user data stream. On the core's loop.
final class ExchangeAssembly: @unchecked Sendable {
  let engine: TradingEngine
  let feed: ExchangeFeed
  let settings: DaemonSettings
  let stores: StoreAssembly
  let choice: ExchangeChoice
  let rest: BinanceRestClient
  let execution: BinanceExecution?
  /// What orders pass; `nil` in the paper modes.
  let gate: VenueGate?
  let question: SimulatorQuestion
  let board: StateBoard
  let health: HealthRegistry
  let log: Logger
  let notice: ServiceNotice
  private let marketData: MarketDataStore
  /// Of its REST API, as people may see it.
  let address: String
  /// The daemon must end, and why.
  let fail: @Sendable (any Error) -> Void
  /// Told once: everything is compared with the exchange, trading goes on.
  var onReady: (() -> Void)?
  /// What is waited for, for the supervisor; empty: nothing.
  var waitsFor = ""

  // How far the start has come, and what it found; see `start()`.
  var retry = BackoffMachine(firstNanoseconds: 500_000_000, maximumNanoseconds: 5_000_000_000)
  var kind: ExchangeKind?
  var isVerified = false
  var rulesLoaded = false
  var isReady = false
  var hasFailed = false
  var account: AccountStanding?
  var accountLock: AccountLock?
  var claimDeadline: Int64?
  var listing = ExchangeInformation.Listing()
  var delistings: [Symbol: Timestamp] = [:]
  /// A list of them is asked for, or will be in a moment.
  var asksForDelistings = false
  var delistRetry = BackoffMachine(firstNanoseconds: 1_000_000_000, maximumNanoseconds: 300_000_000_000)
  /// Symbols of bots that the exchange does not list any more.
  var vanishedSymbols: Set<Symbol> = []
  var namedObstacles: [Symbol: String] = [:]
  var namedLeftOut: Set<ExchangeInformation.LeftOut> = []
  var refresh: RepeatedTask?
  var review: RepeatedTask?

  init(
    settings: DaemonSettings, engine: TradingEngine, board: StateBoard, health: HealthRegistry, marketData: MarketDataStore,
    stores: StoreAssembly, counts: TradingCounts, notice: ServiceNotice, log: Logger, fail: @escaping @Sendable (any Error) -> Void
  ) throws {
    self.settings = settings
    self.engine = engine
    self.stores = stores
    self.fail = fail
    self.board = board
    self.health = health
    self.log = log
    self.notice = notice
    self.marketData = marketData
    let endpoints = Self.endpoints(settings)
    var problems: [String] = []
    guard let choice = ExchangeChoice(mode: settings.mode, endpoints, report: { problems.append($1) }) else {
      throw SettingsError(problems.joined(separator: "\n"))
    }
    self.choice = choice
    address = SettingListing.withoutUser(endpoints.rest)
    let signer = try Self.signer(settings)
    do {
      let http = try HTTPClient()
      question = SimulatorQuestion(http: http, loop: engine.loop)
      rest = BinanceRestClient(
        endpoints: endpoints, http: http, orderHTTP: try HTTPClient(threadName: "http-orders"), loop: engine.loop,
        signer: signer,
        receiveWindowMilliseconds: Int(engine.core.configuration.receiveWindowMilliseconds))
      let stream = try BinanceMarketStream(endpoints: endpoints, loop: engine.loop, history: rest, clock: rest.clock)
      feed = ExchangeFeed(engine: engine, stream: stream, log: log)
      let rest = rest
      stream.clockIsSuspect = { [weak rest] in rest?.synchronizeClock { _ in } }
      execution = try signer.map { try BinanceExecution(endpoints: endpoints, rest: rest, signer: $0) }
    } catch let error as BinanceError {
      throw DaemonError(error.message)
    } catch let error as HTTPError {
      throw DaemonError(error.message)
    }
    gate = execution.map { VenueGate($0, engine: engine, counts: counts) }
    execution?.delegate = gate
    engine.execution = gate
    execution?.contradicted = { [weak self] evidence, words in self?.readAgain(evidence, words) }
    if execution != nil { health.set("user_stream", .degraded, "connecting") }
    feed.onFeedChange = { symbol, state, _ in marketData.feedState(symbol, state, at: WallClock.now()) }
    rest.clockChanged = { [weak self] offset in self?.clockChanged(offset) }
  }

  static func endpoints(_ settings: DaemonSettings) -> BinanceEndpoints {
    var endpoints: BinanceEndpoints
    switch settings.mode {
    case .live: endpoints = .live
    case .testnet: endpoints = .testnet
    case .paper, .simulated: endpoints = .publicData
    }
    if let url = settings.restURL { endpoints.rest = url }
    if let url = settings.streamURL { endpoints.stream = url }
    if let url = settings.webSocketAPIURL { endpoints.webSocketAPI = url }
    return endpoints
  }

  private static func signer(_ settings: DaemonSettings) throws -> RequestSigner? {
    guard let key = settings.apiKey else { return nil }
    if let file = settings.privateKeyFile {
      do {
        return RequestSigner(apiKey: key, privateKey: try PrivateKey(pem: try Secret.reading(path: file)))
      } catch {
        throw SettingsError("BINANCE_PRIVATE_KEY_FILE: \(error)")
      }
    }
    return settings.apiSecret.map { RequestSigner(apiKey: key, secret: $0) }
  }

  func stop() {
    refresh?.cancel()
    review?.cancel()
    execution?.stop()
  }

  private func clockChanged(_ offset: Int64) {
    feed.clockChanged(offset)
    let milliseconds = offset / 1_000_000
    health.set("clock", .ok, "exchange clock is \(milliseconds) ms from ours", counters: [("offset_ms", milliseconds)])
  }

  private func publishRateLimits() {
    let now = rest.clock.now
    let limits = rest.rateLimits.standing(at: now)
    func usage(_ type: String, _ windows: [RateGovernor.Window], blockedUntil: Timestamp?) -> [RateLimitUsage] {
      windows.map { window in
        RateLimitUsage(
          type: type, intervalNanoseconds: window.lengthMilliseconds.multipliedReportingOverflow(by: 1_000_000).partialValue,
          limit: Int64(window.limit), used: Int64(window.used), blockedUntil: blockedUntil ?? .zero)
      }
    }
    board.setRateLimits(
      usage("REQUEST_WEIGHT", limits.weights, blockedUntil: limits.silentUntil(now))
        + usage(
          "ORDERS", limits.orders, blockedUntil: [limits.silentUntil(now), limits.ordersBlockedUntil(now)].compactMap(\.self).max()))
  }

  func updateHealth() {
    publishRateLimits()
    gate?.settle()
    let (live, all) = feed.liveCount()
    let counters = feed.counters
    // The same counts for the feed as a whole and for each series.
    for (key, traffic) in feed.traffic {
      marketData.setFeedCounts(
        key,
        SeriesFeedCounts(
          reconnects: traffic.reconnects, refused: traffic.refused, backfilled: traffic.backfilled, problem: traffic.problem))
    }
    let refused = counters.refused.values.reduce(counters.rowsRefused, +)
    let numbers: [(String, Int64)] = [
      ("frames", Int64(clamping: counters.frames)), ("refused", Int64(clamping: refused)), ("reconnects", Int64(counters.reconnects)),
      ("candle_gaps", Int64(counters.candleGaps)), ("backfilled", Int64(clamping: counters.backfilled)),
    ]
    let reasons = feed.reasons.isEmpty ? "" : "; " + feed.reasons.joined(separator: "; ")
    if all == 0 {
      health.set("feed", .ok, "no bot needs a symbol yet", counters: numbers)
    } else if live == all {
      health.set("feed", feed.hasMissingHistory ? .degraded : .ok, "\(CountText.of(all, "symbol")) live" + reasons, counters: numbers)
    } else {
      health.set(
        "feed", live == 0 ? .down : .degraded, "\(live) of \(CountText.of(all, "symbol")) live; entries wait for the others" + reasons,
        counters: numbers)
    }
  }
}

extension Daemon {
  func startExchange() async throws {
    let settings = settings
    try await onCore {
      let exchange = try ExchangeAssembly(
        settings: settings, engine: self.engine, board: self.board, health: self.health, marketData: self.marketData,
        stores: self.stores, counts: self.counts, notice: self.notice, log: self.log,
        fail: { [stopping = self.stopping] in stopping.fire($0) })
      self.exchange = exchange
      self.feed = exchange.feed
      exchange.start()
    }
  }
}
