import Time
import CPostgres
import ServiceRuntime

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Runs statements on one connection, one after the other. Every wait has a deadline and ends early when `isStopping` says so, so a
/// frozen server cannot hold the thread.
final class PostgresConnection {
  private let connection: OwnedConnection
  private let timeoutMilliseconds: Int
  private let isStopping: () -> Bool

  /// Connects.
  ///
  /// - Throws: ``PostgresError`` `connection`.
  init(_ configuration: PostgresConfiguration, isStopping: @escaping () -> Bool) throws(PostgresError) {
    self.isStopping = isStopping
    timeoutMilliseconds = max(1, configuration.statementMilliseconds)
    guard let connection = OwnedConnection(starting: configuration) else {
      throw PostgresError(.connection, "cannot connect to PostgreSQL: out of memory")
    }
    self.connection = connection
    let deadline = MonotonicClock.nanoseconds() + Int64(max(1, configuration.connectMilliseconds)) * 1_000_000
    var state = PGRES_POLLING_WRITING
    while state != PGRES_POLLING_OK {
      guard !self.connection.isBad, state != PGRES_POLLING_FAILED else {
        throw PostgresError(.connection, "cannot connect to PostgreSQL at \(configuration.place): \(self.connection.errorText)")
      }
      do throws(PostgresError) {
        try wait(events: state == PGRES_POLLING_READING ? Int16(POLLIN) : Int16(POLLOUT), until: deadline)
      } catch {
        throw PostgresError(.connection, "cannot connect to PostgreSQL at \(configuration.place): \(error.message)")
      }
      state = self.connection.continueConnecting()
    }
    guard self.connection.prepareForUse() else {
      throw PostgresError(.connection, "cannot use the connection: \(self.connection.errorText)")
    }
  }

  /// Runs statements without parameters.
  func execute(_ sql: String) throws(PostgresError) {
    guard connection.send(sql) else { throw broken("send a statement") }
    _ = try result()
  }

  /// Runs one statement with binary parameters; its rows.
  @discardableResult func query(_ sql: String, _ parameters: [[UInt8]] = []) throws(PostgresError) -> OwnedResult {
    guard connection.send(sql, parameters) else { throw broken("send a statement") }
    return try result()
  }

  func prepare(_ name: String, _ sql: String) throws(PostgresError) {
    guard connection.sendPrepare(name, sql) else { throw broken("prepare a statement") }
    _ = try result()
  }

  /// Runs a prepared statement with binary parameters; its rows.
  @discardableResult func run(_ name: String, _ parameters: [[UInt8]]) throws(PostgresError) -> OwnedResult {
    guard connection.sendPrepared(name, parameters) else { throw broken("send a statement") }
    return try result()
  }

  /// Sends what is buffered and takes the results of one statement; the last rows or the first error.
  private func result() throws(PostgresError) -> OwnedResult {
    let deadline = MonotonicClock.nanoseconds() + Int64(timeoutMilliseconds) * 1_000_000
    try flush(until: deadline)
    var rows = OwnedResult()
    var failure: PostgresError?
    while true {
      while connection.isBusy {
        try wait(events: Int16(POLLIN), until: deadline)
        guard connection.consumeInput() else { throw broken("read an answer") }
      }
      guard let next = connection.nextResult() else { break }
      let status = next.status
      guard status != .copy else { throw PostgresError(.statement, "PostgreSQL answered with a copy") }
      if status == .failed, failure == nil { failure = next.failure }
      rows = next
    }
    if let failure { throw connection.isUsable ? failure : PostgresError(.connection, failure.message) }
    guard connection.isUsable else { throw broken("keep the connection") }
    return rows
  }

  private func flush(until deadline: Int64) throws(PostgresError) {
    while true {
      switch connection.flush() {
      case .all: return
      case .some:
        try wait(events: Int16(POLLIN | POLLOUT), until: deadline)
        guard connection.consumeInput() else { throw broken("send a statement") }
      case .broken: throw broken("send a statement")
      }
    }
  }

  private func wait(events: Int16, until deadline: Int64) throws(PostgresError) {
    while true {
      if isStopping() { throw PostgresError(.connection, "stopping") }
      let left = (deadline - MonotonicClock.nanoseconds()) / 1_000_000
      guard left > 0 else { throw PostgresError(.connection, "PostgreSQL does not answer in time") }
      var descriptor = pollfd(fd: connection.socket, events: events, revents: 0)
      let ready = unsafe poll(&descriptor, 1, Int32(min(left, 100)))
      if ready > 0 { return }
      guard ready == 0 || errno == EINTR else { throw PostgresError(.connection, "cannot wait for PostgreSQL: error \(errno)") }
    }
  }

  private func broken(_ doing: String) -> PostgresError {
    PostgresError(.connection, "cannot \(doing): \(connection.errorText)")
  }
}
