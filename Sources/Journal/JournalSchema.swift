#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import Foundation
import GRDB

/// The journal's tables and how connections are set up.
enum JournalSchema {
  static let fileName = "journal.sqlite"
  /// `PRAGMA user_version`; a greater one means a newer program.
  static let version = 4
  /// The first format whose journals have a head beside them (``HeadFile``).
  static let headVersion = 4
  /// "botd" as a number, in `PRAGMA application_id`.
  static let applicationID = 0x626F_7464
  /// "botb": a backup, a whole journal in one file that holds its own head (``backupTable``).
  static let backupApplicationID = 0x626F_7462
  /// One row: where a backup ends.
  static let backupTable = "backup_head"

  /// Columns repeat what queries look for; the payload is the entry (``RecordCodec``).
  static let statements = """
    CREATE TABLE entries (
      sequence INTEGER PRIMARY KEY,
      kind INTEGER NOT NULL,
      time INTEGER NOT NULL,
      bot TEXT,
      client_order_id TEXT,
      symbol TEXT,
      payload BLOB NOT NULL
    );
    CREATE INDEX entries_order ON entries(client_order_id) WHERE client_order_id IS NOT NULL;
    CREATE INDEX entries_fill_bot ON entries(bot) WHERE kind = 10;
    CREATE INDEX entries_intent_bot ON entries(bot) WHERE kind = 7;
    CREATE INDEX entries_equity_time ON entries(time) WHERE kind = 14;
    PRAGMA application_id = \(applicationID);
    PRAGMA user_version = \(version);
    """

  /// What SQLite keeps of ``statements``: type, name, table and text of each.
  static let definitions: Set<[String]> = Set(
    statements.components(separatedBy: ";").map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }.filter { $0.hasPrefix("CREATE ") }
      .map { text in
        let words = text.split(separator: " ").map(String.init)
        return [words[1].lowercased(), words[2], "entries", text]
      })

  /// Looks at what the first page says of the file and SQLite does not look at, or takes for less than it is.
  ///
  /// - Throws: ``JournalError`` `corrupt` for a header that no program of ours has written.
  static func checkHeader(_ path: String) throws(JournalError) {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw JournalError(.storage, "cannot open \(path): \(systemMessage())") }
    defer { close(file) }
    var header = [UInt8](repeating: 0, count: 100)
    guard unsafe pread(file, &header, header.count, 0) == header.count, header.starts(with: "SQLite format 3\u{0}".utf8) else {
      throw JournalError(.corrupt, "\(path) is no journal of botd")
    }
    func number(_ offset: Int) -> Int {
      var value = 0
      for byte in header[offset..<offset + 4] { value = value << 8 | Int(byte) }
      return value
    }
    // 1 or 2 (a log), fractions that never change, schema format and UTF-8 (0 before the first table), nothing in what is reserved.
    let areVersionsOurs = (header[18] == 1 || header[18] == 2) && header[18] == header[19]
    let areFractionsOurs = header[20] == 0 && header[21] == 64 && header[22] == 32 && header[23] == 32
    let (schema, encoding) = (number(44), number(56))
    let areFormatsOurs = (schema == 4 && encoding == 1) || (schema == 0 && encoding <= 1)
    let isOurs = areVersionsOurs && areFractionsOurs && areFormatsOurs && !header[72..<92].contains { $0 != 0 }
    guard isOurs else {
      throw JournalError(.corrupt, "the header of \(path) is damaged; restore the state directory from a backup or from PostgreSQL")
    }
  }

  /// The only connection that writes. FULL: COMMIT returns after the write-ahead log is synced. Checkpoints are ours (``JournalWriter``).
  static func writerConfiguration() -> Configuration {
    var configuration = Configuration()
    configuration.label = "botd.journal"
    configuration.allowsUnsafeTransactions = true
    configuration.busyMode = .timeout(5)
    configuration.foreignKeysEnabled = false
    configuration.prepareDatabase { database in
      try database.execute(
        sql: """
          PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -4096;
          PRAGMA journal_size_limit = 67108864; PRAGMA trusted_schema = OFF
          """)
    }
    return configuration
  }

  static func readerConfiguration() -> Configuration {
    var configuration = Configuration()
    configuration.label = "botd.journal.read"
    configuration.readonly = true
    configuration.busyMode = .timeout(5)
    configuration.maximumReaderCount = 4
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA cache_size = -1024; PRAGMA trusted_schema = OFF")
    }
    return configuration
  }

  /// Makes the tables in an empty file, moves an older format to this one, or makes a backup a journal again. `found` is what
  /// ``JournalOpening`` saw.
  static func prepare(_ database: Database, path: String, found: JournalOpening.Found) throws {
    let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode") ?? ""
    guard mode == "wal" else { throw JournalError(.storage, "\(path) cannot use a write-ahead log (mode \(mode)); use a local disk") }
    switch found.kind {
    case .empty:
      try database.inTransaction(.immediate) {
        try database.execute(sql: statements)
        return .commit
      }
      return
    case .backup:
      try database.inTransaction(.immediate) {
        try database.execute(sql: "DROP TABLE \(backupTable); PRAGMA application_id = \(applicationID)")
        return .commit
      }
    case .journal: break
    }
    guard found.format != version else { return }
    try keepCopy(of: database, path: path, format: found.format)
    try database.execute(sql: "PRAGMA user_version = \(version)")
  }

  /// Where the copy of a journal lies that was made before its format changed.
  static func copyPath(of path: String, format: Int) -> String { "\(path).format-\(format)" }

  /// Keeps a copy of the journal as it was, made by SQLite's own backup, so that the program that wrote it can go on with that. One that
  /// is there from an earlier try is replaced.
  private static func keepCopy(of database: Database, path: String, format: Int) throws {
    let copy = copyPath(of: path, format: format)
    let unfinished = copy + ".unfinished"
    for old in [unfinished, unfinished + "-wal", unfinished + "-shm", unfinished + "-journal"] { unsafe unlink(old) }
    // Only for the owner, as the journal itself.
    let file = unsafe open(unfinished, O_CREAT | O_EXCL | O_RDWR, 0o600)
    guard file >= 0 else { throw JournalError(.storage, "cannot make \(unfinished): \(systemMessage())") }
    close(file)
    let target = try DatabaseQueue(path: unfinished)
    try target.writeWithoutTransaction { destination in try database.backup(to: destination) }
    // One file, without a log beside it.
    try target.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
    try target.close()
    try synchronize(unfinished)
    guard unsafe rename(unfinished, copy) == 0 else { throw JournalError(.storage, "cannot name \(copy): \(systemMessage())") }
  }

  static func synchronize(_ path: String) throws(JournalError) {
    let file = unsafe open(path, O_RDONLY)
    guard file >= 0 else { throw JournalError(.storage, "cannot open \(path): \(systemMessage())") }
    defer { close(file) }
    guard fsync(file) == 0 else { throw JournalError(.storage, "cannot make \(path) durable: \(systemMessage())") }
  }
}
