internal import NIOCore
internal import Synchronization

/// What the connections of one server share: limits, methods, hooks, counts.
final class ServerShared: Sendable {
  struct Hooks: Sendable {
    var authorizer: RPCServer.Authorizer?
    var observer: RPCServer.Observer?
    var onClose: (@Sendable (RPCConnection) -> Void)?
  }

  enum Admission {
    case serve
    /// Answer the first request with this error, then close.
    case refuse(RPCError)
    /// Close at once: too many refused connections linger already.
    case drop
  }

  private struct Counts {
    var connections = 0
    var refused = 0
    var byPeer: [String: Int] = [:]
    var open: [UInt64: ServerConnectionCore] = [:]
    var isDraining = false
  }

  /// Connections that are only told why they are refused.
  private static let refusedMaximum = 32

  let configuration: RPCServerConfiguration
  let table: MethodTable
  let hooks: Hooks
  /// Bytes waiting to be written, over all connections.
  let queuedBytes = Atomic<Int>(0)
  /// Bytes of incomplete frames, over all connections.
  let partialBytes = Atomic<Int>(0)
  private let nextID = Atomic<UInt64>(1)
  private let counts = StateMutex(Counts())

  init(configuration: RPCServerConfiguration, table: MethodTable, hooks: Hooks) {
    self.configuration = configuration
    self.table = table
    self.hooks = hooks
  }

  func makeConnectionID() -> UInt64 { nextID.wrappingAdd(1, ordering: .relaxed).oldValue }

  var connectionCount: Int { counts.withLock { $0.connections } }
  var openConnections: [ServerConnectionCore] { counts.withLock { Array($0.open.values) } }

  /// Stops serving new connections.
  func startDraining() { counts.withLock { $0.isDraining = true } }

  /// Decides about a new connection and counts it; every answer but `drop` must be followed by ``release(_:refused:)``.
  func admit(_ core: ServerConnectionCore) -> Admission {
    counts.withLock { counts in
      let error = Self.objection(core, counts, configuration)
      guard let error else {
        counts.connections += 1
        counts.byPeer[core.peerKey, default: 0] += 1
        counts.open[core.connection.id] = core
        return .serve
      }
      guard counts.refused < Self.refusedMaximum else { return .drop }
      counts.refused += 1
      counts.open[core.connection.id] = core
      return .refuse(error)
    }
  }

  private static func objection(
    _ core: ServerConnectionCore, _ counts: Counts, _ configuration: RPCServerConfiguration
  ) -> RPCError? {
    if case .unix(let uid, _, _) = core.connection.peer {
      let allowed = configuration.allowedUserIDs.map { $0.contains(uid) } ?? (uid == 0 || uid == PeerCredentials.ownUserID)
      if !allowed { return RPCError(code: .permissionDenied, message: "user id \(uid) may not use this socket") }
    }
    if counts.isDraining { return RPCError(code: .unavailable, message: "the server is shutting down") }
    if case .tcp = core.connection.peer, counts.connections >= configuration.connectionsMaximum - configuration.connectionsKeptForUnix {
      return RPCError(
        code: .resourceExhausted, message: "the server takes no more connections over TCP; the rest is kept for its socket file")
    }
    if counts.connections >= configuration.connectionsMaximum {
      return RPCError(code: .resourceExhausted, message: "the server has its maximum of \(configuration.connectionsMaximum) connections")
    }
    if let limit = configuration.connectionsPerPeerMaximum, counts.byPeer[core.peerKey, default: 0] >= limit {
      return RPCError(code: .resourceExhausted, message: "\(core.peerKey) has its maximum of \(limit) connections")
    }
    return nil
  }

  func release(_ core: ServerConnectionCore, refused: Bool) {
    counts.withLock { counts in
      counts.open[core.connection.id] = nil
      if refused {
        counts.refused -= 1
        return
      }
      counts.connections -= 1
      let left = counts.byPeer[core.peerKey, default: 1] - 1
      counts.byPeer[core.peerKey] = left > 0 ? left : nil
    }
  }
}
