internal import NIOCore
internal import Synchronization

/// The part of a server connection that any thread may touch: its unanswered calls and the frames on their way out.
///
/// One short lock guards both, so that a reply from any thread is encoded straight into the outgoing buffer; handlers and callbacks run
/// outside of it. Socket work happens on the event loop only.
final class ServerConnectionCore: @unchecked Sendable {
  struct State {
    var outbox = Outbox()
    var calls: [UInt32: ServerCall] = [:]
    var streamCount = 0
    /// Request bytes of unanswered unary calls.
    var requestBytes = 0
    /// A flush will happen: somebody is reading a batch of frames, or a task is queued.
    var flushScheduled = false
    var isClosed = false
    var isDraining = false
    var isInputClosed = false
  }

  let connection: RPCConnection
  let channel: any Channel
  let loop: any EventLoop
  let shared: ServerShared
  /// What the limit of connections counts together: a process, or an address.
  let peerKey: String
  let isUnix: Bool
  /// Bytes of this connection that wait to be written.
  let queuedBytes = Atomic<Int>(0)
  /// Memory of this connection's incomplete frame, in bytes.
  let partialBytes = Atomic<Int>(0)
  /// When the last whole frame came or went, on the monotonic clock, in nanoseconds.
  let lastHeard = Atomic<UInt64>(NIODeadline.now().uptimeNanoseconds)
  let state = StateMutex(State())

  // Loop only.
  private var inFlight: Outbox.Segment?
  private var isFlushing = false
  private(set) var writingSince: NIODeadline?
  private var writingBytes = 0
  /// When the write under way counts as stalled: a large one may take the timeout again for every 640 KiB, so that a slow line
  /// (64 KiB/s with the default of ten seconds) is not taken for a dead one.
  var stallDeadline: NIODeadline? {
    writingSince.map { $0 + TimeAmount(shared.configuration.writeStallTimeout * (1 + writingBytes / 655_360)) }
  }
  weak var handler: ServerConnectionHandler?

  init(connection: RPCConnection, channel: any Channel, shared: ServerShared) {
    self.connection = connection
    self.channel = channel
    self.loop = channel.eventLoop
    self.shared = shared
    switch connection.peer {
    case .unix(let uid, _, let pid): (peerKey, isUnix) = ("process \(pid) of user id \(uid)", true)
    case .tcp(let address, _): (peerKey, isUnix) = ("address \(address)", false)
    }
  }

  /// True for a TCP peer that has not proved who it is.
  var isStranger: Bool { !isUnix && connection.identity == nil }

  /// Records that the peer is not silent.
  func heard() { lastHeard.store(NIODeadline.now().uptimeNanoseconds, ordering: .relaxed) }

  /// Closes the socket at once, without the farewell of TLS. Any thread.
  func abort() { loop.execute { self.handler?.abort() } }

  var messageBytesMaximum: Int { shared.configuration.messageBytesMaximum }

  // MARK: Answers, any thread

  func isOpen(_ call: ServerCall) -> Bool { state.withLock { !$0.isClosed && !call.state.isLocalClosed } }
  func queuedBytes(_ call: ServerCall) -> Int { state.withLock { _ in call.queuedBytes } }

  /// The one response of a unary or client-streaming call.
  func reply(_ call: ServerCall, _ payload: UnsafeRawBufferPointer) {
    var status = RPCStatusCode.ok
    let ended = state.withLock { state -> (Bool, Bool, ServerCall.Callbacks?) in
      guard !state.isClosed, call.state.end() else { return (false, false, nil) }
      let before = state.outbox.queuedBytes
      let room = shared.configuration.connectionQueueBytesMaximum - before
      var error: RPCError?
      if payload.count > room {
        error = shared.error(.resourceExhausted, "ANSWERS_UNREAD", "too many bytes wait to be read on this connection")
      } else if unsafe !Envelope.appendResponse(
        to: &state.outbox, streamID: call.streamID, payload: payload, messageBytesMaximum: messageBytesMaximum)
      {
        error = shared.error(
          .resourceExhausted, "MESSAGE_TOO_LARGE",
          "the reply of \(payload.count) bytes is larger than the limit of \(messageBytesMaximum); ask for less")
      }
      if let error {
        status = error.code
        Envelope.appendStatus(to: &state.outbox, streamID: call.streamID, error: error, messageBytesMaximum: messageBytesMaximum)
      }
      return (true, appended(&state, before), remove(call, &state))
    }
    finishAppend(ended.1)
    if ended.0 { observe(call, status) }
  }

  /// Ends a call of any kind with an error.
  func fail(_ call: ServerCall, _ error: RPCError) {
    let ended = state.withLock { state -> (Bool, Bool, ServerCall.Callbacks?) in
      guard !state.isClosed, call.state.end() else { return (false, false, nil) }
      let flush = appendStatus(&state, call.streamID, error)
      return (true, flush, remove(call, &state))
    }
    finishAppend(ended.1)
    if ended.0 { observe(call, error.code) }
  }

  /// Ends a stream well.
  func finish(_ call: ServerCall) {
    let ended = state.withLock { state -> (Bool, Bool, ServerCall.Callbacks?) in
      guard !state.isClosed, call.state.end() else { return (false, false, nil) }
      let before = state.outbox.queuedBytes
      let header = FrameHeader(length: 0, streamID: call.streamID, type: .data, flags: [.remoteClosed, .noData])
      unsafe state.outbox.append(header, UnsafeRawBufferPointer(start: nil, count: 0))
      return (true, appended(&state, before), remove(call, &state))
    }
    finishAppend(ended.1)
    if ended.0 { observe(call, .ok) }
  }

  /// Sends one message of a stream; false when the stream has ended or ends now.
  func send(_ call: ServerCall, _ message: UnsafeRawBufferPointer) -> Bool {
    enum Outcome { case sent(Bool), ended, overflow, tooLarge }
    let outcome = state.withLock { state -> Outcome in
      guard !state.isClosed, !call.state.isLocalClosed else { return .ended }
      let size = message.count + FrameHeader.byteCount
      guard message.count <= messageBytesMaximum, let length = UInt32(exactly: message.count) else {
        _ = call.state.end()
        return .tooLarge
      }
      let before = state.outbox.queuedBytes
      guard call.queuedBytes + size <= shared.configuration.streamQueueBytesMaximum,
        before + size <= shared.configuration.connectionQueueBytesMaximum
      else {
        _ = call.state.end()
        return .overflow
      }
      unsafe state.outbox.append(FrameHeader(length: length, streamID: call.streamID, type: .data), message, account: call)
      if call.queuedBytes > shared.configuration.streamWritableBytes { call.isBlocked = true }
      return .sent(appended(&state, before))
    }
    switch outcome {
    case .sent(let flush):
      finishAppend(flush)
      return true
    case .ended: return false
    case .tooLarge:
      let text = "a message of \(message.count) bytes is larger than the limit of \(messageBytesMaximum)"
      cutOff(call, shared.error(.resourceExhausted, "MESSAGE_TOO_LARGE", text))
      return false
    case .overflow:
      let build = state.withLock { _ in call.callbacks.overflowError }
      var error = build?() ?? shared.error(.resourceExhausted, "READER_TOO_SLOW", "the reader fell behind its bound; subscribe again")
      if error.code == .ok { error.code = .resourceExhausted }
      cutOff(call, error)
      return false
    }
  }

  /// True while the owner should go on sending.
  func isWritable(_ call: ServerCall) -> Bool {
    state.withLock { state in
      guard !state.isClosed, !call.state.isLocalClosed else { return false }
      if state.outbox.queuedBytes > shared.configuration.connectionQueueBytesMaximum / 2 { call.isBlocked = call.queuedBytes > 0 }
      return !call.isBlocked
    }
  }

  /// Sends the error of a call whose state has ended already, and tells its owner.
  private func cutOff(_ call: ServerCall, _ error: RPCError) {
    let ended = state.withLock { state -> (Bool, Bool, ServerCall.Callbacks?) in
      guard !state.isClosed else { return (false, false, nil) }
      call.cancellation = error
      let flush = appendStatus(&state, call.streamID, error)
      return (true, flush, remove(call, &state))
    }
    finishAppend(ended.1)
    guard ended.0 else { return }
    observe(call, error.code)
    tellCancelled(ended.2, error)
  }

  /// Ends a call for a reason that is not the owner's: the deadline, the client's cancel (`sendsStatus` false), a protocol error.
  func cancel(_ call: ServerCall, _ error: RPCError, sendsStatus: Bool) {
    guard sendsStatus else {
      let ended = state.withLock { state -> (Bool, ServerCall.Callbacks?) in
        guard !state.isClosed, !call.state.isLocalClosed else { return (false, nil) }
        call.cancellation = error
        return (true, call.callbacks)
      }
      // The client asked to stop: end the stream as it expects, then tell the owner.
      if ended.0 {
        finish(call)
        tellCancelled(ended.1, error)
      }
      return
    }
    let isFirst = state.withLock { !$0.isClosed && call.state.end() }
    if isFirst { cutOff(call, error) }
  }

  private func tellCancelled(_ callbacks: ServerCall.Callbacks?, _ error: RPCError) {
    guard let body = callbacks?.onCancel else { return }
    if loop.inEventLoop { body(error) } else { loop.execute { body(error) } }
  }

  /// Sends a RESPONSE with an error on a stream id that has no call.
  func refuse(_ streamID: UInt32, _ error: RPCError) {
    let flush = state.withLock { $0.isClosed ? false : appendStatus(&$0, streamID, error) }
    finishAppend(flush)
  }

  private func appendStatus(_ state: inout State, _ streamID: UInt32, _ error: RPCError) -> Bool {
    let before = state.outbox.queuedBytes
    Envelope.appendStatus(to: &state.outbox, streamID: streamID, error: error, messageBytesMaximum: messageBytesMaximum)
    return appended(&state, before)
  }

  /// Accounts for what was appended since `before`; true when a flush has to be scheduled.
  private func appended(_ state: inout State, _ before: Int) -> Bool {
    let added = state.outbox.queuedBytes - before
    queuedBytes.wrappingAdd(added, ordering: .relaxed)
    shared.queuedBytes.wrappingAdd(added, ordering: .relaxed)
    guard !state.flushScheduled else { return false }
    state.flushScheduled = true
    return true
  }

  private func finishAppend(_ schedule: Bool) {
    if schedule { loop.execute { self.flush() } }
    shared.relieveQueue()
  }

  /// Forgets a call; its callbacks are handed out so that they are released outside the lock.
  private func remove(_ call: ServerCall, _ state: inout State) -> ServerCall.Callbacks? {
    if state.calls[call.streamID] === call {
      state.calls[call.streamID] = nil
      if call.isStream { state.streamCount -= 1 }
      state.requestBytes -= call.requestBytes
    }
    guard call.isStream else { return nil }
    let callbacks = call.callbacks
    call.callbacks = ServerCall.Callbacks()
    call.backlog = []
    return callbacks
  }

  private func observe(_ call: ServerCall, _ status: RPCStatusCode) {
    guard let observer = shared.hooks.observer else { return }
    let duration = Duration.nanoseconds((NIODeadline.now() - call.startedAt).nanoseconds)
    observer(RPCCallRecord(connection: connection, method: call.method, status: status, duration: duration))
  }

  // MARK: Socket, loop only

  /// Frames of one read batch are answered in one write: no flush is scheduled until ``flush()``.
  func beginTurn() { state.withLock { $0.flushScheduled = true } }

  /// Writes what waits. Loop only.
  func flush() {
    guard !isFlushing else { return }
    isFlushing = true
    while true {
      let next = state.withLock { state -> Outbox.Segment? in
        state.flushScheduled = false
        return state.isClosed ? nil : state.outbox.take()
      }
      guard let next else { break }
      heard()
      let buffer = next.buffer
      let bytes = buffer.readableBytes
      inFlight = consume next
      let promise = loop.makePromise(of: Void.self)
      promise.futureResult.whenComplete { _ in self.segmentWritten(bytes) }
      channel.writeAndFlush(buffer, promise: promise)
      if inFlight != nil {
        writingSince = .now()
        writingBytes = bytes
        break
      }
    }
    isFlushing = false
    handler?.afterFlush()
  }

  private func segmentWritten(_ bytes: Int) {
    guard var segment = inFlight else { return }
    inFlight = nil
    writingSince = nil
    let limit = shared.configuration.streamWritableBytes / 2
    let writable = state.withLock { state -> [@Sendable () -> Void] in
      guard !state.isClosed else { return [] }
      let shares = segment.shares
      state.outbox.written(&segment, bytes: bytes)
      queuedBytes.wrappingSubtract(bytes, ordering: .relaxed)
      shared.queuedBytes.wrappingSubtract(bytes, ordering: .relaxed)
      var bodies: [@Sendable () -> Void] = []
      for share in shares {
        guard let call = share.account as? ServerCall, call.isBlocked, call.queuedBytes <= limit else { continue }
        call.isBlocked = false
        if let body = call.callbacks.onWritable { bodies.append(body) }
      }
      return bodies
    }
    for body in writable { body() }
    if !isFlushing { flush() }
  }

  /// True while a call is unanswered or a stream open.
  var hasCalls: Bool { state.withLock { !$0.calls.isEmpty } }

  /// True when nothing is left to do: no unanswered call, no byte to write.
  var isIdle: Bool { state.withLock { $0.calls.isEmpty && $0.outbox.queuedBytes == 0 } }

  /// The connection is gone: everything unanswered ends. Loop only.
  func close() {
    connection.markClosed()
    let calls = state.withLock { state -> [ServerCall] in
      guard !state.isClosed else { return [] }
      state.isClosed = true
      shared.queuedBytes.wrappingSubtract(state.outbox.queuedBytes, ordering: .relaxed)
      queuedBytes.store(0, ordering: .relaxed)
      state.outbox.removeAll()
      let calls = Array(state.calls.values)
      state.calls = [:]
      state.streamCount = 0
      state.requestBytes = 0
      return calls
    }
    inFlight = nil
    let error = RPCError(code: .unavailable, message: "the connection was closed")
    for call in calls {
      let callbacks = state.withLock { _ -> ServerCall.Callbacks in
        _ = call.state.end()
        call.cancellation = error
        let callbacks = call.callbacks
        call.callbacks = ServerCall.Callbacks()
        call.backlog = []
        return callbacks
      }
      observe(call, .cancelled)
      callbacks.onCancel?(error)
    }
  }
}
