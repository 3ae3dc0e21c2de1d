import BotAPI
import ControlPlane
import Engine
import Foundation
import Journal
import Logging
import MarketData
import MarketTape
import NIOCore
import NIOPosix
import ServiceRuntime
import Strategies
import Synchronization
import TTRPC
import Time
import TradingCore
import TradingModel
import Venue

/// The assembly: opens the state, wires the parts, serves until told to stop, and stops in order.
public final class Daemon: @unchecked Sendable {
  let settings: DaemonSettings
  let log: Logger
  let coreGroup: MultiThreadedEventLoopGroup
  let serverGroup: MultiThreadedEventLoopGroup
  let journal: Journal
  /// What the market said, for replays.
  let tape: MarketTapeWriter?
  let engine: TradingEngine
  let board = StateBoard()
  let tail = JournalTail()
  let health = HealthRegistry()
  let marketData = MarketDataStore()
  let stopping = StopSignal()
  let stores: StoreAssembly
  private(set) var server: RPCServer?
  private var controlPlane: ControlPlane?
  // Set up before the core's loop runs anything; used on that loop afterwards.
  var feed: (any MarketFeed)? {
    get { publications.feed }
    set { publications.feed = newValue }
  }
  var exchange: ExchangeAssembly?
  private var clock: RepeatedTask?
  private var console: Console? {
    get { publications.console }
    set { publications.console = newValue }
  }
  private let publications: Publications

  /// Runs a daemon until SIGINT, SIGTERM or the `Shutdown` call.
  public static func run(_ settings: DaemonSettings, isTerminal: Bool) async throws {
    ProcessSignals.ignoreWriteSignals()
    let logWriter: LineWriter
    do { logWriter = try LineWriter(name: "log", descriptor: STDERR_FILENO) } catch { throw DaemonError(error.message) }
    // Not closed: parts that end later may still log.
    defer { logWriter.flush(within: .seconds(1)) }
    let logLevel = Logger.Level(rawValue: settings.logLevel) ?? .info
    LoggingSystem.bootstrap { BackgroundLogStream(logWriter).handler(label: $0, level: logLevel) }
    let daemon = try await Daemon(settings, isTerminal: isTerminal)
    do { try ProcessSignals.observe([SIGINT, SIGTERM]) { _ in daemon.stopping.fire() } } catch { throw DaemonError(error.message) }
    do {
      try await daemon.start()
    } catch {
      await daemon.stop()
      throw error
    }
    await daemon.stopping.wait()
    await daemon.stop()
  }

  init(_ settings: DaemonSettings, isTerminal: Bool) async throws {
    self.settings = settings
    var log = Logger(label: "botd")
    log.logLevel = Logger.Level(rawValue: settings.logLevel) ?? .info
    self.log = log
    var configuration = CoreConfiguration(mode: settings.mode)
    if !settings.mode.isPaper { configuration.orderTag = String(WallClock.now().nanoseconds / 1_000_000_000, radix: 36) }
    stores = StoreAssembly(settings: settings, log: log)
    let loaded: StateLoader.Loaded
    do {
      loaded = try StateLoader.load(directory: settings.stateDirectory, configuration: configuration, stores: stores)
    } catch let error as JournalError {
      throw DaemonError(error.message)
    }
    journal = loaded.journal
    tape = try MarketTapeWriter(stateDirectory: settings.stateDirectory)
    coreGroup = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    serverGroup = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    engine = TradingEngine(
      core: loaded.core, journal: JournalPort(journal), loop: coreGroup.next(), replyLoop: serverGroup.next(),
      clocks: ClockReaders(wall: WallClock.now, monotonic: MonotonicClock.nanoseconds))
    publications = Publications(
      engine: engine, board: board, tail: tail, stores: stores, marketData: marketData, tape: tape, health: health, log: log)
    if settings.showsTrades {
      do { console = try Console(isColored: isTerminal, address: settings.listen.first) } catch { throw DaemonError(error.message) }
    }
    try await onCore {
      self.engine.publisher = self.publications
      self.publishInitialState()
      if loaded.isNew { self.engine.open(StateLoader.newIdentity(mode: settings.mode), at: WallClock.now()) }
    }
  }

  /// Runs a closure on the core's thread.
  func onCore<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await engine.loop.submit(body).get()
  }

  private func publishInitialState() {
    board.publish(BoardUpdate(engine.takeInitialState()))
  }

  private func start() async throws {
    health.set("journal", .ok, settings.stateDirectory, counters: [("sequence", Int64(clamping: journal.lastSequence))])
    health.set("clock", .ok, "")
    health.set("feed", .degraded, "connecting")
    stores.start(journal: journal, marketData: marketData, health: health)
    switch settings.mode {
    case .simulated: try await startSimulated()
    case .paper, .testnet, .live: try await startExchange()
    }
    try await startServer()
    try await onCore {
      self.engine.resume()
      self.feed?.start()
      if !self.settings.botsEnabled {
        self.engine.handle(
          .command(
            CommandEnvelope(
              id: 0, requestID: "", fingerprint: 0, command: .setTradingState(.halted, reason: "BINANCE_ENABLE_BOTS is false"))))
      }
      self.clock = self.engine.loop.scheduleRepeatedTask(initialDelay: .milliseconds(250), delay: .milliseconds(250)) { [weak self] _ in
        self?.tick()
      }
    }
    if settings.exampleBots { try await createExampleBots() }
    log.notice("ready", metadata: ["mode": "\(settings.mode)", "listen": "\(settings.listen.map(\.description).joined(separator: " "))"])
    ReadyNotice.send()
    console?.started(mode: settings.mode)
  }

  private func tick() {
    engine.handle(.clock)
    stores.updateHealth(health)
    exchange?.updateHealth()
    health.set(
      "journal", journal.failure == nil ? .ok : .down, journal.failure?.message ?? settings.stateDirectory,
      counters: [("sequence", Int64(clamping: journal.lastSequence)), ("pending", Int64(journal.pendingEntries))])
    console?.tick(engine.core.equity(), bots: engine.core.botCount)
  }

  private func startServer() async throws {
    var configuration = ControlPlaneConfiguration(
      version: BotDaemonVersion.text, mode: settings.mode, journalID: try await onCore { self.engine.core.identity?.id ?? "" },
      startedAt: WallClock.now(), stateDirectory: settings.stateDirectory)
    configuration.settings = settings.listing.map { listed in
      ControlPlaneConfiguration.Setting(
        name: listed.name, value: listed.value, isSecret: SettingName.all.contains { $0.name == listed.name && $0.isSecret })
    }
    if let file = settings.tokensFile { configuration.tokens = try TokenFile.read(path: file) }
    let server = RPCServer(group: serverGroup)
    let plane = try ControlPlane(
      configuration: configuration, gateway: engine, board: board, journal: journal, tail: tail, marketData: marketData, health: health,
      loop: serverGroup.next(), backtests: LocalBacktestRunner(stateDirectory: settings.stateDirectory),
      selfTest: { [weak self] symbol, interval, completion in
        guard let self else { return completion([]) }
        SelfTest(daemon: self).run(symbol: symbol, interval: interval, completion: completion)
      }, shutdown: { [stopping] in stopping.fire() })
    plane.register(on: server)
    controlPlane = plane
    let tls = settings.tls.map {
      RPCServerTLS(certificateChainPath: $0.certificateFile, privateKeyPath: $0.keyFile, clientAuthorityPath: $0.clientCAFile)
    }
    do throws(RPCError) {
      try await server.start(
        on: settings.listen.map { address in
          if case .tcp = address { return RPCListener(address: address, tls: tls) }
          return RPCListener(address: address)
        })
    } catch {
      throw DaemonError(error.message)
    }
    self.server = server
    health.set("rpc", .ok, server.addresses.map(\.description).joined(separator: " "))
  }

  private func startSimulated() async throws {
    health.set("venue", .ok, "simulated on this machine")
    health.set("user_stream", .disabled, "the simulated venue reports at once")
    let settings = settings
    try await onCore {
      let start = max(WallClock.now(), self.engine.core.time)
      let feed = SimulatedFeed(engine: self.engine, settings: settings.simulation, start: start)
      self.engine.handle(.rules(feed.rules))
      self.board.setRules(feed.rules)
      self.engine.handle(.feed(nil, .live))
      self.feed = feed
    }
    marketData.feedState(nil, .live, at: WallClock.now())
    health.set("feed", .ok, "generated market, seed \(settings.simulation.seed), \(settings.simulation.speed) × real time")
  }

  private func createExampleBots() async throws {
    guard try await onCore({ self.engine.core.botCount }) == 0 else { return }
    let examples: [(id: String, symbol: String)] = [("btc-rsi", "BTCUSDT"), ("eth-rsi", "ETHUSDT")]
    for example in examples {
      guard let id = BotID(example.id), let symbol = Symbol(example.symbol) else { continue }
      let configuration = BotConfiguration(
        id: id, symbol: symbol, parameters: ["period": "14", "oversold": "30", "overbought": "70"], capital: FixedDecimal(1_000))
      let result: CommandResult = await withCheckedContinuation { continuation in
        engine.perform(.createBot(configuration, start: true), requestID: "", fingerprint: 0) { continuation.resume(returning: $0) }
      }
      if case .failed(let error) = result {
        throw DaemonError("cannot create the example bot \(example.id): \(error.violations.map(\.message).joined(separator: "; "))")
      }
    }
  }

  private func stop() async {
    log.notice("stopping")
    if let server { await server.gracefulShutdown(within: .seconds(3)) }
    controlPlane?.stop()
    _ = try? await onCore {
      self.clock?.cancel()
      self.feed?.stop()
      self.exchange?.stop()
    }
    _ = try? journal.flush()
    // Replies to what just became durable go out before the loop that carries them ends.
    try? await onCore {}
    tape?.stop()
    stores.stop()
    journal.close()
    try? await serverGroup.shutdownGracefully()
    try? await coreGroup.shutdownGracefully()
    console?.stopped()
    log.notice("stopped")
  }
}

/// Fired once, awaited once.
final class StopSignal: Sendable {
  private struct State {
    var isFired = false
    var waiter: CheckedContinuation<Void, Never>?
  }
  private let state = Mutex(State())

  func fire() {
    let waiter = state.withLock { state in
      state.isFired = true
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume()
  }

  func wait() async {
    await withCheckedContinuation { continuation in
      let isFired = state.withLock { state in
        if !state.isFired { state.waiter = continuation }
        return state.isFired
      }
      if isFired { continuation.resume() }
    }
  }
}

/// Why the daemon could not start or go on: one sentence with the remedy.
public struct DaemonError: Error, Sendable, Hashable, CustomStringConvertible {
  public var message: String
  public init(_ message: String) { self.message = message }
  public var description: String { message }
}

/// The version that `Hello` and `--version` tell.
public enum BotDaemonVersion {
  public static let text = ProductVersion.text
}
