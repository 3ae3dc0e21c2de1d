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
  let books: BookKeeper
  let tail = JournalTail()
  let health = HealthRegistry()
  let marketData = MarketDataStore()
  let stopping = StopSignal()
  let stores: StoreAssembly
  let counts = TradingCounts()
  private var metrics: MetricsServer?
  let notice: ServiceNotice
  // On the core's loop.
  private var heartbeat: Heartbeat
  /// What the start read of the journal.
  private let loadedFrom: (snapshot: UInt64, read: UInt64)
  /// Begins once the daemon is ready, so that it delays no start.
  private var snapshots: SnapshotKeeper?
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
  private var ticks = 0
  /// A supervisor is told every so many ticks what a start waits for: ten seconds.
  private static let noticeTicks = 40
  private static let hasStarted = Atomic<Bool>(false)

  /// Runs a daemon until SIGINT, SIGTERM, SIGHUP (unless it was ignored at the start, as by nohup) or the `Shutdown` call.
  ///
  /// - Throws: ``DaemonError`` when there is not even a log; ``DaemonFailure`` for what the log has told already.
  public static func run(_ settings: DaemonSettings, isTerminal: Bool) async throws {
    ProcessSignals.ignoreWriteSignals()
    let log = try DaemonLog(settings.log, environment: ProcessInfo.processInfo.environment)
    defer { log.flush() }
    LoggingSystem.bootstrap { log.handler(label: $0) }
    if let point = settings.failPoint {
      FailPoint.arm(point)
      log.write(.warning, "armed to kill itself", [("place", point.name), ("passage", "\(point.passage)")])
    }
    for problem in settings.privacyProblems { log.write(.warning, "secrets are less private than they should be", [("reason", problem)]) }
    do {
      try await run(settings, log, isTerminal: isTerminal)
    } catch {
      log.write(.critical, hasStarted.load(ordering: .relaxed) ? "cannot go on" : "cannot start", [("error", "\(error)")])
      throw DaemonFailure(exitCode: error is SettingsError ? 2 : 1)
    }
  }

  private static func run(_ settings: DaemonSettings, _ log: DaemonLog, isTerminal: Bool) async throws {
    let daemon = try await Daemon(settings, log, isTerminal: isTerminal)
    let signals = ProcessSignals.isIgnored(SIGHUP) ? [SIGINT, SIGTERM] : [SIGINT, SIGTERM, SIGHUP]
    do { try ProcessSignals.observe(signals) { _ in daemon.stopping.fire() } } catch { throw DaemonError(error.message) }
    do {
      try await daemon.start()
      hasStarted.store(true, ordering: .relaxed)
    } catch {
      await daemon.stop()
      throw error
    }
    let failure = await daemon.stopping.wait()
    await daemon.stop()
    if let failure { throw failure }
  }

  init(_ settings: DaemonSettings, _ daemonLog: DaemonLog, isTerminal: Bool) async throws {
    self.settings = settings
    let notice = ServiceNotice(environment: ProcessInfo.processInfo.environment)
    self.notice = notice
    heartbeat = Heartbeat(notice)
    log = Logger(label: "botd")
    var configuration = CoreConfiguration(mode: settings.mode)
    configuration.umbrellaDistance = settings.umbrellaDistance
    stores = StoreAssembly(settings: settings, log: log)
    let loaded: StateLoader.Loaded
    do {
      loaded = try StateLoader.load(
        directory: settings.stateDirectory, configuration: configuration, stores: stores, log: log, notice: notice)
    } catch let error as JournalError {
      throw DaemonError(error.message)
    }
    FailPoint.reach("recovery.loaded")
    journal = loaded.journal
    loadedFrom = (loaded.snapshot, loaded.journal.lastSequence)
    let isTakenOver = settings.acceptsCopy || stores.didRestore
    let begin =
      settings.mode.isPaper
      ? nil
      : try StateClaim.start(
        directory: settings.stateDirectory, loaded.core.starts, acceptsCopy: isTakenOver, now: WallClock.now())
    tape = try MarketTapeWriter(stateDirectory: settings.stateDirectory)
    coreGroup = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    serverGroup = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    books = BookKeeper(loaded.book, loop: serverGroup.next())
    engine = TradingEngine(
      core: loaded.core, journal: JournalPort(journal), loop: coreGroup.next(), replyLoop: serverGroup.next(),
      clocks: ClockReaders(wall: WallClock.now, monotonic: MonotonicClock.nanoseconds))
    publications = Publications(
      engine: engine, board: board, books: books, tail: tail, stores: stores, marketData: marketData, tape: tape, health: health, log: log,
      // A person who watches the console needs no second line about each trade on the same terminal.
      trades: TradingLog(
        daemonLog, least: settings.showsTrades && isatty(STDOUT_FILENO) == 1 && isatty(STDERR_FILENO) == 1 ? .notice : .trace),
      counts: counts)
    if settings.showsTrades {
      do { console = try Console(isColored: isTerminal, address: settings.listen.first) } catch { throw DaemonError(error.message) }
    }
    try await onCore {
      self.engine.publisher = self.publications
      self.publications.begin(self.engine.takeInitialState())
      if loaded.isNew { self.engine.open(StateLoader.newIdentity(mode: settings.mode), at: WallClock.now()) }
      if let begin { self.engine.handle(.started(begin)) }
    }
    // Orders of a start that no journal knows would be taken for another daemon's.
    if begin != nil { do { _ = try journal.flush() } catch { throw DaemonError(error.message) } }
  }

  /// Runs a closure on the core's thread.
  func onCore<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await engine.loop.submit(body).get()
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
    let plane = try await startServer()
    FailPoint.reach("recovery.served")
    metrics = try await MetricsAssembly(plane: plane, counts: counts, journal: journal).serve(settings, on: serverGroup, health)
    try await onCore {
      self.engine.resume()
      FailPoint.reach("recovery.resumed")
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
    let keeper = try SnapshotKeeper(
      journal, configuration: CoreConfiguration(mode: settings.mode), snapshot: loadedFrom.snapshot, read: loadedFrom.read, log: log)
    try await onCore { self.snapshots = keeper }
    console?.started(mode: settings.mode)
    let listen = settings.listen.map(\.description).joined(separator: " ")
    guard !settings.mode.isPaper else { return becomeReady(listen) }
    log.notice("serving", metadata: ["mode": "\(settings.mode)", "listen": "\(listen)"])
    try await onCore { self.exchange?.whenReady { [weak self] in self?.becomeReady(listen) } }
  }

  /// The journal is replayed and, with an account, compared with the exchange: trading goes on.
  private func becomeReady(_ listen: String) {
    FailPoint.reach("recovery.ready")
    log.notice("ready", metadata: ["mode": "\(settings.mode)", "listen": "\(listen)"])
    notice.ready("\(settings.mode), listening on \(listen)")
  }

  private func tick() {
    ticks &+= 1
    if ticks.isMultiple(of: Self.noticeTicks), let waitsFor = exchange?.waitsFor, !waitsFor.isEmpty { notice.waiting(waitsFor) }
    engine.handle(.clock)
    let now = MonotonicClock.nanoseconds()
    // From here and nowhere else: a loop that hangs sends nothing, and is started again.
    heartbeat.beat(at: now)
    counts.ticked(at: now, waiting: engine.waitingCount)
    stores.updateHealth(health)
    exchange?.updateHealth()
    publications.tick(at: now)
    JournalHealth.update(health, engine.diskState, journal)
    snapshots?.tick(at: journal.lastSequence)
    console?.tick(engine.core.equity(), bots: engine.core.botCount)
  }

  private func startServer() async throws -> ControlPlane {
    var configuration = ControlPlaneConfiguration(
      version: BotDaemonVersion.text, mode: settings.mode, journalID: try await onCore { self.engine.core.identity?.id ?? "" },
      startedAt: WallClock.now())
    configuration.settings = settings.listing.map {
      ControlPlaneConfiguration.Setting(name: $0.name, value: $0.value, source: $0.source, isSecret: $0.isSecret)
    }
    if let file = settings.tokensFile { configuration.tokens = try TokenFile.read(path: file) }
    if let file = settings.certificateRolesFile { configuration.certificateRoles = try CertificateRoleFile.read(path: file) }
    if let file = settings.userRolesFile { configuration.userRoles = try UserRoleFile.read(path: file) }
    let accountOrders = try await onCore { self.exchange.flatMap { $0.gate == nil ? nil : ExchangeOrders(exchange: $0) } }
    var transport = RPCServerConfiguration()
    transport.admitsUser = { [roles = configuration.userRoles] id, groups in roles.role(uid: id, groups: groups) > .none }
    let server = RPCServer(configuration: transport, group: serverGroup)
    let plane = try ControlPlane(
      configuration: configuration, gateway: engine, board: board, books: books, journal: journal, tail: tail, marketData: marketData,
      health: health,
      loop: serverGroup.next(), backtests: LocalBacktestRunner(stateDirectory: settings.stateDirectory),
      accountOrders: accountOrders,
      selfTest: { [weak self] symbol, interval, completion in
        guard let self else { return completion([]) }
        SelfTest(daemon: self).run(symbol: symbol, interval: interval, completion: completion)
      }, shutdown: { [stopping] in stopping.fire() })
    plane.register(on: server)
    controlPlane = plane
    try await onCore { self.engine.strategies = plane.strategies }
    let tls = settings.tls.map {
      RPCServerTLS(certificateChainPath: $0.certificateFile, privateKeyPath: $0.keyFile, clientAuthorityPath: $0.clientCAFile)
    }
    do throws(RPCError) {
      try await server.start(
        on: settings.listen.map { address in
          if case .tcp = address { return RPCListener(address: address, tls: tls) }
          return RPCListener(address: address, isShared: settings.sharesSocket)
        })
    } catch {
      throw DaemonError(error.message)
    }
    self.server = server
    health.set("rpc", .ok, server.addresses.map(\.description).joined(separator: " "))
    return plane
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
    notice.stopping()
    log.notice("stopping")
    metrics?.stop()
    if let server { await server.gracefulShutdown(within: .seconds(3)) }
    controlPlane?.stop()
    await settle()
    _ = try? await onCore {
      self.clock?.cancel()
      self.feed?.stop()
      self.exchange?.stop()
    }
    _ = try? journal.flush()
    // Replies to what just became durable go out before the loop that carries them ends.
    try? await onCore {}
    let unprotected = (try? await onCore { self.lastWords() }) ?? []
    tape?.stop()
    stores.stop()
    snapshots?.stop()
    journal.close()
    try? await serverGroup.shutdownGracefully()
    try? await coreGroup.shutdownGracefully()
    for position in unprotected {
      log.warning(
        "position stays without a resting stop",
        metadata: [
          "bot": "\(position.bot)", "symbol": "\(position.symbol)", "quantity": "\(position.quantity)",
          "stop_price": "\(position.stopPrice)",
        ])
    }
    console?.stopped(unprotected)
    log.notice("stopped", metadata: ["unprotected": "\(unprotected.count)"])
  }

  /// Withdraws entries that rest, and waits for what is on its way, so that what was bought is under a stop; for two seconds at most.
  private func settle() async {
    let end = MonotonicClock.nanoseconds() + 2_000_000_000
    _ = try? await onCore { if self.exchange?.gate != nil { self.engine.handle(.stopping) } }
    while MonotonicClock.nanoseconds() < end, (try? await onCore { self.exchange?.gate != nil && self.engine.core.isBusy }) == true {
      try? await Task.sleep(for: .milliseconds(10))
    }
  }

  /// What is to be said before nobody watches any more.
  private func lastWords() -> [TradingStanding.Unprotected] {
    for order in exchange?.gate == nil ? [] : engine.core.restingEntries {
      log.warning(
        "an entry goes on resting: what it buys is under no stop",
        metadata: ["bot": "\(order.botID)", "order": "\(order.clientOrderID)", "status": "\(order.status)"])
    }
    publications.end()
    return publications.standing.unprotected(engine.core)
  }
}

/// Fired once, awaited once.
final class StopSignal: Sendable {
  private struct State {
    var isFired = false
    var failure: (any Error)?
    var waiter: CheckedContinuation<(any Error)?, Never>?
  }
  private let state = Mutex(State())

  /// - Parameter failure: why the daemon must not go on; `nil` where it was told to stop. The first one counts.
  func fire(_ failure: (any Error)? = nil) {
    let waiter = state.withLock { state in
      if !state.isFired { state.failure = failure }
      state.isFired = true
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume(returning: failure)
  }

  /// Waits until it is fired, and answers why.
  func wait() async -> (any Error)? {
    await withCheckedContinuation { continuation in
      let (isFired, failure) = state.withLock { state in
        if !state.isFired { state.waiter = continuation }
        return (state.isFired, state.failure)
      }
      if isFired { continuation.resume(returning: failure) }
    }
  }
}

/// Why the daemon could not start or go on: one sentence with the remedy.
public struct DaemonError: Error, Sendable, Hashable, CustomStringConvertible {
  public var message: String
  public init(_ message: String) { self.message = message }
  public var description: String { message }
}

/// The daemon could not start for a reason that its log tells.
public struct DaemonFailure: Error, Sendable, Hashable {
  /// The process's exit code: 2 for a wrong setting, else 1.
  public var exitCode: Int32
}

/// The version that `Hello` and `--version` tell.
public enum BotDaemonVersion {
  public static let text = ProductVersion.text
}
