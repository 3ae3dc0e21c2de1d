import GRDB
import GRDBSQLite
import Time
import TradingCore
import TradingModel

/// Reads a whole journal and believes nothing: sequences, chain, the columns beside each payload, the indexes.
enum JournalScan {
  /// Streams every entry, oldest first, and returns the journal's end.
  ///
  /// - Parameter place: only what follows it is read, and the indexes are not looked at.
  /// Costs about 1 µs an entry and what `body` costs.
  /// - Throws: ``JournalError`` `corrupt` or `newerFormat` that names the sequence, or whatever `body` throws.
  @discardableResult
  static func run(
    _ database: Database, path: String, after place: JournalHead = JournalHead(), _ body: (JournalEntry) throws -> Void
  ) throws -> JournalHead {
    try checkSchema(database, path: path)
    var end = place
    var sums = IndexSums()
    let cache = IdentifierCache()
    try unsafe step(
      database,
      "SELECT sequence, payload, kind, time, bot, client_order_id, symbol FROM entries WHERE sequence > \(Int64(clamping: place.sequence)) ORDER BY sequence",
      path: path
    ) { row in
      let sequence = unsafe UInt64(bitPattern: sqlite3_column_int64(row, 0))
      guard sequence == end.sequence &+ 1 else { throw missing(end.sequence &+ 1) }
      let payload = unsafe UnsafeRawBufferPointer(start: sqlite3_column_blob(row, 1), count: Int(sqlite3_column_bytes(row, 1)))
      let decoded = unsafe try RecordCodec.decode(sequence: sequence, payload: payload, previousChain: end.chain, cache: cache)
      let columns = RecordColumns(decoded.entry.record)
      unsafe try compare(decoded.entry, columns, row)
      sums.add(decoded.entry, columns)
      end = JournalHead(sequence: sequence, chain: decoded.chain)
      try body(decoded.entry)
    }
    if place.sequence == 0 { try checkIndexes(database, sums, path: path) }
    return end
  }

  static func missing(_ sequence: UInt64) -> JournalError {
    JournalError(
      .corrupt, "journal entry \(sequence) is missing; restore the state directory from a backup or from PostgreSQL", sequence: sequence)
  }

  /// The columns must say what the payload says: queries believe them.
  private static func compare(_ entry: JournalEntry, _ columns: RecordColumns, _ row: OpaquePointer) throws(JournalError) {
    let name: String
    if unsafe sqlite3_column_type(row, 2) != SQLITE_INTEGER || sqlite3_column_int64(row, 2) != Int64(entry.record.kind.rawValue) {
      name = "kind"
    } else if unsafe sqlite3_column_type(row, 3) != SQLITE_INTEGER || sqlite3_column_int64(row, 3) != entry.time.nanoseconds {
      name = "time"
    } else if unsafe !isSame(columns.bot, row, 4) {
      name = "bot"
    } else if unsafe !isSame(columns.clientOrderID, row, 5) {
      name = "client_order_id"
    } else if unsafe !isSame(columns.symbol, row, 6) {
      name = "symbol"
    } else if unsafe sqlite3_column_type(row, 1) != SQLITE_BLOB {
      name = "payload"
    } else {
      return
    }
    throw RecordCodec.corrupt(entry.sequence, "its column \(name) is not what the entry says")
  }

  private static func isSame(_ text: String?, _ row: OpaquePointer, _ column: Int32) -> Bool {
    guard var text else { return unsafe sqlite3_column_type(row, column) == SQLITE_NULL }
    guard unsafe sqlite3_column_type(row, column) == SQLITE_TEXT else { return false }
    return text.withUTF8 { unsafe UnsafeRawBufferPointer($0).elementsEqual(bytes(row, column)) }
  }

  private static func bytes(_ row: OpaquePointer, _ column: Int32) -> UnsafeRawBufferPointer {
    let start = unsafe sqlite3_column_text(row, column)
    return unsafe UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(row, column)))
  }

  // MARK: Indexes

  /// Each index must hold exactly what the entries say, in order; else a query by it would hide an entry.
  private static func checkIndexes(_ database: Database, _ sums: IndexSums, path: String) throws {
    let texts: [(name: String, sql: String, sum: IndexSum)] = [
      (
        "entries_order",
        "SELECT sequence, client_order_id FROM entries INDEXED BY entries_order WHERE client_order_id IS NOT NULL ORDER BY client_order_id",
        sums.orders
      ),
      ("entries_fill_bot", "SELECT sequence, bot FROM entries INDEXED BY entries_fill_bot WHERE kind = 10 ORDER BY bot", sums.fillBots),
      (
        "entries_intent_bot", "SELECT sequence, bot FROM entries INDEXED BY entries_intent_bot WHERE kind = 7 ORDER BY bot", sums.intentBots
      ),
    ]
    for index in texts {
      var found = IndexSum()
      var before: [UInt8]?
      var sequenceBefore: UInt64 = 0
      try unsafe step(database, index.sql, path: path) { row in
        let sequence = unsafe UInt64(bitPattern: sqlite3_column_int64(row, 0))
        if unsafe sqlite3_column_type(row, 1) == SQLITE_NULL {
          unsafe found.add(sequence, nil as UnsafeRawBufferPointer?)
          guard before == nil, sequence > sequenceBefore else { throw damaged(index.name, sequence, path) }
        } else {
          // A key of another type is not found by those who look for a text.
          guard unsafe sqlite3_column_type(row, 1) == SQLITE_TEXT else { throw damaged(index.name, sequence, path) }
          let key = unsafe bytes(row, 1)
          unsafe found.add(sequence, key)
          if let last = before, unsafe last.elementsEqual(key) {
            guard sequence > sequenceBefore else { throw damaged(index.name, sequence, path) }
          } else {
            guard before.map({ unsafe $0.lexicographicallyPrecedes(key) }) ?? true else { throw damaged(index.name, sequence, path) }
            before = unsafe Array(key)
          }
        }
        sequenceBefore = sequence
      }
      guard found == index.sum else { throw damaged(index.name, 0, path) }
    }
    var found = IndexSum()
    var before = Int64.min
    let sql = "SELECT sequence, time FROM entries INDEXED BY entries_equity_time WHERE kind = 14 ORDER BY time"
    try unsafe step(database, sql, path: path) { row in
      let sequence = unsafe UInt64(bitPattern: sqlite3_column_int64(row, 0))
      guard unsafe sqlite3_column_type(row, 1) == SQLITE_INTEGER else { throw damaged("entries_equity_time", sequence, path) }
      let time = unsafe sqlite3_column_int64(row, 1)
      found.add(sequence, time)
      guard time >= before else { throw damaged("entries_equity_time", sequence, path) }
      before = time
    }
    guard found == sums.equityTimes else { throw damaged("entries_equity_time", 0, path) }
  }

  private static func damaged(_ index: String, _ sequence: UInt64, _ path: String) -> JournalError {
    JournalError(
      .corrupt,
      "the index \(index) of \(path) is damaged\(sequence == 0 ? "" : " at entry \(sequence)"); restore the state directory from a backup or from PostgreSQL",
      sequence: sequence)
  }

  /// Tables and indexes must be what this program makes: a changed definition answers queries otherwise.
  private static func checkSchema(_ database: Database, path: String) throws {
    let found = try Set(
      Row.fetchAll(
        database, sql: "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name != ?", arguments: [JournalSchema.backupTable]
      ).map { row in (0..<4).map { String.fromDatabaseValue(row[$0]) ?? "" } })
    guard found == JournalSchema.definitions else {
      throw JournalError(
        .corrupt, "the tables of \(path) are not those of a journal; restore the state directory from a backup or from PostgreSQL")
    }
  }

  /// Steps through a query.
  private static func step(_ database: Database, _ sql: String, path: String, _ row: (OpaquePointer) throws -> Void) throws {
    let made = try database.makeStatement(sql: sql)
    defer { withExtendedLifetime(made) {} }
    let statement = unsafe made.sqliteStatement
    while true {
      let code = unsafe sqlite3_step(statement)
      if code == SQLITE_DONE { return }
      guard code == SQLITE_ROW else {
        let text = unsafe String(cString: sqlite3_errmsg(database.sqliteConnection))
        let isDamage = code & 0xFF == SQLITE_CORRUPT || code & 0xFF == SQLITE_NOTADB
        throw JournalError(
          isDamage ? .corrupt : .storage,
          "cannot read \(path): \(text) (SQLite \(code))\(isDamage ? "; restore the state directory from a backup or from PostgreSQL" : "")"
        )
      }
      try unsafe row(statement)
    }
  }
}
