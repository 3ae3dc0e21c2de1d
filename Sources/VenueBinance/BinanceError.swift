/// How a call to the exchange failed.
public struct BinanceError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: Hashable, Sendable {
    /// Not one byte was sent: no connection, local limit, silence ordered by the exchange.
    case notSent
    /// The exchange refused with a code: it certainly did not do it.
    case refused(code: Int)
    /// The answer is missing or says so itself: it may or may not have been done (FACTS §14).
    case unknown
    /// The answer came but does not say what it must.
    case malformedAnswer
    /// A URL of the configuration is unusable.
    case badEndpoint
    /// A key cannot sign.
    case signing
  }

  public var code: Code
  /// A sentence for a person; carries no key, signature or query.
  public var message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// Whether the same read may succeed later. Never a licence to send an order again.
  public var isRetryable: Bool {
    switch code {
    case .notSent, .unknown, .malformedAnswer: true
    case .refused(let code): code == -1003 || code == -1008 || code == -1021
    case .badEndpoint, .signing: false
    }
  }

  public var description: String { message }
}
