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

  private func loaded() throws -> PostgresServer {
    let server = try PostgresServer.start()
    let directory = try TemporaryDirectory("dump")
    try Fixture.text("state/mirror.sql.gz").write(toFile: directory.file("mirror.sql"), atomically: true, encoding: .utf8)
    let result = try run(
      [
        "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", "\(server.port)", "-U", PostgresServer.user, "-d", "botd", "-f",
        directory.file("mirror.sql"),
      ], environment: ["PGPASSWORD": PostgresServer.password])
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

  /// Sells what `holder` has held since 0.1.0, after all the old fills, and answers how many fills there are then.
  private func goOn(_ daemon: Daemon, _ simulator: Simulator) throws -> [Row] {
    let old = try Ledgers.control(daemon)
    _ = try simulator.get("/sim/resume")
    #expect(try eventually(within: 30) { try daemon.control("stop", "holder").code == 0 }, "\(daemon.tail)")
    #expect(try eventually(within: 30) { try daemon.control("close", "holder").code == 0 }, "\(daemon.tail)")
    var new = old
    #expect(
      try eventually(within: 30) {
        new = try Ledgers.control(daemon)
        return new.rows.count == old.rows.count + 1
      }, "\(daemon.tail)")
    #expect(Array(new.sequences.dropLast()) == old.sequences && Set(new.rows).isSuperset(of: old.rows))
    return new.rows
  }

  /// The fill and a command given after it are still there in the next life, and after the old fills, which did not change by a byte.
  private func expectToLast(_ daemon: Daemon, _ fills: [Row]) throws {
    #expect(try daemon.control("remove", "holder").code == 0)
    daemon.stop()
    try daemon.start()
    #expect(try Ledgers.control(daemon).rows == fills)
    let old = try Fixture.text("state/trades.json").dropLast(3)
    #expect(try daemon.json(["trades", "--from", "0"]).utf8.starts(with: old.utf8))
    #expect(try !daemon.control("list").output.contains("holder"))
    daemon.stop()
    #expect(try Ledgers.journal(daemon.stateDirectory) == fills)
  }

  @Test func anOldStateDirectoryOpensAndGoesOn() throws {
    let directory = try TemporaryDirectory("old")
    let simulator = try market(directory)
    let daemon = Daemon.paper(directory, simulator)
    try Fixture.unpack("state/state.tar.gz", as: daemon.stateDirectory)
    try daemon.start()
    defer { daemon.kill() }
    try expectTheSame(daemon)
    try expectToLast(daemon, try goOn(daemon, simulator))
  }

  @Test(.enabled(if: PostgresServer.missing == nil, "needs PostgreSQL"))
  func anEmptyDirectoryIsRestoredFromAnOldDatabase() throws {
    let database = try loaded()
    let directory = try TemporaryDirectory("oldrestore")
    let simulator = try market(directory)
    let daemon = Daemon.paper(directory, simulator, database: database)
    try daemon.start()
    defer { daemon.kill() }
    #expect(daemon.tail.contains("restored"), "\(daemon.tail)")
    try expectTheSame(daemon)
    try expectToLast(daemon, try goOn(daemon, simulator))
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
    let fills = try goOn(daemon, simulator)
    var mirrored: [Row] = []
    let isThere = try eventually(within: 30) {
      mirrored = try Ledgers.database(database)
      return mirrored == fills
    }
    #expect(isThere, "the database has \(mirrored.count) of \(fills.count) fills\n\(daemon.tail)")
    #expect(try database.query("SELECT count(*) FROM botd.journals") == "1")
    #expect(try database.query("SELECT max(sequence) - min(sequence) + 1 - count(*) FROM botd.journal") == "0")
    #expect(try database.query("SELECT is_open FROM botd.positions WHERE bot_id = 'holder'") == "f")
    try expectToLast(daemon, fills)
  }
}
