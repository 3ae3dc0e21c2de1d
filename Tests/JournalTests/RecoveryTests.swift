import Foundation
import Journal
import Synchronization
import TestSupport
import Testing
import TradingCore

/// Rows 43, 44 and 50 of the fault catalogue: a journal that failed goes on only after what is truly on the disk.
struct RecoveryTests {
  private func recover(_ journal: Journal, _ entries: [JournalEntry]) throws -> UInt64 {
    let ended = DispatchSemaphore(value: 0)
    let outcome = Mutex<Result<UInt64, JournalError>?>(nil)
    journal.recover(entries) { result in
      outcome.withLock { $0 = result }
      ended.signal()
    }
    ended.wait()
    return try #require(outcome.withLock { $0 }).get()
  }

  private func replayed(_ journal: Journal) throws -> [JournalEntry] {
    var entries: [JournalEntry] = []
    try journal.replay { entries.append($0) }
    return entries
  }

  /// Ten entries durable, and the journal failed by entries that do not follow.
  private func failed(_ directory: TemporaryDirectory, _ entries: [JournalEntry]) throws -> Journal {
    let journal = try Journal.open(directory: directory.path)
    journal.append(Array(entries[..<10])) { _ in }
    _ = try journal.flush()
    journal.append([entries[15]]) { _ in }
    #expect(throws: JournalError.self) { try journal.flush() }
    return journal
  }

  private func edit(_ directory: TemporaryDirectory, _ sql: String) throws {
    let result = try run(["sqlite3", directory.file("journal.sqlite"), sql])
    guard result.code == 0 else { throw TestFailure(result.output) }
  }

  @Test(.enabled(if: SQLiteLock.obstacle == nil, "needs python3 with sqlite3"))
  func aBusyDatabaseIsWaitedForThenComesBack() throws {
    let directory = try TemporaryDirectory("journal")
    let entries = Samples.session(count: 60)
    let journal = try Journal.open(directory: directory.path)
    defer { journal.close() }
    journal.append(Array(entries[..<10])) { _ in }
    _ = try journal.flush()
    let lock = try SQLiteLock(directory.file("journal.sqlite"))
    journal.append(Array(entries[10..<20])) { _ in }
    let started = Date()
    #expect(throws: JournalError.self) { try journal.flush() }
    #expect(Date().timeIntervalSince(started) > 4)
    #expect(journal.failure?.code == .storage && journal.lastSequence == 10)
    // Still locked: nothing is believed.
    #expect(throws: JournalError.self) { try recover(journal, Array(entries[10..<20])) }
    #expect(journal.failure != nil)
    lock.release()
    #expect(try recover(journal, Array(entries[10..<40])) == 40)
    #expect(journal.failure == nil && journal.lastSequence == 40)
    journal.append(Array(entries[40...])) { _ in }
    #expect(try journal.flush() == 60)
    #expect(try replayed(journal) == entries)
    #expect(try JournalCheck.run(directory.path).headSequence == 60)
  }

  /// The commit was on the disk although its sync failed: it is not written twice.
  @Test(.enabled(if: program("sqlite3") != nil, "sqlite3 is not installed"))
  func whatIsOnTheDiskAlreadyIsNotWrittenTwice() throws {
    let directory = try TemporaryDirectory("journal")
    let entries = Samples.session(count: 30)
    let journal = try failed(directory, entries)
    defer { journal.close() }
    let other = try TemporaryDirectory("more")
    let longer = try Journal.open(directory: other.path)
    longer.append(Array(entries[..<15])) { _ in }
    _ = try longer.flush()
    longer.close()
    try edit(
      directory, "ATTACH '\(other.file("journal.sqlite"))' AS longer; INSERT INTO entries SELECT * FROM longer.entries WHERE sequence > 10")
    #expect(try recover(journal, Array(entries[10...])) == 30)
    #expect(try replayed(journal) == entries)
  }

  @Test(
    .enabled(if: program("sqlite3") != nil, "sqlite3 is not installed"),
    arguments: [
      "DELETE FROM entries WHERE sequence = 10",
      "DELETE FROM entries WHERE sequence = 4",
      "UPDATE entries SET payload = (SELECT payload FROM entries WHERE sequence = 9) WHERE sequence = 10",
      "UPDATE entries SET kind = 1 WHERE sequence = 7",
      "INSERT INTO entries SELECT 11, kind, time, bot, client_order_id, symbol, payload FROM entries WHERE sequence = 10",
    ]) func aDiskThatHoldsSomethingElseKeepsItFailed(sql: String) throws
  {
    let directory = try TemporaryDirectory("journal")
    let entries = Samples.session(count: 30)
    let journal = try failed(directory, entries)
    defer { journal.close() }
    try edit(directory, sql)
    #expect { try recover(journal, Array(entries[10...])) } throws: { ($0 as? JournalError)?.code == .corrupt }
    #expect(journal.failure?.code == .corrupt)
    journal.append(Array(entries[10...])) { _ in }
    #expect(throws: JournalError.self) { try journal.flush() }
  }

  /// Entries on the disk that nobody here wrote.
  @Test(.enabled(if: program("sqlite3") != nil, "sqlite3 is not installed")) func aStrangersEntriesKeepItFailed() throws {
    let directory = try TemporaryDirectory("journal")
    let entries = Samples.session(count: 30)
    let journal = try failed(directory, entries)
    defer { journal.close() }
    let other = try TemporaryDirectory("stranger")
    let longer = try Journal.open(directory: other.path)
    longer.append(Array(entries[..<12])) { _ in }
    _ = try longer.flush()
    longer.close()
    try edit(
      directory, "ATTACH '\(other.file("journal.sqlite"))' AS longer; INSERT INTO entries SELECT * FROM longer.entries WHERE sequence > 10")
    #expect { try recover(journal, Array(entries[10..<11])) } throws: { ($0 as? JournalError)?.code == .corrupt }
  }

  @Test func aReplacedFileIsNotRecoveredInto() throws {
    let directory = try TemporaryDirectory("journal")
    let entries = Samples.session(count: 30)
    let journal = try failed(directory, entries)
    try FileManager.default.removeItem(atPath: directory.file("journal.sqlite"))
    #expect { try recover(journal, Array(entries[10...])) } throws: { ($0 as? JournalError)?.code == .corrupt }
    journal.close()
  }
}
