import Time
import Foundation
import Journal
import ServiceRuntime
import TestSupport
import Testing
import TradingCore
import TradingModel
import Venue

@testable import PostgresMirror

/// A journal, its mirror, and what a test asks of them.
private final class Fixture {
  let directory: TemporaryDirectory
  let journal: Journal
  let entries: [JournalEntry]
  private var appended = 0

  init(count: Int, seed: UInt64 = 1, id: String = "k3v9x2mq") throws {
    directory = try TemporaryDirectory("mirror")
    journal = try Journal.open(directory: directory.path)
    entries = Samples.session(count: count, bots: 6, seed: seed, id: id)
  }

  func append(_ count: Int, to mirror: PostgresMirror? = nil) throws {
    let next = Array(entries[appended..<appended + count])
    for start in stride(from: 0, to: next.count, by: 40) {
      journal.append(Array(next[start..<min(next.count, start + 40)])) { if case .success(let sequence) = $0 { mirror?.notify(sequence) } }
    }
    appended += count
    #expect(try journal.flush() == UInt64(appended))
  }

  /// - Parameter port: where the database is reached; its own by default.
  func mirror(_ server: PostgresServer, batch: Int = 300, port: Int? = nil) throws -> PostgresMirror {
    let url = port.map { server.url.replacingOccurrences(of: ":\(server.port)/", with: ":\($0)/") } ?? server.url
    var configuration = try PostgresConfiguration(url: url)
    configuration.batchEntries = batch
    configuration.connectMilliseconds = 3_000
    return try PostgresMirror(configuration, journal: journal)
  }
}

@Suite(.serialized, .enabled(if: PostgresServer.missing == nil, "PostgreSQL cannot run here")) struct PostgresMirrorTests {
  private static func fills(_ entries: [JournalEntry]) -> [FillRecord] {
    entries.compactMap { if case .fill(let fill) = $0.record { fill } else { nil } }
  }

  private static func caughtUp(_ mirror: PostgresMirror, _ count: Int) -> Bool {
    let done = eventually(within: 30) { mirror.status.mirrored == UInt64(count) }
    if !done { Issue.record("\(mirror.status)") }
    return done
  }

  /// Restores the database's journal into a new directory and expects exactly `entries`.
  private static func expectRestored(_ server: PostgresServer, _ entries: [JournalEntry]) throws {
    let directory = try TemporaryDirectory("restore")
    let copy = try Journal.open(directory: directory.path)
    defer { copy.close() }
    var last: (UInt64, UInt64) = (0, 0)
    let count = try PostgresMirror.restore(PostgresConfiguration(url: server.url), mode: .paper, into: copy) { last = ($0, $1) }
    #expect(count == UInt64(entries.count))
    #expect(last == (count, count))
    var found: [JournalEntry] = []
    try copy.replay { found.append($0) }
    #expect(found == entries)
  }

  @Test func tablesSayWhatTheJournalSays() throws {
    let server = try PostgresServer.start()
    let fixture = try Fixture(count: 2_000)
    defer { fixture.journal.close() }
    try fixture.append(500)
    let mirror = try fixture.mirror(server)
    try #require(Self.caughtUp(mirror, 500))
    try fixture.append(1_500, to: mirror)
    try #require(Self.caughtUp(mirror, 2_000))
    #expect(mirror.status.lag == 0)
    mirror.stop()
    let fills = Self.fills(fixture.entries)
    #expect(try server.query("SELECT count(*), min(sequence), max(sequence) FROM botd.journal") == "2000|1|2000")
    #expect(try server.query("SELECT count(*) FROM botd.fills") == "\(fills.count)")
    let quoted = fills.reduce(FixedDecimal.zero) { $0 + $1.fill.quoteQuantity }
    #expect(try server.query("SELECT trim_scale(sum(quote_quantity)) FROM botd.fills") == "\(quoted)")
    #expect(try server.query("SELECT count(*) FROM botd.bots WHERE state = 'running' AND removed_at IS NULL") == "6")
    #expect(try server.query("SELECT parameters FROM botd.bots WHERE bot_id = 'bot0'") == "period=14 oversold=30")
    let orders = fixture.entries.filter { $0.record.kind == .orderIntent }.count
    #expect(try server.query("SELECT count(*) FROM botd.orders") == "\(orders)")
    #expect(
      try server.query("SELECT status, executed_quantity = quantity FROM botd.orders WHERE client_order_id = 'k3v9x2mq-7'") == "filled|t")
    let samples = fixture.entries.filter { $0.record.kind == .equity }.count
    #expect(try server.query("SELECT count(*) FROM botd.equity WHERE quote_asset IS NULL") == "\(samples)")
    try Self.expectFiguresOnce(server, fills)
    #expect(
      try server.query(
        "SELECT to_char(filled_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') FROM botd.fills ORDER BY sequence LIMIT 1")
        == fills[0].fill.time.description)
    try Self.expectPositions(server, fills)
    try Self.expectRestored(server, fixture.entries)
  }

  /// Positions against a naive fold, bot by bot.
  private static func expectPositions(_ server: PostgresServer, _ fills: [FillRecord]) throws {
    for bot in Set(fills.compactMap(\.botID)).sorted() {
      var position = Position()
      var realized = FixedDecimal.zero
      for fill in fills where fill.botID == bot {
        _ = position.apply(fill.fill, side: fill.side, baseAsset: "", quoteAsset: "USDT", closes: fill.closesPosition)
        realized += fill.realizedPnL
      }
      #expect(
        try server.query(
          "SELECT trim_scale(quantity), trim_scale(cost), trim_scale(realized_pnl), is_open FROM botd.positions WHERE bot_id = '\(bot)'")
          == "\(position.quantity)|\(position.cost)|\(realized)|\(position.isOpen ? "t" : "f")")
    }
  }

  @Test func everyRandomRecordIsTaken() throws {
    let server = try PostgresServer.start()
    let directory = try TemporaryDirectory("mirror")
    let journal = try Journal.open(directory: directory.path)
    defer { journal.close() }
    var random = RandomRecords(seed: 4)
    var entries = [Samples.opened()]
    for sequence in 2...3_000 as ClosedRange<UInt64> {
      var kind = random.random.pick(RecordKind.allCases)
      if kind == .opened { kind = .alert }
      entries.append(random.entry(sequence: sequence, kind: kind))
    }
    journal.append(entries) { _ in }
    _ = try journal.flush()
    let mirror = try PostgresMirror(PostgresConfiguration(url: server.url), journal: journal)
    try #require(Self.caughtUp(mirror, 3_000))
    mirror.stop()
    try Self.expectRestored(server, entries)
  }

  /// A value of equity for each fill and each of the six bots that were made; figures that counted each fill once.
  private static func expectFiguresOnce(_ server: PostgresServer, _ fills: [FillRecord]) throws {
    #expect(
      try server.query("SELECT count(*), count(DISTINCT sequence) FROM botd.equity WHERE bot_id IS NOT NULL")
        == "\(fills.count + 6)|\(fills.count + 6)")
    #expect(try server.query("SELECT sum(fills) FROM botd.statistics WHERE bot_id IS NOT NULL") == "\(fills.count)")
    #expect(try server.query("SELECT fills FROM botd.statistics WHERE bot_id IS NULL") == "\(fills.count)")
  }

  @Test func outagesAreCaughtUpExactlyOnce() throws {
    let server = try PostgresServer.start()
    let fixture = try Fixture(count: 6_000)
    defer { fixture.journal.close() }
    try fixture.append(1_000)
    let mirror = try fixture.mirror(server, batch: 50)
    for round in 1...4 {
      // Stopped at an arbitrary place in the middle of catching up.
      #expect(eventually { mirror.status.mirrored >= UInt64(round * 1_000 - 700) })
      server.stopImmediately()
      try fixture.append(1_000, to: mirror)
      #expect(eventually { !mirror.status.isConnected })
      #expect(!mirror.status.lastError.isEmpty)
      #expect(!mirror.status.lastError.contains(PostgresServer.password))
      try server.start()
    }
    try #require(Self.caughtUp(mirror, 5_000))
    mirror.stop()
    try fixture.append(1_000)
    let second = try fixture.mirror(server)
    try #require(Self.caughtUp(second, 6_000))
    second.stop()
    #expect(try server.query("SELECT count(*), count(DISTINCT sequence), max(sequence) FROM botd.journal") == "6000|6000|6000")
    let fills = Self.fills(fixture.entries)
    #expect(try server.query("SELECT count(*) FROM botd.fills") == "\(fills.count)")
    try Self.expectPositions(server, fills)
    try Self.expectFiguresOnce(server, fills)
    try Self.expectRestored(server, fixture.entries)
  }

  @Test func killedBackendIsReplaced() throws {
    let server = try PostgresServer.start()
    let fixture = try Fixture(count: 3_000)
    defer { fixture.journal.close() }
    let mirror = try fixture.mirror(server, batch: 20)
    for _ in 0..<10 {
      try fixture.append(300, to: mirror)
      try server.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'botd'")
    }
    try #require(Self.caughtUp(mirror, 3_000))
    mirror.stop()
    try Self.expectPositions(server, Self.fills(fixture.entries))
    try Self.expectFiguresOnce(server, Self.fills(fixture.entries))
    try Self.expectRestored(server, fixture.entries)
  }

  /// Fault 52: the connection ends at any byte of what is sent and of what is answered, the answer to COMMIT among them: nothing is there twice.
  @Test(arguments: [true, false])
  func aConnectionLostAtAnyByteDoublesNothing(_ isAnswer: Bool) throws {
    let server = try PostgresServer.start()
    let proxy = try FaultyProxy(target: server.port)
    let fixture = try Fixture(count: 1_100)
    defer { fixture.journal.close() }
    let mirror = try fixture.mirror(server, batch: 20, port: proxy.port)
    try fixture.append(100, to: mirror)
    try #require(Self.caughtUp(mirror, 100))
    for step in 0..<10 {
      var faults = FaultyProxy.Faults()
      // Past the log-in and a batch or two, then at another byte of a batch each time.
      if isAnswer { faults.toClient.cutAfter = 1_000 + 131 * step } else { faults.toServer.cutAfter = 9_000 + 1_913 * step }
      faults.endsByReset = step % 2 == 0
      let connections = proxy.connectionCount
      proxy.faults = faults
      proxy.dropAll()
      try fixture.append(100, to: mirror)
      #expect(eventually { proxy.connectionCount >= connections + 2 }, "\(step): it was not cut")
      // Caught up, its pause before the next try is short again.
      proxy.faults = FaultyProxy.Faults()
      try #require(Self.caughtUp(mirror, 200 + 100 * step))
    }
    mirror.stop()
    #expect(try server.query("SELECT count(*), count(DISTINCT sequence), max(sequence) FROM botd.journal") == "1100|1100|1100")
    let entries = Array(fixture.entries.prefix(1_100))
    try Self.expectPositions(server, Self.fills(entries))
    try Self.expectFiguresOnce(server, Self.fills(entries))
    try Self.expectRestored(server, entries)
  }

  @Test(arguments: [
    ("fsync", "fsync=off"), ("synchronous_commit", "synchronous_commit=off"), ("read-only", "default_transaction_read_only=on"),
  ])
  func unsafeServerIsRefused(word: String, option: String) throws {
    let server = try PostgresServer.start(options: [option])
    let configuration = try PostgresConfiguration(url: server.url)
    #expect { try PostgresMirror.verify(configuration) } throws: {
      ($0 as? PostgresError)?.code == .unsafe && "\($0)".contains(word)
    }
    let fixture = try Fixture(count: 100)
    defer { fixture.journal.close() }
    try fixture.append(100)
    let mirror = try fixture.mirror(server)
    #expect(eventually { mirror.status.needsAttention })
    #expect(mirror.status.mirrored == 0)
    mirror.stop()
  }

  @Test func aStateDirectoryThatIsBehindTheDatabaseIsRefused() throws {
    let server = try PostgresServer.start()
    let whole = try Fixture(count: 300)
    defer { whole.journal.close() }
    try whole.append(300)
    let mirror = try whole.mirror(server)
    try #require(Self.caughtUp(mirror, 300))
    mirror.stop()
    let configuration = try PostgresConfiguration(url: server.url)
    try PostgresMirror.verify(configuration, journal: whole.journal, mode: .paper)
    let old = try Fixture(count: 300)
    defer { old.journal.close() }
    try old.append(200)
    #expect { try PostgresMirror.verify(configuration, journal: old.journal, mode: .paper) } throws: {
      ($0 as? PostgresError)?.code == .mismatch && "\($0)".contains("300")
    }
  }

  @Test func journalsAreNeverMixed() throws {
    let server = try PostgresServer.start()
    let first = try Fixture(count: 400)
    defer { first.journal.close() }
    try first.append(200)
    let mirror = try first.mirror(server)
    try #require(Self.caughtUp(mirror, 200))
    // A second botd on the same journal's database waits.
    let twin = try first.mirror(server)
    #expect(eventually { twin.status.lastError.contains("another botd") })
    twin.stop()
    mirror.stop()
    let other = try Fixture(count: 100, id: "otherone")
    defer { other.journal.close() }
    try other.append(100)
    let refused = try other.mirror(server)
    #expect(eventually { refused.status.needsAttention })
    #expect(refused.status.lastError.contains("k3v9x2mq"))
    refused.stop()
    // The same journal, but an old copy of the state directory.
    let old = try Fixture(count: 100)
    defer { old.journal.close() }
    try old.append(100)
    let behind = try old.mirror(server)
    #expect(eventually { behind.status.needsAttention })
    behind.stop()
    // The same id with another content.
    let forked = try Fixture(count: 300, seed: 2)
    defer { forked.journal.close() }
    try forked.append(300)
    let differs = try forked.mirror(server)
    #expect(eventually { differs.status.needsAttention })
    differs.stop()
    #expect(try server.query("SELECT count(*) FROM botd.journal") == "200")
    // And the right one goes on.
    try first.append(200)
    let again = try first.mirror(server)
    try #require(Self.caughtUp(again, 400))
    again.stop()
  }

  @Test func restoreRefusesWhatIsDamaged() throws {
    let server = try PostgresServer.start()
    let fixture = try Fixture(count: 300)
    defer { fixture.journal.close() }
    let empty = try Journal.open(directory: TemporaryDirectory("empty").path)
    #expect(try PostgresMirror.restore(PostgresConfiguration(url: server.url), mode: .paper, into: empty) == 0)
    try fixture.append(300)
    let mirror = try fixture.mirror(server)
    try #require(Self.caughtUp(mirror, 300))
    mirror.stop()
    #expect(try PostgresMirror.restore(PostgresConfiguration(url: server.url), mode: .live, into: empty) == 0)
    empty.close()
    try server.query("DELETE FROM botd.journal WHERE sequence = 150")
    let directory = try TemporaryDirectory("restore")
    let copy = try Journal.open(directory: directory.path)
    defer { copy.close() }
    #expect { try PostgresMirror.restore(PostgresConfiguration(url: server.url), mode: .paper, into: copy) } throws: {
      ($0 as? PostgresError)?.code == .journal
    }
  }

  @Test func newerSchemaIsRefused() throws {
    let server = try PostgresServer.start()
    let configuration = try PostgresConfiguration(url: server.url)
    try PostgresMirror.verify(configuration)
    try server.query("INSERT INTO botd.migrations (version) VALUES (\(MirrorSchema.migrations.count + 1))")
    #expect { try PostgresMirror.verify(configuration) } throws: {
      ($0 as? PostgresError)?.code == .newerFormat && "\($0)".contains("start the newer program")
    }
  }

  @Test func wrongPasswordIsNotShown() throws {
    let server = try PostgresServer.start()
    let configuration = try PostgresConfiguration(url: "postgresql://botd:wrong-secret@127.0.0.1:\(server.port)/botd")
    #expect { try PostgresMirror.verify(configuration) } throws: {
      ($0 as? PostgresError)?.code == .connection && !"\($0)".contains("wrong-secret")
    }
  }
}
