internal import NIOCore

/// One unanswered call of a connection. All variables are guarded by the lock of its ``ServerConnectionCore``.
final class ServerCall: OutboxAccount, @unchecked Sendable {
  /// What the owner of a stream wants to hear.
  struct Callbacks {
    var onMessage: (@Sendable ([UInt8]) -> Void)?
    var onHalfClose: (@Sendable () -> Void)?
    var onCancel: (@Sendable (RPCError) -> Void)?
    var onWritable: (@Sendable () -> Void)?
    var onDrain: (@Sendable () -> Void)?
    var overflowError: (@Sendable () -> RPCError)?
  }

  /// What waits for a callback that is not set yet.
  enum Delivery {
    case message([UInt8])
    case halfClose
  }

  let core: ServerConnectionCore
  let streamID: UInt32
  let method: RPCMethod
  let deadline: NIODeadline?
  let startedAt: NIODeadline

  /// Request bytes that count until a unary call is answered.
  let requestBytes: Int

  var state: ServerStreamState
  var callbacks = Callbacks()
  var backlog: [Delivery] = []
  var backlogBytes = 0
  /// Set when somebody else than the owner ended the stream, for an `onCancel` that comes late.
  var cancellation: RPCError?
  /// Set while more bytes wait than a writable stream may have.
  var isBlocked = false

  init(
    core: ServerConnectionCore, streamID: UInt32, method: RPCMethod, deadline: NIODeadline?, startedAt: NIODeadline, requestBytes: Int
  ) {
    self.core = core
    self.streamID = streamID
    self.method = method
    self.deadline = deadline
    self.startedAt = startedAt
    self.requestBytes = requestBytes
    self.state = ServerStreamState(kind: method.kind)
  }

  var isStream: Bool { method.kind != .unary }
}
