public import TTRPC

/// A method with the types of its messages.
public struct MethodDescription: Sendable {
  /// Name and kind.
  public let method: RPCMethod
  /// Type of the client's messages.
  public let request: any BotMessage.Type
  /// Type of the server's messages.
  public let response: any BotMessage.Type

  public init(method: RPCMethod, request: any BotMessage.Type, response: any BotMessage.Type) {
    self.method = method
    self.request = request
    self.response = response
  }
}
