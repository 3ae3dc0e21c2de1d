public import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// A ttrpc client: one connection, any number of calls at once, from any thread.
///
/// The connection closes when the client and its streams are gone. It does not reconnect: a mutation cut off by a lost connection may have run, so the user decides. Messages are encoded protobuf bytes.
public final class RPCClient: Sendable {
  /// Where it is connected to.
  public let address: RPCAddress
  let core: ClientConnectionCore

  private init(core: ClientConnectionCore) {
    self.address = core.address
    self.core = core
  }

  deinit { core.channel.close(mode: .all, promise: nil) }

  // MARK: Life

  /// Connects, TLS handshake excluded (its failure ends the first call).
  ///
  /// - Parameters:
  ///   - tls: for TCP; plaintext is refused off loopback. The server's certificate must carry the expected name, or the IP address
  ///     that was connected to.
  ///   - timeout: for the connection to be made.
  ///   - group: the event loops to use; nil = the process's shared ones.
  /// - Throws: `UNAVAILABLE` naming the address when nobody listens there; `INVALID_ARGUMENT` for a refused configuration.
  public static func connect(
    to address: RPCAddress, tls: RPCClientTLS? = nil, timeout: Duration = .seconds(5), group: (any EventLoopGroup)? = nil,
    configuration: RPCClientConfiguration = RPCClientConfiguration()
  ) async throws(RPCError) -> RPCClient {
    let socketAddress = try address.resolve()
    guard tls != nil || socketAddress.isLoopback else {
      throw RPCError(code: .invalidArgument, message: "\(address) is not loopback: plaintext is refused there, configure TLS")
    }
    if tls != nil, case .unix = address { throw RPCError(code: .invalidArgument, message: "TLS is for TCP, not for \(address)") }
    let context = try tls.map { tls throws(RPCError) in (try TLSSetup.client(tls), serverName(tls, address)) }
    let made = StateMutex<ClientConnectionCore?>(nil)
    let bootstrap = ClientBootstrap(group: group ?? MultiThreadedEventLoopGroup.singleton)
      .connectTimeout(TimeAmount(timeout))
      .channelOption(ChannelOptions.maxMessagesPerRead, value: 8)
      .channelOption(ChannelOptions.recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 4096, initial: 16384, maximum: 262_144))
      .channelInitializer { channel in
        let options = socketAddress.pathname == nil ? TCPOptions.apply(to: channel) : channel.eventLoop.makeSucceededVoidFuture()
        return options.flatMapThrowing {
          let core = ClientConnectionCore(address: address, channel: channel, configuration: configuration)
          made.withLock { $0 = core }
          if let (context, name) = context {
            try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler(context: context, serverHostname: name))
          }
          try channel.pipeline.syncOperations.addHandler(ClientConnectionHandler(core: core))
        }
      }
    do {
      _ = try await bootstrap.connect(to: socketAddress).get()
    } catch {
      throw RPCError(code: .unavailable, message: "cannot connect to \(address): \(explain(error))")
    }
    guard let core = made.withLock({ $0 }) else { throw RPCError(code: .internalError, message: "no connection to \(address) was made") }
    return RPCClient(core: core)
  }

  private static func serverName(_ tls: RPCClientTLS, _ address: RPCAddress) -> String? {
    if let name = tls.serverName { return name }
    guard case .tcp(let host, _) = address, (try? SocketAddress(ipAddress: host, port: 0)) == nil else { return nil }
    return host
  }

  private static func explain(_ error: any Error) -> String {
    if let error = error as? IOError {
      switch error.errnoCode {
      case 2: return "no such socket; is the server running?"
      case 13: return "permission denied; the socket belongs to another user"
      case 111: return "connection refused; is the server running?"
      default: return error.description
      }
    }
    if case ChannelError.connectTimeout(let amount)? = error as? ChannelError {
      return "no answer within \(amount.nanoseconds / 1_000_000) ms"
    }
    return "\(error)"
  }

  /// False once the connection is lost or closed.
  public var isOpen: Bool { core.state.withLock { $0.closed == nil } }

  /// Closes the connection; waiting calls end with `UNAVAILABLE`.
  public func close() async { try? await core.channel.close(mode: .all).get() }

  // MARK: Calls

  /// Makes a unary call and waits for its answer. A cancelled task stops waiting; the server may still run the call.
  ///
  /// - Parameters:
  ///   - timeout: sent to the server and enforced here; nil = none.
  ///   - metadata: pairs of UTF-8 text.
  /// - Throws: the server's error, `UNAVAILABLE`, `DEADLINE_EXCEEDED`, `CANCELLED`, `RESOURCE_EXHAUSTED`.
  public func unary(
    _ method: RPCMethod, payload: [UInt8], timeout: Duration? = nil, metadata: [(String, String)] = []
  ) async throws(RPCError) -> [UInt8] {
    let once = CallOnce()
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Result<[UInt8], RPCError>, Never>) in
        let call = start(method, payload: payload, timeout: timeout, metadata: metadata) { continuation.resume(returning: $0) }
        if let call, once.started(call) { core.abandon(call, Self.cancelled) }
      }
    } onCancel: {
      if let call = once.cancelled() { core.abandon(call, Self.cancelled) }
    }
    return try result.get()
  }

  /// Makes a unary call; `completion` runs once, on the connection's event loop (or here, when the call cannot start). The cheapest way.
  public func unary(
    _ method: RPCMethod, payload: [UInt8], timeout: Duration? = nil, metadata: [(String, String)] = [],
    completion: @escaping @Sendable (Result<[UInt8], RPCError>) -> Void
  ) {
    _ = start(method, payload: payload, timeout: timeout, metadata: metadata, completion)
  }

  /// Opens a server-streaming call with its one request.
  public func serverStream(
    _ method: RPCMethod, payload: [UInt8], timeout: Duration? = nil, metadata: [(String, String)] = []
  ) throws(RPCError) -> RPCClientStream {
    try open(method, .serverStreaming, payload: payload, timeout: timeout, metadata: metadata)
  }

  /// Opens a bidirectional stream. For a subscription, `send` the request next; `closeSend` or `cancel` ends it.
  public func bidirectional(
    _ method: RPCMethod, timeout: Duration? = nil, metadata: [(String, String)] = []
  ) throws(RPCError) -> RPCClientStream {
    try open(method, .bidirectional, payload: [], timeout: timeout, metadata: metadata)
  }

  /// Opens a client-streaming call: `send` messages, `closeSend`, then read the one response as the only message.
  public func clientStream(
    _ method: RPCMethod, timeout: Duration? = nil, metadata: [(String, String)] = []
  ) throws(RPCError) -> RPCClientStream {
    try open(method, .clientStreaming, payload: [], timeout: timeout, metadata: metadata)
  }

  /// Opens a stream whose messages are handed to `onMessage` on the connection's event loop, from memory lent for the call only: no
  /// allocation, no buffer, no back-pressure but the time the closure takes. `onEnd` runs once; nil is a clean end.
  ///
  /// - Returns: the handle to send and to cancel with; dropping it cancels the stream.
  public func stream(
    _ method: RPCMethod, payload: [UInt8] = [], timeout: Duration? = nil, metadata: [(String, String)] = [],
    onMessage: @escaping @Sendable (UnsafeRawBufferPointer) -> Void, onEnd: @escaping @Sendable (RPCError?) -> Void
  ) throws(RPCError) -> RPCClientStream {
    let call = unsafe ClientCall(method: method, sink: .messages(onMessage, onEnd: onEnd), deadline: Self.deadline(timeout))
    try begin(call, payload, timeout, metadata)
    return RPCClientStream(client: self, call: call)
  }

  private static let cancelled = RPCError(code: .cancelled, message: "the caller stopped waiting")

  private static func deadline(_ timeout: Duration?) -> NIODeadline? { timeout.map { .now() + TimeAmount($0) } }

  private func open(
    _ method: RPCMethod, _ kind: RPCMethodKind, payload: [UInt8], timeout: Duration?, metadata: [(String, String)]
  ) throws(RPCError) -> RPCClientStream {
    let method = RPCMethod(service: method.service, name: method.name, kind: kind)
    let call = ClientCall(method: method, sink: .buffer, deadline: Self.deadline(timeout))
    try begin(call, payload, timeout, metadata)
    return RPCClientStream(client: self, call: call)
  }

  private func begin(
    _ call: ClientCall, _ payload: [UInt8], _ timeout: Duration?, _ metadata: [(String, String)]
  ) throws(RPCError) {
    let result = unsafe payload.withUnsafeBytes { bytes -> Result<Void, RPCError> in
      do throws(RPCError) {
        return unsafe .success(try core.start(call, payload: bytes, timeout: timeout, metadata: metadata))
      } catch {
        return .failure(error)
      }
    }
    try result.get()
  }

  private func start(
    _ method: RPCMethod, payload: [UInt8], timeout: Duration?, metadata: [(String, String)],
    _ completion: @escaping @Sendable (Result<[UInt8], RPCError>) -> Void
  ) -> ClientCall? {
    let unary = method.kind == .unary ? method : RPCMethod(service: method.service, name: method.name, kind: .unary)
    let call = ClientCall(method: unary, sink: .response(completion), deadline: Self.deadline(timeout))
    do throws(RPCError) {
      try begin(call, payload, timeout, metadata)
      return call
    } catch {
      completion(.failure(error))
      return nil
    }
  }
}

/// Brings a call and its task's cancellation together, whichever comes first.
private final class CallOnce: Sendable {
  private let state = StateMutex<(call: ClientCall?, isCancelled: Bool)>((nil, false))

  /// True when the task was cancelled before.
  func started(_ call: ClientCall) -> Bool {
    state.withLock { state in
      state.call = call
      return state.isCancelled
    }
  }

  /// The call to abandon, when it has started.
  func cancelled() -> ClientCall? {
    state.withLock { state in
      state.isCancelled = true
      return state.call
    }
  }
}

/// Limits of a client.
public struct RPCClientConfiguration: Sendable {
  /// Largest frame data accepted or sent, in bytes; the protocol's own limit is 4 MiB.
  public var messageBytesMaximum = 4 << 20
  /// Bytes of unread messages of one stream above which the client stops reading its socket, all calls of the connection included, until
  /// half of them are taken.
  public var streamBufferBytes = 1 << 20
  /// The same as a number of messages.
  public var streamBufferMessages = 16_384
  /// Bytes waiting to be written above which a new call or message fails with `RESOURCE_EXHAUSTED`.
  public var queueBytesMaximum = 8 << 20

  public init() {}
}
