import Foundation
import Journal
import TestSupport
import Testing
import TradingCore
import TradingModel

/// Rows 46 and 50 of the fault catalogue, wounds 7 and 19: nothing that was durable is missing or changed without a word.
struct DamageTests {
  /// A state directory as a killed daemon leaves it: the last commits lie in `-wal` alone.
  private func killed(_ groups: [[JournalEntry]], log: Bool = true, head: Bool = true) throws -> TemporaryDirectory {
    let original = try TemporaryDirectory("journal")
    let journal = try Journal.open(directory: original.path)
    for group in groups {
      journal.append(group) { _ in }
      _ = try journal.flush()
    }
    let copy = try TemporaryDirectory("killed")
    for name in ["journal.sqlite"] + (log ? ["journal.sqlite-wal"] : []) + (head ? ["journal.head"] : []) {
      try FileManager.default.copyItem(atPath: original.file(name), toPath: copy.file(name))
    }
    journal.close()
    return copy
  }

  private func replayed(_ directory: TemporaryDirectory) throws -> [JournalEntry] {
    let journal = try Journal.open(directory: directory.path)
    defer { journal.close() }
    var entries: [JournalEntry] = []
    try journal.replay { entries.append($0) }
    return entries
  }

  private func refusal(_ directory: TemporaryDirectory) -> JournalError? {
    do {
      _ = try replayed(directory)
      return nil
    } catch { return error as? JournalError }
  }

  private func edit(_ directory: TemporaryDirectory, _ sql: String) throws {
    let result = try run(["sqlite3", directory.file("journal.sqlite"), sql])
    guard result.code == 0 else { throw TestFailure(result.output) }
  }

  @Test func aKilledDaemonsDirectoryOpens() throws {
    let entries = Samples.session(count: 60)
    let directory = try killed([Array(entries[..<20]), Array(entries[20...])])
    #expect(try JournalCheck.run(directory.path).entries == 60)
    #expect(try replayed(directory) == entries)
    // And once more, after a clean end.
    #expect(try replayed(directory) == entries)
  }

  @Test func aFlippedByteAnywhereInTheLogIsFound() throws {
    let entries = Samples.session(count: 2)
    let directory = try killed([[entries[0]], [entries[1]]])
    let path = directory.file("journal.sqlite-wal")
    let original = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    try #require(original.count > 8_000 && original.count < 20_000, "the log is \(original.count) bytes")
    let file = unsafe open(path, O_RDWR)
    defer { close(file) }
    var accepted: [Int] = []
    var random = SeededRandom(seed: 7)
    for position in original.indices {
      var damaged = original[position] ^ UInt8(1 << random.below(8))
      unsafe pwrite(file, &damaged, 1, off_t(position))
      if (try? Journal.open(directory: directory.path).close()) != nil { accepted.append(position) }
      guard accepted.isEmpty else { break }
      damaged = original[position]
      unsafe pwrite(file, &damaged, 1, off_t(position))
    }
    #expect(accepted.isEmpty)
    // Being refused changed nothing: the undamaged log is still all there.
    #expect(try replayed(directory) == entries)
  }

  @Test func aLostTailIsNamedWithTheWaysOut() throws {
    let entries = Samples.session(count: 60)
    let directory = try killed([Array(entries[..<20]), Array(entries[20...])])
    let path = directory.file("journal.sqlite-wal")
    var log = try Data(contentsOf: URL(fileURLWithPath: path))
    log[log.count - 100] ^= 1
    try log.write(to: URL(fileURLWithPath: path))
    let error = try #require(refusal(directory))
    #expect(error.code == .corrupt && error.sequence == 21)
    for word in ["entries 21 to 60", "journal.sqlite-wal", "PostgreSQL", "botctl backup"] {
      #expect(error.message.contains(word), "\(error)")
    }
    #expect { try JournalCheck.run(directory.path) } throws: { ($0 as? JournalError)?.sequence == 21 }
  }

  @Test(arguments: [true, false]) func theMainFileAloneIsRefused(withHead: Bool) throws {
    let entries = Samples.session(count: 60)
    let directory = try killed([entries], log: false, head: withHead)
    let error = try #require(refusal(directory))
    #expect(error.code == .corrupt && error.message.contains("journal.sqlite-wal"), "\(error)")
    // Also when nothing but the tables is in it.
    let empty = try killed([], log: false, head: false)
    #expect(refusal(empty)?.code == .corrupt)
  }

  @Test func aJournalThatIsGoneIsMissed() throws {
    let directory = try killed([Samples.session(count: 10)])
    for name in ["journal.sqlite", "journal.sqlite-wal"] { try FileManager.default.removeItem(atPath: directory.file(name)) }
    #expect(refusal(directory)?.sequence == 1)
  }

  @Test func anotherJournalsFileIsRefused() throws {
    let directory = try killed([Samples.session(count: 30)])
    var others = RandomRecords(seed: 3)
    let other = try killed([(1...40).map { others.entry(sequence: UInt64($0)) }])
    for name in ["journal.sqlite", "journal.sqlite-wal"] {
      try FileManager.default.removeItem(atPath: directory.file(name))
      try FileManager.default.copyItem(atPath: other.file(name), toPath: directory.file(name))
    }
    let error = try #require(refusal(directory))
    #expect(error.sequence == 30 && error.message.contains("differs"), "\(error)")
  }

  /// A crash between the commit and the head, or in the head itself, refuses nothing.
  @Test func aHeadThatLagsOrIsTornIsNoLoss() throws {
    let entries = Samples.session(count: 60)
    let old = try killed([Array(entries[..<20])])
    let directory = try killed([Array(entries[..<20]), Array(entries[20...])])
    let head = directory.file("journal.head")
    let newest = try Data(contentsOf: URL(fileURLWithPath: head))
    try FileManager.default.removeItem(atPath: head)
    try FileManager.default.copyItem(atPath: old.file("journal.head"), toPath: head)
    #expect(try replayed(directory) == entries)
    // One of its two lines is spoilt: the other still counts.
    for line in 0..<2 {
      let copy = try killed([Array(entries[..<20]), Array(entries[20...])])
      var torn = newest
      torn.replaceSubrange(line * 512 + 40..<line * 512 + 80, with: Data(count: 40))
      try torn.write(to: URL(fileURLWithPath: copy.file("journal.head")))
      #expect(try replayed(copy) == entries)
    }
  }

  @Test func aDamagedHeadIsRefusedUntilTheEndIsAccepted() throws {
    let entries = Samples.session(count: 60)
    let directory = try killed([entries])
    try Data(count: 1_024).write(to: URL(fileURLWithPath: directory.file("journal.head")))
    #expect(refusal(directory)?.message.contains("--accept-end") == true)
    try JournalCheck.acceptEnd(directory: directory.path)
    #expect(try replayed(directory) == entries)
  }

  @Test func aLossIsNotAccepted() throws {
    let entries = Samples.session(count: 60)
    let directory = try killed([Array(entries[..<20]), Array(entries[20...])])
    try FileManager.default.removeItem(atPath: directory.file("journal.sqlite-wal"))
    #expect(throws: JournalError.self) { try JournalCheck.acceptEnd(directory: directory.path) }
  }

  /// Wound 19: what queries look for lies beside the payload.
  @Test(
    .enabled(if: program("sqlite3") != nil, "sqlite3 is not installed"),
    arguments: [
      "UPDATE entries SET kind = 8 WHERE sequence = (SELECT sequence FROM entries WHERE kind = 10 LIMIT 1)",
      "UPDATE entries SET kind = 10.5 WHERE sequence = (SELECT sequence FROM entries WHERE kind = 10 LIMIT 1)",
      "UPDATE entries SET bot = 'other' WHERE sequence = (SELECT sequence FROM entries WHERE kind = 10 LIMIT 1)",
      "UPDATE entries SET bot = NULL WHERE sequence = (SELECT sequence FROM entries WHERE kind = 7 LIMIT 1)",
      "UPDATE entries SET client_order_id = client_order_id || 'x' WHERE sequence = (SELECT sequence FROM entries WHERE kind = 7 LIMIT 1)",
      "UPDATE entries SET symbol = 'ETHUSDT' WHERE sequence = (SELECT sequence FROM entries WHERE kind = 10 LIMIT 1)",
      "UPDATE entries SET time = time + 1 WHERE sequence = 100",
      "DROP INDEX entries_fill_bot",
      "DROP INDEX entries_order; CREATE INDEX entries_order ON entries(client_order_id) WHERE client_order_id > 'm'",
      "CREATE TRIGGER forget AFTER INSERT ON entries BEGIN DELETE FROM entries WHERE kind = 10; END",
      """
      PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET sql = 'CREATE INDEX entries_fill_bot ON entries(bot) WHERE kind = 11' WHERE name = 'entries_fill_bot'
      """,
    ]) func columnsAndIndexesMustSayWhatTheEntriesSay(sql: String) throws
  {
    let directory = try killed([Samples.session(count: 500)])
    try edit(directory, sql)
    let error = try #require(refusal(directory), "accepted")
    #expect(error.code == .corrupt)
    #expect { try JournalCheck.run(directory.path) } throws: { ($0 as? JournalError)?.code == .corrupt }
  }

  /// An index that lacks one entry, its definition untouched.
  @Test(.enabled(if: program("sqlite3") != nil, "sqlite3 is not installed")) func anIndexThatHidesAFillIsFound() throws {
    let directory = try killed([Samples.session(count: 500)])
    try edit(
      directory,
      """
      CREATE TEMP TABLE kept AS SELECT * FROM entries WHERE kind = 10 ORDER BY sequence LIMIT 1;
      DELETE FROM entries WHERE sequence IN (SELECT sequence FROM kept);
      PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET sql = 'CREATE INDEX entries_fill_bot ON entries(bot) WHERE kind = 999' WHERE name = 'entries_fill_bot';
      PRAGMA writable_schema = RESET;
      INSERT INTO entries SELECT * FROM kept;
      PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET sql = 'CREATE INDEX entries_fill_bot ON entries(bot) WHERE kind = 10' WHERE name = 'entries_fill_bot';
      PRAGMA writable_schema = RESET
      """)
    let found = try run(["sqlite3", directory.file("journal.sqlite"), "PRAGMA integrity_check"])
    try #require(found.output.contains("entries_fill_bot") || found.output.contains("missing"), "\(found.output)")
    let error = try #require(refusal(directory), "accepted")
    #expect(error.message.contains("entries_fill_bot"), "\(error)")
  }

  /// A journal of 0.3.0 has no head: it opens, gets one, and a copy of it as it was stays.
  @Test(.enabled(if: program("sqlite3") != nil, "sqlite3 is not installed")) func olderFormatsOpenAndGetAHead() throws {
    let entries = Samples.session(count: 60)
    let directory = try killed([entries], head: false)
    try edit(directory, "PRAGMA user_version = 3")
    #expect(try JournalCheck.run(directory.path).headSequence == nil)
    #expect(try replayed(directory) == entries)
    let check = try JournalCheck.run(directory.path)
    #expect(check.headSequence == 60 && check.format == 4)
    #expect(FileManager.default.fileExists(atPath: directory.file("journal.sqlite.format-3")))
  }
}
