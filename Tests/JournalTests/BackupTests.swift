import Foundation
import Journal
import TestSupport
import Testing
import TradingCore

/// A backup is one file that is whole, says where it ends, and becomes a journal again.
struct BackupTests {
  private func fill(_ journal: Journal, _ entries: [JournalEntry]) throws {
    journal.append(entries) { _ in }
    _ = try journal.flush()
  }

  private func backUp(_ journal: Journal, to path: String) throws {
    let backup = try JournalBackup(path: path)
    while true {
      let rows = try journal.rows(after: backup.lastSequence, limit: 100)
      if rows.isEmpty { break }
      try backup.add(rows)
    }
    try backup.finish()
  }

  @Test func aBackupIsVerifiedRestoredAndGoesOn() throws {
    let directory = try TemporaryDirectory("journal")
    let journal = try Journal.open(directory: directory.path)
    defer { journal.close() }
    let entries = Samples.session(count: 500)
    try fill(journal, Array(entries[..<300]))
    let path = directory.file("backup.botd")
    try backUp(journal, to: path)
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
    #expect(!FileManager.default.fileExists(atPath: path + ".unfinished"))
    try fill(journal, Array(entries[300...]))
    let check = try JournalCheck.run(path)
    #expect(check.isBackup && check.entries == 300 && check.headSequence == 300 && check.storageFaults.isEmpty)
    #expect(check.identity == JournalIdentity(id: "k3v9x2mq", mode: .paper))
    // Restored by copying.
    let other = try TemporaryDirectory("restored")
    try FileManager.default.copyItem(atPath: path, toPath: other.file("journal.sqlite"))
    let restored = try Journal.open(directory: other.path)
    var found: [JournalEntry] = []
    try restored.replay { found.append($0) }
    #expect(found == Array(entries[..<300]))
    try fill(restored, Array(entries[300...]))
    restored.close()
    let whole = try JournalCheck.run(other.path)
    #expect(!whole.isBackup && whole.entries == 500)
    #expect(try whole.chain == JournalCheck.run(directory.path).chain, "equal journals have equal chains")
  }

  @Test func nothingIsReplaced() throws {
    let directory = try TemporaryDirectory("journal")
    let journal = try Journal.open(directory: directory.path)
    defer { journal.close() }
    try fill(journal, Samples.session(count: 50))
    let path = directory.file("backup.botd")
    try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
    #expect { try JournalBackup(path: path) } throws: { ($0 as? JournalError)?.code == .directory }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine")
  }

  @Test func aBackupThatIsCutOffLeavesNothing() throws {
    let directory = try TemporaryDirectory("journal")
    let journal = try Journal.open(directory: directory.path)
    defer { journal.close() }
    try fill(journal, Samples.session(count: 50))
    let path = directory.file("backup.botd")
    do {
      let backup = try JournalBackup(path: path)
      try backup.add(journal.rows(after: 0, limit: 10))
      // Not what follows.
      #expect(throws: JournalError.self) { try backup.add(journal.rows(after: 11, limit: 10)) }
    }
    #expect(!FileManager.default.fileExists(atPath: path))
    #expect(!FileManager.default.fileExists(atPath: path + ".unfinished"))
  }

  @Test func aDamagedBackupIsFound() throws {
    let directory = try TemporaryDirectory("journal")
    let journal = try Journal.open(directory: directory.path)
    defer { journal.close() }
    let entries = Samples.session(count: 40)
    try fill(journal, entries)
    let path = directory.file("backup.botd")
    try backUp(journal, to: path)
    let original = try Data(contentsOf: URL(fileURLWithPath: path))
    let copy = try TemporaryDirectory("damaged")
    let file = copy.file("journal.sqlite")
    // Those that SQLite does not use and the checksum's own included; of the pages behind the first, whose bytes are all alike, every fifth.
    try original.write(to: URL(fileURLWithPath: file))
    #expect(try JournalCheck.run(file).entries == 40)
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: file))
    defer { try? handle.close() }
    for position in 0..<original.count where position < 4_096 || position > original.count - 64 || position % 5 == 0 {
      try handle.seek(toOffset: UInt64(position))
      try handle.write(contentsOf: [original[position] ^ 1 << UInt8(position % 8)])
      let error = #expect(throws: JournalError.self, "byte \(position)") { try JournalCheck.run(file) }
      #expect(error?.code == .corrupt, "byte \(position): \(error?.message ?? "accepted")")
      try handle.seek(toOffset: UInt64(position))
      try handle.write(contentsOf: [original[position]])
    }
    #expect(try JournalCheck.run(file).entries == 40)
    // Nor one that was cut.
    for length in stride(from: 512, to: original.count, by: 777) {
      try handle.truncate(atOffset: 0)
      try handle.write(contentsOf: original.prefix(length))
      #expect(throws: JournalError.self, "cut to \(length)") { try JournalCheck.run(file) }
      try handle.seek(toOffset: 0)
    }
  }

  /// A backup laid over a newer journal would hide what came after it.
  @Test func aBackupInAUsedDirectoryIsRefused() throws {
    let directory = try TemporaryDirectory("journal")
    let journal = try Journal.open(directory: directory.path)
    let entries = Samples.session(count: 100)
    try fill(journal, Array(entries[..<50]))
    let path = directory.file("backup.botd")
    try backUp(journal, to: path)
    try fill(journal, Array(entries[50...]))
    journal.close()
    try FileManager.default.removeItem(atPath: directory.file("journal.sqlite"))
    try FileManager.default.copyItem(atPath: path, toPath: directory.file("journal.sqlite"))
    #expect { try Journal.open(directory: directory.path) } throws: { ($0 as? JournalError)?.sequence == 51 }
  }
}
