import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// Which account, which exchange, which process: what the daemon refuses before an order leaves (wounds 4, 5, 12 and 17; faults 39, 49).
@Suite(.serialized) struct AccountTests {
  /// The daemon's last words.
  private func log(_ daemon: Daemon) -> String { (try? String(contentsOfFile: daemon.log, encoding: .utf8)) ?? "" }

  private func isOver(_ daemon: Daemon, code: Int32, says words: String..., sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(daemon.process?.exitCode(within: 15) == code, "\(daemon.tail)", sourceLocation: sourceLocation)
    for word in words { #expect(log(daemon).contains(word), "\(word) is not in \(daemon.tail)", sourceLocation: sourceLocation) }
  }

  /// Wound 5: a local address is asked who it is; what is no simulator counts as the real exchange, and learns nothing of the key.
  @Test func whatIsNoSimulatorIsNoTestnet() throws {
    let setup = try FaultyExchange("nosim", start: false)
    let heads = RequestHeads()
    let proxy = try RewritingProxy(setup.simulator) { target in
      heads.add(target)
      return target.hasPrefix("/sim/") ? (404, "{}") : nil
    }
    defer { proxy.stop() }
    let address = "127.0.0.1:\(proxy.port)"
    try setup.daemon.launch(["BINANCE_REST_URL": "http://\(address)"])
    defer { setup.daemon.kill() }
    isOver(setup.daemon, code: 2, says: "BINANCE_REST_URL names \(address)", "counts as the real exchange", "--confirm-live")
    #expect(!heads.all.isEmpty && heads.all.allSatisfy { $0 == "/sim/identity" }, "\(heads.all)")
    #expect(try setup.requests().isEmpty)
  }

  /// Wound 4, its other half: another key of the same account is welcome, and so is the same exchange at another port.
  @Test func theAccountIsRememberedAndNamed() throws {
    let setup = try FaultyExchange("remembered")
    defer { setup.daemon.kill() }
    try setup.reach("the account") { try setup.health("account") == "ok" }
    setup.daemon.stop()
    let moved = try FaultyExchange("remembered2", start: false)
    try setup.daemon.launch(FaultyExchange.environment(moved.simulator))
    try setup.reach("the same account elsewhere") { try setup.health("account") == "ok" }
    setup.daemon.stop()
    let directory = try TemporaryDirectory("remembered3")
    let (key, secret) = ("anotherkeyanotherkey", "anothersecret")
    let other = try Simulator(directory, ["--symbol", "BTCUSDT", "--api-key", key, "--api-secret", secret, "--balance", "USDT=1"])
    var environment = FaultyExchange.environment(other)
    environment["BINANCE_API_KEY"] = key
    environment["BINANCE_API_SECRET"] = secret
    try setup.daemon.launch(environment)
    isOver(setup.daemon, code: 1, says: "belongs to account", "of botsim", "--state-dir")
    #expect(try (other.get("/sim/orders") as? [Any])?.isEmpty == true)
  }

  /// Without the exchange nothing leaves, and it says what it waits for: to people, in health, and to the supervisor; ready comes last.
  @Test func withoutTheExchangeItWaitsAndSaysSo() throws {
    let setup = try FaultyExchange("waiting", start: false)
    let supervisor = try NoticeSocket(setup.directory.file("notice"))
    // Nobody listens there.
    let port = try freePort()
    var environment = FaultyExchange.environment(setup.simulator)
    environment["NOTIFY_SOCKET"] = supervisor.path
    try setup.daemon.launch(environment.merging(["BINANCE_REST_URL": "http://127.0.0.1:\(port)"]) { $1 })
    try setup.reach("the daemon's RPC") { try setup.daemon.control("list").code == 0 }
    #expect(try ["down", "degraded"].contains(setup.health("account")) && setup.health("venue") == "down")
    #expect(log(setup.daemon).contains("msg=serving") && !log(setup.daemon).contains("msg=ready"))
    var words = supervisor.read()
    #expect(
      words.contains("STATUS=waiting for the exchange") && words.contains("EXTEND_TIMEOUT_USEC=") && !words.contains("READY=1"), "\(words)")
    setup.daemon.kill()

    try setup.fault(#"{"on":"request","do":"delay","request":"GET /api/v3/myTrades","beforeMs":1500}"#)
    try setup.daemon.launch(environment)
    defer { setup.daemon.kill() }
    let isReady = eventually(within: 30) {
      words += supervisor.read()
      return words.contains("READY=1")
    }
    #expect(isReady, "\(words)\n\(setup.daemon.tail)")
    #expect(log(setup.daemon).contains("msg=ready"))
  }

  /// Wound 17: ready, and the first entry, come after the account's trades were listed.
  @Test func readyComesAfterTheTradesAreListed() throws {
    let setup = try FaultyExchange("reconciled")
    defer { setup.daemon.kill() }
    try setup.createEager("one", ["--stop-loss", "0.05"])
    try setup.reachPosition(of: "one")
    setup.daemon.stop()
    let before = log(setup.daemon).count
    try setup.fault(#"{"on":"request","do":"answer","request":"GET /api/v3/myTrades","status":500,"code":-1000,"message":"no","count":3}"#)
    try setup.daemon.start()
    try setup.reach("the listing's failure") { String(log(setup.daemon).dropFirst(before)).contains("could not be listed") }
    #expect(!log(setup.daemon).dropFirst(before).contains("msg=ready"))
    try setup.reach("ready") { log(setup.daemon).dropFirst(before).contains("msg=ready") }
    #expect(try setup.strikes() == 3)
  }

  /// Wound 12: moving a state directory is no copying; a copy trades only when somebody says that the original is dead.
  @Test func aMovedDirectoryGoesOnAndACopyNeedsAWord() throws {
    let setup = try FaultyExchange("copies")
    defer { setup.daemon.kill() }
    try setup.reach("the account") { try setup.health("account") == "ok" }
    setup.daemon.stop()
    let other = try TemporaryDirectory("copies2")
    let environment = FaultyExchange.environment(setup.simulator)
    try #require(try run(["cp", "-a", setup.daemon.stateDirectory, other.file("state")]).code == 0)
    try FileManager.default.moveItem(atPath: setup.daemon.stateDirectory, toPath: setup.directory.file("aside"))
    try FileManager.default.moveItem(atPath: setup.directory.file("aside"), toPath: setup.daemon.stateDirectory)
    try setup.daemon.start()
    try setup.reach("the moved one") { try setup.health("account") == "ok" }
    let refused = Daemon(other, arguments: ["--mode", "testnet"], environment: environment)
    try refused.launch()
    isOver(refused, code: 1, says: "is a copy or was restored", "--accept-copy")
    setup.daemon.kill()
    let taken = Daemon(other, arguments: ["--mode", "testnet", "--accept-copy"], environment: environment)
    try taken.start()
    defer { taken.kill() }
    #expect(eventually(within: 20) { log(taken).contains("msg=ready") }, "\(taken.tail)")
    taken.stop()
    // From then on it is at home there.
    let later = Daemon(other, arguments: ["--mode", "testnet"], environment: environment)
    try later.start()
    later.stop()
  }

  /// Wound 12: a copy that was let in while the original lives. The original sees its orders and stops.
  @Test func theOlderOfTwoStops() throws {
    let setup = try FaultyExchange("two")
    defer { setup.daemon.kill() }
    try setup.createEager("one", ["--stop-loss", "0.05"])
    try setup.reachPosition(of: "one")
    setup.daemon.stop()
    let other = try TemporaryDirectory("two2")
    try #require(try run(["cp", "-a", setup.daemon.stateDirectory, other.file("state")]).code == 0)
    try setup.daemon.start()
    try setup.reach("ready") { try setup.health("user_stream") == "ok" }
    let second = Daemon(other, arguments: ["--mode", "testnet", "--accept-copy"], environment: FaultyExchange.environment(setup.simulator))
    try second.start()
    defer { second.kill() }
    try setup.reach("the second's readiness") { log(second).contains("msg=ready") }
    #expect(try second.control("close", "one").code == 0, "\(second.tail)")
    isOver(setup.daemon, code: 1, says: "is by another botd", "this one stops")
    // And the older state does not come back beside the newer.
    try setup.daemon.launch()
    isOver(setup.daemon, code: 1, says: "another botd")
  }

  /// Somebody else holds the account in the database: the daemon refuses, and starts when it is free again.
  @Test(.enabled(if: PostgresServer.missing == nil && program("psql") != nil, "needs PostgreSQL"))
  func anAccountThatTheDatabaseGaveAwayIsRefused() throws {
    let database = try PostgresServer.start()
    let setup = try FaultyExchange("claims", environment: ["DATABASE_URL": database.url])
    defer { setup.daemon.kill() }
    try setup.reach("the account") { try setup.health("account") == "ok" }
    let advisory = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
    #expect(try database.query(advisory) == "2", "the journal's and the account's")
    let words = try #require(LogText.read(setup.daemon.log).first { $0["uid"] != nil })
    let account = "account \(words["exchange"] ?? "") \(words["uid"] ?? "")"
    setup.daemon.stop()
    let holder = try ServerProcess(
      ["psql", database.url, "-X", "-q", "-c", "SELECT pg_advisory_lock(1651471460, hashtext('\(account)')), pg_sleep(600)"],
      log: setup.directory.file("psql.log"))
    try #require(try eventually(within: 20) { try database.query(advisory) == "1" })
    try setup.daemon.launch()
    isOver(setup.daemon, code: 1, says: "it holds the account in the database")
    holder.stop()
    // Its backend sleeps on: it does not look whether anybody listens.
    _ = try database.query(
      "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()")
    try setup.daemon.start()
    try setup.reach("the account again") { try setup.health("account") == "ok" }
    // A killed daemon's lock goes with its connection.
    setup.daemon.kill()
    try setup.daemon.start()
    try setup.reach("the account after a kill") { try setup.health("account") == "ok" }
  }

  /// A key that may withdraw is refused unless somebody insists.
  @Test func aKeyThatMayWithdrawIsRefused() throws {
    let setup = try FaultyExchange("withdraw", start: false)
    _ = try setup.simulator.get("/sim/key?mayWithdraw=true")
    try setup.daemon.launch()
    defer { setup.daemon.kill() }
    isOver(setup.daemon, code: 1, says: "may withdraw", "--allow-withdrawal-key")
    setup.daemon.kill()
    try setup.daemon.launch(["BOTD_ALLOW_WITHDRAWAL_KEY": "true"])
    try setup.reach("the account") { try setup.health("account") == "ok" }
  }
}

/// What a proxy was asked for.
private final class RequestHeads: @unchecked Sendable {
  private let lock = NSLock()
  private var targets: [String] = []
  func add(_ target: String) { lock.withLock { targets.append(target) } }
  var all: [String] { lock.withLock { targets } }
}
