import Time
import CPostgres
import ServiceRuntime

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Owner of one libpq connection. Every wait has a deadline and ends early when `isStopping` says so, so a frozen server cannot hold
/// the thread. Parameters and results are binary.
final class PostgresConnection {
  private let connection: OpaquePointer
  private let timeoutMilliseconds: Int
  private let isStopping: () -> Bool

  /// Connects.
  ///
  /// - Throws: ``PostgresError`` `connection`.
  init(_ configuration: PostgresConfiguration, isStopping: @escaping () -> Bool) throws(PostgresError) {
    self.isStopping = isStopping
    timeoutMilliseconds = max(1, configuration.statementMilliseconds)
    guard let connection = Self.start(configuration) else {
      throw PostgresError(.connection, "cannot connect to PostgreSQL: out of memory")
    }
    self.connection = connection
    let deadline = MonotonicClock.nanoseconds() + Int64(max(1, configuration.connectMilliseconds)) * 1_000_000
    var state = PGRES_POLLING_WRITING
    while state != PGRES_POLLING_OK {
      guard PQstatus(connection) != CONNECTION_BAD, state != PGRES_POLLING_FAILED else {
        throw PostgresError(.connection, "cannot connect to PostgreSQL at \(configuration.place): \(errorText())")
      }
      do throws(PostgresError) {
        try wait(events: state == PGRES_POLLING_READING ? Int16(POLLIN) : Int16(POLLOUT), until: deadline)
      } catch {
        throw PostgresError(.connection, "cannot connect to PostgreSQL at \(configuration.place): \(error.message)")
      }
      state = PQconnectPoll(connection)
    }
    guard PQsetnonblocking(connection, 1) == 0 else { throw PostgresError(.connection, "cannot use the connection: \(errorText())") }
    PQsetErrorVerbosity(connection, PQERRORS_TERSE)
    _ = PQsetNoticeProcessor(connection, { _, _ in }, nil)
  }

  deinit { PQfinish(connection) }

  /// Starts to connect; the password's copy is overwritten afterwards.
  private static func start(_ configuration: PostgresConfiguration) -> OpaquePointer? {
    var pairs = configuration.parameters
    pairs.append(("application_name", "botd"))
    pairs.append(("client_encoding", "UTF8"))
    pairs.append(("connect_timeout", String(max(2, configuration.connectMilliseconds / 1_000))))
    pairs.append(("keepalives_idle", "10"))
    pairs.append(("keepalives_interval", "5"))
    pairs.append(("keepalives_count", "3"))
    pairs.append(("tcp_user_timeout", "20000"))
    var names = pairs.map { strdup($0.name) }
    var values = pairs.map { strdup($0.value) }
    var secretBytes = 0
    if let password = configuration.password, let copy = malloc(password.count + 1) {
      password.withUnsafeBytes { if let base = $0.baseAddress, $0.count > 0 { copy.copyMemory(from: base, byteCount: $0.count) } }
      copy.storeBytes(of: 0, toByteOffset: password.count, as: UInt8.self)
      names.append(strdup("password"))
      values.append(copy.assumingMemoryBound(to: CChar.self))
      secretBytes = password.count
    }
    defer {
      if secretBytes > 0, let last = values.last, let last { explicit_bzero(last, secretBytes) }
      for name in names { free(name) }
      for value in values { free(value) }
    }
    var nameList = names.map { UnsafePointer($0) } + [nil]
    var valueList = values.map { UnsafePointer($0) } + [nil]
    return PQconnectStartParams(&nameList, &valueList, 0)
  }

  /// Runs statements without parameters.
  func execute(_ sql: String) throws(PostgresError) {
    guard PQsendQuery(connection, sql) == 1 else { throw broken("send a statement") }
    _ = try result()
  }

  /// Runs one statement with binary parameters; answers its rows.
  @discardableResult func query(_ sql: String, _ parameters: [[UInt8]] = []) throws(PostgresError) -> PostgresRows {
    let sent = Self.withParameters(parameters) { values, lengths, formats in
      PQsendQueryParams(connection, sql, Int32(parameters.count), nil, values, lengths, formats, 1)
    }
    guard sent == 1 else { throw broken("send a statement") }
    return try result()
  }

  func prepare(_ name: String, _ sql: String) throws(PostgresError) {
    guard PQsendPrepare(connection, name, sql, 0, nil) == 1 else { throw broken("prepare a statement") }
    _ = try result()
  }

  /// Runs a prepared statement with binary parameters.
  @discardableResult func run(_ name: String, _ parameters: [[UInt8]]) throws(PostgresError) -> PostgresRows {
    let sent = Self.withParameters(parameters) { values, lengths, formats in
      PQsendQueryPrepared(connection, name, Int32(parameters.count), values, lengths, formats, 1)
    }
    guard sent == 1 else { throw broken("send a statement") }
    return try result()
  }

  private static func withParameters(
    _ parameters: [[UInt8]],
    _ body: (UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> Int32
  ) -> Int32 {
    var joined: [UInt8] = []
    joined.reserveCapacity(parameters.reduce(1) { $0 + $1.count })
    for parameter in parameters { joined.append(contentsOf: parameter) }
    joined.append(0)
    let lengths = parameters.map { Int32(clamping: $0.count) }
    let formats = [Int32](repeating: 1, count: parameters.count)
    return joined.withUnsafeBytes { bytes in
      var offset = 0
      var values: [UnsafePointer<CChar>?] = []
      for parameter in parameters {
        values.append(bytes.baseAddress.map { ($0 + offset).assumingMemoryBound(to: CChar.self) })
        offset += parameter.count
      }
      return body(values, lengths, formats)
    }
  }

  /// Sends what is buffered and takes the answers of one statement; the last rows or the first error.
  private func result() throws(PostgresError) -> PostgresRows {
    let deadline = MonotonicClock.nanoseconds() + Int64(timeoutMilliseconds) * 1_000_000
    try flush(until: deadline)
    var rows = PostgresRows(nil)
    var failure: PostgresError?
    while true {
      while PQisBusy(connection) == 1 {
        try wait(events: Int16(POLLIN), until: deadline)
        guard PQconsumeInput(connection) == 1 else { throw broken("read an answer") }
      }
      guard let result = PQgetResult(connection) else { break }
      switch PQresultStatus(result) {
      case PGRES_COMMAND_OK, PGRES_TUPLES_OK: rows = PostgresRows(result)
      case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
        PQclear(result)
        throw PostgresError(.statement, "PostgreSQL answered with a copy")
      default:
        if failure == nil { failure = Self.failure(result) }
        PQclear(result)
      }
    }
    if let failure { throw PQstatus(connection) == CONNECTION_OK ? failure : PostgresError(.connection, failure.message) }
    guard PQstatus(connection) == CONNECTION_OK else { throw broken("keep the connection") }
    return rows
  }

  private func flush(until deadline: Int64) throws(PostgresError) {
    while true {
      switch PQflush(connection) {
      case 0: return
      case 1:
        try wait(events: Int16(POLLIN | POLLOUT), until: deadline)
        guard PQconsumeInput(connection) == 1 else { throw broken("send a statement") }
      default: throw broken("send a statement")
      }
    }
  }

  private func wait(events: Int16, until deadline: Int64) throws(PostgresError) {
    while true {
      if isStopping() { throw PostgresError(.connection, "stopping") }
      let left = (deadline - MonotonicClock.nanoseconds()) / 1_000_000
      guard left > 0 else { throw PostgresError(.connection, "PostgreSQL does not answer in time") }
      var descriptor = pollfd(fd: PQsocket(connection), events: events, revents: 0)
      let ready = poll(&descriptor, 1, Int32(min(left, 100)))
      if ready > 0 { return }
      guard ready == 0 || errno == EINTR else { throw PostgresError(.connection, "cannot wait for PostgreSQL: error \(errno)") }
    }
  }

  private func broken(_ doing: String) -> PostgresError { PostgresError(.connection, "cannot \(doing): \(errorText())") }

  private func errorText() -> String { Self.clean(PQerrorMessage(connection)) }

  private static func failure(_ result: OpaquePointer) -> PostgresError {
    let state = PQresultErrorField(result, Int32(UInt8(ascii: "C"))).map { String(cString: $0) } ?? "?????"
    return PostgresError(.statement, "PostgreSQL refused: \(clean(PQresultErrorMessage(result))) (SQLSTATE \(state))")
  }

  private static func clean(_ text: UnsafePointer<CChar>?) -> String {
    guard let text else { return "unknown error" }
    let line = String(cString: text).split(whereSeparator: \.isNewline).joined(separator: "; ")
    return line.isEmpty ? "unknown error" : String(line.prefix(400))
  }
}

/// Rows of an answer in binary form; frees them.
final class PostgresRows {
  private let result: OpaquePointer?
  init(_ result: OpaquePointer?) { self.result = result }
  deinit { PQclear(result) }

  var count: Int { result.map { Int(PQntuples($0)) } ?? 0 }

  func isNull(_ row: Int, _ column: Int32) -> Bool {
    guard let result, row < count, column < PQnfields(result) else { return true }
    return PQgetisnull(result, Int32(row), column) == 1
  }

  func bytes(_ row: Int, _ column: Int32) -> UnsafeRawBufferPointer {
    guard let result, !isNull(row, column), let value = PQgetvalue(result, Int32(row), column) else {
      return UnsafeRawBufferPointer(start: nil, count: 0)
    }
    return UnsafeRawBufferPointer(start: value, count: Int(PQgetlength(result, Int32(row), column)))
  }

  func text(_ row: Int, _ column: Int32) -> String { String(decoding: bytes(row, column), as: UTF8.self) }

  /// An `int8`; `nil` when it is null or not of eight bytes.
  func integer(_ row: Int, _ column: Int32) -> Int64? {
    let bytes = bytes(row, column)
    guard bytes.count == 8 else { return nil }
    return Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
  }
}
