internal import NIOCore
internal import Synchronization

/// What arrives for a stream, handed to its owner's callbacks on the event loop.
extension ServerConnectionCore {
  private static var backlogMessagesMaximum: Int { 64 }
  private static var backlogBytesMaximum: Int { 1 << 20 }

  /// Changes a stream's callbacks, then delivers what has waited for them.
  func setCallback(_ call: ServerCall, _ change: (inout ServerCall.Callbacks) -> Void) {
    enum Next { case nothing, drain, cancelled(RPCError) }
    let next = state.withLock { state -> Next in
      if call.state.isLocalClosed || state.isClosed {
        // Too late: only a cancellation is still news, and only for an onCancel set now.
        guard let error = call.cancellation else { return .nothing }
        return .cancelled(error)
      }
      change(&call.callbacks)
      return call.backlog.isEmpty ? .nothing : .drain
    }
    switch next {
    case .nothing: break
    case .drain: loop.execute { self.drainBacklog(call) }
    case .cancelled(let error):
      var late = ServerCall.Callbacks()
      change(&late)
      if let body = late.onCancel { loop.execute { body(error) } }
    }
  }

  /// Hands over a message or the half-close, or keeps it until its callback is set. Loop only.
  func deliver(_ call: ServerCall, _ delivery: ServerCall.Delivery) {
    enum Next { case nothing, message(@Sendable ([UInt8]) -> Void), halfClose(@Sendable () -> Void), overflow }
    let next = state.withLock { state -> Next in
      guard !state.isClosed, !call.state.isLocalClosed else { return .nothing }
      if call.backlog.isEmpty {
        switch delivery {
        case .message: if let body = call.callbacks.onMessage { return .message(body) }
        case .halfClose: if let body = call.callbacks.onHalfClose { return .halfClose(body) }
        }
      }
      if case .message(let bytes) = delivery { call.backlogBytes += bytes.count }
      guard call.backlog.count < Self.backlogMessagesMaximum, call.backlogBytes <= Self.backlogBytesMaximum else { return .overflow }
      call.backlog.append(delivery)
      return .nothing
    }
    switch (next, delivery) {
    case (.message(let body), .message(let bytes)): body(bytes)
    case (.halfClose(let body), _): body()
    case (.overflow, _):
      let text = "more messages than the server is ready to take"
      cancel(call, shared.error(.resourceExhausted, "MESSAGES_UNEXPECTED", text), sendsStatus: true)
    default: break
    }
  }

  private func drainBacklog(_ call: ServerCall) {
    while true {
      let body = state.withLock { state -> (@Sendable () -> Void)? in
        guard !state.isClosed, !call.state.isLocalClosed, let first = call.backlog.first else { return nil }
        switch first {
        case .message(let bytes):
          guard let onMessage = call.callbacks.onMessage else { return nil }
          call.backlog.removeFirst()
          call.backlogBytes -= bytes.count
          return { onMessage(bytes) }
        case .halfClose:
          guard let onHalfClose = call.callbacks.onHalfClose else { return nil }
          call.backlog.removeFirst()
          return { onHalfClose() }
        }
      }
      guard let body else { return }
      body()
    }
  }

  /// The server is shutting down: owners of streams are told, streams nobody minds are ended. Loop only.
  func drain() {
    let streams = state.withLock { state -> [(ServerCall, (@Sendable () -> Void)?)] in
      state.isDraining = true
      return state.calls.values.filter(\.isStream).map { ($0, $0.callbacks.onDrain) }
    }
    for (call, onDrain) in streams.sorted(by: { $0.0.streamID < $1.0.streamID }) {
      if let onDrain {
        onDrain()
      } else {
        cancel(call, shared.error(.unavailable, "SHUTTING_DOWN", "the server is shutting down"), sendsStatus: true)
      }
    }
    flush()
  }
}
