import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// `botd` in testnet mode against `botsim`, both as processes, with real Redis and PostgreSQL: all witnesses tell the same fills.
@Suite(.serialized) struct TestnetTests {
  static let key = "testkeytestkeytestkeytestkey"
  static let secret = "testsecrettestsecrettestsecret"
  static let symbols = ["BTCUSDT", "ETHUSDT", "BNBUSDT", "SOLUSDT", "XRPUSDT", "币安人生USDT"]

  struct Session {
    var directory: TemporaryDirectory
    var simulator: Simulator
    var daemon: Daemon
    var database: PostgresServer?
  }

  static func session(_ label: String, database: PostgresServer? = nil, redis: RedisServer? = nil) throws -> Session {
    let directory = try TemporaryDirectory(label)
    let simulator = try Simulator(
      directory,
      [
        "--symbol", Self.symbols.joined(separator: ","), "--seed", "11", "--speed", "1", "--api-key", Self.key, "--api-secret", Self.secret,
        "--balance", "USDT=1000000",
      ])
    var environment = [
      "BINANCE_REST_URL": "http://\(simulator.address)", "BINANCE_STREAM_URL": "ws://\(simulator.address)",
      "BINANCE_WS_API_URL": "ws://\(simulator.address)/ws-api/v3", "BINANCE_API_KEY": Self.key, "BINANCE_API_SECRET": Self.secret,
    ]
    if let redis {
      environment["REDIS_HOST"] = "127.0.0.1"
      environment["REDIS_PORT"] = "\(redis.port)"
    }
    if let database { environment["DATABASE_URL"] = database.url }
    let daemon = Daemon(directory, arguments: ["--mode", "testnet"], environment: environment)
    try daemon.start()
    return Session(directory: directory, simulator: simulator, daemon: daemon, database: database)
  }

  /// Bots that trade often: a short RSI with thresholds near the middle on one-second candles. Every other one has a target, so its stop and
  /// target rest as a pair.
  static func createBots(_ daemon: Daemon, count: Int) throws {
    for number in 0..<count {
      let symbol = Self.symbols[number % Self.symbols.count]
      let made = try eventually(within: 30) {
        try daemon.control(
          "create", "bot-\(number)", "--symbol", symbol, "--strategy", "rsi", "--param", "period=\(2 + number % 2)", "--param",
          "oversold=49.9", "--param", "overbought=50.1", "--interval", "1s", "--capital", "\(1000 + number)", "--take-profit",
          number % 2 == 0 ? "0.005" : "0", "--start"
        ).code == 0
      }
      #expect(made, "\(daemon.tail)")
    }
  }

  /// Waits until no order is in doubt and every witness tells the same, then answers how many fills there were.
  static func agree(_ session: Session, within seconds: Double) throws -> Int {
    var exchange: [Row] = []
    var control: [Row] = []
    var sequences: [Int] = []
    var database: [Row] = []
    let same = try eventually(within: seconds) {
      exchange = try Ledgers.exchange(session.simulator, symbols: Self.symbols, key: Self.key, secret: Self.secret)
      (control, sequences) = try Ledgers.control(session.daemon)
      database = try session.database.map { try Ledgers.database($0) } ?? control
      return exchange == control && control == database
    }
    #expect(
      same,
      "missing in botctl: \(Set(exchange).subtracting(control)), only in botctl: \(Set(control).subtracting(exchange)), database lacks \(Set(control).subtracting(database).sorted().prefix(2)), has \(database.prefix(2))\n\(session.daemon.tail)"
    )
    #expect(sequences == sequences.sorted() && Set(sequences).count == sequences.count)
    #expect(Set(exchange.map { "\($0.symbol)#\($0.tradeID)" }).count == exchange.count)
    return exchange.count
  }

  /// Every client order id that reached the exchange in an order request.
  static func arrivals(_ simulator: Simulator) throws -> [String] {
    let truth = try simulator.get("/sim/orders")
    let list = truth as? [[String: Any]] ?? []
    return list.flatMap { record in
      switch record["kind"] as? String {
      case "place": [record["clientOrderId"] as? String ?? ""]
      case "placeList": record["memberClientOrderIds"] as? [String] ?? [""]
      default: [String]()
      }
    }
  }

  @Test(.enabled(if: PostgresServer.missing == nil && RedisServer.missing == nil, "needs PostgreSQL and Redis"))
  func allWitnessesTellTheSameFills() throws {
    let database = try PostgresServer.start()
    let redis = try RedisServer.start()
    let session = try Self.session("testnet", database: database, redis: redis)
    defer { session.daemon.kill() }
    try Self.createBots(session.daemon, count: 6)
    // Enough of them, and some of the symbol that is not ASCII.
    let traded = try eventually(within: 90) {
      let rows = try Ledgers.control(session.daemon).rows
      return rows.count >= 12 && rows.contains { $0.symbol == "币安人生USDT" }
    }
    #expect(traded, "\(session.daemon.tail)")
    #expect(try session.daemon.control("stop-all").code == 0)
    #expect(try Self.agree(session, within: 30) >= 12)
    #expect(try redis.command("KEYS", "botd:v1:candles:*").contains("BTCUSDT"))
    #expect(try redis.command("EXISTS", "botd:v1:candles:币安人生USDT:1s").contains("1"))
    let limits = try session.daemon.read("limits")["items"] as? [[String: Any]] ?? []
    #expect(limits.contains { $0["type"] as? String == "REQUEST_WEIGHT" && Int("\($0["used"] ?? 0)") ?? 0 > 0 }, "\(limits)")
    let told = try Ledgers.exchange(session.simulator, symbols: Self.symbols, key: Self.key, secret: Self.secret)
    session.daemon.stop()
    #expect(try Ledgers.journal(session.daemon.stateDirectory) == told)
  }

  /// SIGKILL at random moments; `BOTD_TEST_KILLS` says how often (50 for the full run).
  @Test(.enabled(if: PostgresServer.missing == nil, "needs PostgreSQL"))
  func killsLoseNothingAndSendNothingTwice() throws {
    let kills = Int(ProcessInfo.processInfo.environment["BOTD_TEST_KILLS"] ?? "") ?? 8
    let database = try PostgresServer.start()
    let session = try Self.session("kills", database: database, redis: nil)
    defer { session.daemon.kill() }
    try Self.createBots(session.daemon, count: 6)
    var random = SeededRandom(seed: UInt64(ProcessInfo.processInfo.environment["BOTD_TEST_SEED"] ?? "") ?? 42)
    for kill in 0..<kills {
      let fills = try Ledgers.control(session.daemon).rows.count
      // A random moment: some order requests from now, counted at the exchange, then a random number of looks at it.
      let target = try Self.arrivals(session.simulator).count + random.below(3)
      _ = try eventually(within: 8) { try Self.arrivals(session.simulator).count >= target }
      for _ in 0..<random.below(20) { _ = session.simulator.status }
      session.daemon.kill()
      try session.daemon.start()
      #expect(try Ledgers.control(session.daemon).rows.count >= fills, "kill \(kill)")
    }
    #expect(try session.daemon.control("stop-all").code == 0)
    let count = try Self.agree(session, within: 60)
    #expect(count > 0)
    let sent = try Self.arrivals(session.simulator)
    #expect(!sent.isEmpty)
    #expect(Set(sent).count == sent.count, "a client order id arrived twice")
  }
}
