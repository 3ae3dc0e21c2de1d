public import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// One finished call, for metrics and audit.
public struct RPCCallRecord: Sendable {
  public let connection: RPCConnection
  public let method: RPCMethod
  /// What the client was told; `CANCELLED` when the connection closed first.
  public let status: RPCStatusCode
  /// From the request's arrival to its answer.
  public let duration: Duration
}

/// A connection that the server did not keep, for the log.
public enum RPCServerIncident: Sendable {
  /// Told why with its first frame, then closed: a foreign user, too many connections, shutting down.
  case refused(RPCPeer, RPCError)
  /// The longest silent connection was closed to make room for another.
  case madeRoom(RPCPeer)
  /// More waited to be written than the server keeps in all; this peer had read least and was closed.
  case readTooLittle(RPCPeer)
}

/// What a server holds at this moment.
public struct RPCServerUsage: Sendable, Hashable {
  /// Connections being served.
  public var connections: Int
  /// Memory of incomplete frames, in bytes.
  public var partialBytes: Int
  /// Bytes waiting to be written.
  public var queuedBytes: Int

  public init(connections: Int, partialBytes: Int, queuedBytes: Int) {
    self.connections = connections
    self.partialBytes = partialBytes
    self.queuedBytes = queuedBytes
  }
}

/// A ttrpc 1.2 server over Unix and TCP sockets.
///
/// Register methods and hooks, then ``start(on:)``. Handlers run on the connection's event loop and must not block it. The server knows
/// nothing of its users' rights: the authorizer decides, before a request's payload is decoded; without one every call is allowed.
public final class RPCServer: Sendable {
  /// Handles a unary call on the event loop; answers through the responder, now or later, from any thread.
  public typealias UnaryHandler = @Sendable (RPCContext, [UInt8], RPCResponder) -> Void
  /// Handles a new stream on the event loop: sets its callbacks and returns.
  public typealias StreamHandler = @Sendable (RPCContext, RPCServerStream) -> Void
  /// Nil allows the call. May set the context's ``RPCContext/identity``.
  public typealias Authorizer = @Sendable (inout RPCContext) -> RPCError?
  /// Makes the machine-readable details of an error of the server's own, from its reason (stable, in capitals, for example
  /// `METHOD_UNKNOWN`) and its message. On any thread; must be quick.
  public typealias DetailMaker = @Sendable (_ reason: String, _ message: String) -> [RPCDetail]
  /// Called once for every call that got as far as its method and the authorizer, on any thread; must be quick.
  public typealias Observer = @Sendable (RPCCallRecord) -> Void

  private struct State {
    var table = MethodTable()
    var hooks = ServerShared.Hooks()
    var shared: ServerShared?
    var listeners: [BoundListener] = []
  }

  private let configuration: RPCServerConfiguration
  private let group: any EventLoopGroup
  private let state = StateMutex(State())

  /// - Parameter group: the event loops that serve connections; the caller owns it.
  public init(configuration: RPCServerConfiguration = RPCServerConfiguration(), group: any EventLoopGroup) {
    self.configuration = configuration
    self.group = group
  }

  // MARK: Before start

  /// Registers a unary method. Before ``start(on:)``.
  public func register(_ method: RPCMethod, unary handler: @escaping UnaryHandler) {
    let method = RPCMethod(service: method.service, name: method.name, kind: .unary)
    state.withLock { $0.table.register(MethodTable.Entry(method: method, handler: .unary(handler))) }
  }

  /// Registers a streaming method of any kind (`unary` counts as `bidirectional`). Before ``start(on:)``.
  public func register(_ method: RPCMethod, stream handler: @escaping StreamHandler) {
    let kind = method.kind == .unary ? RPCMethodKind.bidirectional : method.kind
    let method = RPCMethod(service: method.service, name: method.name, kind: kind)
    state.withLock { $0.table.register(MethodTable.Entry(method: method, handler: .stream(handler))) }
  }

  /// Sets who may call what. Before ``start(on:)``.
  public func setAuthorizer(_ body: @escaping Authorizer) { state.withLock { $0.hooks.authorizer = body } }

  /// Sets who hears of finished calls. Before ``start(on:)``.
  public func setObserver(_ body: @escaping Observer) { state.withLock { $0.hooks.observer = body } }

  /// Sets who hears of closed connections, on their event loop. Before ``start(on:)``.
  public func setConnectionClosed(_ body: @escaping @Sendable (RPCConnection) -> Void) { state.withLock { $0.hooks.onClose = body } }

  /// Sets who hears of connections that were not kept, on any event loop. Before ``start(on:)``.
  public func setIncidentObserver(_ body: @escaping @Sendable (RPCServerIncident) -> Void) {
    state.withLock { $0.hooks.onIncident = body }
  }

  /// Sets what details the server's own errors carry; without it they have none. Before ``start(on:)``.
  public func setErrorDetails(_ body: @escaping DetailMaker) { state.withLock { $0.hooks.details = body } }

  /// All registered methods.
  public var methods: [RPCMethod] { state.withLock { $0.table.methods } }

  /// Connections being served.
  public var connectionCount: Int { state.withLock { $0.shared }?.connectionCount ?? 0 }

  /// What the server holds at this moment; all zero before the start.
  public var usage: RPCServerUsage {
    state.withLock { $0.shared }?.usage ?? RPCServerUsage(connections: 0, partialBytes: 0, queuedBytes: 0)
  }

  /// Where the server listens, with the real port when port 0 was asked for.
  public var addresses: [RPCAddress] { state.withLock { $0.listeners.map(\.address) } }

  // MARK: Life

  /// Listens on every address, or on none.
  ///
  /// - Throws: `INVALID_ARGUMENT` for a refused configuration (plaintext off loopback, unreadable certificate, unsafe socket path),
  ///   `UNAVAILABLE` when an address is taken, `FAILED_PRECONDITION` when started already.
  public func start(on listeners: [RPCListener]) async throws(RPCError) {
    let shared = state.withLock { state -> ServerShared? in
      guard state.shared == nil else { return nil }
      let shared = ServerShared(configuration: configuration, table: state.table, hooks: state.hooks)
      state.shared = shared
      return shared
    }
    guard let shared else { throw RPCError(code: .failedPrecondition, message: "the server was started already") }
    var bound: [BoundListener] = []
    do throws(RPCError) {
      for listener in listeners { bound.append(try await BoundListener.bind(listener, shared: shared, group: group)) }
    } catch {
      for listener in bound { await listener.close() }
      state.withLock { $0.shared = nil }
      throw error
    }
    let done = bound
    state.withLock { $0.listeners = done }
  }

  /// Stops accepting, ends streams (after their `onDrain`), finishes running unary calls, answers new ones with `UNAVAILABLE`, and closes
  /// each connection when it has nothing left to do. After `deadline` the rest is closed as it is.
  public func gracefulShutdown(deadline: NIODeadline) async {
    let (shared, listeners) = state.withLock { state in
      let result = (state.shared, state.listeners)
      state.listeners = []
      return result
    }
    for listener in listeners { await listener.close() }
    guard let shared else { return }
    shared.startDraining()
    let cores = shared.openConnections
    for core in cores { core.loop.execute { core.drain() } }
    let closed = cores.map { $0.channel.closeFuture }
    let timers = cores.map { core in core.loop.scheduleTask(deadline: deadline) { core.channel.close(mode: .all, promise: nil) } }
    for future in closed { try? await future.get() }
    for timer in timers { timer.cancel() }
  }

  /// ``gracefulShutdown(deadline:)`` with a time from now.
  public func gracefulShutdown(within time: Duration) async {
    await gracefulShutdown(deadline: .now() + TimeAmount(time))
  }
}
