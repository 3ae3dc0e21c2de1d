/// Limits and times of a server. Every default is safe to expose to a hostile client on the machine.
public struct RPCServerConfiguration: Sendable {
  /// Largest frame data accepted or sent, in bytes; the protocol's own limit is 4 MiB.
  public var messageBytesMaximum = 4 << 20
  /// Frames over the limit tolerated on one connection before it is closed.
  public var oversizedFramesMaximum = 3
  public var connectionsMaximum = 256
  /// Of these, connections that only a Unix socket may take: strangers on TCP cannot lock its owner out.
  public var connectionsKeptForUnix: Int { connectionsMaximum >= 16 ? connectionsMaximum / 4 : 0 }
  /// Connections of one process (Unix) or one address (TCP); nil = only `connectionsMaximum` counts.
  public var connectionsPerPeerMaximum: Int? = 32
  /// Open streams of one connection.
  public var streamsPerConnectionMaximum = 64
  /// Unanswered calls of one connection, streams included.
  public var callsPerConnectionMaximum = 1024
  /// Request bytes of the unanswered unary calls of one connection; above it a call is refused with `RESOURCE_EXHAUSTED`.
  public var requestBytesPerConnectionMaximum = 16 << 20
  /// Memory of incomplete frames over all connections of a kind (Unix, TCP), in bytes; above it a stranger, or who went over it, is closed.
  public var partialBytesMaximum = 64 << 20
  /// Bytes waiting to be written on one connection; above it streams end with `RESOURCE_EXHAUSTED` and replies become status 8.
  public var connectionQueueBytesMaximum = 8 << 20
  /// Bytes waiting to be written for one stream; above it the stream ends with `RESOURCE_EXHAUSTED`.
  public var streamQueueBytesMaximum = 4 << 20
  /// A stream is not writable while more than this many of its bytes wait, see ``RPCServerStream/isWritable``.
  public var streamWritableBytes = 256 << 10
  /// Bytes waiting to be written over all connections; above it the connection that reads least is closed, and nobody else is refused.
  public var queueBytesMaximum = 128 << 20
  /// Metadata of one request: sum of key and value bytes.
  public var metadataBytesMaximum = 16 << 10
  /// A frame must be complete this long after its first byte.
  public var partialFrameTimeout: Duration = .seconds(10)
  /// A connection whose peer takes no byte for this long is closed.
  public var writeStallTimeout: Duration = .seconds(10)
  /// TLS handshake, and over TCP the first frame, must be done within this time.
  public var handshakeTimeout: Duration = .seconds(10)
  /// Users who may connect to a Unix socket; nil = this process's own user and root.
  public var allowedUserIDs: Set<UInt32>?
  /// Whether a user beyond those may connect to a Unix socket, by his id and the groups of his process; nil = he may not. Called on event
  /// loops.
  public var admitsUser: (@Sendable (_ id: UInt32, _ groups: [UInt32]) -> Bool)?

  public init() {}
}
