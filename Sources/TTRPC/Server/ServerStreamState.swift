/// What may still happen on one server stream: pure, told what arrives, returns what to do.
struct ServerStreamState: Equatable, Sendable {
  /// What a DATA frame means to the stream.
  enum Inbound: Equatable {
    /// A message for the handler.
    case message
    /// A message, and the client is done sending.
    case messageThenHalfClose
    /// The client is done sending.
    case halfClose
    /// The client wants no more: DATA RC on a stream whose request is complete.
    case cancel
    /// Nothing: a frame after the client's end, or an empty one.
    case ignore
  }

  let kind: RPCMethodKind
  /// The client sends nothing more.
  private(set) var isRemoteClosed = false
  /// The server has sent its terminal frame.
  private(set) var isLocalClosed = false

  init(kind: RPCMethodKind) { self.kind = kind }

  /// What a REQUEST's own data means: a server stream's request is whole; a client stream's may carry a first message or the end.
  mutating func open(flags: FrameFlags, payloadBytes: Int) -> Inbound {
    if kind == .serverStreaming {
      isRemoteClosed = true
      return .messageThenHalfClose
    }
    let ends = flags.contains(.remoteClosed)
    isRemoteClosed = ends
    if payloadBytes > 0 { return ends ? .messageThenHalfClose : .message }
    return ends ? .halfClose : .ignore
  }

  /// A DATA frame.
  mutating func receive(flags: FrameFlags, length: Int) -> Inbound {
    guard !isLocalClosed else { return .ignore }
    let ends = flags.contains(.remoteClosed)
    if isRemoteClosed { return ends && kind == .serverStreaming ? .cancel : .ignore }
    isRemoteClosed = ends
    let carries = !flags.contains(.noData) || length > 0
    if ends { return carries ? .messageThenHalfClose : .halfClose }
    return carries ? .message : .ignore
  }

  /// The client's direction of the socket ended. True when the handler has to be told.
  mutating func receiveEnd() -> Bool {
    guard !isRemoteClosed, !isLocalClosed else { return false }
    isRemoteClosed = true
    return true
  }

  /// The server sends its terminal frame. False when it already has.
  mutating func end() -> Bool {
    guard !isLocalClosed else { return false }
    isLocalClosed = true
    return true
  }
}
