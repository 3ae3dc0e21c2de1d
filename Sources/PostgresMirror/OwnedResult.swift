import CPostgres

/// Owns one libpq result: the rows of a statement in binary form, or its error.
@safe struct OwnedResult: ~Copyable {
  enum Status { case rows, copy, failed }

  // libpq takes NULL for a result without rows.
  private let raw: OpaquePointer?

  /// No rows.
  init() { unsafe raw = nil }

  /// Takes over `result`; `nil` when there is none.
  init?(adopting result: OpaquePointer?) {
    guard let result = unsafe result else { return nil }
    unsafe raw = result
  }

  deinit { unsafe PQclear(raw) }

  var status: Status {
    switch unsafe PQresultStatus(raw) {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK: .rows
    case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH: .copy
    default: .failed
    }
  }

  /// Why the server refused the statement.
  var failure: PostgresError {
    let state = unsafe PQresultErrorField(raw, Int32(UInt8(ascii: "C"))).map { unsafe String(cString: $0) } ?? "?????"
    return PostgresError(.statement, unsafe "PostgreSQL refused: \(Self.line(PQresultErrorMessage(raw))) (SQLSTATE \(state))")
  }

  /// The number of rows.
  var count: Int { unsafe Int(PQntuples(raw)) }

  /// Whether the value is null, or there is no such row or column.
  func isNull(_ row: Int, _ column: Int32) -> Bool {
    guard row < count, unsafe column < PQnfields(raw) else { return true }
    return unsafe PQgetisnull(raw, Int32(row), column) == 1
  }

  /// A copy of the value's bytes; empty when it is null.
  func bytes(_ row: Int, _ column: Int32) -> [UInt8] { unsafe withBytes(row, column) { unsafe Array($0) } }

  /// The value as text; empty when it is null.
  func text(_ row: Int, _ column: Int32) -> String { unsafe withBytes(row, column) { unsafe String(decoding: $0, as: UTF8.self) } }

  /// An `int8`; `nil` when it is null or not of eight bytes.
  func integer(_ row: Int, _ column: Int32) -> Int64? {
    unsafe withBytes(row, column) { unsafe $0.count == 8 ? Int64(bigEndian: $0.loadUnaligned(as: Int64.self)) : nil }
  }

  private func withBytes<Value>(_ row: Int, _ column: Int32, _ body: (UnsafeRawBufferPointer) -> Value) -> Value {
    guard !isNull(row, column), let value = unsafe PQgetvalue(raw, Int32(row), column) else {
      return unsafe body(UnsafeRawBufferPointer(start: nil, count: 0))
    }
    return unsafe body(UnsafeRawBufferPointer(start: value, count: Int(PQgetlength(raw, Int32(row), column))))
  }

  /// A message of libpq in one line of at most 400 characters.
  static func line(_ text: UnsafePointer<CChar>?) -> String {
    guard let text = unsafe text else { return "unknown error" }
    let line = unsafe String(cString: text).split(whereSeparator: \.isNewline).joined(separator: "; ")
    return line.isEmpty ? "unknown error" : String(line.prefix(400))
  }
}
