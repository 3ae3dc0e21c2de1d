internal import NIOCore
internal import ProtobufC
internal import Synchronization

/// The loop's side of a client connection: frames in, back-pressure, deadlines.
final class ClientConnectionHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let core: ClientConnectionCore
  private let reader: FrameReader
  private let arena: ProtobufArena
  private var context: ChannelHandlerContext?
  private var isReadWanted = false
  private var nextCheck: NIODeadline?
  private var failure: RPCError?

  init(core: ClientConnectionCore) {
    self.core = core
    reader = FrameReader(messageBytesMaximum: core.configuration.messageBytesMaximum) { _ in true }
    arena = ProtobufArena(byteLimit: 3 * core.configuration.messageBytesMaximum + (1 << 16), firstChunkBytes: 2048)
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    core.handler = self
  }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    core.beginTurn()
    reader.read(unwrapInboundIn(data)) { event in
      handle(event)
      return true
    }
    core.flush()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    failure = RPCError(code: .unavailable, message: "the connection to \(core.address) failed: \(error)")
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    core.close(failure ?? RPCError(code: .unavailable, message: "the connection to \(core.address) was closed"))
    context.fireChannelInactive()
  }

  // MARK: Frames

  private func handle(_ event: FrameReader.Event) {
    switch event {
    case .oversized(let header):
      guard let call = find(header.streamID) else { return }
      let text = "the server sent a message of \(header.length) bytes, over the limit of \(core.configuration.messageBytesMaximum)"
      core.abandon(call, RPCError(code: .resourceExhausted, message: text))
    case .frame(let header, let bytes):
      // A late frame of an abandoned or finished call is normal and dropped.
      guard let call = find(header.streamID) else { return }
      switch header.type {
      case .response: unsafe response(call, bytes)
      case .data: unsafe data(call, header, bytes)
      // A type of a later version.
      default: break
      }
    }
  }

  private func find(_ streamID: UInt32) -> ClientCall? { core.state.withLock { $0.calls[streamID] } }

  private func response(_ call: ClientCall, _ bytes: UnsafeRawBufferPointer) {
    let result = unsafe Envelope.response(bytes, in: arena)
    arena.reset()
    // An OK response on a stream ends it; only a client-streaming call's response is a message even when empty.
    if case .success(let payload) = result, !payload.isEmpty || call.method.kind == .clientStreaming {
      unsafe payload.withUnsafeBytes { unsafe deliver(call, $0) }
    }
    core.complete(call, result)
  }

  private func data(_ call: ClientCall, _ header: FrameHeader, _ bytes: UnsafeRawBufferPointer) {
    if call.method.kind == .unary || call.method.kind == .clientStreaming {
      core.abandon(call, RPCError(code: .internalError, message: "the server sent DATA on \(call.method), which has one response"))
      return
    }
    if unsafe !header.flags.contains(.noData) || !bytes.isEmpty {
      // RC without ND and without data is an end, not an empty message.
      if unsafe !bytes.isEmpty || !header.flags.contains(.remoteClosed) { unsafe deliver(call, bytes) }
    }
    if header.flags.contains(.remoteClosed) { core.complete(call, .success([])) }
  }

  private func deliver(_ call: ClientCall, _ bytes: UnsafeRawBufferPointer) {
    switch call.sink {
    case .response: break
    case .messages(let onMessage, _): unsafe onMessage(bytes)
    case .buffer:
      let waiter = core.state.withLock { state -> CheckedContinuation<Void, Never>? in
        guard !call.isEnded else { return nil }
        let wasFull = call.isFull(core.configuration)
        unsafe call.append(Array(bytes))
        if !wasFull, call.isFull(core.configuration) {
          call.countsAsFull = true
          state.fullStreams += 1
        }
        let waiter = call.waiter
        call.waiter = nil
        return waiter
      }
      waiter?.resume()
    }
  }

  // MARK: Back-pressure

  func read(context: ChannelHandlerContext) {
    if core.state.withLock({ $0.fullStreams > 0 }) { isReadWanted = true } else { context.read() }
  }

  /// A full stream was read: go on reading the socket. Loop only.
  func resumeReading() {
    guard isReadWanted, core.state.withLock({ $0.fullStreams == 0 }) else { return }
    isReadWanted = false
    context?.read()
  }

  // MARK: Deadlines

  /// Ends calls whose time is over; one timer for all of them, a minute away at most, because it keeps the connection in memory. Loop
  /// only.
  func schedule(_ deadline: NIODeadline) {
    if let nextCheck, nextCheck <= deadline { return }
    let deadline = min(deadline, .now() + .minutes(1))
    nextCheck = deadline
    core.loop.assumeIsolated().scheduleTask(deadline: deadline) { self.check(deadline) }
  }

  private func check(_ scheduled: NIODeadline) {
    guard context != nil else { return }
    if nextCheck == scheduled { nextCheck = nil }
    let now = NIODeadline.now()
    var next: NIODeadline?
    let expired = core.state.withLock { state -> [ClientCall] in
      state.calls.values.filter { call in
        guard let deadline = call.deadline else { return false }
        if deadline <= now { return true }
        next = min(next ?? deadline, deadline)
        return false
      }
    }
    for call in expired {
      core.abandon(call, RPCError(code: .deadlineExceeded, message: "\(call.method) gave no answer in time"))
    }
    if let next { schedule(next) }
  }
}
