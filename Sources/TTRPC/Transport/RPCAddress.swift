import NIOCore

/// Where a server listens or a client connects: `unix:PATH` or `tcp://HOST:PORT`.
public enum RPCAddress: Sendable, Hashable, CustomStringConvertible {
  case unix(path: String)
  case tcp(host: String, port: Int)

  /// The longest path a Unix socket address can hold, in bytes, without its NUL.
  public static let unixPathBytesMaximum = 107

  /// Reads `unix:PATH` (also `unix:///PATH`), `tcp://HOST:PORT` or `tcp://[IPV6]:PORT`.
  ///
  /// - Throws: `INVALID_ARGUMENT` with a sentence that says what is wrong.
  public init(parsing text: String) throws(RPCError) {
    if text.hasPrefix("unix:") {
      var path = String(text.dropFirst(5))
      if path.hasPrefix("//") { path = String(path.dropFirst(2)) }
      try Self.checkPath(path)
      self = .unix(path: path)
      return
    }
    guard text.hasPrefix("tcp://") else {
      throw Self.invalid("\"\(text)\" is not an address: write unix:PATH or tcp://HOST:PORT")
    }
    let rest = text.dropFirst(6)
    guard let colon = rest.lastIndex(of: ":") else { throw Self.invalid("\"\(text)\" names no port: write tcp://HOST:PORT") }
    var host = rest[..<colon]
    let digits = rest[rest.index(after: colon)...]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      throw Self.invalid("\"\(text)\": an IPv6 host goes in brackets, as in tcp://[::1]:7300")
    }
    guard !host.isEmpty else { throw Self.invalid("\"\(text)\" names no host") }
    guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), let port = UInt16(digits) else {
      throw Self.invalid("\"\(text)\": the port must be a number from 0 to 65535")
    }
    self = .tcp(host: String(host), port: Int(port))
  }

  static func checkPath(_ path: String) throws(RPCError) {
    guard !path.isEmpty else { throw invalid("the socket path is empty: write unix:PATH") }
    guard !path.hasPrefix("@"), !path.utf8.contains(0) else {
      throw invalid("abstract sockets are not supported: anybody could take the name")
    }
    guard path.utf8.count <= unixPathBytesMaximum else {
      throw invalid("the socket path has \(path.utf8.count) bytes, the system's limit is \(unixPathBytesMaximum): \(path)")
    }
  }

  private static func invalid(_ message: String) -> RPCError { RPCError(code: .invalidArgument, message: message) }

  public var description: String {
    switch self {
    case .unix(let path): "unix:\(path)"
    case .tcp(let host, let port): host.contains(":") ? "tcp://[\(host)]:\(port)" : "tcp://\(host):\(port)"
    }
  }

  /// The socket address; resolves a host name, which may block.
  func resolve() throws(RPCError) -> SocketAddress {
    do {
      switch self {
      case .unix(let path): return try SocketAddress(unixDomainSocketPath: path)
      case .tcp(let host, let port): return try SocketAddress.makeAddressResolvingHost(host, port: port)
      }
    } catch {
      throw RPCError(code: .unavailable, message: "cannot resolve \(self): \(error)")
    }
  }
}

extension SocketAddress {
  /// True for 127.0.0.0/8, ::1 and Unix sockets.
  var isLoopback: Bool {
    guard let text = ipAddress else { return pathname != nil }
    return text.hasPrefix("127.") || text == "::1" || text.hasPrefix("::ffff:127.")
  }
}
