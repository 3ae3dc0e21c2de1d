public import ServiceRuntime

/// Where the portfolio database is: a `DATABASE_URL` taken apart, the password kept secret.
public struct PostgresConfiguration: Sendable {
  /// libpq's connection parameters without the password, in a fixed order.
  public private(set) var parameters: [(name: String, value: String)] = []
  public private(set) var password: Secret?
  /// Time to connect, in milliseconds.
  public var connectMilliseconds: Int = 5_000
  /// Time for one statement, in milliseconds.
  public var statementMilliseconds: Int = 30_000
  /// Entries of one transaction at most.
  public var batchEntries: Int = 2_000

  private static let allowed: Set<String> = [
    "host", "hostaddr", "port", "user", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "target_session_attrs",
    "channel_binding", "require_auth",
  ]

  /// Parses `postgresql://user:password@host:port/database?sslmode=…`; parts may be percent-encoded.
  ///
  /// - Throws: ``PostgresError`` `url` that says which part is wrong, without repeating the URL.
  public init(url: String) throws(PostgresError) {
    func fail(_ what: String) -> PostgresError {
      PostgresError(.url, "DATABASE_URL \(what); it looks like postgresql://user:password@host:5432/database")
    }
    guard url.utf8.count <= 8_192 else { throw fail("is too long") }
    guard let scheme = ["postgresql://", "postgres://"].first(where: { url.hasPrefix($0) }) else {
      throw fail("does not start with postgresql://")
    }
    var rest = url.dropFirst(scheme.count)
    var query: Substring = ""
    if let mark = rest.firstIndex(of: "?") {
      query = rest[rest.index(after: mark)...]
      rest = rest[..<mark]
    }
    var database: Substring = ""
    if let slash = rest.firstIndex(of: "/") {
      database = rest[rest.index(after: slash)...]
      rest = rest[..<slash]
    }
    if let at = rest.lastIndex(of: "@") {
      let user = rest[..<at]
      rest = rest[rest.index(after: at)...]
      let parts = user.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = Self.decoded(parts[0]) else { throw fail("has a malformed user") }
      add("user", name)
      if parts.count == 2 {
        guard let secret = Self.decoded(parts[1]) else { throw fail("has a malformed password") }
        password = Secret(secret)
      }
    }
    guard let (host, port) = Self.address(rest) else { throw fail("has a malformed host or port") }
    add("host", host)
    add("port", port)
    guard let name = Self.decoded(database) else { throw fail("has a malformed database name") }
    add("dbname", name)
    for pair in query.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let name = Self.decoded(parts[0]), let value = Self.decoded(parts[1]) else {
        throw fail("has a malformed parameter")
      }
      if name == "password" {
        password = Secret(value)
        continue
      }
      guard Self.allowed.contains(name) else { throw fail("has the unknown parameter \(name.prefix(32))") }
      parameters.removeAll { $0.name == name }
      add(name, value)
    }
  }

  /// Host and database for messages and logs.
  public var place: String {
    func value(_ name: String) -> String { parameters.first { $0.name == name }?.value ?? "default" }
    return "\(value("host")):\(value("port"))/\(value("dbname"))"
  }

  private mutating func add(_ name: String, _ value: String) { if !value.isEmpty { parameters.append((name, value)) } }

  private static func address(_ text: Substring) -> (host: String, port: String)? {
    var host = text
    var port: Substring = ""
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else { return nil }
      host = text[text.index(after: text.startIndex)..<end]
      let after = text[text.index(after: end)...]
      guard after.isEmpty || after.hasPrefix(":") else { return nil }
      port = after.dropFirst()
    } else if let colon = text.lastIndex(of: ":") {
      host = text[..<colon]
      port = text[text.index(after: colon)...]
    }
    if !port.isEmpty { guard let number = Int(port), (1...65_535).contains(number) else { return nil } }
    guard let name = decoded(host) else { return nil }
    return (name, String(port))
  }

  /// Percent-decodes; `nil` for a malformed escape, invalid UTF-8 or a NUL.
  private static func decoded(_ text: some StringProtocol) -> String? {
    var bytes: [UInt8] = []
    var iterator = text.utf8.makeIterator()
    while let byte = iterator.next() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = iterator.next().flatMap(digit), let low = iterator.next().flatMap(digit) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 48
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - 87
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - 55
    default: nil
    }
  }
}
