/// The server's end of one stream. Every method may be called from any thread; callbacks run on the connection's event loop, one at a time.
///
/// Set the callbacks in the handler, before it returns. What arrives before `onMessage` is set waits for it (64 messages or 1 MiB, then the
/// stream ends with `RESOURCE_EXHAUSTED`). A server-streaming call delivers its request through `onMessage`, followed by `onHalfClose`.
/// Callbacks are released when the stream ends, so they may hold the stream.
public struct RPCServerStream: Sendable {
  let call: ServerCall

  /// The number of the stream, unique in its connection.
  public var streamID: UInt32 { call.streamID }
  public var method: RPCMethod { call.method }

  // MARK: Hearing

  /// A message of the client.
  public func onMessage(_ body: @escaping @Sendable ([UInt8]) -> Void) { call.core.setCallback(call) { $0.onMessage = body } }

  /// The client sends nothing more. On a subscription this is its cancel: answer with ``finish()``.
  public func onHalfClose(_ body: @escaping @Sendable () -> Void) { call.core.setCallback(call) { $0.onHalfClose = body } }

  /// The stream was ended by somebody else: `CANCELLED` by the client, `UNAVAILABLE` connection closed, `DEADLINE_EXCEEDED`,
  /// `RESOURCE_EXHAUSTED` reader too slow. Nothing can be sent any more. Not called after the owner's own `finish`, `reply` or `fail`.
  public func onCancel(_ body: @escaping @Sendable (RPCError) -> Void) { call.core.setCallback(call) { $0.onCancel = body } }

  /// The stream is writable again after ``isWritable`` was false.
  public func onWritable(_ body: @escaping @Sendable () -> Void) { call.core.setCallback(call) { $0.onWritable = body } }

  /// The server is shutting down: send a last message if useful, then ``finish()``. Without this callback the stream is ended with
  /// `UNAVAILABLE`.
  public func onDrain(_ body: @escaping @Sendable () -> Void) { call.core.setCallback(call) { $0.onDrain = body } }

  /// Builds the error sent when the reader has fallen behind its bound, for instance with the last sequence sent.
  public func overflowError(_ body: @escaping @Sendable () -> RPCError) { call.core.setCallback(call) { $0.overflowError = body } }

  // MARK: Sending

  /// Sends one message, which may be empty. False when the stream has ended, also when this very message went over the bound
  /// (`onCancel` is then called as well).
  @discardableResult
  public func send(_ message: [UInt8]) -> Bool {
    unsafe message.withUnsafeBytes { unsafe call.core.send(call, $0) }
  }

  /// Sends one message from memory that is only borrowed: it is copied to the connection's buffer.
  @discardableResult
  public func send(_ message: UnsafeRawBufferPointer) -> Bool { unsafe call.core.send(call, message) }

  /// Ends a server-streaming or bidirectional stream well: DATA RC+ND, the only end stock clients take as clean.
  public func finish() { call.core.finish(call) }

  /// Ends a client-streaming call with its one response.
  public func reply(_ payload: [UInt8]) { unsafe payload.withUnsafeBytes { unsafe call.core.reply(call, $0) } }

  /// Ends the stream with an error, after everything sent before.
  public func fail(_ error: RPCError) { call.core.fail(call, error) }

  // MARK: Pacing

  /// Bytes of this stream that the kernel has not taken yet, frame headers included.
  public var queuedBytes: Int { call.core.queuedBytes(call) }

  /// The bound of `queuedBytes`.
  public var queueBytesMaximum: Int { call.core.shared.configuration.streamQueueBytesMaximum }

  /// True while few enough bytes wait that the owner should go on sending; when false, `onWritable` will be called. False at the end.
  public var isWritable: Bool { call.core.isWritable(call) }

  /// False once the stream has ended.
  public var isOpen: Bool { call.core.isOpen(call) }
}
