public import NIOCore

/// What a handler is told about a call.
public struct RPCContext: Sendable {
  public let method: RPCMethod
  /// Metadata in the order received; a repeated key is a multi-value.
  public let metadata: [(String, String)]
  /// When the caller stops waiting, on the monotonic clock; nil = no limit. The server enforces it.
  public let deadline: NIODeadline?
  public let connection: RPCConnection
  /// Who makes this call, when the authorizer found it in the call itself; nil: whoever the connection is.
  public var identity: RPCIdentity?

  /// The first value of `key`, compared without case (ASCII): stock clients send keys verbatim.
  public func firstMetadata(_ key: String) -> String? {
    metadata.first { Self.matches($0.0, key) }?.1
  }

  /// All values of `key`, compared without case (ASCII).
  public func allMetadata(_ key: String) -> [String] {
    metadata.filter { Self.matches($0.0, key) }.map { $0.1 }
  }

  private static func matches(_ left: String, _ right: String) -> Bool {
    left.utf8.elementsEqual(right.utf8, by: { lowercased($0) == lowercased($1) })
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 { byte >= 65 && byte <= 90 ? byte | 0x20 : byte }
}
