/// A typed detail of an error, `google.protobuf.Any` on the wire.
public struct RPCDetail: Sendable, Hashable {
  /// `type.googleapis.com/` followed by the full message name.
  public var typeURL: String
  /// The encoded message.
  public var bytes: [UInt8]

  public init(typeURL: String, bytes: [UInt8]) {
    self.typeURL = typeURL
    self.bytes = bytes
  }
}

/// A call's failure: a status code, a sentence for a person, and machine-readable details.
public struct RPCError: Error, Sendable, Hashable, CustomStringConvertible {
  public var code: RPCStatusCode
  public var message: String
  public var details: [RPCDetail]

  public init(code: RPCStatusCode, message: String, details: [RPCDetail] = []) {
    self.code = code
    self.message = message
    self.details = details
  }

  /// True when the same call may succeed later without a change: `UNAVAILABLE`, `RESOURCE_EXHAUSTED`, `ABORTED`.
  /// A mutation must still carry its idempotency key: a call cut by a closed connection may have run.
  public var isRetryable: Bool { code == .unavailable || code == .resourceExhausted || code == .aborted }

  public var description: String { "\(code): \(message)" }
}
