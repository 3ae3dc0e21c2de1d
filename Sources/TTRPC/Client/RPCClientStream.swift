internal import NIOCore
internal import Synchronization

/// The client's end of one stream: an asynchronous sequence of encoded messages, for one reader.
///
/// Unread messages are bounded: when the bound is reached the client stops reading its socket, so the server feels it. A stream that is not
/// read therefore stops the other calls of its connection too: read it, ``cancel()`` it, or give it a connection of its own. Dropping the
/// last reference cancels it.
public final class RPCClientStream: AsyncSequence, Sendable {
  public typealias Element = [UInt8]
  public typealias Failure = RPCError

  /// Keeps the connection open.
  private let client: RPCClient
  private let call: ClientCall
  private var core: ClientConnectionCore { client.core }

  init(client: RPCClient, call: ClientCall) {
    self.client = client
    self.call = call
  }

  deinit {
    release(all: true)
    core.abandon(call, RPCError(code: .cancelled, message: "the stream was dropped"))
  }

  // MARK: Reading

  /// The next message; nil at a clean end.
  ///
  /// - Throws: the server's error, `UNAVAILABLE` when the connection is lost, `DEADLINE_EXCEEDED`, `CANCELLED`.
  public func next() async throws(RPCError) -> [UInt8]? {
    while true {
      let step = core.state.withLock { state -> Step in
        if let message = call.popFirst() {
          return .message(message, release(&state))
        }
        return call.end.map { .end($0) } ?? .wait
      }
      switch step {
      case .message(let message, let resumes):
        if resumes { resume() }
        return message
      case .end(let error):
        if let error { throw error }
        return nil
      case .wait: await waitForFrame()
      }
    }
  }

  /// All messages that have arrived, at least one; nil at a clean end. Cheaper than one at a time. Throws as ``next()``.
  public func nextBatch() async throws(RPCError) -> [[UInt8]]? {
    while true {
      let (messages, end, resumes) = core.state.withLock { state -> ([[UInt8]], RPCError??, Bool) in
        guard call.messageCount > 0 else { return ([], call.end, false) }
        let messages = call.popAll()
        return (messages, nil, release(&state))
      }
      if resumes { resume() }
      if !messages.isEmpty { return messages }
      if let end {
        if let error = end { throw error }
        return nil
      }
      await waitForFrame()
    }
  }

  private enum Step {
    case message([UInt8], Bool)
    case end(RPCError?)
    case wait
  }

  private func waitForFrame() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
        let ready = core.state.withLock { _ in
          guard call.messageCount == 0, call.end == nil, call.waiter == nil else { return true }
          call.waiter = continuation
          return false
        }
        if ready { continuation.resume() }
      }
    } onCancel: {
      cancel()
    }
  }

  /// Under the lock: true when the socket may be read again.
  private func release(_ state: inout ClientConnectionCore.State) -> Bool {
    guard call.countsAsFull, call.bufferedBytes <= core.configuration.streamBufferBytes / 2,
      call.messageCount <= core.configuration.streamBufferMessages / 2
    else { return false }
    call.countsAsFull = false
    state.fullStreams -= 1
    return state.fullStreams == 0
  }

  private func release(all: Bool) {
    let resumes = core.state.withLock { state in
      _ = call.popAll()
      return release(&state)
    }
    if resumes { resume() }
  }

  private func resume() {
    let core = core
    core.loop.execute { core.handler?.resumeReading() }
  }

  // MARK: Sending

  /// Sends one message on a client-streaming or bidirectional stream; does not wait.
  ///
  /// - Throws: why the stream has ended, `FAILED_PRECONDITION` after ``closeSend()``, `RESOURCE_EXHAUSTED` when too much waits.
  public func send(_ message: [UInt8]) throws(RPCError) {
    let result = unsafe message.withUnsafeBytes { bytes -> Result<Void, RPCError> in
      do throws(RPCError) { return unsafe .success(try core.send(call, bytes)) } catch { return .failure(error) }
    }
    try result.get()
  }

  /// Sends nothing more; the server may go on. On a subscription this is the polite cancel: read on to the end.
  public func closeSend() { core.closeSend(call) }

  /// Ends the stream here at once, drops what was not read, and tells the server.
  public func cancel() {
    core.abandon(call, RPCError(code: .cancelled, message: "the stream was cancelled"))
    release(all: true)
  }

  /// True until the end was received or made.
  public var isOpen: Bool { core.state.withLock { _ in !call.isEnded } }

  public func makeAsyncIterator() -> Iterator { Iterator(stream: self) }

  public struct Iterator: AsyncIteratorProtocol {
    let stream: RPCClientStream

    public mutating func next() async throws(RPCError) -> [UInt8]? { try await stream.next() }

    public mutating func next(isolation actor: isolated (any Actor)?) async throws(RPCError) -> [UInt8]? { try await stream.next() }
  }
}
