import Foundation
import Journal
import ProgramTestSupport
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

  /// What 0.1.0 counted otherwise, or said in words where a cause stands today.
  static let changed = [
    "quote_asset": "empty while the rules were not known", "base_asset": "the same", "stop_price": "on a tick once the rules are known",
    "drawdown_fraction": "capital that came or went scales the peak", "auto_start": "it told whether the bot runs; today it is a setting",
    "opened_time_ns": "0 for what is too little to be sold, as was documented",
    "state_reason": "empty where a person asked for it",
    "sharpe_ratio": "of equity, not of what fills realized; under 7 whole days unknown",
    "sortino_ratio": "the same", "calmar_ratio": "compound growth over drawdown, under 7 days unknown",
    "max_drawdown": "of equity with open positions", "max_drawdown_fraction": "the same", "max_drawdown_time_ns": "the same",
    "max_drawdown_duration_ns": "the same", "exposure": "value of positions over equity; the time is time_in_market",
    "return_fraction": "chained", "first_time_ns": "start of the record", "last_time_ns": "its end",
  ]

  /// Everything that 0.1.0 showed, value for value.
  private func expectTheSame(_ daemon: Daemon) throws {
    for line in try Fixture.lines("state/shown.txt") {
      let recorded = try Fixture.text("state/\(line[0]).json")
      var difference: String?
      _ = try eventually(within: 20) {
        let found = try Fixture.disagreements(try daemon.json(Array(line.dropFirst())), recorded, except: Self.changed)
        difference = found.isEmpty ? nil : found.joined(separator: "\n")
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
    let old = try Fixture.text("state/trades.json")
    #expect(try Fixture.disagreements(try daemon.json(["trades", "--from", "0"]), old, except: [:], isPrefix: true) == [])
    #expect(try !daemon.control("list").output.contains("holder"))
    daemon.stop()
    #expect(try Ledgers.journal(daemon.stateDirectory) == kept)
  }

  /// Before its format changes, a journal is kept as it was: by a copy that the old program can go on with.
  @Test func theOldJournalIsKeptBesideTheNewOne() throws {
    let directory = try TemporaryDirectory("oldcopy")
    let state = directory.file("state")
    try Fixture.unpack("state/state.tar.gz", as: state)
    func query(_ file: String, _ sql: String) throws -> String {
      let answer = try run(["sqlite3", "\(state)/\(file)", sql])
      guard answer.code == 0 else { throw TestFailure(answer.output) }
      return answer.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }
    let facts = "SELECT count(*), max(sequence), total(length(payload)) FROM entries"
    let before = try query("journal.sqlite", facts)
    let journal = try Journal.open(directory: state)
    let count = try journal.entries(after: 0, limit: 10_000).count
    journal.close()
    #expect(count > 100)
    #expect(try query("journal.sqlite", "PRAGMA user_version") == "4")
    #expect(try query("journal.sqlite.format-1", "PRAGMA user_version") == "1")
    #expect(try query("journal.sqlite.format-1", facts) == before && query("journal.sqlite.format-1", "PRAGMA integrity_check") == "ok")
    let mode = try FileManager.default.attributesOfItem(atPath: "\(state)/journal.sqlite.format-1")[.posixPermissions] as? Int
    #expect(mode == 0o600)
    // A second start makes no second copy.
    let made = try FileManager.default.attributesOfItem(atPath: "\(state)/journal.sqlite.format-1")[.modificationDate] as? Date
    try Journal.open(directory: state).close()
    #expect(try FileManager.default.attributesOfItem(atPath: "\(state)/journal.sqlite.format-1")[.modificationDate] as? Date == made)
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
    #expect(
      try String(contentsOfFile: daemon.log, encoding: .utf8).contains("msg=\"the journal is restored from PostgreSQL\" entries=342"),
      "\(daemon.tail)")
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
