internal import NIOCore
internal import Synchronization

/// What the connections of one server share: limits, methods, hooks, counts.
final class ServerShared: Sendable {
  struct Hooks: Sendable {
    var authorizer: RPCServer.Authorizer?
    var observer: RPCServer.Observer?
    var onClose: (@Sendable (RPCConnection) -> Void)?
    var onIncident: (@Sendable (RPCServerIncident) -> Void)?
    var details: RPCServer.DetailMaker?
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
    /// Everybody who is served or being told why not; who makes room is taken out at once.
    var open: [UInt64: (core: ServerConnectionCore, isRefused: Bool)] = [:]
    /// Connections being closed because they read too little.
    var condemned: Set<UInt64> = []
    var isDraining = false

    var served: some Sequence<ServerConnectionCore> { open.values.lazy.filter { !$0.isRefused }.map(\.core) }
  }

  /// Connections that are only told why they are refused.
  private static let refusedMaximum = 32

  let configuration: RPCServerConfiguration
  let table: MethodTable
  let hooks: Hooks
  /// Bytes waiting to be written, over all connections.
  let queuedBytes = Atomic<Int>(0)
  /// Memory of incomplete frames, over all connections of a kind: what strangers hold on TCP leaves the socket file's room alone.
  private let partialBytesTCP = Atomic<Int>(0)
  private let partialBytesUnix = Atomic<Int>(0)
  private let nextID = Atomic<UInt64>(1)
  private let counts = StateMutex(Counts())

  init(configuration: RPCServerConfiguration, table: MethodTable, hooks: Hooks) {
    self.configuration = configuration
    self.table = table
    self.hooks = hooks
  }

  func makeConnectionID() -> UInt64 { nextID.wrappingAdd(1, ordering: .relaxed).oldValue }

  var connectionCount: Int { counts.withLock { $0.connections } }
  var openConnections: [ServerConnectionCore] { counts.withLock { $0.open.values.map(\.core) } }
  var usage: RPCServerUsage {
    RPCServerUsage(
      connections: connectionCount,
      partialBytes: partialBytesTCP.load(ordering: .relaxed) + partialBytesUnix.load(ordering: .relaxed),
      queuedBytes: queuedBytes.load(ordering: .relaxed))
  }

  /// Stops serving new connections.
  func startDraining() { counts.withLock { $0.isDraining = true } }

  /// An error of the server's own, with the details that the user of this module makes.
  func error(_ code: RPCStatusCode, _ reason: String, _ message: String) -> RPCError {
    RPCError(code: code, message: message, details: hooks.details?(reason, message) ?? [])
  }

  // MARK: Memory

  /// Adds to the memory of incomplete frames; returns the total of that kind.
  func addPartial(_ bytes: Int, isUnix: Bool) -> Int {
    isUnix
      ? partialBytesUnix.wrappingAdd(bytes, ordering: .relaxed).newValue : partialBytesTCP.wrappingAdd(bytes, ordering: .relaxed).newValue
  }

  /// Incomplete frames up to this size never close a connection.
  static let partialBytesAlwaysKept = 1 << 16

  /// Who is closed when incomplete frames take too much memory: the stranger that holds most, or `core` when no stranger holds much; `nil`
  /// when what the connections of its kind hold now is no longer too much. Another connection's memory leaves the total a moment after that
  /// connection has let go of it, so the total alone condemns nobody. Cost: linear in the connections.
  func largestPartial(insteadOf core: ServerConnectionCore) -> ServerConnectionCore? {
    var total = 0
    var largest: (core: ServerConnectionCore, bytes: Int)?
    for other in counts.withLock({ Array($0.served) }) where other.isUnix == core.isUnix {
      let bytes = other.partialBytes.load(ordering: .relaxed)
      total += bytes
      if other.isStranger, bytes > max(Self.partialBytesAlwaysKept, largest?.bytes ?? 0) { largest = (other, bytes) }
    }
    guard total > configuration.partialBytesMaximum else { return nil }
    return core.isStranger ? core : largest?.core ?? core
  }

  /// Closes who has read least while too much waits over all connections: strangers first, then of the peer for which most waits the
  /// connection for which most waits. Nobody else's answers are refused. Any thread, outside every connection's lock.
  func relieveQueue() {
    guard queuedBytes.load(ordering: .relaxed) > configuration.queueBytesMaximum else { return }
    let victim = counts.withLock { counts -> ServerConnectionCore? in
      var total = 0
      var waiting: [(core: ServerConnectionCore, bytes: Int)] = []
      var byPeer: [String: Int] = [:]
      for core in counts.served where !counts.condemned.contains(core.connection.id) {
        let bytes = core.queuedBytes.load(ordering: .relaxed)
        guard bytes > 0 else { continue }
        total += bytes
        waiting.append((core, bytes))
        byPeer[core.peerKey, default: 0] += bytes
      }
      guard total > configuration.queueBytesMaximum else { return nil }
      let worst = waiting.max { left, right in
        let (isLeftStranger, isRightStranger) = (left.core.isStranger, right.core.isStranger)
        if isLeftStranger != isRightStranger { return isRightStranger }
        let (ofLeft, ofRight) = (byPeer[left.core.peerKey] ?? 0, byPeer[right.core.peerKey] ?? 0)
        return (ofLeft, left.bytes) < (ofRight, right.bytes)
      }
      if let worst { counts.condemned.insert(worst.core.connection.id) }
      return worst?.core
    }
    guard let victim else { return }
    victim.abort()
    hooks.onIncident?(.readTooLittle(victim.connection.peer))
  }

  // MARK: Admission

  /// Decides about a new connection and counts it; every answer but `drop` must be followed by ``release(_:)``.
  func admit(_ core: ServerConnectionCore) -> Admission {
    let (admission, evicted, objection) = counts.withLock { counts -> (Admission, ServerConnectionCore?, RPCError?) in
      switch decide(core, counts) {
      case .serve(let evicted):
        if let evicted { forget(evicted, &counts) }
        counts.connections += 1
        counts.byPeer[core.peerKey, default: 0] += 1
        counts.open[core.connection.id] = (core, false)
        return (.serve, evicted, nil)
      case .refuse(let error):
        guard counts.refused < Self.refusedMaximum else { return (.drop, nil, error) }
        counts.refused += 1
        counts.open[core.connection.id] = (core, true)
        return (.refuse(error), nil, error)
      }
    }
    if let evicted {
      evicted.abort()
      hooks.onIncident?(.madeRoom(evicted.connection.peer))
    }
    if let objection { hooks.onIncident?(.refused(core.connection.peer, objection)) }
    return admission
  }

  private enum Decision {
    case serve(evicting: ServerConnectionCore?)
    case refuse(RPCError)
  }

  private func decide(_ core: ServerConnectionCore, _ counts: Counts) -> Decision {
    if case .unix(let uid, let gid, _) = core.connection.peer {
      let allowed = configuration.allowedUserIDs.map { $0.contains(uid) } ?? (uid == 0 || uid == PeerCredentials.ownUserID)
      let isAdmitted = allowed || configuration.admitsUser?(uid, [gid] + core.connection.peerGroups) ?? false
      if !isAdmitted { return .refuse(error(.permissionDenied, "USER_NOT_ALLOWED", "user id \(uid) may not use this socket")) }
    }
    if counts.isDraining { return .refuse(error(.unavailable, "SHUTTING_DOWN", "the server is shutting down")) }
    if let limit = configuration.connectionsPerPeerMaximum, counts.byPeer[core.peerKey, default: 0] >= limit {
      // A process locks out itself; behind one address there may be many.
      if !core.isUnix,
        let silent = Self.longestSilent(counts.served.filter({ $0.peerKey == core.peerKey && $0.isStranger && !$0.hasCalls }))
      {
        return .serve(evicting: silent)
      }
      return .refuse(
        error(.resourceExhausted, "TOO_MANY_CONNECTIONS", "\(core.peerKey) has its maximum of \(limit) connections"))
    }
    let limit = configuration.connectionsMaximum - (core.isUnix ? 0 : configuration.connectionsKeptForUnix)
    guard counts.connections >= limit else { return .serve(evicting: nil) }
    if let silent = Self.longestSilent(counts.served.filter({ $0.isStranger && !$0.hasCalls })) { return .serve(evicting: silent) }
    if core.isUnix, let silent = Self.longestSilent(counts.served.filter(\.isIdle)) { return .serve(evicting: silent) }
    let text =
      core.isUnix
      ? "the server has its maximum of \(limit) connections, all with open calls"
      : "the server takes no more connections over TCP; the rest is kept for its socket file"
    return .refuse(error(.resourceExhausted, "TOO_MANY_CONNECTIONS", text))
  }

  private static func longestSilent(_ candidates: some Sequence<ServerConnectionCore>) -> ServerConnectionCore? {
    candidates.min { $0.lastHeard.load(ordering: .relaxed) < $1.lastHeard.load(ordering: .relaxed) }
  }

  /// Takes a connection that ended out of the counts; one that made room is out already.
  func release(_ core: ServerConnectionCore) { counts.withLock { forget(core, &$0) } }

  private func forget(_ core: ServerConnectionCore, _ counts: inout Counts) {
    counts.condemned.remove(core.connection.id)
    guard let entry = counts.open.removeValue(forKey: core.connection.id) else { return }
    if entry.isRefused {
      counts.refused -= 1
      return
    }
    counts.connections -= 1
    let left = counts.byPeer[core.peerKey, default: 1] - 1
    counts.byPeer[core.peerKey] = left > 0 ? left : nil
  }
}
