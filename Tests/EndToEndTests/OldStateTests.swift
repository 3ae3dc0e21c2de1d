import Foundation
import TestSupport
import Testing

/// What version 0.1.0 left on disk and in PostgreSQL: it opens, shows the same, and goes on.
@Suite(.serialized) struct OldStateTests {
  /// A market that stands still until it is resumed, the same one in which 0.1.0 showed the recorded texts.
  private func market(_ directory: TemporaryDirectory) throws -> Simulator {
    try Simulator(
      directory,
      [
        "--symbol", "BTCUSDT,ETHUSDT,SOLUSDT", "--seed", "12", "--speed", "20", "--start-time", "1732000000000", "--start-paused",
      ])
  }

  /// A fresh server that holds the mirror that 0.1.0 left.
  private func loaded() throws -> PostgresServer {
    let server = try PostgresServer.start()
    let directory = try TemporaryDirectory("dump")
    try Fixture.text("state/mirror.sql.gz").write(toFile: directory.file("mirror.sql"), atomically: true, encoding: .utf8)
    let place = ["-h", "127.0.0.1", "-p", "\(server.port)", "-U", PostgresServer.user, "-d", "botd"]
    let result = try run(
      ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1"] + place + ["-f", directory.file("mirror.sql")],
      environment: ["PGPASSWORD": PostgresServer.password])
    guard result.code == 0 else { throw TestFailure(result.output) }
    return server
  }

  /// Everything that 0.1.0 showed, byte for byte.
  private func expectTheSame(_ daemon: Daemon) throws {
    for line in try Fixture.lines("state/shown.txt") {
      let recorded = try Fixture.text("state/\(line[0]).json")
      var difference: String?
      _ = try eventually(within: 20) {
        difference = Fixture.difference(try daemon.json(Array(line.dropFirst())), recorded)
        return difference == nil
      }
      #expect(difference == nil, "\(line[0])\n\(daemon.tail)")
    }
  }

  /// Sells what `holder` has held since 0.1.0; the market stands still again afterwards.
  private func goOn(_ daemon: Daemon, _ simulator: Simulator) throws {
    let old = try Ledgers.control(daemon)
    _ = try simulator.get("/sim/resume")
    #expect(try eventually(within: 30) { try daemon.control("stop", "holder").code == 0 }, "\(daemon.tail)")
    #expect(try eventually(within: 30) { try daemon.control("close", "holder").code == 0 }, "\(daemon.tail)")
    #expect(try eventually(within: 30) { try sides(of: "holder", daemon) == ["buy", "sell"] }, "\(daemon.tail)")
    _ = try simulator.get("/sim/pause")
    let new = try Ledgers.control(daemon)
    #expect(new.sequences.starts(with: old.sequences) && Set(new.rows).isSuperset(of: old.rows))
    #expect(zip(new.sequences, new.sequences.dropFirst()).allSatisfy { $0 < $1 })
  }

  private func sides(of bot: String, _ daemon: Daemon) throws -> [String] {
    (try daemon.read("trades", "--from", "0", "--bot", bot)["items"] as? [[String: Any]] ?? []).compactMap { $0["side"] as? String }
  }

  /// The new fill and a command given after it are still there in the next life, behind the old fills, of which no byte changed.
  private func expectToLast(_ daemon: Daemon) throws {
    #expect(try daemon.control("remove", "holder").code == 0)
    let fills = try Ledgers.control(daemon).rows
    daemon.stop()
    try daemon.start()
    let kept = try Ledgers.control(daemon).rows
    #expect(Set(kept).isSuperset(of: fills))
    #expect(try sides(of: "holder", daemon) == ["buy", "sell"])
    // Without the end of the list.
    let old = try Fixture.text("state/trades.json").dropLast("\n]\n".count)
    #expect(try daemon.json(["trades", "--from", "0"]).utf8.starts(with: old.utf8))
    #expect(try !daemon.control("list").output.contains("holder"))
    daemon.stop()
    #expect(try Ledgers.journal(daemon.stateDirectory) == kept)
  }

  @Test func anOldStateDirectoryOpensAndGoesOn() throws {
    let directory = try TemporaryDirectory("old")
    let simulator = try market(directory)
    let daemon = Daemon.paper(directory, simulator)
    try Fixture.unpack("state/state.tar.gz", as: daemon.stateDirectory)
    try daemon.start()
    defer { daemon.kill() }
    try expectTheSame(daemon)
    try goOn(daemon, simulator)
    try expectToLast(daemon)
  }

  @Test(.enabled(if: PostgresServer.missing == nil, "needs PostgreSQL"))
  func anEmptyDirectoryIsRestoredFromAnOldDatabase() throws {
    let database = try loaded()
    let directory = try TemporaryDirectory("oldrestore")
    let simulator = try market(directory)
    let daemon = Daemon.paper(directory, simulator, database: database)
    try daemon.start()
    defer { daemon.kill() }
    #expect(try String(contentsOfFile: daemon.log, encoding: .utf8).contains("restored 342 journal entries"), "\(daemon.tail)")
    try expectTheSame(daemon)
    try goOn(daemon, simulator)
    try expectToLast(daemon)
  }

  @Test(.enabled(if: PostgresServer.missing == nil, "needs PostgreSQL"))
  func anOldDatabaseGoesOnWithItsOldDirectory() throws {
    let database = try loaded()
    let old = try Ledgers.database(database)
    let directory = try TemporaryDirectory("oldmirror")
    let simulator = try market(directory)
    let daemon = Daemon.paper(directory, simulator, database: database)
    try Fixture.unpack("state/state.tar.gz", as: daemon.stateDirectory)
    try daemon.start()
    defer { daemon.kill() }
    #expect(try Ledgers.control(daemon).rows == old)
    try goOn(daemon, simulator)
    var (mirrored, fills): ([Row], [Row]) = ([], [])
    let isThere = try eventually(within: 30) {
      (mirrored, fills) = (try Ledgers.database(database), try Ledgers.control(daemon).rows)
      return mirrored == fills
    }
    #expect(isThere && fills.count > old.count, "the database has \(mirrored.count) of \(fills.count) fills\n\(daemon.tail)")
    #expect(try database.query("SELECT count(*) FROM botd.journals") == "1")
    #expect(try database.query("SELECT max(sequence) - min(sequence) + 1 - count(*) FROM botd.journal") == "0")
    #expect(try database.query("SELECT is_open FROM botd.positions WHERE bot_id = 'holder'") == "f")
    try expectToLast(daemon)
  }
}
