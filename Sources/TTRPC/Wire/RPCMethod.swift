/// Who sends how many messages.
public enum RPCMethodKind: Sendable, Hashable {
  /// One request, one response.
  case unary
  /// One request, any number of messages back.
  case serverStreaming
  /// Any number of messages, one response.
  case clientStreaming
  /// Messages both ways.
  case bidirectional

  /// True when the client sends its messages as DATA frames.
  var clientStreams: Bool { self == .clientStreaming || self == .bidirectional }
}

/// A method's name and kind.
public struct RPCMethod: Sendable, Hashable, CustomStringConvertible {
  /// Full service name, `package.Service`, without a leading slash.
  public let service: String
  /// The bare method name as in the .proto file.
  public let name: String
  public let kind: RPCMethodKind

  public init(service: String, name: String, kind: RPCMethodKind) {
    self.service = service
    self.name = name
    self.kind = kind
  }

  /// `package.Service/Method`.
  public var description: String { "\(service)/\(name)" }
}
