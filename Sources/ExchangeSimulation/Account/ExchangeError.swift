/// A refusal in the exchange's words: code and message as its REST API answers them.
public struct ExchangeError: Error, Hashable, Sendable {
  public var code: Int
  public var message: String
  /// More than code and message, as JSON text: what the REST API answers in `data`.
  public var data: String?
  /// The HTTP status, where the code alone does not tell it.
  public var status: Int?

  public init(_ code: Int, _ message: String) {
    self.code = code
    self.message = message
  }
}
