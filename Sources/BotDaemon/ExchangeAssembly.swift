import Time
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
  private let rest: BinanceRestClient
  private let execution: BinanceExecution?
  private let board: StateBoard
  private let health: HealthRegistry
  private let log: Logger
  private var retry = BackoffMachine(firstNanoseconds: 500_000_000, maximumNanoseconds: 30_000_000_000)
  private var rulesLoaded = false
  private var refresh: RepeatedTask?
  private let endpoints: BinanceEndpoints

  static let rulesEveryHours: Int64 = 4

  init(settings: DaemonSettings, engine: TradingEngine, board: StateBoard, health: HealthRegistry, marketData: MarketDataStore, log: Logger)
    throws
  {
    self.engine = engine
    self.board = board
    self.health = health
    self.log = log
    endpoints = Self.endpoints(settings)
    let signer = try Self.signer(settings)
    do {
      let http = try HTTPClient()
      rest = BinanceRestClient(
        endpoints: endpoints, http: http, loop: engine.loop, signer: signer,
        receiveWindowMilliseconds: Int(engine.core.configuration.receiveWindowMilliseconds))
      let stream = try BinanceMarketStream(endpoints: endpoints, loop: engine.loop, history: rest)
      feed = ExchangeFeed(engine: engine, stream: stream, log: log)
      let rest = rest
      let endpoints = endpoints
      execution = try signer.map { try BinanceExecution(endpoints: endpoints, rest: rest, signer: $0) }
    } catch let error as BinanceError {
      throw DaemonError(error.message)
    } catch let error as HTTPError {
      throw DaemonError(error.message)
    }
    execution?.delegate = engine
    engine.execution = execution
    if execution != nil { health.set("user_stream", .degraded, "connecting") }
    feed.onFeedChange = { symbol, state, _ in marketData.feedState(symbol, state, at: WallClock.now()) }
    rest.clockChanged = { [weak self] offset in self?.clockChanged(offset) }
  }

  private static func endpoints(_ settings: DaemonSettings) -> BinanceEndpoints {
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

  /// Measures the clock, loads the trading rules (again and again until it works), then lets orders flow. The streams start at once.
  func start() {
    health.set("venue", .degraded, "loading the trading rules from \(endpoints.rest)")
    if execution == nil { health.set("user_stream", .disabled, "orders are filled on paper") }
    connect()
    refresh = engine.loop.scheduleRepeatedTask(initialDelay: .hours(Self.rulesEveryHours), delay: .hours(Self.rulesEveryHours)) {
      [weak self] _ in
      self?.rest.synchronizeClock { _ in self?.loadRules() }
    }
  }

  func stop() {
    refresh?.cancel()
    execution?.stop()
  }

  private func connect() {
    rest.synchronizeClock { [weak self] result in
      guard let self else { return }
      switch result {
      case .success: loadRules()
      case .failure(let error): again(error)
      }
    }
  }

  private func loadRules() {
    rest.tradingRules([]) { [weak self] result in
      guard let self else { return }
      switch result {
      case .success(let rules):
        retry.reset()
        board.setRules(rules)
        engine.handle(.rules(rules))
        health.set("venue", .ok, endpoints.rest, counters: [("symbols", Int64(rules.count))])
        if !rulesLoaded {
          rulesLoaded = true
          execution?.start()
        }
      case .failure(let error): again(error)
      }
    }
  }

  private func again(_ error: BinanceError) {
    let delay = retry.nextDelayNanoseconds(jitter: UInt64.random(in: 0...UInt64.max))
    health.set("venue", .down, "\(endpoints.rest): \(error.message); trying again in \(delay / 1_000_000) ms")
    log.warning("the exchange cannot be reached", metadata: ["error": "\(error.message)"])
    engine.loop.scheduleTask(in: .nanoseconds(delay)) { [weak self] in self?.connect() }
  }

  private func clockChanged(_ offset: Int64) {
    feed.clockChanged(offset)
    let milliseconds = offset / 1_000_000
    health.set("clock", .ok, "exchange clock is \(milliseconds) ms from ours", counters: [("offset_ms", milliseconds)])
  }

  private func publishRateLimits() {
    let now = rest.exchangeTime
    let limits = rest.rateLimits.standing(at: now)
    func usage(_ type: String, _ windows: [RateGovernor.Window], blockedUntil: Timestamp) -> [RateLimitUsage] {
      windows.map { window in
        RateLimitUsage(
          type: type, intervalNanoseconds: window.lengthMilliseconds.multipliedReportingOverflow(by: 1_000_000).partialValue,
          limit: Int64(window.limit), used: Int64(window.used), blockedUntil: blockedUntil > now ? blockedUntil : .zero)
      }
    }
    board.setRateLimits(
      usage("REQUEST_WEIGHT", limits.weights, blockedUntil: limits.silentUntil)
        + usage("ORDERS", limits.orders, blockedUntil: max(limits.silentUntil, limits.ordersBlockedUntil)))
  }

  func updateHealth() {
    publishRateLimits()
    let (live, all) = feed.liveCount()
    let counters = feed.counters
    let refused = counters.refused.values.reduce(0, +)
    let numbers: [(String, Int64)] = [
      ("frames", Int64(clamping: counters.frames)), ("refused", Int64(clamping: refused)), ("reconnects", Int64(counters.reconnects)),
      ("candle_gaps", Int64(counters.candleGaps)),
    ]
    if all == 0 {
      health.set("feed", .ok, "no bot needs a symbol yet", counters: numbers)
    } else if live == all {
      health.set("feed", .ok, "\(all) symbols live", counters: numbers)
    } else {
      health.set("feed", live == 0 ? .down : .degraded, "\(live) of \(all) symbols live; entries wait for the others", counters: numbers)
    }
  }
}

extension Daemon {
  func startExchange() async throws {
    let settings = settings
    try await onCore {
      let exchange = try ExchangeAssembly(
        settings: settings, engine: self.engine, board: self.board, health: self.health, marketData: self.marketData, log: self.log)
      self.exchange = exchange
      self.feed = exchange.feed
      exchange.start()
    }
  }
}
