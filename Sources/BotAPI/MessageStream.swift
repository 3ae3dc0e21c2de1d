import ProtobufC
public import TTRPC

/// The client's end of a stream with typed messages, for one reader. Read it to its end or ``cancel()`` it; see `RPCClientStream`.
public struct MessageStream<Request: BotMessage, Response: BotMessage>: AsyncSequence, Sendable {
  public typealias Element = Response
  public typealias Failure = RPCError

  /// The stream of encoded messages below.
  public let raw: RPCClientStream

  init(raw: RPCClientStream) { self.raw = raw }

  /// The next message; nil at a clean end.
  ///
  /// - Throws: the server's error, `UNAVAILABLE` when the connection is lost, `INTERNAL` for a message that cannot be read.
  public func next() async throws(RPCError) -> Response? {
    guard let bytes = try await raw.next() else { return nil }
    return try Response.received(bytes)
  }

  /// Sends a message. A subscription takes exactly one: its request.
  public func send(_ request: Request) throws(RPCError) { try raw.send(request.sendable()) }

  /// Sends nothing more: the polite end of a subscription; the server then ends its side.
  public func closeSend() { raw.closeSend() }

  /// Ends the stream at once and drops what was not read.
  public func cancel() { raw.cancel() }

  public func makeAsyncIterator() -> Iterator { Iterator(stream: self) }

  public struct Iterator: AsyncIteratorProtocol {
    let stream: MessageStream

    public mutating func next() async throws(RPCError) -> Response? { try await stream.next() }

    public mutating func next(isolation actor: isolated (any Actor)?) async throws(RPCError) -> Response? { try await stream.next() }
  }
}

extension RPCClient {
  /// A typed unary call.
  func call<Request: BotMessage, Response: BotMessage>(
    _ method: RPCMethod, _ request: Request, timeout: Duration?
  ) async throws(RPCError) -> Response {
    try Response.received(try await unary(method, payload: request.sendable(), timeout: timeout))
  }

  /// A typed bidirectional stream.
  func open<Request: BotMessage, Response: BotMessage>(
    _ method: RPCMethod, timeout: Duration?
  ) async throws(RPCError) -> MessageStream<Request, Response> {
    MessageStream(raw: try bidirectional(method, timeout: timeout))
  }

  /// A typed server stream.
  func open<Request: BotMessage, Response: BotMessage>(
    _ method: RPCMethod, _ request: Request, timeout: Duration?
  ) async throws(RPCError) -> MessageStream<Request, Response> {
    MessageStream(raw: try serverStream(method, payload: request.sendable(), timeout: timeout))
  }
}

extension BotMessage {
  /// Encodes for sending.
  func sendable() throws(RPCError) -> [UInt8] {
    do throws(ProtobufError) {
      return try encode()
    } catch {
      throw RPCError(code: .resourceExhausted, reason: "MESSAGE_TOO_LARGE", message: "the \(Self.typeName) is too large to send")
    }
  }

  /// Decodes what a peer answered.
  static func received(_ bytes: [UInt8]) throws(RPCError) -> Self {
    do throws(ProtobufError) {
      return try decode(bytes)
    } catch {
      throw RPCError(code: .internalError, reason: "MALFORMED_RESPONSE", message: "the answer is not a \(typeName): \(error.message)")
    }
  }
}
