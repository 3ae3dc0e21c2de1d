import Accounting
import BotAPI
import ControlPlane
import Foundation
import Journal
import Logging
import MarketData
import NIOCore
import NIOPosix
import ServiceRuntime
import Synchronization
import TTRPC
import TestSupport
import Testing
import Time
import TradingCore
import TradingModel

@testable import BotDaemon

/// Lines of the audit log.
final class AuditLines: LogHandler, @unchecked Sendable {
  private let lines = Mutex<[String]>([])
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.info
  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let words = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    lines.withLock { $0.append(([event.message.description] + words).joined(separator: " ")) }
  }

  var all: [String] { lines.withLock { $0 } }
}

/// The control plane behind a real server on a real socket.
final class ControlHarness: Sendable {
  let directory: TemporaryDirectory
  let journal: Journal
  let board = StateBoard()
  let books: BookKeeper
  let tail: JournalTail
  let market = MarketDataStore()
  let health = HealthRegistry()
  let driver: CoreDriver
  let server: RPCServer
  let plane: ControlPlane
  let client: RPCClient
  let audit = AuditLines()
  let shutdowns: Counter

  final class Counter: Sendable {
    private let count = Mutex(0)
    func add() { count.withLock { $0 += 1 } }
    var value: Int { count.withLock { $0 } }
  }

  static let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)

  /// - Parameters:
  ///   - opensCore: the core writes the journal; false: the test does.
  ///   - tokens, tls: serves TCP on loopback as well.
  init(
    opensCore: Bool = true, tokens: [ControlPlaneConfiguration.Token] = [], tailCapacity: Int = 8_192, lagMaximum: Int = 8_192,
    tls: RPCServerTLS? = nil, certificateRoles: [String: Role] = [:],
    server configuration: RPCServerConfiguration = RPCServerConfiguration(), accountOrders: (any AccountOrders)? = nil
  ) async throws {
    directory = try TemporaryDirectory("control")
    journal = try Journal.open(directory: directory.file("state"))
    tail = JournalTail(capacity: tailCapacity)
    books = BookKeeper(Book(), loop: Self.group.next())
    driver = try CoreDriver(journal: journal, board: board, books: books, tail: tail, market: market)
    if opensCore { try await driver.open() }
    var plane = ControlPlaneConfiguration(
      version: "9.9.9", mode: .paper, journalID: CoreDriver.journalID, startedAt: WallClock.now())
    plane.tokens = tokens
    plane.certificateRoles = certificateRoles
    plane.limits.subscriptionLagMaximum = lagMaximum
    plane.settings = [
      .init(name: "mode", value: "paper", source: "default"),
      .init(name: "api_secret", value: "not masked by mistake", source: "environment", isSecret: true),
    ]
    let shutdowns = Counter()
    self.shutdowns = shutdowns
    let audit = audit
    let made = try ControlPlane(
      configuration: plane, gateway: driver, board: board, books: books, journal: journal, tail: tail, marketData: market, health: health,
      loop: Self.group.next(), audit: Logger(label: "audit") { _ in audit },
      backtests: LocalBacktestRunner(stateDirectory: directory.path), accountOrders: accountOrders,
      selfTest: { _, _, completion in completion([SelfTestCheck(name: "paper_order", status: .ok, message: "filled")]) },
      shutdown: { shutdowns.add() })
    self.plane = made
    let directory = directory.file("run")
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    server = RPCServer(configuration: configuration, group: Self.group)
    made.register(on: server)
    try await driver.serve(made.strategies)
    let path = directory + "/botd.sock"
    var listeners = [RPCListener(address: .unix(path: path))]
    if !tokens.isEmpty || tls != nil { listeners.append(RPCListener(address: .tcp(host: "127.0.0.1", port: 0), tls: tls)) }
    try await server.start(on: listeners)
    client = try await RPCClient.connect(to: .unix(path: path))
  }

  /// A new TCP connection.
  func connectTCP(_ tls: RPCClientTLS? = nil) async throws -> RPCClient {
    let address = try #require(server.addresses.first { if case .tcp = $0 { true } else { false } })
    return try await RPCClient.connect(to: address, tls: tls)
  }

  func stop() async {
    await client.close()
    await server.gracefulShutdown(within: .seconds(2))
    plane.stop()
    driver.thread.stop()
    journal.close()
  }

  var bots: V1.BotServiceClient { V1.BotServiceClient(client) }
  var orders: V1.OrderServiceClient { V1.OrderServiceClient(client) }
  var trades: V1.TradeServiceClient { V1.TradeServiceClient(client) }
  var events: V1.EventServiceClient { V1.EventServiceClient(client) }
  var portfolio: V1.PortfolioServiceClient { V1.PortfolioServiceClient(client) }
  var marketData: V1.MarketDataServiceClient { V1.MarketDataServiceClient(client) }
  var risk: V1.RiskServiceClient { V1.RiskServiceClient(client) }
  var system: V1.SystemServiceClient { V1.SystemServiceClient(client) }
  var strategies: V1.StrategyServiceClient { V1.StrategyServiceClient(client) }

  /// A request for a bot that trades soon: RSI of two candles.
  static func spec(_ symbol: String = "BTCUSDT", capital: String = "10000") -> V1.BotSpec {
    V1.BotSpec(
      symbol: symbol, strategy: "rsi", parameters: [V1.KeyValue(key: "period", value: "2")], interval: "1m", capital: capital,
      maxPositionFraction: "0.5", stopLoss: "0.05")
  }

  func create(_ id: String, _ spec: V1.BotSpec = ControlHarness.spec(), start: Bool = true) async throws {
    _ = try await bots.createBot(V1.CreateBotRequest(requestID: "create-\(id)", botID: id, spec: spec, start: start))
  }

  /// Appends entries as the daemon does: durable first, then published to the tail.
  func commit(_ entries: [JournalEntry]) throws {
    journal.append(entries) { _ in }
    _ = try journal.flush()
    books.committed(entries)
    tail.committed(entries)
  }

  /// Breaks the journal for good: it refuses an entry out of order, and everything after that.
  func breakJournal() throws {
    journal.append([JournalEntry(sequence: journal.lastSequence + 1_000, time: Samples.start, record: Samples.opened().record)]) { _ in }
    _ = try? journal.flush()
    guard journal.failure != nil else { throw TestFailure("the journal works on") }
  }

  /// The disk is back: records what was published as not recorded, and says so, as the daemon does.
  func recoverJournal(_ entries: some Sequence<JournalEntry>) throws {
    let entries = Array(entries)
    let ended = DispatchSemaphore(value: 0)
    journal.recover(entries) { _ in ended.signal() }
    ended.wait()
    guard journal.failure == nil, let last = entries.last?.sequence else { throw TestFailure("the journal did not recover") }
    tail.recovered(upTo: last)
  }

  /// Publishes entries as the daemon does after its journal failed.
  func commitUnrecorded(_ entries: some Sequence<JournalEntry>) { tail.committed(Array(entries), isRecorded: false) }
}

/// The error of a call that must fail.
func failure<Value>(_ body: () async throws(RPCError) -> Value) async throws -> RPCError {
  do throws(RPCError) {
    _ = try await body()
  } catch {
    return error
  }
  throw TestFailure("the call succeeded")
}

/// Waits for something that arrives, at most `seconds`.
func within<Value: Sendable>(_ seconds: Int = 20, _ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
  try await withThrowingTaskGroup(of: Value.self) { group in
    group.addTask { try await body() }
    group.addTask {
      try await Task.sleep(for: .seconds(seconds))
      throw TestFailure("nothing happened in \(seconds) seconds")
    }
    defer { group.cancelAll() }
    guard let value = try await group.next() else { throw TestFailure("no result") }
    return value
  }
}
