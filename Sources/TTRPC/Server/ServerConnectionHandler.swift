internal import NIOCore
internal import NIOSSL
internal import ProtobufC
internal import Synchronization

/// The loop's side of a server connection: reads frames, opens calls, keeps the times.
final class ServerConnectionHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  enum Mode {
    case serving
    /// The first request is answered with this error, without decoding it.
    case refusing(RPCError)
    /// Everything is said; input is thrown away until the peer closes or a second has passed.
    case lingering
  }

  let core: ServerConnectionCore
  let shared: ServerShared
  let reader: FrameReader
  let arena: ProtobufArena
  var mode: Mode
  private let wasRefused: Bool
  private let isTLS: Bool

  // Ids of this connection.
  var highestID: UInt32 = 0
  /// Ids whose stray DATA has been answered once already, the oldest overwritten.
  var strayIDs: [UInt32] = []
  var strayIndex = 0
  var oversizedFrames = 0

  // Times.
  var partialSince: NIODeadline?
  var handshakeDeadline: NIODeadline?
  private var lingerDeadline: NIODeadline?
  private var nextCheck: (at: NIODeadline, timer: Scheduled<Void>)?

  // Back-pressure.
  private var isReadWanted = false
  private var isReadPaused = false
  private var context: ChannelHandlerContext?

  init(core: ServerConnectionCore, mode: Mode, isTLS: Bool) {
    self.core = core
    self.shared = core.shared
    self.mode = mode
    self.isTLS = isTLS
    if case .refusing = mode { wasRefused = true } else { wasRefused = false }
    // Who is refused is answered at the first header: no data of theirs is kept.
    let limit = wasRefused ? 0 : shared.configuration.messageBytesMaximum
    reader = FrameReader(messageBytesMaximum: limit) { $0 == .request || $0 == .data }
    arena = ProtobufArena(byteLimit: 3 * shared.configuration.messageBytesMaximum + (1 << 16), firstChunkBytes: 2048)
  }

  // MARK: Channel events

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    core.handler = self
    var needsHandshake = isTLS || wasRefused
    if case .tcp = core.connection.peer { needsHandshake = true }
    if needsHandshake {
      let deadline = NIODeadline.now() + TimeAmount(shared.configuration.handshakeTimeout)
      handshakeDeadline = deadline
      schedule(deadline)
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    release()
    self.context = nil
  }

  /// Frees what the connection held; nothing of it outlives the socket. Loop only.
  private func release() {
    nextCheck?.timer.cancel()
    nextCheck = nil
    reader.discard()
    holdPartial(0)
  }

  /// Closes the socket at once. Loop only.
  func abort() {
    guard let context else { return }
    mode = .lingering
    release()
    if isTLS, let end = try? context.pipeline.syncOperations.handler(type: SocketEnd.self) { return end.close() }
    context.close(promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let buffer = unwrapInboundIn(data)
    if case .lingering = mode { return }
    core.beginTurn()
    if isTLS, handshakeDeadline != nil { readCertificate(context) }
    var sawFrame = false
    reader.read(buffer) { event in
      sawFrame = true
      return handle(event)
    }
    if sawFrame {
      handshakeDeadline = nil
      core.heard()
    }
    if case .lingering = mode { reader.discard() }
    // A handler may have closed the connection.
    if !core.connection.isOpen { reader.discard() }
    holdPartial(reader.heldBytes)
    if !reader.isInsideFrame {
      partialSince = nil
    } else if partialSince == nil || sawFrame {
      let now = NIODeadline.now()
      partialSince = now
      schedule(now + TimeAmount(shared.configuration.partialFrameTimeout))
    }
    // Here, not in `channelReadComplete`: SwiftNIO fires that at the end of input too and then expects the channel to be open still, but
    // a write that finds the peer gone closes it (an assertion in debug builds).
    core.flush()
  }

  func read(context: ChannelHandlerContext) {
    if isReadPaused { isReadWanted = true } else { context.read() }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed? = event as? ChannelEvent { inputClosed() }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // A reset, a failed handshake, a failed write: nothing can be said any more.
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    core.close()
    release()
    context.fireChannelInactive()
  }

  /// Accounts for the memory of the incomplete frame. When that takes the total of its kind over the limit, a connection is closed: of
  /// strangers the one that holds most, otherwise this one.
  private func holdPartial(_ bytes: Int) {
    let before = core.partialBytes.exchange(bytes, ordering: .relaxed)
    guard bytes != before else { return }
    let total = shared.addPartial(bytes - before, isUnix: core.isUnix)
    guard bytes > ServerShared.partialBytesAlwaysKept, total > shared.configuration.partialBytesMaximum else { return }
    guard let victim = shared.largestPartial(insteadOf: core) else { return }
    if victim === core { abort() } else { victim.abort() }
  }

  private func readCertificate(_ context: ChannelHandlerContext) {
    guard case .tcp(let address, _) = core.connection.peer,
      let handler = try? context.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self),
      let certificate = handler.peerCertificate, let der = try? certificate.toDERBytes()
    else { return }
    let subject = CertificateSubject(der: der)
    core.connection.certificateName = subject?.commonName
    core.connection.peer = .tcp(address: address, tlsCertificateSubject: subject?.text)
  }

  // MARK: After writes

  /// Called after every flush: reading stops while much waits to be written, and a finished connection is closed.
  func afterFlush() {
    guard let context else { return }
    if let deadline = core.stallDeadline { schedule(deadline) }
    let queued = core.state.withLock { $0.outbox.queuedBytes }
    let limit = shared.configuration.connectionQueueBytesMaximum
    if queued > limit / 2 {
      isReadPaused = true
    } else if isReadPaused, queued < limit / 4 {
      isReadPaused = false
      if partialSince != nil {
        let now = NIODeadline.now()
        partialSince = now
        schedule(now + TimeAmount(shared.configuration.partialFrameTimeout))
      }
      if isReadWanted {
        isReadWanted = false
        context.read()
      }
    }
    closeIfDone(context)
  }

  private func closeIfDone(_ context: ChannelHandlerContext) {
    let (isEnding, isInputClosed) = core.state.withLock { ($0.isDraining || $0.isInputClosed, $0.isInputClosed) }
    if isEnding, core.isIdle {
      if isInputClosed { context.close(promise: nil) } else { linger() }
    }
  }

  /// The last word is said: close our direction, so that the peer reads it before the connection goes.
  func linger() {
    if case .lingering = mode { return }
    mode = .lingering
    guard let context else { return }
    let deadline = NIODeadline.now() + .seconds(1)
    lingerDeadline = deadline
    schedule(deadline)
    core.loop.assumeIsolated().execute {
      guard self.core.isIdle else {
        context.close(promise: nil)
        return
      }
      if self.isTLS { context.close(promise: nil) } else { context.close(mode: .output, promise: nil) }
    }
  }

  /// The peer sends nothing more: its streams' directions end, pending replies are still delivered.
  private func inputClosed() {
    if case .lingering = mode {
      context?.close(promise: nil)
      return
    }
    let streams = core.state.withLock { state -> [ServerCall] in
      state.isInputClosed = true
      return state.calls.values.filter { $0.isStream && $0.state.receiveEnd() }
    }
    // What is incomplete stays so.
    partialSince = nil
    reader.discard()
    holdPartial(0)
    for call in streams { core.deliver(call, .halfClose) }
    core.flush()
  }

  // MARK: Times

  /// Has the times checked at `deadline`, or in a minute when that is earlier: a deadline may be a century away.
  func schedule(_ deadline: NIODeadline) {
    guard context != nil else { return }
    let deadline = min(deadline, .now() + .minutes(1))
    if let nextCheck {
      if nextCheck.at <= deadline { return }
      nextCheck.timer.cancel()
    }
    // Weak: the timer of a closed connection must not keep its buffers.
    nextCheck = (deadline, core.loop.assumeIsolated().scheduleTask(deadline: deadline) { [weak self] in self?.check() })
  }

  private func check() {
    guard context != nil else { return }
    nextCheck = nil
    let now = NIODeadline.now()
    // While reading is paused the peer cannot complete its frame.
    let partial = (isReadPaused ? nil : partialSince).map { $0 + TimeAmount(shared.configuration.partialFrameTimeout) }
    let stall = core.stallDeadline
    for limit in [partial, stall, handshakeDeadline, lingerDeadline].compactMap({ $0 }) {
      if limit <= now { return abort() }
      schedule(limit)
    }
    var next: NIODeadline?
    let expired = core.state.withLock { state -> [ServerCall] in
      state.calls.values.filter { call in
        guard let deadline = call.deadline else { return false }
        if deadline <= now { return true }
        next = min(next ?? deadline, deadline)
        return false
      }
    }
    for call in expired {
      core.cancel(call, shared.error(.deadlineExceeded, "DEADLINE_EXCEEDED", "the call's time is over"), sendsStatus: true)
    }
    if let next { schedule(next) }
  }
}

extension TimeAmount {
  /// Cuts at a century.
  init(_ duration: Duration) {
    let seconds = min(max(duration.components.seconds, 0), 3_000_000_000)
    self = .nanoseconds(seconds * 1_000_000_000 + duration.components.attoseconds / 1_000_000_000)
  }
}
