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

/// Who makes a call, and whether he may.
final class AccessControl: Sendable {
  private let tokens: [ControlPlaneConfiguration.Token]
  private let certificateRoles: [String: Role]
  private let userRoles: UserRoles
  private let attemptsMaximum: Int
  private let audit: AuditLog
  /// Wrong tokens per open connection.
  private let failures = Mutex<[UInt64: Int]>([:])

  init(_ configuration: ControlPlaneConfiguration, audit: AuditLog) {
    tokens = configuration.tokens
    certificateRoles = configuration.certificateRoles
    userRoles = configuration.userRoles
    attemptsMaximum = configuration.limits.loginAttemptsMaximum
    self.audit = audit
  }

  // MARK: Who

  /// Who makes a call: the bearer of the token it carries, else whoever the connection is.
  func identity(of call: RPCContext) -> RPCIdentity { call.identity ?? identity(of: call.connection) }

  /// The identity of a connection: what it logged in as, or what the system says about its peer.
  private func identity(of connection: RPCConnection) -> RPCIdentity {
    if let identity = connection.identity { return identity }
    let found: RPCIdentity
    switch connection.peer {
    case .unix(let uid, let gid, _):
      let isOwner = uid == 0 || uid == geteuid()
      let role = isOwner ? Role.admin : userRoles.role(uid: uid, groups: [gid] + connection.peerGroups)
      found = RPCIdentity(name: "uid \(uid)", role: role.rawValue)
    case .tcp(let address, _):
      guard let name = connection.certificateName, let role = certificateRoles[name] else {
        // Not kept: over TLS the certificate may still become known.
        return RPCIdentity(name: address, role: Role.none.rawValue)
      }
      found = RPCIdentity(name: name, role: role.rawValue)
    }
    connection.identity = found
    return found
  }

  // MARK: Whether

  /// Why the call is refused, or `nil`. Runs before the request is decoded. A token in its metadata makes the call its bearer's, this
  /// one only: a connection may carry the calls of several.
  func refusal(_ call: inout RPCContext) -> RPCError? {
    let method = call.method
    guard let rule = MethodAccess.rule(for: method) else {
      return RPCError(code: .permissionDenied, reason: "METHOD_NOT_ALLOWED", message: "\(method) is open to nobody")
    }
    do throws(RPCError) {
      if let token = try Self.bearerToken(call) { call.identity = try bearer(of: token, field: "authorization", call) }
    } catch {
      return error
    }
    guard rule.role > .none else { return nil }
    let identity = identity(of: call)
    let role = Role(rawValue: identity.role) ?? .none
    guard role < rule.role else { return nil }
    let result = role == .none ? "UNAUTHENTICATED" : "PERMISSION_DENIED"
    audit.refused(
      .calls, "\(method.name) refused", peer: call.connection.peer, ["identity": "\(Self.shown(identity))", "result": "\(result)"])
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
  func login(_ token: String, _ call: RPCContext) throws(RPCError) -> RPCIdentity {
    let identity = try bearer(of: token, field: "token", call)
    call.connection.identity = identity
    audit.write(
      "login", peer: call.connection.peer,
      ["identity": "\(Self.shown(identity))", "role": "\(Role(rawValue: identity.role) ?? .none)"])
    return identity
  }

  /// The token in a call's metadata: `authorization: Bearer TOKEN`, the scheme in any case.
  private static func bearerToken(_ call: RPCContext) throws(RPCError) -> String? {
    let values = call.allMetadata("authorization")
    guard let value = values.first else { return nil }
    let words = value.split(separator: " ", omittingEmptySubsequences: true)
    guard values.count == 1, words.count == 2, words[0].lowercased() == "bearer" else {
      throw RPCError(
        code: .unauthenticated, reason: "AUTHORIZATION_MALFORMED", field: "authorization",
        message: "the metadata authorization must be one value: Bearer, a space, an access token")
    }
    return String(words[1])
  }

  private func bearer(of token: String, field: String, _ call: RPCContext) throws(RPCError) -> RPCIdentity {
    let connection = call.connection
    // Frames of one read are handled before the connection closes: no more guesses for them.
    let isSpent = failures.withLock { $0[connection.id, default: 0] >= attemptsMaximum }
    let given = Array(token.utf8)
    var found: ControlPlaneConfiguration.Token?
    // Every token is compared in full, so the time tells nothing about which one, or how much of it, was right.
    for candidate in tokens where Self.isEqual(given, candidate.secret) && !isSpent { found = candidate }
    if let found { return RPCIdentity(name: found.name, role: found.role.rawValue) }
    let count = failures.withLock { table in
      table[connection.id, default: 0] += 1
      return table[connection.id] ?? 0
    }
    audit.refused(
      .wrongTokens, "login refused", peer: connection.peer, ["method": "\(call.method.name)", "attempt": "\(count)"])
    if count >= attemptsMaximum { connection.closeSoon() }
    throw RPCError(
      code: .unauthenticated, reason: "WRONG_TOKEN", field: field,
      message: "the token is not one of this daemon's: check the file that BOTD_TOKENS_FILE names")
  }

  func closed(_ connection: RPCConnection) { _ = failures.withLock { $0.removeValue(forKey: connection.id) } }

  // MARK: The log

  /// One line per mutation: who, what about, under which key, and how it ended.
  func log(_ call: RPCContext, _ subject: Logger.Metadata, requestID: String, result: String, isRefused: Bool) {
    let identity = Self.shown(identity(of: call))
    let metadata = subject.merging(
      ["identity": "\(identity)", "request_id": "\(AuditLog.escaped(requestID))", "result": "\(result)"]) { $1 }
    if isRefused {
      audit.refused(.changes(by: identity), call.method.name, peer: call.connection.peer, metadata)
    } else {
      audit.write(call.method.name, peer: call.connection.peer, metadata)
    }
  }

  /// A line for a connection that the server did not keep.
  func log(_ incident: RPCServerIncident) {
    switch incident {
    case .refused(let peer, let error):
      guard error.code != .unavailable else { return }
      audit.refused(.connections, "connection refused", peer: peer, ["result": "\(error.info?.reason ?? error.code.description)"])
    case .madeRoom(let peer):
      audit.refused(.connections, "silent connection closed to make room", peer: peer, [:])
    case .readTooLittle(let peer):
      audit.refused(.connections, "connection closed: its answers are not read and too much waits", peer: peer, [:])
    }
  }

  /// Writes what is still to be summed up.
  func stop() { audit.sumUp() }

  private static func shown(_ identity: RPCIdentity) -> String { AuditLog.escaped(identity.name, keepsSpaces: true) }

  /// Compares in a time that depends on the lengths only.
  static func isEqual(_ bytes: [UInt8], _ secret: Secret) -> Bool {
    unsafe secret.withUnsafeBytes { expected in
      var difference = expected.count ^ bytes.count
      for index in 0..<expected.count { difference |= unsafe Int(expected[index] ^ (index < bytes.count ? bytes[index] : 0)) }
      return unsafe difference == 0 && !expected.isEmpty
    }
  }
}
