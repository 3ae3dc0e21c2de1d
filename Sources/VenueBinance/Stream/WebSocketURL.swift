/// A `ws://` or `wss://` address, taken apart.
struct WebSocketURL: Hashable, Sendable {
  var isSecure: Bool
  var host: String
  var port: Int
  /// Path and query, beginning with `/`.
  var target: String

  /// Throws ``BinanceError`` with `badEndpoint`.
  init(_ text: String) throws(BinanceError) {
    let rest: Substring
    if text.hasPrefix("wss://") {
      isSecure = true
      rest = text.dropFirst(6)
    } else if text.hasPrefix("ws://") {
      isSecure = false
      rest = text.dropFirst(5)
    } else {
      throw BinanceError(.badEndpoint, "a stream address begins with wss:// or ws://, not '\(text.prefix(40))'")
    }
    let end = rest.firstIndex(of: "/") ?? rest.endIndex
    let authority = rest[..<end]
    target = end == rest.endIndex ? "/" : String(rest[end...])
    if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
      guard let port = Int(authority[authority.index(after: colon)...]), (1...65_535).contains(port) else {
        throw BinanceError(.badEndpoint, "the port in '\(authority.prefix(80))' is not a number from 1 to 65535")
      }
      self.port = port
      host = String(authority[..<colon])
    } else {
      port = isSecure ? 443 : 80
      host = String(authority)
    }
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    guard !host.isEmpty, target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw BinanceError(.badEndpoint, "the address '\(text.prefix(80))' has no usable host or path")
    }
  }

  /// With the port where it is not the default one.
  var hostHeader: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
  }

  /// Whether the host is a name (which TLS can check) and not an address.
  var isNamed: Bool { !host.contains(":") && !host.allSatisfy { $0.isNumber || $0 == "." } }
}
