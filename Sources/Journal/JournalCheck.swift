import Foundation
import GRDB
public import Time
public import TradingCore

/// A look at a whole journal that changes nothing and takes no lock: beside a daemon that runs, of a copy, of a backup.
public struct JournalCheck: Hashable, Sendable {
  /// The journal's file.
  public var path: String
  /// Whether it is a backup (one file), else a state directory's journal.
  public var isBackup: Bool
  /// `PRAGMA user_version` of the file.
  public var format: Int
  /// Its first entry's words; `nil`: it is empty.
  public var identity: JournalIdentity?
  /// Entries, which is also the last sequence.
  public var entries: UInt64
  /// The chain of checksums up to and with the last entry: equal for equal journals.
  public var chain: UInt32
  /// The sequence that the head file or the backup itself names; `nil`: an older program's journal, which has none.
  public var headSequence: UInt64?
  /// Times of the first and the last entry.
  public var firstTime: Timestamp?
  public var lastTime: Timestamp?
  /// What SQLite itself finds wrong with the file; empty: nothing.
  public var storageFaults: [String]

  /// Reads a state directory's journal or a backup file whole: sequences, chain, columns, indexes, head. About 2 µs an entry.
  ///
  /// - Throws: ``JournalError``: `directory` when nothing is there, `corrupt` with the sequence, `newerFormat`, `storage`.
  public static func run(_ place: String) throws(JournalError) -> JournalCheck {
    let path = try file(place)
    do { return try look(path) } catch { throw JournalError(wrapping: error, path: path) }
  }

  /// The journal's file in a directory, or the file itself.
  private static func file(_ place: String) throws(JournalError) -> String {
    var isDirectory: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: place, isDirectory: &isDirectory) else {
      throw JournalError(.directory, "there is no \(place)")
    }
    guard isDirectory.boolValue else { return place }
    let path = place.hasSuffix("/") ? place + JournalSchema.fileName : "\(place)/\(JournalSchema.fileName)"
    // A head without its journal is a loss, not an empty directory.
    guard Journal.exists(in: place) || FileManager.default.fileExists(atPath: "\(place)/\(HeadFile.name)") else {
      throw JournalError(.directory, "\(place) holds no journal (\(JournalSchema.fileName))")
    }
    return path
  }

  private static func look(_ path: String) throws -> JournalCheck {
    // The head first: it never tells more than the journal holds, now or later.
    let found = try JournalOpening.inspect(path: path)
    try found.check(path: path)
    guard found.kind != .empty else { throw JournalError(.corrupt, "\(path) holds no journal") }
    var check = JournalCheck(
      path: path, isBackup: found.kind == .backup, format: found.format, identity: nil, entries: 0, chain: 0, headSequence: nil,
      firstTime: nil, lastTime: nil, storageFaults: [])
    if case .head(let head) = found.head { check.headSequence = head.sequence }
    let queue = try DatabaseQueue(path: path, configuration: JournalSchema.readerConfiguration())
    defer { try? queue.close() }
    try queue.read { database in
      let end = try JournalScan.run(database, path: path) { entry in
        if entry.sequence == 1 {
          guard case .opened(let identity) = entry.record else { throw RecordCodec.corrupt(1, "it does not name the journal") }
          check.identity = identity
          check.firstTime = entry.time
        }
        check.lastTime = entry.time
      }
      check.entries = end.sequence
      check.chain = end.chain
      let faults = try String.fetchAll(database, sql: "PRAGMA quick_check(10)")
      check.storageFaults = faults == ["ok"] ? [] : faults
    }
    return check
  }

  /// Writes a new head for a journal that is whole but whose head is missing or damaged: from here on its end counts as the right one.
  /// Locks the directory; a running daemon refuses it.
  ///
  /// - Throws: ``JournalError`` when the journal is damaged, or shorter than a head that can be read (a new head would hide a loss).
  public static func acceptEnd(directory: String) throws(JournalError) {
    let lock = try StateDirectory(path: directory)
    defer { lock.unlock() }
    let path = directory.hasSuffix("/") ? directory + JournalSchema.fileName : "\(directory)/\(JournalSchema.fileName)"
    do {
      var found = try JournalOpening.inspect(path: path)
      switch found.head {
      case .absent, .unreadable: found.head = .head(found.end)
      case .head: try found.check(path: path)
      }
      guard found.kind == .journal else { throw JournalError(.directory, "\(directory) holds no journal") }
      let queue = try DatabaseQueue(path: path, configuration: JournalSchema.readerConfiguration())
      defer { try? queue.close() }
      let end = try queue.read { try JournalScan.run($0, path: path) { _ in } }
      unsafe unlink("\(directory)/\(HeadFile.name)")
      let head = try lock.openHead()
      try head.write(end)
      try head.synchronize()
      try lock.synchronize()
    } catch {
      throw JournalError(wrapping: error, path: path)
    }
  }
}
