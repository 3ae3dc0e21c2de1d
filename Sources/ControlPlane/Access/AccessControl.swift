import BotAPI
import Logging
import ServiceRuntime
import Synchronization
import TTRPC

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Who a connection is, and whether it may make a call.
final class AccessControl: Sendable {
  private let tokens: [ControlPlaneConfiguration.Token]
  private let certificateRoles: [String: Role]
  private let attemptsMaximum: Int
  private let audit: Logger
  /// Wrong tokens per open connection.
  private let failures = Mutex<[UInt64: Int]>([:])

  init(_ configuration: ControlPlaneConfiguration, audit: Logger) {
    tokens = configuration.tokens
    certificateRoles = configuration.certificateRoles
    attemptsMaximum = configuration.limits.loginAttemptsMaximum
    self.audit = audit
  }

  /// The identity of a connection: what it logged in as, or what the system says about its peer.
  func identity(of connection: RPCConnection) -> RPCIdentity {
    if let identity = connection.identity { return identity }
    let found: RPCIdentity
    switch connection.peer {
    case .unix(let uid, _, _):
      found = RPCIdentity(name: "uid \(uid)", role: (uid == 0 || uid == geteuid() ? Role.admin : .none).rawValue)
    case .tcp(let address, let subject):
      guard let subject, let role = certificateRoles[subject] else {
        // Not kept: over TLS the subject may still become known.
        return RPCIdentity(name: address, role: Role.none.rawValue)
      }
      found = RPCIdentity(name: subject, role: role.rawValue)
    }
    connection.identity = found
    return found
  }

  func role(of connection: RPCConnection) -> Role { Role(rawValue: identity(of: connection).role) ?? .none }

  /// Why the call is refused, or `nil`. Runs before the request is decoded.
  func refusal(_ method: RPCMethod, _ connection: RPCConnection) -> RPCError? {
    guard let rule = MethodAccess.rule(for: method) else {
      return RPCError(code: .permissionDenied, reason: "METHOD_NOT_ALLOWED", message: "\(method) is open to nobody")
    }
    guard rule.role > .none else { return nil }
    let identity = identity(of: connection)
    let role = Role(rawValue: identity.role) ?? .none
    guard role < rule.role else { return nil }
    if rule.isMutation { log(connection, method, requestID: "", result: role == .none ? "UNAUTHENTICATED" : "PERMISSION_DENIED") }
    if role == .none {
      return RPCError(
        code: .unauthenticated, reason: "NOT_LOGGED_IN",
        message: "this connection has not proved who it is: call SystemService.Login with an access token first")
    }
    return RPCError(
      code: .permissionDenied, reason: "ROLE_TOO_LOW", message: "\(method.name) needs the role \(rule.role), \(identity.name) has \(role)")
  }

  /// Binds the identity of a token to the connection.
  ///
  /// - Throws: `UNAUTHENTICATED`; the connection is closed after too many wrong tokens.
  func login(_ token: String, _ connection: RPCConnection) throws(RPCError) -> RPCIdentity {
    let given = Array(token.utf8)
    var found: ControlPlaneConfiguration.Token?
    // Every token is compared in full, so the time tells nothing about which one, or how much of it, was right.
    for candidate in tokens where Self.isEqual(given, candidate.secret) { found = candidate }
    guard let found else {
      let count = failures.withLock { table in
        table[connection.id, default: 0] += 1
        return table[connection.id] ?? 0
      }
      audit.warning("login refused", metadata: ["peer": "\(connection.peer)", "attempt": "\(count)"])
      if count >= attemptsMaximum { connection.close() }
      throw RPCError(
        code: .unauthenticated, reason: "WRONG_TOKEN", field: "token",
        message: "the token is not one of this daemon's: check the file that BOTD_TOKENS_FILE names")
    }
    let identity = RPCIdentity(name: found.name, role: found.role.rawValue)
    connection.identity = identity
    audit.info("login", metadata: ["peer": "\(connection.peer)", "identity": "\(found.name)", "role": "\(found.role)"])
    return identity
  }

  func closed(_ connection: RPCConnection) { _ = failures.withLock { $0.removeValue(forKey: connection.id) } }

  /// One line per mutation: who, what, under which key, and how it ended.
  func log(_ connection: RPCConnection, _ method: RPCMethod, requestID: String, result: String) {
    audit.info(
      "\(method.name)",
      metadata: [
        "peer": "\(connection.peer)", "identity": "\(identity(of: connection).name)", "request_id": "\(requestID.prefix(64))",
        "result": "\(result)",
      ])
  }

  /// Compares in a time that depends on the lengths only.
  static func isEqual(_ bytes: [UInt8], _ secret: Secret) -> Bool {
    unsafe secret.withUnsafeBytes { expected in
      var difference = expected.count ^ bytes.count
      for index in 0..<expected.count { difference |= unsafe Int(expected[index] ^ (index < bytes.count ? bytes[index] : 0)) }
      return unsafe difference == 0 && !expected.isEmpty
    }
  }
}
