import Foundation
import Journal
import Synchronization
import TestSupport
import Testing
import TradingCore
import TradingModel
import Venue

struct JournalTests {
  private func filled(_ directory: TemporaryDirectory, count: Int = 500, group: Int = 50) throws -> [JournalEntry] {
    let journal = try Journal.open(directory: directory.path)
    defer { journal.close() }
    let entries = Samples.session(count: count)
    for start in stride(from: 0, to: count, by: group) { journal.append(Array(entries[start..<min(count, start + group)])) { _ in } }
    #expect(try journal.flush() == UInt64(count))
    return entries
  }

  private func replayed(_ journal: Journal) throws -> [JournalEntry] {
    var entries: [JournalEntry] = []
    try journal.replay { entries.append($0) }
    return entries
  }

  private func edit(_ directory: TemporaryDirectory, _ sql: String) throws {
    let result = try run(["sqlite3", directory.file("journal.sqlite"), sql])
    guard result.code == 0 else { throw TestFailure(result.output) }
  }

  @Test func whatWasAppendedIsReplayedAfterReopening() throws {
    let directory = try TemporaryDirectory("journal")
    let entries = try filled(directory)
    let journal = try Journal.open(directory: directory.path)
    defer { journal.close() }
    #expect(journal.lastSequence == 500)
    #expect(try replayed(journal) == entries)
    #expect(try journal.identity() == JournalIdentity(id: "k3v9x2mq", mode: .paper))
  }

  @Test func completionsComeInOrderAfterTheEntriesAreReadable() throws {
    let directory = try TemporaryDirectory("journal")
    let journal = try Journal.open(directory: directory.path)
    defer { journal.close() }
    let seen = Mutex<[UInt64]>([])
    for entry in Samples.session(count: 2_000) {
      journal.append([entry]) { result in
        guard case .success(let sequence) = result else { return }
        let visible = (try? journal.entries(after: sequence - 1, limit: 1).first?.sequence) ?? 0
        seen.withLock { $0.append(visible == sequence ? sequence : 0) }
      }
    }
    #expect(try journal.flush() == 2_000)
    #expect(seen.withLock { $0 } == Array(1...2_000))
    #expect(journal.pendingEntries == 0)
  }

  @Test func gapInTheSequenceFailsTheJournalForGood() throws {
    let directory = try TemporaryDirectory("journal")
    let journal = try Journal.open(directory: directory.path)
    let entries = Samples.session(count: 20)
    journal.append(Array(entries[..<10])) { _ in }
    #expect(try journal.flush() == 10)
    journal.append([entries[11]]) { _ in }
    #expect(throws: JournalError.self) { try journal.flush() }
    journal.append([entries[10]]) { _ in }
    #expect(throws: JournalError.self) { try journal.flush() }
    #expect(journal.failure?.code == .sequence)
    #expect(journal.lastSequence == 10)
    journal.close()
    let again = try Journal.open(directory: directory.path)
    #expect(try replayed(again) == Array(entries[..<10]))
    again.close()
  }

  @Test func secondOpenerIsRefusedWithTheHoldersPid() throws {
    let directory = try TemporaryDirectory("journal")
    let journal = try Journal.open(directory: directory.path)
    let started = Date()
    #expect { try Journal.open(directory: directory.path) } throws: {
      guard let error = $0 as? JournalError else { return false }
      return error.code == .locked && error.message.contains("pid \(getpid())")
    }
    #expect(Date().timeIntervalSince(started) < 1)
    journal.close()
    try Journal.open(directory: directory.path).close()
  }

  @Test func filesAreOursAlone() throws {
    let root = try TemporaryDirectory("journal")
    let state = root.file("a/b/state")
    let journal = try Journal.open(directory: state)
    journal.append([Samples.opened()]) { _ in }
    _ = try journal.flush()
    let manager = FileManager.default
    for name in ["", "/journal.sqlite", "/journal.sqlite-wal", "/journal.sqlite-shm", "/botd.lock"] {
      let mode = try manager.attributesOfItem(atPath: state + name)[.posixPermissions] as? Int
      #expect(mode == (name.isEmpty ? 0o700 : 0o600), "\(name)")
    }
    journal.close()
    try manager.createSymbolicLink(atPath: root.file("link"), withDestinationPath: state)
    #expect { try Journal.open(directory: root.file("link")) } throws: { ($0 as? JournalError)?.code == .directory }
    try manager.moveItem(atPath: state + "/journal.sqlite", toPath: root.file("elsewhere"))
    try manager.createSymbolicLink(atPath: state + "/journal.sqlite", withDestinationPath: root.file("elsewhere"))
    #expect { try Journal.open(directory: state) } throws: { ($0 as? JournalError)?.code == .directory }
  }

  @Test(.enabled(if: geteuid() == 0, "needs root to give a directory away")) func foreignDirectoryIsRefused() throws {
    let root = try TemporaryDirectory("journal")
    let state = root.file("state")
    unsafe mkdir(state, 0o700)
    unsafe chown(state, 65_534, 65_534)
    #expect { try Journal.open(directory: state) } throws: {
      ($0 as? JournalError)?.code == .directory && "\($0)".contains("65534")
    }
  }

  @Test(
    .enabled(if: program("sqlite3") != nil, "sqlite3 is not installed"),
    arguments: [
      "DELETE FROM entries WHERE sequence = 123",
      "UPDATE entries SET payload = (SELECT payload FROM entries WHERE sequence = 122) WHERE sequence = 123",
      "UPDATE entries SET payload = x'01' WHERE sequence = 123",
      "UPDATE entries SET payload = substr(payload, 1, length(payload) - 1) WHERE sequence = 123",
      "UPDATE entries SET payload = zeroblob(20000000) WHERE sequence = 123",
      "UPDATE entries SET payload = '' WHERE sequence = 123",
    ]) func damageInTheMiddleIsNamedBySequence(sql: String) throws
  {
    let directory = try TemporaryDirectory("journal")
    _ = try filled(directory)
    try edit(directory, sql)
    let journal = try Journal.open(directory: directory.path)
    defer { journal.close() }
    var last: UInt64 = 0
    #expect { try journal.replay { last = $0.sequence } } throws: {
      guard let error = $0 as? JournalError else { return false }
      return error.code == .corrupt && error.sequence == 123 && error.message.contains("123")
    }
    #expect(last == 122)
  }

  @Test(.enabled(if: program("sqlite3") != nil, "sqlite3 is not installed")) func newerFormatIsRefused() throws {
    let directory = try TemporaryDirectory("journal")
    _ = try filled(directory, count: 20)
    try edit(directory, "PRAGMA user_version = \(JournalIdentity.currentFormat + 1)")
    #expect { try Journal.open(directory: directory.path) } throws: { ($0 as? JournalError)?.code == .newerFormat }
  }

  @Test func overwrittenFileIsRefusedOrReadUnchanged() throws {
    let directory = try TemporaryDirectory("journal")
    let entries = try filled(directory, count: 300)
    let path = directory.file("journal.sqlite")
    let original = try Data(contentsOf: URL(fileURLWithPath: path))
    var random = SeededRandom(seed: 46)
    for round in 0..<60 {
      var damaged = original
      let position = random.below(damaged.count)
      switch round % 3 {
      case 0: damaged[position] ^= UInt8(1 << random.below(8))
      case 1: damaged.replaceSubrange(position..<min(damaged.count, position + 512), with: Data(count: min(512, damaged.count - position)))
      default: damaged = damaged.prefix(position)
      }
      try damaged.write(to: URL(fileURLWithPath: path))
      for name in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + name) }
      guard let journal = try? Journal.open(directory: directory.path) else { continue }
      // Never something else than what was written; a file cut to nothing is an empty journal.
      if let found = try? replayed(journal) { #expect(found == entries || damaged.isEmpty, "round \(round), position \(position)") }
      journal.close()
    }
  }

  @Test func removedFileEndsTheJournal() throws {
    let directory = try TemporaryDirectory("journal")
    let journal = try Journal.open(directory: directory.path)
    let entries = Samples.session(count: 20)
    journal.append(Array(entries[..<10])) { _ in }
    _ = try journal.flush()
    try FileManager.default.removeItem(atPath: directory.file("journal.sqlite"))
    journal.append(Array(entries[10...])) { _ in }
    #expect(throws: JournalError.self) { try journal.flush() }
    #expect(journal.failure?.code == .storage)
    journal.close()
  }

  @Test func closedJournalTakesNothing() throws {
    let directory = try TemporaryDirectory("journal")
    let journal = try Journal.open(directory: directory.path)
    journal.close()
    journal.close()
    journal.append([Samples.opened()]) { _ in }
    #expect(throws: JournalError.self) { try journal.flush() }
  }
}
