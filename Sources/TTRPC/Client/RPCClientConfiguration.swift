/// Limits of a client.
public struct RPCClientConfiguration: Sendable {
  /// Largest frame data accepted or sent, in bytes; the protocol's own limit is 4 MiB.
  public var messageBytesMaximum = 4 << 20
  /// Bytes of unread messages of one stream above which the client stops reading its socket, all calls of the connection included, until
  /// half of them are taken.
  public var streamBufferBytes = 1 << 20
  /// The same as a number of messages.
  public var streamBufferMessages = 16_384
  /// Bytes waiting to be written above which a new call or message fails with `RESOURCE_EXHAUSTED`.
  public var queueBytesMaximum = 8 << 20

  public init() {}
}
