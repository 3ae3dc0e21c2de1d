import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// Rows 46, 48 and 50 of the fault catalogue, wounds 7 and 13: the programs on a disk that is slow, busy, or damaged.
@Suite(.serialized) struct DiskTests {
  /// A bot that holds something, its stop resting on the exchange.
  private func holding(_ label: String, _ balances: [String] = ["USDT=1000000"]) throws -> FaultyExchange {
    let setup = try FaultyExchange(label, balances: balances)
    try setup.createEager("one", ["--stop-loss", "0.05"])
    try setup.reachPosition(of: "one")
    try setup.reach("a stop at the exchange") { try !setup.openOrders().isEmpty }
    return setup
  }

  private func healthMessage(_ setup: FaultyExchange) throws -> String {
    try run([try Programs.path("botctl"), "health", "--address", setup.daemon.address], environment: ["NO_COLOR": "1"]).output
  }

  /// Another process holds the lock for longer than a write waits: fail-stop, exits go on, and it ends by itself.
  @Test(.enabled(if: SQLiteLock.obstacle == nil, "needs python3 with sqlite3"))
  func aBusyDatabaseEndsByItself() throws {
    let setup = try holding("busy", ["USDT=1000000", "BTC=1"])
    defer { setup.daemon.kill() }
    let lock = try SQLiteLock(setup.daemon.stateDirectory + "/journal.sqlite")
    // The stop is reached while nothing can be recorded.
    try setup.movePrice(to: 50_000)
    try setup.reach("the journal's failure") { try setup.health("journal") == "down" }
    try setup.reach("the sale") { try setup.balance("BTC") < 1.000_1 }
    #expect(try setup.daemon.control("stop", "one").code != 0, "a command was taken that can't be recorded")
    lock.release()
    try setup.reach("the recovery") { try setup.health("journal") == "ok" }
    #expect(try setup.daemon.control("stop", "one").code == 0, "\(setup.daemon.tail)")
    let sides = try setup.daemon.read("trades", "--from", "0")["items"] as? [[String: Any]] ?? []
    #expect(sides.contains { $0["side"] as? String == "sell" }, "the sale is recorded: \(sides)")
    let sequences = try Ledgers.control(setup.daemon).sequences
    // It lasts: the same fills in the next life, the journal whole, nothing sold again.
    setup.daemon.kill()
    let verified = try run([try Programs.path("botctl"), "verify", setup.daemon.stateDirectory])
    #expect(verified.code == 0 && verified.output.contains("whole"), "\(verified.output)")
    try setup.daemon.start()
    try setup.reach("the user stream") { try setup.health("user_stream") == "ok" }
    #expect(try Ledgers.control(setup.daemon).sequences.starts(with: sequences))
    #expect(try setup.balance("BTC") > 0.999)
  }

  /// Wound 13: every sync takes three seconds.
  @Test(.enabled(if: SystemCallFaults.obstacle == nil, "needs strace"))
  func aSlowDiskHoldsBackNoStopAndSaysSo() throws {
    let setup = try holding("slow")
    defer { setup.daemon.kill() }
    let pid = try #require(setup.daemon.process?.pid)
    let log = setup.directory.file("strace.log")
    let tracer = try ServerProcess(
      [
        "strace", "-f", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:delay_enter=3000000", "-p",
        "\(pid)",
      ], log: log)
    defer { tracer.stop(SIGINT) }
    let isAttached = eventually(within: 10) { (try? String(contentsOfFile: log, encoding: .utf8))?.contains("attached") == true }
    try #require(isAttached, "strace may not attach here: \((try? String(contentsOfFile: log, encoding: .utf8)) ?? "")")
    // Something to write: the answer takes as long as the disk.
    try setup.daemon.control("risk", "reduce")
    try setup.reach("the alarm") { try setup.health("journal") == "degraded" }
    let message = try healthMessage(setup)
    #expect(message.contains("the disk is slow: a commit took"), "\(message)")
    let events = try setup.daemon.control("events", "--from", "0")
    #expect(events.output.contains("journal's disk takes longer"), "\(events.output.suffix(500))")
    // A sale by hand: the stop is cancelled, the rest sold; each record takes three seconds, and neither waits for it.
    let closing = Date()
    Thread.detachNewThread { [daemon = setup.daemon.address] in
      _ = try? run([Programs.path("botctl"), "close", "one", "--address", daemon, "--timeout", "60"])
    }
    try setup.reach("the sale", within: 30) { try setup.balance("BTC") < 0.000_1 }
    #expect(Date().timeIntervalSince(closing) < 5, "the sale waited for two records of three seconds each")
  }

  /// Wound 7: damage in the log of a killed daemon, and a copy without it.
  @Test func aDamagedOrPartialJournalIsRefused() throws {
    let directory = try TemporaryDirectory("damage")
    let daemon = Daemon(directory, arguments: ["--mode", "simulated", "--example-bots"])
    try daemon.start()
    #expect(try eventually(within: 30) { try daemon.control("trades", "--from", "0").output.contains("buy") }, "\(daemon.tail)")
    let backup = directory.file("backup.botd")
    let made = try daemon.control("backup", backup)
    #expect(made.code == 0 && made.output.contains("whole"), "\(made.output)")
    #expect(try daemon.control("backup", backup).code == 5, "a backup replaces nothing")
    #expect(try FileManager.default.attributesOfItem(atPath: backup)[.posixPermissions] as? Int == 0o600)
    daemon.kill()
    let log = daemon.stateDirectory + "/journal.sqlite-wal"
    let original = try Data(contentsOf: URL(fileURLWithPath: log))
    try #require(original.count > 1_000)
    var damaged = original
    damaged[original.count / 2] ^= 1
    try damaged.write(to: URL(fileURLWithPath: log))
    let verified = try run([try Programs.path("botctl"), "verify", daemon.stateDirectory, "--output", "json"])
    #expect(verified.code == 8 && verified.output.contains("\"damaged\""), "\(verified.output)")
    try daemon.launch()
    #expect(daemon.process?.exitCode(within: 30) == 1)
    #expect(daemon.tail.contains("are lost") && daemon.tail.contains("botctl backup"), "\(daemon.tail)")
    // The main file alone, as a careless copy.
    try FileManager.default.removeItem(atPath: log)
    try daemon.launch()
    #expect(daemon.process?.exitCode(within: 30) == 1)
    // The way out that was named: the backup in an empty directory.
    let fresh = Daemon(try TemporaryDirectory("restored"), arguments: ["--mode", "simulated"])
    try FileManager.default.createDirectory(atPath: fresh.stateDirectory, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: backup, toPath: fresh.stateDirectory + "/journal.sqlite")
    try fresh.start()
    defer { fresh.kill() }
    #expect(try fresh.control("list").output.contains("btc-rsi"))
    let beside = try run([try Programs.path("botctl"), "verify", fresh.stateDirectory])
    #expect(beside.code == 0, "beside a daemon that runs: \(beside.output)")
  }
}
