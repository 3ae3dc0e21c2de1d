import GRDB

/// The journal's tables and how connections are set up.
enum JournalSchema {
  static let fileName = "journal.sqlite"
  /// `PRAGMA user_version`; a greater one means a newer program.
  static let version = 1
  /// "botd" as a number, in `PRAGMA application_id`.
  static let applicationID = 0x626F_7464

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

  /// Makes the tables in an empty file, or checks whose they are.
  static func prepare(_ database: Database, path: String) throws {
    let application = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
    let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode") ?? ""
    guard mode == "wal" else { throw JournalError(.storage, "\(path) cannot use a write-ahead log (mode \(mode)); use a local disk") }
    if application == 0, found == 0, try !database.tableExists("entries") {
      try database.inTransaction(.immediate) {
        try database.execute(sql: statements)
        return .commit
      }
      return
    }
    guard application == applicationID else { throw JournalError(.corrupt, "\(path) is not a journal of botd") }
    guard found <= version else {
      throw JournalError(
        .newerFormat, "\(path) has format \(found); this program reads up to \(version): start the newer program again")
    }
    guard found == version else { throw JournalError(.corrupt, "\(path) has the unknown format \(found)") }
  }
}
