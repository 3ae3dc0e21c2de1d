#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import Foundation
import GRDB

/// Builds a backup: a whole journal in one file, which holds its own head, ends with a checksum over every byte (``BackupSeal``) and becomes a journal again when it is put into an empty state
/// directory as `journal.sqlite`.
///
/// Rows are checked as they come (sequence, chain, encoding). The file appears under its name only when it is whole and durable.
public final class JournalBackup {
  /// Where the backup will lie.
  public let path: String
  private let folder: String
  private var journal: Journal?

  /// Begins a backup; it is built in a folder beside `path`.
  ///
  /// - Throws: ``JournalError`` `directory` when there is something at `path` already, or its folder can't be written.
  public init(path: String) throws(JournalError) {
    self.path = path
    folder = path + ".unfinished"
    guard !path.isEmpty, unsafe access(path, F_OK) != 0 else { throw Self.exists(path) }
    guard unsafe access(folder, F_OK) != 0 else {
      throw JournalError(.directory, "\(folder) is there from another backup that runs or was cut off; remove it if none runs")
    }
    do throws(JournalError) { journal = try Journal.open(directory: folder) } catch {
      try? FileManager.default.removeItem(atPath: folder)
      throw error
    }
  }

  deinit { cancel() }

  private static func exists(_ path: String) -> JournalError {
    JournalError(.directory, path.isEmpty ? "the backup's path is empty" : "\(path) exists already; a backup replaces nothing")
  }

  /// The last sequence taken.
  public var lastSequence: UInt64 { journal?.lastSequence ?? 0 }

  /// Takes the next rows, which continue the sequence.
  ///
  /// - Throws: ``JournalError``; the backup is of no use after it.
  public func add(_ rows: [JournalRow]) throws(JournalError) {
    guard let journal else { throw JournalError(.closed, "the backup is finished") }
    try journal.importRows(rows)
  }

  /// Takes the next entries as they lie in a journal, which continue the sequence; what lies after `last` is left out.
  ///
  /// - Throws: ``JournalError`` as ``add(_:)``.
  public func add(payloads: [[UInt8]], upTo last: UInt64) throws(JournalError) {
    var rows: [JournalRow] = []
    var sequence = lastSequence
    for payload in payloads where sequence < last {
      sequence += 1
      // The chain is checked where the rows are written.
      let entry = try RecordCodec.decode(sequence: sequence, payload: payload, previousChain: nil).entry
      rows.append(JournalRow(entry: entry, payload: payload))
    }
    try add(rows)
  }

  /// Makes the backup whole, durable and visible at ``path``.
  ///
  /// - Throws: ``JournalError``; nothing is at ``path`` then.
  public func finish() throws(JournalError) {
    guard let journal else { throw JournalError(.closed, "the backup is finished") }
    let end = journal.end
    journal.close()
    self.journal = nil
    defer { cancel() }
    let file = "\(folder)/\(JournalSchema.fileName)"
    do {
      let queue = try DatabaseQueue(path: file)
      try queue.writeWithoutTransaction { database in
        try database.execute(sql: "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL")
        try database.inTransaction(.immediate) {
          try database.execute(
            sql: """
              CREATE TABLE \(JournalSchema.backupTable) (sequence INTEGER NOT NULL, chain INTEGER NOT NULL);
              INSERT INTO \(JournalSchema.backupTable) VALUES (\(Int64(clamping: end.sequence)), \(end.chain));
              PRAGMA application_id = \(JournalSchema.backupApplicationID)
              """)
          return .commit
        }
      }
      try queue.close()
      try BackupSeal.append(to: file)
    } catch {
      throw JournalError(wrapping: error, path: file)
    }
    // link, not rename: it refuses what came there meanwhile.
    guard unsafe link(file, path) == 0 else {
      if errno == EEXIST { throw Self.exists(path) }
      throw JournalError(.storage, "cannot name \(path): \(systemMessage())")
    }
    let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
    try JournalSchema.synchronize(parent)
  }

  /// Removes what was built so far; nothing happens after ``finish()``.
  public func cancel() {
    journal?.close()
    journal = nil
    try? FileManager.default.removeItem(atPath: folder)
  }
}
