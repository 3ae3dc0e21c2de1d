import CPostgres
import ServiceRuntime

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Owns one libpq connection. Nothing here waits: sending fills buffers, ``flush()`` and ``consumeInput()``
/// move what can be moved. Parameters and results are binary.
@safe struct OwnedConnection: ~Copyable {
  private let raw: OpaquePointer

  /// Starts to connect; the password's copy is overwritten afterwards. `nil` when libpq has no memory.
  init?(starting configuration: PostgresConfiguration) {
    guard let started = unsafe Self.start(configuration) else { return nil }
    unsafe raw = started
  }

  deinit { unsafe PQfinish(raw) }

  private static func start(_ configuration: PostgresConfiguration) -> OpaquePointer? {
    var pairs = configuration.parameters
    pairs.append(("application_name", "botd"))
    pairs.append(("client_encoding", "UTF8"))
    pairs.append(("connect_timeout", String(max(2, configuration.connectMilliseconds / 1_000))))
    pairs.append(("keepalives_idle", "10"))
    pairs.append(("keepalives_interval", "5"))
    pairs.append(("keepalives_count", "3"))
    pairs.append(("tcp_user_timeout", "20000"))
    var names = unsafe pairs.map { unsafe strdup($0.name) }
    var values = unsafe pairs.map { unsafe strdup($0.value) }
    var secretBytes = 0
    if let password = configuration.password, let copy = unsafe malloc(password.count + 1) {
      unsafe password.withUnsafeBytes {
        if let base = $0.baseAddress, $0.count > 0 { unsafe copy.copyMemory(from: base, byteCount: $0.count) }
      }
      unsafe copy.storeBytes(of: 0, toByteOffset: password.count, as: UInt8.self)
      unsafe names.append(strdup("password"))
      unsafe values.append(copy.assumingMemoryBound(to: CChar.self))
      secretBytes = password.count
    }
    defer {
      if secretBytes > 0, let last = unsafe values.last, let last = unsafe last { unsafe explicit_bzero(last, secretBytes) }
      unsafe (names + values).forEach { unsafe free($0) }
    }
    var nameList = unsafe names.map { unsafe UnsafePointer($0) } + [nil]
    var valueList = unsafe values.map { unsafe UnsafePointer($0) } + [nil]
    return unsafe PQconnectStartParams(&nameList, &valueList, 0)
  }

  // MARK: State

  /// Whether the connection is of no use any more.
  var isBad: Bool { unsafe PQstatus(raw) == CONNECTION_BAD }
  /// Whether the connection is set up and has not broken.
  var isUsable: Bool { unsafe PQstatus(raw) == CONNECTION_OK }
  /// The socket to wait on; may change while connecting.
  var socket: Int32 { unsafe PQsocket(raw) }
  /// What libpq said last, in one line.
  var errorText: String { unsafe OwnedResult.line(PQerrorMessage(raw)) }

  /// Goes on connecting; says what to wait for.
  func continueConnecting() -> PostgresPollingStatusType { unsafe PQconnectPoll(raw) }

  /// Makes the connection never wait, keep its errors short and its notices to itself; false when libpq refuses.
  func prepareForUse() -> Bool {
    guard unsafe PQsetnonblocking(raw, 1) == 0 else { return false }
    unsafe PQsetErrorVerbosity(raw, PQERRORS_TERSE)
    _ = unsafe PQsetNoticeProcessor(raw, { _, _ in }, nil)
    return true
  }

  // MARK: Sending: false when the connection is broken or busy

  /// Statements without parameters.
  func send(_ sql: String) -> Bool { unsafe PQsendQuery(raw, sql) == 1 }

  /// One statement with binary parameters.
  func send(_ sql: String, _ parameters: [[UInt8]]) -> Bool {
    unsafe Self.withParameters(parameters) { values, lengths, formats in
      unsafe PQsendQueryParams(raw, sql, Int32(parameters.count), nil, values, lengths, formats, 1)
    } == 1
  }

  /// Prepares a statement under a name.
  func sendPrepare(_ name: String, _ sql: String) -> Bool { unsafe PQsendPrepare(raw, name, sql, 0, nil) == 1 }

  /// A prepared statement with binary parameters.
  func sendPrepared(_ name: String, _ parameters: [[UInt8]]) -> Bool {
    unsafe Self.withParameters(parameters) { values, lengths, formats in
      unsafe PQsendQueryPrepared(raw, name, Int32(parameters.count), values, lengths, formats, 1)
    } == 1
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
    return unsafe joined.withUnsafeBytes { bytes in
      var offset = 0
      var values: [UnsafePointer<CChar>?] = unsafe []
      for parameter in parameters {
        unsafe values.append(bytes.baseAddress.map { unsafe ($0 + offset).assumingMemoryBound(to: CChar.self) })
        offset += parameter.count
      }
      return unsafe body(values, lengths, formats)
    }
  }

  // MARK: Moving bytes

  enum Flushed { case all, some, broken }

  /// Writes buffered bytes as far as the socket takes them.
  func flush() -> Flushed {
    switch unsafe PQflush(raw) {
    case 0: .all
    case 1: .some
    default: .broken
    }
  }

  /// Reads what has arrived; false when the connection is broken.
  func consumeInput() -> Bool { unsafe PQconsumeInput(raw) == 1 }

  /// Whether the next result has not arrived yet.
  var isBusy: Bool { unsafe PQisBusy(raw) == 1 }

  /// The next result of the statements sent, `nil` after the last. Waits only while ``isBusy``.
  func nextResult() -> OwnedResult? { unsafe OwnedResult(adopting: PQgetResult(raw)) }
}
