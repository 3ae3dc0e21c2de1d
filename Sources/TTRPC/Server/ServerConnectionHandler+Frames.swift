internal import CTTRPCProto
internal import Glibc
internal import NIOCore
internal import ProtobufC
internal import Synchronization

/// The duties of a server towards each frame.
extension ServerConnectionHandler {
  /// Handles one frame; false when nothing more shall be read.
  func handle(_ event: FrameReader.Event) -> Bool {
    switch mode {
    case .lingering: return false
    case .refusing(let error):
      switch event {
      case .frame(let header, _), .oversized(let header): core.refuse(header.streamID, error)
      }
      linger()
      return false
    case .serving: break
    }
    // A handler may have closed the connection while frames of the same read are left.
    guard core.connection.isOpen else { return false }
    switch event {
    case .oversized(let header): oversized(header)
    case .frame(let header, let bytes):
      if header.type == .request { unsafe request(header, bytes) } else { unsafe data(header, bytes) }
    }
    if case .serving = mode { return true }
    return false
  }

  // MARK: REQUEST

  private func request(_ header: FrameHeader, _ bytes: UnsafeRawBufferPointer) {
    let id = header.streamID
    guard id % 2 == 1 else { return refuse(id, .invalidArgument, "STREAM_ID_EVEN", "stream id \(id): a client's stream ids are odd") }
    let (isActive, isDraining, isFull) = core.state.withLock {
      ($0.calls[id] != nil, $0.isDraining, $0.calls.count >= shared.configuration.callsPerConnectionMaximum)
    }
    guard !isActive else { return refuse(id, .invalidArgument, "STREAM_ID_IN_USE", "stream id \(id) is in use") }
    highestID = max(highestID, id)
    guard !isDraining else { return refuse(id, .unavailable, "SHUTTING_DOWN", "the server is shutting down") }
    guard !isFull else {
      let limit = shared.configuration.callsPerConnectionMaximum
      return refuse(id, .resourceExhausted, "TOO_MANY_CALLS", "\(limit) calls of this connection are unanswered")
    }
    defer { arena.reset() }
    let envelope: UnsafeMutablePointer<Botd__Ttrpc__V1__Request>
    do throws(ProtobufError) {
      unsafe envelope = try Envelope.request(bytes, in: arena)
    } catch {
      return refuse(id, .invalidArgument, "ENVELOPE_MALFORMED", "the request cannot be decoded: \(error.message)")
    }
    let entry: MethodTable.Entry
    switch unsafe shared.table.find(service: Self.view(envelope.pointee.service), method: Self.view(envelope.pointee.method)) {
    case .found(let found): entry = found
    case .unknownService:
      return refuse(id, .unimplemented, "SERVICE_UNKNOWN", unsafe "service \(Envelope.text(envelope.pointee.service).prefix(200))")
    case .unknownMethod:
      return refuse(id, .unimplemented, "METHOD_UNKNOWN", unsafe "method \(Envelope.text(envelope.pointee.method).prefix(200))")
    }
    unsafe open(header, entry, envelope)
  }

  private func open(_ header: FrameHeader, _ entry: MethodTable.Entry, _ envelope: UnsafeMutablePointer<Botd__Ttrpc__V1__Request>) {
    let id = header.streamID
    let timeout = unsafe envelope.pointee.timeout_nano
    let needsNow = timeout != 0 || shared.hooks.observer != nil
    let now = needsNow ? NIODeadline.now() : .distantPast
    guard let metadata = unsafe metadata(envelope) else {
      let text = "metadata is larger than \(shared.configuration.metadataBytesMaximum) bytes"
      return refuse(id, .resourceExhausted, "METADATA_TOO_LARGE", text)
    }
    let deadline = timeout > 0 ? now + .nanoseconds(min(timeout, 100 * 365 * 86400 * 1_000_000_000)) : nil
    var context = RPCContext(method: entry.method, metadata: metadata, deadline: deadline, connection: core.connection)
    if let authorizer = shared.hooks.authorizer, let error = authorizer(&context) {
      observe(entry.method, error.code, now)
      return core.refuse(id, error)
    }
    guard timeout >= 0 else {
      observe(entry.method, .deadlineExceeded, now)
      return refuse(id, .deadlineExceeded, "DEADLINE_EXCEEDED", "the call's time was over before it arrived")
    }
    let requestBytes = unsafe entry.method.kind == .unary ? ProtobufC.byteCount(envelope.pointee.payload) : 0
    let call = ServerCall(
      core: core, streamID: id, method: entry.method, deadline: deadline, startedAt: now, requestBytes: requestBytes)
    if let objection = admit(call) {
      observe(entry.method, .resourceExhausted, now)
      return refuse(id, .resourceExhausted, objection.reason, objection.message)
    }
    let payload = unsafe ProtobufC.array(envelope.pointee.payload)
    switch entry.handler {
    case .unary(let body): body(context, payload, RPCResponder(call: call))
    case .stream(let body):
      let meaning = core.state.withLock { _ in call.state.open(flags: header.flags, payloadBytes: payload.count) }
      body(context, RPCServerStream(call: call))
      perform(meaning, call, payload)
    }
    // Most unary calls are answered by now; only one that is not needs a timer.
    if let deadline, core.isOpen(call) { schedule(deadline) }
  }

  /// Enters a call among the unanswered ones; returns why not.
  private func admit(_ call: ServerCall) -> (reason: String, message: String)? {
    let limits = shared.configuration
    return core.state.withLock { state in
      guard !state.isClosed else { return ("CONNECTION_CLOSED", "the connection is closed") }
      if call.isStream {
        guard state.streamCount < limits.streamsPerConnectionMaximum else {
          return ("TOO_MANY_STREAMS", "\(limits.streamsPerConnectionMaximum) streams of this connection are open")
        }
        state.streamCount += 1
      } else {
        // One call alone may be as large as a frame.
        guard state.requestBytes == 0 || state.requestBytes + call.requestBytes <= limits.requestBytesPerConnectionMaximum else {
          return ("TOO_MANY_BYTES", "unanswered requests of this connection hold \(state.requestBytes) bytes")
        }
        state.requestBytes += call.requestBytes
      }
      state.calls[call.streamID] = call
      return nil
    }
  }

  private func metadata(_ envelope: UnsafeMutablePointer<Botd__Ttrpc__V1__Request>) -> [(String, String)]? {
    let count = unsafe envelope.pointee.n_metadata
    guard count > 0, let list = unsafe envelope.pointee.metadata else { return [] }
    let limit = shared.configuration.metadataBytesMaximum
    guard count <= limit else { return nil }
    var bytes = 0
    for index in 0..<count {
      guard let entry = unsafe list[index] else { continue }
      unsafe bytes += strlen(entry.pointee.key) + strlen(entry.pointee.value)
      guard bytes <= limit else { return nil }
    }
    return (0..<count).compactMap { index in
      unsafe list[index].map { unsafe (Envelope.text($0.pointee.key), Envelope.text($0.pointee.value)) }
    }
  }

  // MARK: DATA

  private func data(_ header: FrameHeader, _ bytes: UnsafeRawBufferPointer) {
    let id = header.streamID
    guard let call = core.state.withLock({ $0.calls[id] }) else { return stray(header) }
    guard call.isStream else {
      remember(id)
      return core.cancel(call, shared.error(.invalidArgument, "DATA_UNEXPECTED", "DATA on a unary call"), sendsStatus: true)
    }
    let meaning = core.state.withLock { _ in call.state.receive(flags: header.flags, length: bytes.count) }
    unsafe perform(meaning, call, meaning == .message || meaning == .messageThenHalfClose ? Array(bytes) : [])
  }

  private func perform(_ meaning: ServerStreamState.Inbound, _ call: ServerCall, _ message: [UInt8]) {
    switch meaning {
    case .ignore: break
    case .message: core.deliver(call, .message(message))
    case .halfClose: core.deliver(call, .halfClose)
    case .messageThenHalfClose:
      core.deliver(call, .message(message))
      core.deliver(call, .halfClose)
    case .cancel:
      core.cancel(call, shared.error(.cancelled, "CANCELLED", "the client cancelled the stream"), sendsStatus: false)
    }
  }

  /// DATA on an id without a call: a late end of a finished stream is normal, anything else is answered once.
  private func stray(_ header: FrameHeader) {
    let id = header.streamID
    let isFinished = id % 2 == 1 && id <= highestID
    if isFinished, !header.flags.isDisjoint(with: [.remoteClosed, .noData]) { return }
    guard !strayIDs.contains(id) else { return }
    remember(id)
    refuse(id, .invalidArgument, "STREAM_NOT_OPEN", "stream id \(id) is not open")
  }

  private func remember(_ id: UInt32) {
    if strayIDs.count < 64 {
      strayIDs.append(id)
    } else {
      strayIDs[strayIndex] = id
      strayIndex = (strayIndex + 1) % 64
    }
  }

  // MARK: Over the limit

  private func oversized(_ header: FrameHeader) {
    guard header.type == .request || header.type == .data else { return }
    oversizedFrames += 1
    let limit = shared.configuration.messageBytesMaximum
    let text = "a message of \(header.length) bytes is larger than the limit of \(limit)"
    let error = shared.error(.resourceExhausted, "MESSAGE_TOO_LARGE", text)
    if header.type == .request, header.streamID % 2 == 1 { highestID = max(highestID, header.streamID) }
    if let call = core.state.withLock({ $0.calls[header.streamID] }), header.type == .data {
      core.cancel(call, error, sendsStatus: true)
    } else {
      core.refuse(header.streamID, error)
    }
    if oversizedFrames > shared.configuration.oversizedFramesMaximum { linger() }
  }

  // MARK: Pieces

  private func refuse(_ id: UInt32, _ code: RPCStatusCode, _ reason: String, _ message: String) {
    core.refuse(id, shared.error(code, reason, message))
  }

  private func observe(_ method: RPCMethod, _ status: RPCStatusCode, _ start: NIODeadline) {
    guard let observer = shared.hooks.observer else { return }
    let duration = Duration.nanoseconds((NIODeadline.now() - start).nanoseconds)
    observer(RPCCallRecord(connection: core.connection, method: method, status: status, duration: duration))
  }

  private static func view(_ text: UnsafePointer<CChar>?) -> UnsafeRawBufferPointer {
    guard let text = unsafe text else { return unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
    return unsafe UnsafeRawBufferPointer(start: text, count: strlen(text))
  }
}
