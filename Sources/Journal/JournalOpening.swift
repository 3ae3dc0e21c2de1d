import Foundation
import GRDB
import GRDBSQLite
import TradingCore

/// What lies where a journal is to be opened, seen without changing a byte, and whether it may be opened.
///
/// A log whose checksums break off is cut there by SQLite without a word, and opening for writing then makes the cut final; so the end is
/// compared with the head first.
enum JournalOpening {
  enum Kind: Hashable {
    /// No file, or one without any table.
    case empty
    case journal
    case backup
  }

  struct Found {
    var kind = Kind.empty
    var format = JournalSchema.version
    var end = JournalHead()
    var head = HeadFile.Content.absent
    /// The chain at the head's sequence, if the journal reaches so far.
    var chainAtHead: UInt32?
    var hasLog = false

    /// What the journal must hold at least.
    private var expected: JournalHead? {
      guard case .head(let head) = head else { return nil }
      return head
    }

    private static let remedy =
      "restore the state directory: move it away and start with DATABASE_URL (it is restored from PostgreSQL), or put a backup (botctl backup) into an empty one as \(JournalSchema.fileName)"

    /// - Throws: ``JournalError`` `corrupt` when this is less than what was written, or a part of a journal.
    func check(path: String) throws(JournalError) {
      let head = "\(HeadFile.name) beside it"
      switch (self.head, kind) {
      case (.unreadable, _):
        throw JournalError(
          .corrupt,
          "\(head) of \(path) is damaged, so nothing tells where the journal ends; \(Self.remedy). If botctl verify --accept-end finds the journal whole, it writes a new head"
        )
      case (.absent, .journal) where format >= JournalSchema.headVersion:
        throw JournalError(
          .corrupt,
          "\(path) is a part of a journal: \(HeadFile.name) is missing beside it, and most of what is new lies in \(JournalSchema.fileName)-wal. Copy all files of a stopped daemon's state directory, or use botctl backup; else \(Self.remedy)"
        )
      case (.absent, .backup) where hasLog:
        throw JournalError(
          .corrupt, "\(path) is a backup, and a log of another journal lies beside it: put the backup into an empty directory")
      case (.absent, _): return
      case (.head, _): break
      }
      guard let expected, expected.sequence > 0 else { return }
      guard end.sequence >= expected.sequence else {
        throw JournalError(
          .corrupt,
          "\(path) ends at entry \(end.sequence), but entry \(expected.sequence) was durable (\(HeadFile.name)): entries \(end.sequence + 1) to \(expected.sequence) are lost, by damage in \(JournalSchema.fileName)-wal or because a file is missing; \(Self.remedy)",
          sequence: end.sequence + 1)
      }
      guard chainAtHead == expected.chain else {
        throw JournalError(
          .corrupt, "\(path) is not the journal that \(head) belongs to: entry \(expected.sequence) differs; \(Self.remedy)",
          sequence: expected.sequence)
      }
    }
  }

  /// Looks at a journal's files; changes none (SQLite may rebuild `-shm`, which holds nothing of its own).
  static func inspect(path: String) throws -> Found {
    var found = Found()
    if let head = headPath(path) { found.head = HeadFile.content(path: head) }
    let manager = FileManager.default
    func size(_ path: String) -> Int { ((try? manager.attributesOfItem(atPath: path))?[.size] as? Int) ?? 0 }
    found.hasLog = size(path + "-wal") > 0
    guard size(path) > 0 else { return found }
    // Before SQLite looks at it: that passes over bytes that it does not use.
    try JournalSchema.checkHeader(path)
    try BackupSeal.check(path)
    let queue = try DatabaseQueue(path: path, configuration: JournalSchema.readerConfiguration())
    defer { try? queue.close() }
    try queue.read { try look($0, path: path, &found) }
    return found
  }

  /// Only a state directory's journal has a head beside it; a backup may lie in the same folder.
  private static func headPath(_ path: String) -> String? {
    guard path.hasSuffix("/\(JournalSchema.fileName)") || path == JournalSchema.fileName else { return nil }
    return path.dropLast(JournalSchema.fileName.count) + HeadFile.name
  }

  static func look(_ database: Database, path: String, _ found: inout Found) throws {
    let application = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
    found.format = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    if application == 0, found.format == 0, try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") == 0 { return }
    switch application {
    case JournalSchema.applicationID: found.kind = .journal
    case JournalSchema.backupApplicationID: found.kind = .backup
    default: throw JournalError(.corrupt, "\(path) is not a journal of botd")
    }
    guard found.format <= JournalSchema.version else {
      throw JournalError(
        .newerFormat, "\(path) has format \(found.format); this program reads up to \(JournalSchema.version): start the newer program again"
      )
    }
    guard found.format >= 1 else { throw JournalError(.corrupt, "\(path) has the unknown format \(found.format)") }
    found.end = try end(database)
    if found.kind == .backup { try readBackup(database, path: path, &found) }
    if case .head(let head) = found.head, head.sequence > 0, head.sequence <= found.end.sequence {
      found.chainAtHead = try chain(database, at: head.sequence)
    }
  }

  /// A backup holds its own head, and nothing is written after it.
  private static func readBackup(_ database: Database, path: String, _ found: inout Found) throws {
    guard let row = try Row.fetchOne(database, sql: "SELECT sequence, chain FROM \(JournalSchema.backupTable)"),
      let sequence = UInt64.fromDatabaseValue(row[0]), let chain = UInt32.fromDatabaseValue(row[1]),
      found.end == JournalHead(sequence: sequence, chain: chain)
    else { throw JournalError(.corrupt, "\(path) is a backup that is damaged: it does not end where it says") }
    if found.head == .absent { found.head = .head(found.end) }
  }

  /// Where the journal ends.
  static func end(_ database: Database) throws -> JournalHead {
    guard let number = try Int64.fetchOne(database, sql: "SELECT sequence FROM entries ORDER BY sequence DESC LIMIT 1") else {
      return JournalHead()
    }
    guard number > 0 else { throw JournalError(.corrupt, "the journal ends with the impossible sequence \(number)") }
    return JournalHead(sequence: UInt64(number), chain: try chain(database, at: UInt64(number)))
  }

  /// The chain up to an entry, as stored there; checked against the entry's own bytes where the one before is given.
  static func chain(_ database: Database, at sequence: UInt64, after previous: UInt32? = nil) throws -> UInt32 {
    let payload = try Data.fetchOne(database, sql: "SELECT payload FROM entries WHERE sequence = ?", arguments: [Int64(clamping: sequence)])
    guard let payload else { throw JournalScan.missing(sequence) }
    return try RecordCodec.decode(sequence: sequence, payload: Array(payload), previousChain: previous).chain
  }
}
