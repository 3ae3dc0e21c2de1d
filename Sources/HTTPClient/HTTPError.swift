/// How a request failed to bring a whole answer.
public struct HTTPError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: Hashable, Sendable {
    /// The URL, a header or a bound of the request is unusable.
    case invalidRequest
    /// As many requests as allowed are under way already.
    case tooManyRequests
    /// No connection: name, route, refusal, connect time-out.
    case couldNotConnect
    /// The peer's certificate or the TLS handshake failed.
    case untrusted
    /// The whole time of the request ran out.
    case timedOut
    /// The connection ended before the answer did.
    case connectionLost
    /// The answer is larger than allowed.
    case tooLarge
    /// The answer is not HTTP.
    case malformedAnswer
    /// The client is shut down.
    case shutDown
  }

  public var code: Code
  /// A sentence without URL, query, header or body: those carry keys and signatures.
  public var message: String
  /// False only when not one byte of the request can have left this machine; then the request certainly had no effect.
  public var mayHaveBeenSent: Bool

  public init(_ code: Code, _ message: String, mayHaveBeenSent: Bool) {
    self.code = code
    self.message = message
    self.mayHaveBeenSent = mayHaveBeenSent
  }

  /// Whether asking again may help. Never a licence to send an order twice.
  public var isRetryable: Bool {
    switch code {
    case .tooManyRequests, .couldNotConnect, .timedOut, .connectionLost: true
    case .invalidRequest, .untrusted, .tooLarge, .malformedAnswer, .shutDown: false
    }
  }

  public var description: String { message }
}
