#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import Time
import GRDB
import GRDBSQLite
import TradingCore
import TradingModel

/// The writing connection with its prepared statements. After `init`, used on the journal's thread only.
///
/// GRDB opens and owns the connection; the statements go through SQLite's C interface since a commit of 64 entries takes as long as
/// the disk's sync and every microsecond beside it counts.
final class JournalWriter: @unchecked Sendable {
  /// Pages in the write-ahead log after which an idle moment is used to move them into the database.
  static let checkpointPages: Int32 = 2_000
  /// Pages after which the checkpoint no longer waits for an idle moment.
  static let checkpointPagesHard: Int32 = 16_000

  // Before the queue, whose end closes their connection.
  private var statements: Statements?
  private let queue: DatabaseQueue
  private let path: String
  private let log = LogSize()
  private var encoder = ByteWriter()
  private var files: (database: FileIdentity, log: FileIdentity)?
  /// The last durable sequence, 0 for none, and its chain.
  private(set) var lastSequence: UInt64
  private var chain: UInt32

  private final class Statements {
    let begin: OwnedStatement
    let insert: OwnedStatement
    let commit: OwnedStatement
    let rollback: OwnedStatement

    init?(_ connection: OpaquePointer) {
      guard let begin = unsafe OwnedStatement("BEGIN IMMEDIATE", on: connection),
        let commit = unsafe OwnedStatement("COMMIT", on: connection),
        let rollback = unsafe OwnedStatement("ROLLBACK", on: connection),
        let insert = unsafe OwnedStatement(
          "INSERT INTO entries(sequence, kind, time, bot, client_order_id, symbol, payload) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
          on: connection)
      else { return nil }
      self.begin = begin
      self.commit = commit
      self.rollback = rollback
      self.insert = insert
    }
  }

  /// Pages in the log, told by SQLite after each commit.
  private final class LogSize { var pages: Int32 = 0 }

  struct FileIdentity: Equatable {
    var device: dev_t
    var number: ino_t
    init?(_ path: String) {
      var status = stat()
      guard unsafe stat(path, &status) == 0 else { return nil }
      device = status.st_dev
      number = status.st_ino
    }
  }

  init(queue: DatabaseQueue, path: String, lastSequence: UInt64, chain: UInt32) throws(JournalError) {
    self.queue = queue
    self.path = path
    self.lastSequence = lastSequence
    self.chain = chain
    let logAddress = unsafe Unmanaged.passUnretained(log).toOpaque()
    let prepared: Result<Statements, JournalError> = unsafe sync { connection in
      unsafe sqlite3_wal_hook(
        connection,
        { context, _, _, pages in
          if let context = unsafe context { unsafe Unmanaged<LogSize>.fromOpaque(context).takeUnretainedValue().pages = pages }
          return SQLITE_OK
        }, logAddress)
      guard let statements = unsafe Statements(connection) else { return unsafe .failure(Self.error(connection, "prepare statements", 0)) }
      return .success(statements)
    }
    statements = try prepared.get()
    guard let database = FileIdentity(path), let log = FileIdentity(path + "-wal") else {
      throw JournalError(.storage, "cannot find \(path): \(systemMessage())")
    }
    files = (database, log)
  }

  /// Ends the statements; the connection closes with its queue.
  func close() {
    guard statements != nil else { return }
    let _: Result<Void, JournalError> = unsafe sync { connection in
      unsafe sqlite3_wal_checkpoint_v2(connection, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
      unsafe sqlite3_wal_hook(connection, nil, nil)
      self.statements = nil
      return .success(())
    }
    try? queue.close()
  }

  /// Writes all groups in one transaction; durable when it returns.
  func write(_ groups: [[JournalEntry]]) -> Result<Void, JournalError> {
    guard let statements else { return .failure(JournalError(.closed, "the journal is closed")) }
    if let files, FileIdentity(path) != files.database || FileIdentity(path + "-wal") != files.log {
      return .failure(JournalError(.storage, "\(path) was removed or replaced while in use; nothing more can be recorded"))
    }
    return unsafe sync { connection in
      var sequence = self.lastSequence
      var chain = self.chain
      let result = unsafe self.transaction(statements, connection) { () -> JournalError? in
        for group in groups {
          for entry in group {
            if let error = unsafe self.insert(entry, statements, connection, after: &sequence, chain: &chain) { return error }
          }
        }
        return nil
      }
      if case .success = result {
        self.lastSequence = sequence
        self.chain = chain
      }
      return result
    }
  }

  /// Writes payloads as they are (a restored journal), in one transaction.
  func importRows(_ rows: [JournalRow]) -> Result<Void, JournalError> {
    guard let statements else { return .failure(JournalError(.closed, "the journal is closed")) }
    return unsafe sync { connection in
      var sequence = self.lastSequence
      var chain = self.chain
      let result = unsafe self.transaction(statements, connection) { () -> JournalError? in
        for row in rows {
          do throws(JournalError) {
            let (entry, next) = try RecordCodec.decode(sequence: row.entry.sequence, payload: row.payload, previousChain: chain)
            if let error = unsafe self.insert(entry, statements, connection, after: &sequence, chain: &chain) { return error }
            guard chain == next else { return RecordCodec.corrupt(entry.sequence, "it does not encode to the bytes it came in") }
          } catch {
            return error
          }
        }
        return nil
      }
      if case .success = result {
        self.lastSequence = sequence
        self.chain = chain
      }
      return result
    }
  }

  /// Moves the log's pages into the database when there are many; `isIdle` lowers the bound. A failure ends the journal: the sync
  /// that failed must not be tried again.
  func checkpoint(isIdle: Bool) -> JournalError? {
    guard statements != nil, log.pages >= (isIdle ? Self.checkpointPages : Self.checkpointPagesHard) else { return nil }
    let result: Result<Void, JournalError> = unsafe sync { connection in
      let code = unsafe sqlite3_wal_checkpoint_v2(connection, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
      self.log.pages = 0
      guard code == SQLITE_OK || code & 0xFF == SQLITE_BUSY || code & 0xFF == SQLITE_LOCKED else {
        return unsafe .failure(Self.error(connection, "move the log into the database", self.lastSequence))
      }
      return .success(())
    }
    if case .failure(let error) = result { return error }
    return nil
  }

  private func transaction(_ statements: Statements, _ connection: OpaquePointer, _ body: () -> JournalError?) -> Result<Void, JournalError>
  {
    guard statements.begin.run() == SQLITE_DONE else {
      return unsafe .failure(Self.error(connection, "begin a transaction", lastSequence + 1))
    }
    if let error = body() {
      _ = statements.rollback.run()
      return .failure(error)
    }
    guard statements.commit.run() == SQLITE_DONE else {
      let error = unsafe Self.error(connection, "make entries durable", lastSequence + 1)
      _ = statements.rollback.run()
      return .failure(error)
    }
    return .success(())
  }

  private func insert(
    _ entry: JournalEntry, _ statements: Statements, _ connection: OpaquePointer, after sequence: inout UInt64, chain: inout UInt32
  ) -> JournalError? {
    guard entry.sequence == sequence &+ 1, entry.sequence <= UInt64(Int64.max) else {
      return JournalError(
        .sequence, "entry \(entry.sequence) does not follow entry \(sequence); nothing more is recorded", sequence: entry.sequence)
    }
    chain = RecordCodec.encode(entry, previousChain: chain, into: &encoder)
    sequence = entry.sequence
    let keys = encoder.keys
    let code = unsafe encoder.bytes.withUnsafeBytes { bytes -> Int32 in
      guard unsafe !bytes.isEmpty else { return SQLITE_NOMEM }
      func bind(_ parameter: Int32, _ range: Range<Int>?) {
        guard let range else { return statements.insert.bindNull(parameter) }
        unsafe statements.insert.bind(parameter, text: UnsafeRawBufferPointer(rebasing: bytes[range]))
      }
      statements.insert.bind(1, Int64(entry.sequence))
      statements.insert.bind(2, Int64(entry.record.kind.rawValue))
      statements.insert.bind(3, entry.time.nanoseconds)
      bind(4, keys.bot)
      bind(5, keys.clientOrderID)
      bind(6, keys.symbol)
      unsafe statements.insert.bind(7, blob: bytes)
      return statements.insert.run()
    }
    return unsafe code == SQLITE_DONE ? nil : Self.error(connection, "write entry \(entry.sequence)", entry.sequence)
  }

  private func sync<Value>(_ body: (OpaquePointer) -> Result<Value, JournalError>) -> Result<Value, JournalError> {
    queue.writeWithoutTransaction { database in
      guard let connection = unsafe database.sqliteConnection else { return .failure(JournalError(.closed, "the journal is closed")) }
      return unsafe body(connection)
    }
  }

  private static func error(_ connection: OpaquePointer, _ doing: String, _ sequence: UInt64) -> JournalError {
    let text = unsafe sqlite3_errmsg(connection).map { unsafe String(cString: $0) } ?? "unknown"
    let code = unsafe sqlite3_extended_errcode(connection)
    return JournalError(
      .storage, "cannot \(doing): \(text) (SQLite \(code)); free or repair the disk, then start again", sequence: sequence)
  }
}
