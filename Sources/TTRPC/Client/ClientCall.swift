internal import NIOCore

/// One call of a client that waits for frames. Variables are guarded by the lock of its ``ClientConnectionCore``.
final class ClientCall: @unchecked Sendable {
  /// What happens to a call, told on the event loop.
  @safe enum Sink: Sendable {
    /// The one answer of a unary or client-streaming call.
    case response(@Sendable (Result<[UInt8], RPCError>) -> Void)
    /// Messages of a stream, from memory that is only lent, and its end: nil is a clean one.
    case messages(@Sendable (UnsafeRawBufferPointer) -> Void, onEnd: @Sendable (RPCError?) -> Void)
    /// Messages of a stream that wait in the call to be taken.
    case buffer
  }

  let method: RPCMethod
  let sink: Sink
  let deadline: NIODeadline?
  var streamID: UInt32 = 0
  /// The client sends no more.
  var isLocalClosed: Bool
  var isEnded = false

  // Only for `.buffer`.
  private(set) var messageCount = 0
  private(set) var bufferedBytes = 0
  private var messages: [[UInt8]] = []
  /// The end, told to the reader after the last message: nil inside = clean.
  var end: RPCError??
  var waiter: CheckedContinuation<Void, Never>?

  /// Counted in the connection's full streams, which keep its socket from being read.
  var countsAsFull = false

  func isFull(_ configuration: RPCClientConfiguration) -> Bool {
    bufferedBytes >= configuration.streamBufferBytes || messageCount >= configuration.streamBufferMessages
  }

  func append(_ message: [UInt8]) {
    messages.append(message)
    messageCount += 1
    bufferedBytes += message.count
  }

  func popFirst() -> [UInt8]? {
    guard messageCount > 0 else { return nil }
    var message: [UInt8] = []
    let index = messages.count - messageCount
    swap(&message, &messages[index])
    messageCount -= 1
    bufferedBytes -= message.count
    if messageCount == 0 {
      messages.removeAll(keepingCapacity: index < 1024)
    } else if index >= 1024, index > messageCount {
      messages.removeFirst(index + 1)
    }
    return message
  }

  func popAll() -> [[UInt8]] {
    let all = messageCount == messages.count ? messages : Array(messages.suffix(messageCount))
    messages = []
    messageCount = 0
    bufferedBytes = 0
    return all
  }

  init(method: RPCMethod, sink: Sink, deadline: NIODeadline?) {
    self.method = method
    self.sink = sink
    self.deadline = deadline
    self.isLocalClosed = !method.kind.clientStreams
  }
}
