/// Where the exchange is: the bases of its REST API, market streams and WebSocket API.
public struct BinanceEndpoints: Hashable, Sendable {
  /// `https://host`, without path.
  public var rest: String
  /// `wss://host[:port]`, without path.
  public var stream: String
  /// `wss://host[:port]/ws-api/v3`.
  public var webSocketAPI: String

  public init(rest: String, stream: String, webSocketAPI: String) {
    self.rest = rest
    self.stream = stream
    self.webSocketAPI = webSocketAPI
  }

  public static let live = BinanceEndpoints(
    rest: "https://api.binance.com", stream: "wss://stream.binance.com:9443", webSocketAPI: "wss://ws-api.binance.com:443/ws-api/v3")

  public static let testnet = BinanceEndpoints(
    rest: "https://testnet.binance.vision", stream: "wss://stream.testnet.binance.vision",
    webSocketAPI: "wss://ws-api.testnet.binance.vision/ws-api/v3")

  /// Public market data only; needs no key and knows no account. The WebSocket API is not served here.
  public static let publicData = BinanceEndpoints(
    rest: "https://data-api.binance.vision", stream: "wss://data-stream.binance.vision",
    webSocketAPI: "wss://ws-api.binance.com:443/ws-api/v3")
}
