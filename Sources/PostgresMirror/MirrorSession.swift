import Time
import Journal
import ServiceRuntime
import TradingCore

/// One checked connection to the portfolio database.
final class MirrorSession {
  /// "botd", the first key of our advisory locks.
  private static let lockSpace = "1651471460"

  let connection: PostgresConnection
  private let configuration: PostgresConfiguration
  private let isStopping: () -> Bool
  private var journalID = ""

  /// Connects, checks that the server keeps what it confirms, and brings the schema up to date.
  init(_ configuration: PostgresConfiguration, isStopping: @escaping () -> Bool) throws(PostgresError) {
    self.configuration = configuration
    self.isStopping = isStopping
    connection = try PostgresConnection(configuration, isStopping: isStopping)
    let timeout = max(1, configuration.statementMilliseconds)
    try connection.execute(
      """
      SET statement_timeout = \(timeout); SET lock_timeout = \(min(timeout, 10_000));
      SET idle_in_transaction_session_timeout = 60000; SET client_min_messages = warning; SET timezone = 'UTC'
      """)
    try checkSafety()
    try migrate()
  }

  private func checkSafety() throws(PostgresError) {
    let rows = try connection.query(
      """
      SELECT current_setting('fsync'), current_setting('synchronous_commit'), pg_is_in_recovery()::text,
        current_setting('default_transaction_read_only')
      """)
    if rows.text(0, 0) == "off" {
      throw PostgresError(
        .unsafe, "PostgreSQL at \(configuration.place) runs with fsync=off and would lose confirmed records: set fsync=on and reload it")
    }
    if rows.text(0, 1) == "off" {
      throw PostgresError(
        .unsafe, "PostgreSQL at \(configuration.place) has synchronous_commit=off and would lose confirmed records: set it to on or local")
    }
    if rows.text(0, 2) == "true" || rows.text(0, 3) == "on" {
      throw PostgresError(.unsafe, "PostgreSQL at \(configuration.place) is read-only (a replica?): name the primary in DATABASE_URL")
    }
  }

  private func migrate() throws(PostgresError) {
    // Serialises programs that start at once; the lock ends with the transaction.
    try connection.execute("BEGIN; SELECT pg_advisory_xact_lock(\(Self.lockSpace), 0)")
    try connection.execute(
      "CREATE SCHEMA IF NOT EXISTS botd; CREATE TABLE IF NOT EXISTS botd.migrations (version bigint PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
    )
    let version = try connection.query("SELECT coalesce(max(version), 0)::bigint FROM botd.migrations").integer(0, 0) ?? 0
    guard version <= Int64(MirrorSchema.migrations.count), version >= 0 else {
      throw PostgresError(
        .newerFormat,
        "the database has schema version \(version), this program knows \(MirrorSchema.migrations.count): start the newer program again")
    }
    for number in Int(version)..<MirrorSchema.migrations.count {
      try connection.execute(MirrorSchema.migrations[number])
      try connection.execute("INSERT INTO botd.migrations (version) VALUES (\(number + 1))")
    }
    try connection.execute("COMMIT")
  }

  /// Journals of a mode that the database holds, with their last sequence.
  func journals(mode: TradingMode) throws(PostgresError) -> [(id: String, last: UInt64)] {
    let rows = try connection.query(
      """
      SELECT journal_id, (SELECT coalesce(max(sequence), 0) FROM botd.journal WHERE journal.journal_id = journals.journal_id)::bigint
      FROM botd.journals WHERE mode = $1::text ORDER BY journal_id
      """, [PostgresValue.text(mode.description)])
    var found: [(id: String, last: UInt64)] = []
    for row in 0..<rows.count { found.append((rows.text(row, 0), UInt64(clamping: rows.integer(row, 1) ?? 0))) }
    return found
  }

  /// Takes this journal for this session; nobody else may write it.
  func lock(_ id: String) throws(PostgresError) {
    let rows = try connection.query(
      "SELECT pg_try_advisory_lock(\(Self.lockSpace), hashtext($1::text))::text", [PostgresValue.text(id)])
    guard rows.text(0, 0) == "true" else {
      throw PostgresError(
        .inUse, "another botd writes journal \(id) to \(configuration.place); stop it, or wait until its connection is gone")
    }
  }

  /// Takes an account for this session; false: another session has it.
  func claim(_ account: String) throws(PostgresError) -> Bool {
    let rows = try connection.query(
      "SELECT pg_try_advisory_lock(\(Self.lockSpace), hashtext($1::text))::text", [PostgresValue.text("account " + account)])
    return rows.text(0, 0) == "true"
  }

  /// Checks that database and state directory hold the same journal, brings `fold` to where the database has it, and returns that. Tables
  /// that an earlier version made are made anew. Blocks for as long as the journal takes to be read.
  func attach(_ identity: JournalIdentity, _ journal: Journal, _ fold: inout MirrorFold) throws(PostgresError) -> UInt64 {
    journalID = identity.id
    if let other = try journals(mode: identity.mode).first(where: { $0.id != identity.id }) {
      throw PostgresError(
        .mismatch,
        "the database \(configuration.place) holds the \(identity.mode) journal \(other.id) (\(other.last) entries), the state directory has "
          + "\(identity.id): use another database, or an empty state directory to restore from it")
    }
    try lock(identity.id)
    try connection.query(
      "INSERT INTO botd.journals (journal_id, mode, tables_version) VALUES ($1::text, $2::text, $3::bigint) ON CONFLICT DO NOTHING",
      [
        PostgresValue.text(identity.id), PostgresValue.text(identity.mode.description),
        PostgresValue.integer(MirrorSchema.tablesVersion),
      ])
    for statement in MirrorSchema.statements { try connection.prepare(statement.name, statement.sql) }
    try connection.prepare("watermark", "SELECT coalesce(max(sequence), 0)::bigint FROM botd.journal WHERE journal_id = $1::text")
    let watermark = try self.watermark()
    try checkSame(watermark, journal)
    let made = try connection.query(
      "SELECT tables_version FROM botd.journals WHERE journal_id = $1::text", [PostgresValue.text(journalID)]
    ).integer(0, 0)
    if made != MirrorSchema.tablesVersion {
      fold = MirrorFold()
      try makeTables(upTo: watermark, journal, &fold)
    } else {
      try fold.catchUp(to: watermark) { (sequence: UInt64) throws(PostgresError) in
        try page(of: journal, after: sequence, limit: Journal.readEntriesMaximum)
      }
    }
    return watermark
  }

  /// Makes the derived tables anew from the local journal, in one transaction: readers see the old ones, or the whole of the new ones.
  private func makeTables(upTo watermark: UInt64, _ journal: Journal, _ fold: inout MirrorFold) throws(PostgresError) {
    try connection.execute("BEGIN")
    guard try self.watermark() == watermark else { throw PostgresError(.inUse, "somebody else wrote journal \(journalID)") }
    for table in MirrorSchema.derivedTables {
      try connection.query("DELETE FROM botd.\(table) WHERE journal_id = $1::text", [PostgresValue.text(journalID)])
    }
    while fold.sequence < watermark {
      let rows = try page(of: journal, after: fold.sequence, limit: max(1, configuration.batchEntries))
        .filter { $0.entry.sequence <= watermark }
      guard !rows.isEmpty else { throw PostgresError(.journal, "the journal ends before entry \(watermark)") }
      let batch = MirrorBatch(journalID: journalID, rows: rows, fold: &fold)
      for command in batch.tableCommands { try connection.run(command.name, command.parameters) }
    }
    try connection.query(
      "UPDATE botd.journals SET tables_version = $2::bigint WHERE journal_id = $1::text",
      [PostgresValue.text(journalID), PostgresValue.integer(MirrorSchema.tablesVersion)])
    try connection.execute("COMMIT")
  }

  /// The local journal's next entries.
  private func page(of journal: Journal, after sequence: UInt64, limit: Int) throws(PostgresError) -> [JournalRow] {
    if isStopping() { throw PostgresError(.connection, "stopping") }
    return try reading { () throws(JournalError) in try journal.rows(after: sequence, limit: limit) }
  }

  private func watermark() throws(PostgresError) -> UInt64 {
    guard let value = try connection.run("watermark", [PostgresValue.text(journalID)]).integer(0, 0), value >= 0 else {
      throw PostgresError(.statement, "PostgreSQL answered no watermark")
    }
    return UInt64(value)
  }

  private func checkSame(_ watermark: UInt64, _ journal: Journal) throws(PostgresError) {
    guard watermark > 0 else { return }
    guard watermark <= journal.lastSequence else {
      throw PostgresError(
        .mismatch,
        "the database has journal \(journalID) up to \(watermark), the state directory only up to \(journal.lastSequence): "
          + "it is an old copy; move it away and start with an empty one to restore from the database")
    }
    let mirrored = try connection.query(
      "SELECT payload FROM botd.journal WHERE journal_id = $1::text AND sequence = $2::bigint",
      [PostgresValue.text(journalID), PostgresValue.integer(Int64(clamping: watermark))])
    let local = try reading { () throws(JournalError) in try journal.rows(after: watermark - 1, limit: 1) }
    guard let row = local.first, row.payload == mirrored.bytes(0, 0) else {
      throw PostgresError(
        .mismatch, "database and state directory differ at entry \(watermark) of journal \(journalID); keep both and ask for help")
    }
  }

  /// Applies a batch that follows `watermark` in one transaction. If the connection breaks at COMMIT, only the next session's watermark
  /// tells whether it happened; nothing is ever applied twice since rows before the watermark are not sent and keys are unique.
  func apply(_ batch: MirrorBatch, after watermark: UInt64) throws(PostgresError) {
    try connection.execute("BEGIN")
    let found = try self.watermark()
    guard found == watermark else {
      throw PostgresError(.inUse, "somebody else wrote journal \(journalID): the database is at \(found), expected \(watermark)")
    }
    for command in batch.commands { try connection.run(command.name, command.parameters) }
    FailPoint.reach("mirror.commit")
    try connection.execute("COMMIT")
    FailPoint.reach("mirror.committed")
  }

  /// Rows of a journal after `sequence`, for a restore.
  func rows(of id: String, after sequence: UInt64, limit: Int) throws(PostgresError) -> [JournalRow] {
    let found = try connection.query(
      "SELECT sequence, payload FROM botd.journal WHERE journal_id = $1::text AND sequence > $2::bigint ORDER BY sequence LIMIT \(limit)",
      [PostgresValue.text(id), PostgresValue.integer(Int64(clamping: sequence))])
    var rows: [JournalRow] = []
    rows.reserveCapacity(found.count)
    for row in 0..<found.count {
      let number = UInt64(clamping: found.integer(row, 0) ?? 0)
      let payload = found.bytes(row, 1)
      let entry = try reading { () throws(JournalError) in
        try RecordCodec.decode(sequence: number, payload: payload, previousChain: nil).entry
      }
      rows.append(JournalRow(entry: entry, payload: payload))
    }
    return rows
  }

  private func reading<Value>(_ body: () throws(JournalError) -> Value) throws(PostgresError) -> Value {
    do throws(JournalError) { return try body() } catch { throw PostgresError(.journal, error.message) }
  }
}
