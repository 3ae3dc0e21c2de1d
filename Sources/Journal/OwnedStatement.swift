import GRDBSQLite

/// Owns one prepared SQLite statement. It must end before its connection closes.
@safe struct OwnedStatement: ~Copyable {
  private let raw: OpaquePointer

  /// Prepares `sql` for frequent use on `connection`; `nil` when SQLite refuses, the connection then says why.
  init?(_ sql: String, on connection: OpaquePointer) {
    var made: OpaquePointer?
    unsafe sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &made, nil)
    guard let made = unsafe made else { return nil }
    unsafe raw = made
  }

  deinit { unsafe sqlite3_finalize(raw) }

  /// Binds a number to a parameter (the first is 1).
  func bind(_ parameter: Int32, _ value: Int64) { _ = unsafe sqlite3_bind_int64(raw, parameter, value) }

  /// Binds NULL to a parameter.
  func bindNull(_ parameter: Int32) { _ = unsafe sqlite3_bind_null(raw, parameter) }

  /// Binds UTF-8 to a parameter, without a copy: the bytes must stay until ``run()`` returned.
  func bind(_ parameter: Int32, text bytes: UnsafeRawBufferPointer) {
    unsafe bytes.withMemoryRebound(to: CChar.self) {
      _ = unsafe sqlite3_bind_text(raw, parameter, $0.baseAddress, Int32(clamping: $0.count), nil)
    }
  }

  /// Binds bytes to a parameter, without a copy: they must stay until ``run()`` returned.
  func bind(_ parameter: Int32, blob bytes: UnsafeRawBufferPointer) {
    _ = unsafe sqlite3_bind_blob(raw, parameter, bytes.baseAddress, Int32(clamping: bytes.count), nil)
  }

  /// Runs the statement to its first row or its end, and makes it ready for the next run; SQLite's result code.
  func run() -> Int32 {
    let code = unsafe sqlite3_step(raw)
    unsafe sqlite3_reset(raw)
    return code
  }
}
