#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import Time
import GRDB
import GRDBSQLite
import ServiceRuntime
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
  private var queue: DatabaseQueue
  let path: String
  private let log = LogSize()
  /// The database's file, held open until the connections are closed: closing any descriptor of it gives up SQLite's locks.
  private let file: Int32
  private var encoder = ByteWriter()
  private var files: (database: FileIdentity, log: FileIdentity)?
  /// The last durable sequence, 0 for none, and its chain.
  private(set) var end: JournalHead
  private let head: HeadFile
  let times: JournalTimes
  private var headSynchronized: Int64 = 0

  /// The head is made durable in idle moments, at most this often, in nanoseconds: a sync costs as much as a commit, and only what a
  /// *machine* loses together with a damaged log could hide in the meantime.
  static let headPause: Int64 = 1_000_000_000

  /// The last durable sequence; 0 for none.
  var lastSequence: UInt64 { end.sequence }

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

  init(queue: DatabaseQueue, path: String, end: JournalHead, head: HeadFile, times: JournalTimes) throws(JournalError) {
    self.times = times
    self.queue = queue
    self.path = path
    self.end = end
    self.head = head
    file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw JournalError(.storage, "cannot open \(path): \(systemMessage())") }
    try prepare()
    guard let database = FileIdentity(path), let log = FileIdentity(path + "-wal") else {
      throw JournalError(.storage, "cannot find \(path): \(systemMessage())")
    }
    files = (database, log)
  }

  deinit { close(file) }

  /// Prepares the statements on the connection.
  private func prepare() throws(JournalError) {
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
  }

  /// Why the files are not those that were opened; `nil`: they are.
  private var replacement: JournalError? {
    guard let files, FileIdentity(path) != files.database || FileIdentity(path + "-wal") != files.log else { return nil }
    return JournalError(.storage, "\(path) was removed or replaced while in use; nothing more can be recorded")
  }

  /// Ends the statements and the connection.
  func stop() {
    guard statements != nil else { return }
    _ = synchronizeHead(always: true)
    let _: Result<Void, JournalError> = unsafe sync { connection in
      unsafe sqlite3_wal_checkpoint_v2(connection, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
      return .success(())
    }
    closeConnection()
  }

  /// Writes all groups in one transaction; durable when it returns.
  func write(_ groups: [[JournalEntry]]) -> Result<Void, JournalError> {
    guard let statements else { return .failure(JournalError(.closed, "the journal is closed")) }
    if let replacement { return .failure(replacement) }
    return unsafe sync { connection in
      var sequence = self.end.sequence
      var chain = self.end.chain
      let result = unsafe self.transaction(statements, connection) { () -> JournalError? in
        for group in groups {
          for entry in group {
            if let error = unsafe self.insert(entry, statements, connection, after: &sequence, chain: &chain) { return error }
          }
        }
        return nil
      }
      guard case .success = result else { return result }
      return self.advance(to: JournalHead(sequence: sequence, chain: chain))
    }
  }

  /// Opens the database anew and continues after what is truly on the disk: what the failed writer left in memory is dropped, the whole journal
  /// is read, and it must hold all that was reported as durable, and of `entries` (which follow that) a beginning or nothing.
  ///
  /// - Throws: ``JournalError``: `corrupt` where it holds something else, and trying again is of no use.
  func reopen(_ entries: [JournalEntry]) throws(JournalError) {
    if let replacement { throw JournalError(.corrupt, replacement.message) }
    closeConnection()
    Self.dropCache(file)
    let log = unsafe open(path + "-wal", O_RDONLY | O_CLOEXEC)
    if log >= 0 {
      Self.dropCache(log)
      close(log)
    }
    do {
      let fresh = try DatabaseQueue(path: path, configuration: JournalSchema.writerConfiguration())
      let found = try fresh.read { database in
        let found = try JournalScan.run(database, path: path) { _ in }
        let isWhole = found.sequence >= end.sequence
        guard isWhole, try end.sequence == 0 || JournalOpening.chain(database, at: end.sequence) == end.chain else {
          throw JournalError(
            .corrupt, "\(path) does not hold what was durable up to entry \(end.sequence) any more; restore the state directory",
            sequence: end.sequence)
        }
        return found
      }
      try compare(found, entries)
      queue = fresh
      try prepare()
      // What was read is moved to its place and synced before more is written.
      self.log.pages = .max
      if let error = checkpoint(isIdle: false) { throw error }
      if case .failure(let error) = advance(to: found) { throw error }
      if let error = synchronizeHead(always: true) { throw error }
    } catch {
      throw JournalError(wrapping: error, path: path)
    }
  }

  /// What lies beyond what was reported as durable must be what was handed over.
  private func compare(_ found: JournalHead, _ entries: [JournalEntry]) throws(JournalError) {
    var chain = end.chain
    var sequence = end.sequence
    for entry in entries where entry.sequence > end.sequence && entry.sequence <= found.sequence {
      chain = RecordCodec.encode(entry, previousChain: chain, into: &encoder)
      sequence = entry.sequence
    }
    guard sequence == found.sequence, chain == found.chain else {
      throw JournalError(
        .corrupt, "\(path) holds entries after \(end.sequence) that were never written by this process; restart botd",
        sequence: end.sequence)
    }
  }

  /// What a failed write left in the kernel's memory is forgotten, so that reading shows the disk.
  private static func dropCache(_ file: Int32) { _ = posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) }

  private func closeConnection() {
    let _: Result<Void, JournalError> = unsafe sync { connection in
      unsafe sqlite3_wal_hook(connection, nil, nil)
      self.statements = nil
      return .success(())
    }
    try? queue.close()
  }

  /// Writes payloads as they are (a restored journal), in one transaction.
  func importRows(_ rows: [JournalRow]) -> Result<Void, JournalError> {
    guard let statements else { return .failure(JournalError(.closed, "the journal is closed")) }
    return unsafe sync { connection in
      var sequence = self.end.sequence
      var chain = self.end.chain
      let result = unsafe self.transaction(statements, connection) { () -> JournalError? in
        for row in rows {
          do throws(JournalError) {
            let (entry, next) = try RecordCodec.decode(sequence: row.entry.sequence, payload: row.payload, previousChain: chain)
            let version = row.payload.first ?? RecordCodec.version
            if let error = unsafe self.insert(entry, version: version, statements, connection, after: &sequence, chain: &chain) {
              return error
            }
            guard chain == next else { return RecordCodec.corrupt(entry.sequence, "it does not encode to the bytes it came in") }
          } catch {
            return error
          }
        }
        return nil
      }
      guard case .success = result else { return result }
      return self.advance(to: JournalHead(sequence: sequence, chain: chain))
    }
  }

  /// Entries up to `end` are durable: the head says so from here on.
  private func advance(to end: JournalHead) -> Result<Void, JournalError> {
    self.end = end
    FailPoint.reach("journal.head")
    do throws(JournalError) { try head.write(end) } catch { return .failure(error) }
    return .success(())
  }

  /// Makes the head durable in an idle moment, at most every ``headPause``.
  func synchronizeHead(always: Bool = false) -> JournalError? {
    guard head.isDirty else { return nil }
    let now = MonotonicClock.nanoseconds()
    guard always || now - headSynchronized >= Self.headPause else { return nil }
    headSynchronized = now
    do throws(JournalError) { try head.synchronize() } catch { return error }
    return nil
  }

  /// Moves the log's pages into the database when there are many; `isIdle` lowers the bound. A failure ends the journal: the sync
  /// that failed must not be tried again.
  func checkpoint(isIdle: Bool) -> JournalError? {
    guard statements != nil, log.pages >= (isIdle ? Self.checkpointPages : Self.checkpointPagesHard) else { return nil }
    FailPoint.reach("journal.checkpoint")
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
    let began = MonotonicClock.nanoseconds()
    FailPoint.reach("journal.begin")
    guard statements.begin.run() == SQLITE_DONE else {
      return unsafe .failure(Self.error(connection, "begin a transaction", lastSequence + 1))
    }
    if let error = body() {
      _ = statements.rollback.run()
      return .failure(error)
    }
    let written = MonotonicClock.nanoseconds()
    FailPoint.reach("journal.commit")
    guard statements.commit.run() == SQLITE_DONE else {
      let error = unsafe Self.error(connection, "make entries durable", lastSequence + 1)
      _ = statements.rollback.run()
      return .failure(error)
    }
    let committed = MonotonicClock.nanoseconds()
    times.synchronize.observe(committed - written)
    times.write.observe(committed - began)
    FailPoint.reach("journal.committed")
    return .success(())
  }

  private func insert(
    _ entry: JournalEntry, version: UInt8 = RecordCodec.version, _ statements: Statements, _ connection: OpaquePointer,
    after sequence: inout UInt64, chain: inout UInt32
  ) -> JournalError? {
    guard entry.sequence == sequence &+ 1, entry.sequence <= UInt64(Int64.max) else {
      return JournalError(
        .sequence, "entry \(entry.sequence) does not follow entry \(sequence); nothing more is recorded", sequence: entry.sequence)
    }
    chain = RecordCodec.encode(entry, previousChain: chain, version: version, into: &encoder)
    sequence = entry.sequence
    FailPoint.reach("record.\(entry.record.kind).write")
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
    let remedy =
      code & 0xFF == SQLITE_BUSY ? "another process holds its lock: find it with fuser or lsof, and end it" : "free or repair the disk"
    return JournalError(.storage, "cannot \(doing): \(text) (SQLite \(code)); \(remedy)", sequence: sequence)
  }
}
