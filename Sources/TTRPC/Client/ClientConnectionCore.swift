internal import NIOCore
internal import Synchronization

/// The part of a client connection that any thread may touch: waiting calls and outgoing frames, under one lock.
///
/// Ids are given and frames queued under that lock, so ids rise in the order of the wire, as the strictest stock server demands.
final class ClientConnectionCore: @unchecked Sendable {
  struct State {
    var outbox = Outbox()
    var calls: [UInt32: ClientCall] = [:]
    var nextID: UInt32 = 1
    var flushScheduled = false
    /// Why nothing works any more.
    var closed: RPCError?
    /// Streams whose buffer is full.
    var fullStreams = 0
  }

  let address: RPCAddress
  let channel: any Channel
  let loop: any EventLoop
  let configuration: RPCClientConfiguration
  let state = StateMutex(State())

  // Loop only.
  private var inFlight: Outbox.Segment?
  private var isFlushing = false
  weak var handler: ClientConnectionHandler?

  init(address: RPCAddress, channel: any Channel, configuration: RPCClientConfiguration) {
    self.address = address
    self.channel = channel
    self.loop = channel.eventLoop
    self.configuration = configuration
  }

  // MARK: Any thread

  /// Starts a call: gives it an id and queues its REQUEST.
  func start(
    _ call: ClientCall, payload: UnsafeRawBufferPointer, timeout: Duration?, metadata: [(String, String)]
  ) throws(RPCError) {
    let result = state.withLock { state -> Result<Bool, RPCError> in
      if let error = state.closed { return .failure(error) }
      guard state.outbox.queuedBytes + payload.count <= configuration.queueBytesMaximum else {
        return .failure(RPCError(code: .resourceExhausted, message: "too much waits to be sent to \(address)"))
      }
      guard state.nextID < UInt32.max - 1 else {
        return .failure(RPCError(code: .unavailable, message: "this connection has used all its stream ids; connect again"))
      }
      call.streamID = state.nextID
      let flags: FrameFlags
      switch call.method.kind {
      case .unary: flags = []
      case .serverStreaming: flags = .remoteClosed
      case .clientStreaming, .bidirectional: flags = .remoteOpen
      }
      let isAppended = unsafe Envelope.appendRequest(
        to: &state.outbox, streamID: call.streamID, flags: flags, method: call.method, payload: payload,
        timeoutNanoseconds: timeout.map(Self.nanoseconds) ?? 0, metadata: metadata, messageBytesMaximum: configuration.messageBytesMaximum)
      guard isAppended else {
        return .failure(
          RPCError(code: .resourceExhausted, message: "the request is larger than the limit of \(configuration.messageBytesMaximum) bytes"))
      }
      state.nextID += 2
      state.calls[call.streamID] = call
      return .success(scheduleFlush(&state))
    }
    if try result.get() { loop.execute { self.flush() } }
    if let deadline = call.deadline { loop.execute { self.handler?.schedule(deadline) } }
  }

  /// Nanoseconds for the wire, never 0, which would mean no limit.
  private static func nanoseconds(_ duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    let limit: Int64 = 100 * 365 * 86_400
    if seconds > limit { return limit * 1_000_000_000 }
    let total = max(seconds, -limit) * 1_000_000_000 + attoseconds / 1_000_000_000
    return total == 0 ? -1 : total
  }

  /// Sends a message on a stream.
  func send(_ call: ClientCall, _ message: UnsafeRawBufferPointer) throws(RPCError) {
    let result = state.withLock { state -> Result<Bool, RPCError> in
      if let error = state.closed { return .failure(error) }
      if call.isEnded { return .failure((call.end ?? nil) ?? RPCError(code: .cancelled, message: "the stream has ended")) }
      if call.isLocalClosed { return .failure(RPCError(code: .failedPrecondition, message: "this side of the stream is closed")) }
      guard message.count <= configuration.messageBytesMaximum, let length = UInt32(exactly: message.count) else {
        return .failure(
          RPCError(code: .resourceExhausted, message: "the message is larger than the limit of \(configuration.messageBytesMaximum) bytes"))
      }
      guard state.outbox.queuedBytes + message.count <= configuration.queueBytesMaximum else {
        return .failure(RPCError(code: .resourceExhausted, message: "too much waits to be sent to \(address)"))
      }
      unsafe state.outbox.append(FrameHeader(length: length, streamID: call.streamID, type: .data), message)
      return .success(scheduleFlush(&state))
    }
    if try result.get() { loop.execute { self.flush() } }
  }

  /// Says that nothing more is sent: on a subscription this cancels it. Once; later calls do nothing.
  func closeSend(_ call: ClientCall) {
    let flush = state.withLock { state -> Bool in
      guard state.closed == nil, !call.isEnded, !call.isLocalClosed else { return false }
      call.isLocalClosed = true
      return appendEnd(call, &state)
    }
    if flush { loop.execute { self.flush() } }
  }

  private func appendEnd(_ call: ClientCall, _ state: inout State) -> Bool {
    let header = FrameHeader(length: 0, streamID: call.streamID, type: .data, flags: [.remoteClosed, .noData])
    unsafe state.outbox.append(header, UnsafeRawBufferPointer(start: nil, count: 0))
    return scheduleFlush(&state)
  }

  /// Ends a call here and now. A stream's server is told by DATA RC+ND; for a unary call the protocol has no word.
  func abandon(_ call: ClientCall, _ error: RPCError) {
    let (isFirst, flush) = state.withLock { state -> (Bool, Bool) in
      guard state.calls[call.streamID] === call else { return (false, false) }
      let tells = call.method.kind != .unary && state.closed == nil
      return (true, tells ? appendEnd(call, &state) : false)
    }
    if isFirst { complete(call, .failure(error)) }
    if flush { loop.execute { self.flush() } }
  }

  private func scheduleFlush(_ state: inout State) -> Bool {
    guard !state.flushScheduled else { return false }
    state.flushScheduled = true
    return true
  }

  /// Ends a call: `success` with a payload answers a unary call, or ends a stream well (its payload is dropped unless the stream is a
  /// client-streaming call).
  func complete(_ call: ClientCall, _ result: Result<[UInt8], RPCError>) {
    let (isFirst, waiter) = state.withLock { state -> (Bool, CheckedContinuation<Void, Never>?) in
      guard !call.isEnded else { return (false, nil) }
      call.isEnded = true
      if state.calls[call.streamID] === call { state.calls[call.streamID] = nil }
      switch result {
      case .success: call.end = .some(nil)
      case .failure(let error): call.end = .some(error)
      }
      let waiter = call.waiter
      call.waiter = nil
      return (true, waiter)
    }
    guard isFirst else { return }
    waiter?.resume()
    switch call.sink {
    case .response(let body): body(result)
    case .messages(_, let onEnd):
      if case .failure(let error) = result { onEnd(error) } else { onEnd(nil) }
    case .buffer: break
    }
  }

  // MARK: Loop only

  func beginTurn() { state.withLock { $0.flushScheduled = true } }

  func flush() {
    guard !isFlushing else { return }
    isFlushing = true
    while true {
      let next = state.withLock { state -> Outbox.Segment? in
        state.flushScheduled = false
        return state.closed == nil ? state.outbox.take() : nil
      }
      guard let next else { break }
      let buffer = next.buffer
      let bytes = buffer.readableBytes
      inFlight = consume next
      let promise = loop.makePromise(of: Void.self)
      promise.futureResult.whenComplete { _ in self.segmentWritten(bytes) }
      channel.writeAndFlush(buffer, promise: promise)
      if inFlight != nil { break }
    }
    isFlushing = false
  }

  private func segmentWritten(_ bytes: Int) {
    guard var segment = inFlight else { return }
    inFlight = nil
    state.withLock { state in
      guard state.closed == nil else { return }
      state.outbox.written(&segment, bytes: bytes)
    }
    if !isFlushing { flush() }
  }

  /// The connection is gone: every call ends with `error`.
  func close(_ error: RPCError) {
    let calls = state.withLock { state -> [ClientCall] in
      if state.closed == nil { state.closed = error }
      state.outbox.removeAll()
      return Array(state.calls.values)
    }
    inFlight = nil
    for call in calls.sorted(by: { $0.streamID < $1.streamID }) { complete(call, .failure(error)) }
  }
}
