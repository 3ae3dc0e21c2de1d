public import Time
import Foundation
import GRDB
import GRDBSQLite
import ServiceRuntime
public import TradingCore
public import TradingModel

/// An entry with its bytes as they lie on disk.
public struct JournalRow: Sendable, Hashable {
  public var entry: JournalEntry
  public var payload: [UInt8]
  public init(entry: JournalEntry, payload: [UInt8]) {
    self.entry = entry
    self.payload = payload
  }
}

extension Journal {
  /// Entries that one read returns at most.
  public static let readEntriesMaximum = 10_000

  /// Streams every entry in order, and believes nothing: sequences are dense, the checksum chain holds, the columns beside each payload
  /// and the indexes say what the payloads say. Blocks the calling thread, on which `body` runs; reading and checking have a thread of their own.
  ///
  /// - Throws: ``JournalError`` `corrupt` or `newerFormat` that names the sequence, or whatever `body` throws.
  public func replay(_ body: (JournalEntry) throws -> Void) throws { try replay(after: .beginning, body) }

  /// The same for what follows a place (``readSnapshot(_:program:)``); the indexes are not looked at then.
  public func replay(after place: JournalPlace, _ body: (JournalEntry) throws -> Void) throws {
    let last = lastSequence
    let path = "\(directory)/\(JournalSchema.fileName)"
    let pipe = ReplayPipe()
    let reader = try PinnedThread(name: "journal-replay")
    reader.submit { [pool] in
      do {
        let end = try pool.read { try JournalScan.run($0, path: path, after: place.end, pipe.put) }
        pipe.finish(end.sequence >= last ? nil : JournalScan.missing(end.sequence &+ 1))
      } catch {
        pipe.finish(error)
      }
    }
    defer {
      pipe.cancel()
      reader.stop()
      reader.join()
    }
    while let batch = try pipe.next() { for entry in batch { try body(entry) } }
  }

  /// Which journal this is: its first entry; `nil` while it is empty.
  public func identity() throws(JournalError) -> JournalIdentity? {
    guard let first = try entries(after: 0, limit: 1).first else { return nil }
    guard case .opened(let identity) = first.record else {
      throw JournalError(.corrupt, "journal entry 1 does not name the journal", sequence: 1)
    }
    return identity
  }

  /// Entries after `sequence`, oldest first, at most `limit` (and ``readEntriesMaximum``), of these kinds and this bot if given.
  public func entries(
    after sequence: UInt64, limit: Int, kinds: Set<RecordKind>? = nil, botID: BotID? = nil
  ) throws(JournalError) -> [JournalEntry] {
    var sql = "SELECT sequence, payload FROM entries WHERE sequence > ?1"
    if let kinds { sql += " AND kind IN (\(kinds.map { String($0.rawValue) }.sorted().joined(separator: ",")))" }
    if botID != nil { sql += " AND bot = ?3" }
    return try collect(sql + " ORDER BY sequence LIMIT ?2", first: Int64(clamping: sequence), limit: limit, text: botID?.text)
  }

  /// Fills after `sequence`, oldest first, of this bot and this symbol if given. With a bot by index, else by scanning.
  public func fills(
    after sequence: UInt64, limit: Int, botID: BotID? = nil, symbol: Symbol? = nil
  ) throws(JournalError) -> [JournalEntry] {
    var sql = "SELECT sequence, payload FROM entries\(botID == nil ? "" : " INDEXED BY entries_fill_bot") WHERE kind = 10 AND sequence > ?1"
    if botID != nil { sql += " AND bot = ?3" }
    if symbol != nil { sql += " AND symbol = ?4" }
    return try collect(
      sql + " ORDER BY sequence LIMIT ?2", first: Int64(clamping: sequence), limit: limit, text: botID?.text, second: symbol?.text)
  }

  /// Everything recorded about an order, oldest first: intent, updates, cancel requests, fills.
  public func orderHistory(_ clientOrderID: ClientOrderID, limit: Int = 1_000) throws(JournalError) -> [JournalEntry] {
    try collect(
      "SELECT sequence, payload FROM entries WHERE client_order_id = ?3 AND sequence > ?1 ORDER BY sequence LIMIT ?2", first: 0,
      limit: limit, text: clientOrderID.text)
  }

  /// Order intents before `sequence` (`UInt64.max`: from the end), newest first, of this bot if given.
  public func orderIntents(before sequence: UInt64, limit: Int, botID: BotID? = nil) throws(JournalError) -> [JournalEntry] {
    var sql =
      "SELECT sequence, payload FROM entries\(botID == nil ? "" : " INDEXED BY entries_intent_bot") WHERE kind = 7 AND sequence < ?1"
    if botID != nil { sql += " AND bot = ?3" }
    return try collect(sql + " ORDER BY sequence DESC LIMIT ?2", first: Int64(clamping: sequence), limit: limit, text: botID?.text)
  }

  /// Equity points with `from` ≤ time < `to`, oldest first.
  public func equity(from: Timestamp, to: Timestamp, limit: Int) throws(JournalError) -> [JournalEntry] {
    let sql = "SELECT sequence, payload FROM entries WHERE kind = 14 AND time >= ?1 AND time < ?5 ORDER BY time, sequence LIMIT ?2"
    return try collect(sql, first: from.nanoseconds, limit: limit, end: to.nanoseconds)
  }

  /// Raw rows after `sequence`, oldest first, until `limit` rows or about `bytesMaximum` payload bytes.
  public func rows(after sequence: UInt64, limit: Int, bytesMaximum: Int = 8 << 20) throws(JournalError) -> [JournalRow] {
    var rows: [JournalRow] = []
    let cache = IdentifierCache()
    var bytes = 0
    try failing {
      try unsafe read(
        sql: "SELECT sequence, payload FROM entries WHERE sequence > ?1 ORDER BY sequence LIMIT ?2",
        bind: {
          unsafe sqlite3_bind_int64($0, 1, Int64(clamping: sequence))
          unsafe sqlite3_bind_int64($0, 2, Int64(max(0, min(limit, Self.readEntriesMaximum))))
        },
        row: { sequence, payload, stop in
          let entry = try unsafe RecordCodec.decode(sequence: sequence, payload: payload, previousChain: nil, cache: cache).entry
          unsafe rows.append(JournalRow(entry: entry, payload: Array(payload)))
          bytes += payload.count
          stop = bytes >= bytesMaximum
        })
    }
    return rows
  }

  private func collect(
    _ sql: String, first: Int64, limit: Int, text: String? = nil, second: String? = nil, end: Int64? = nil
  ) throws(JournalError) -> [JournalEntry] {
    var entries: [JournalEntry] = []
    let cache = IdentifierCache()
    try failing {
      try unsafe read(
        sql: sql,
        bind: { statement in
          let transient = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
          unsafe sqlite3_bind_int64(statement, 1, first)
          unsafe sqlite3_bind_int64(statement, 2, Int64(max(0, min(limit, Self.readEntriesMaximum))))
          if let text { unsafe sqlite3_bind_text(statement, 3, text, -1, transient) }
          if let second { unsafe sqlite3_bind_text(statement, 4, second, -1, transient) }
          if let end { unsafe sqlite3_bind_int64(statement, 5, end) }
        },
        row: { sequence, payload, _ in
          unsafe entries.append(try RecordCodec.decode(sequence: sequence, payload: payload, previousChain: nil, cache: cache).entry)
        })
    }
    return entries
  }

  private func failing(_ body: () throws -> Void) throws(JournalError) {
    do { try body() } catch { throw JournalError(wrapping: error, path: directory) }
  }

  /// Steps through a query of (sequence, payload) inside one snapshot.
  private func read(
    sql: String, bind: (OpaquePointer) -> Void, row: (UInt64, UnsafeRawBufferPointer, inout Bool) throws -> Void
  ) throws {
    try pool.read { database in
      let statement = try unsafe database.cachedStatement(sql: sql).sqliteStatement
      unsafe sqlite3_clear_bindings(statement)
      unsafe bind(statement)
      defer { unsafe sqlite3_reset(statement) }
      var stop = false
      while !stop {
        let code = unsafe sqlite3_step(statement)
        if code == SQLITE_DONE { return }
        guard code == SQLITE_ROW else {
          let text = unsafe String(cString: sqlite3_errmsg(database.sqliteConnection))
          let isDamage = code & 0xFF == SQLITE_CORRUPT || code & 0xFF == SQLITE_NOTADB
          throw JournalError(isDamage ? .corrupt : .storage, "cannot read the journal in \(directory): \(text) (SQLite \(code))")
        }
        let sequence = unsafe UInt64(bitPattern: sqlite3_column_int64(statement, 0))
        let blob = unsafe sqlite3_column_blob(statement, 1)
        let payload = unsafe UnsafeRawBufferPointer(start: blob, count: Int(sqlite3_column_bytes(statement, 1)))
        try unsafe row(sequence, payload, &stop)
      }
    }
  }
}

extension JournalError {
  init(wrapping error: any Error, path: String) {
    switch error {
    case let error as JournalError: self = error
    case let error as DatabaseError:
      let isDamage = error.resultCode == .SQLITE_CORRUPT || error.resultCode == .SQLITE_NOTADB
      self.init(
        isDamage ? .corrupt : .storage,
        "cannot use the journal in \(path): \(error.message ?? "unknown") (SQLite \(error.extendedResultCode.rawValue))"
          + (isDamage ? "; restore the state directory from a backup or from PostgreSQL" : ""))
    default: self.init(.storage, "cannot use the journal in \(path): \(error)")
    }
  }
}
