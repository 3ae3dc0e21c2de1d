import Testing
import TradingCore
import VenueBinance

@testable import BotDaemon

/// Which mode goes with which addresses (wound 5, T22): a table, judged before anything is sent.
@Suite struct ExchangeChoiceTests {
  private static let testnet = BinanceEndpoints.testnet
  private static let live = BinanceEndpoints.live

  private func problems(
    _ mode: TradingMode, rest: String? = nil, stream: String? = nil, api: String? = nil
  ) -> [(setting: String, message: String)] {
    var endpoints = mode == .live ? Self.live : mode == .testnet ? Self.testnet : .publicData
    if let rest { endpoints.rest = rest }
    if let stream { endpoints.stream = stream }
    if let api { endpoints.webSocketAPI = api }
    var found: [(setting: String, message: String)] = []
    let choice = ExchangeChoice(mode: mode, endpoints) { found.append(($0, $1)) }
    #expect((choice == nil) == !found.isEmpty)
    return found
  }

  @Test func everyModesOwnAddressesAgree() {
    for mode in [TradingMode.paper, .testnet, .live] { #expect(problems(mode).isEmpty, "\(mode)") }
  }

  /// Every one of them would have traded with the wrong money, or in the open.
  @Test(
    arguments: [
      (.testnet, "https://api.binance.com", nil, nil, "BINANCE_REST_URL", "the real exchange"),
      (.testnet, "https://api3.binance.com", nil, nil, "BINANCE_REST_URL", "--confirm-live"),
      (.testnet, "https://API-GCP.Binance.Com.:443", nil, nil, "BINANCE_REST_URL", "the real exchange"),
      (.testnet, "https://testnet.binance.vision@api.binance.com", nil, nil, "BINANCE_REST_URL", "the real exchange"),
      (.testnet, "https://data-api.binance.vision", nil, nil, "BINANCE_REST_URL", "the real exchange"),
      (.testnet, nil, "wss://stream.binance.com:9443", nil, "BINANCE_STREAM_URL", "the real exchange"),
      (.testnet, nil, nil, "wss://ws-api.binance.com:443/ws-api/v3", "BINANCE_WS_API_URL", "the real exchange"),
      (.testnet, "https://demo-api.binance.com", nil, nil, "BINANCE_STREAM_URL", "doors of one exchange"),
      (.testnet, "http://127.0.0.1:9500", nil, nil, "BINANCE_STREAM_URL", "doors of one exchange"),
      (.testnet, "http://testnet.binance.vision", nil, nil, "BINANCE_REST_URL", "https://"),
      (
        .testnet, "http://192.168.1.7:9500", "ws://192.168.1.7:9500", "ws://192.168.1.7:9500/ws-api/v3", "BINANCE_REST_URL",
        "only this machine"
      ),
      (.testnet, "http://127.0.0.1.example.com", nil, nil, "BINANCE_REST_URL", "only this machine"),
      (.testnet, "http://2130706433", nil, nil, "BINANCE_REST_URL", "only this machine"),
      (.live, "https://testnet.binance.vision", nil, nil, "BINANCE_REST_URL", "use --mode testnet"),
      (.live, nil, "wss://stream.testnet.binance.vision", nil, "BINANCE_STREAM_URL", "use --mode testnet"),
      (.live, nil, nil, "wss://demo-ws-api.binance.com/ws-api/v3", "BINANCE_WS_API_URL", "use --mode testnet"),
      (.live, "http://127.0.0.1:9500", nil, nil, "BINANCE_REST_URL", "needs https://"),
      (.live, nil, "ws://127.0.0.1:9500", nil, "BINANCE_STREAM_URL", "needs wss://"),
      (.live, "https://data-api.binance.vision", nil, nil, "BINANCE_REST_URL", "market data only"),
      (.live, nil, nil, "wss://data-stream.binance.vision", "BINANCE_WS_API_URL", "market data only"),
      (.paper, "https://testnet.binance.vision", nil, nil, "BINANCE_STREAM_URL", "doors of one exchange"),
      (.paper, "http://data-api.binance.vision", nil, nil, "BINANCE_REST_URL", "only this machine"),
      (.testnet, "https://api.binance.com\\@testnet.binance.vision", nil, nil, "BINANCE_REST_URL", "is no address"),
      (.testnet, "https://a@b@testnet.binance.vision", nil, nil, "BINANCE_REST_URL", "is no address"),
      (.testnet, "https://testnet.binance.vision:99999", nil, nil, "BINANCE_REST_URL", "is no address"),
      (.testnet, "https://bücher.example", nil, nil, "BINANCE_REST_URL", "is no address"),
      (.testnet, "https://[::1", nil, nil, "BINANCE_REST_URL", "is no address"),
    ] as [(TradingMode, String?, String?, String?, String, String)])
  func whatDoesNotAgreeIsRefused(
    _ mode: TradingMode, _ rest: String?, _ stream: String?, _ api: String?, _ setting: String, _ words: String
  ) {
    let found = problems(mode, rest: rest, stream: stream, api: api)
    #expect(found.contains { $0.setting == setting && $0.message.contains(words) && $0.message.contains(setting) }, "\(found)")
  }

  @Test(
    arguments: [
      (.testnet, "http://127.0.0.1:9500", "ws://127.0.0.1:9500", "ws://127.0.0.1:9500/ws-api/v3", 1),
      (.testnet, "http://localhost:9500", "ws://127.8.9.1:9501", "ws://[::1]:9502/ws-api/v3", 3),
      (.testnet, "https://sim.example", "wss://sim.example", "wss://sim.example/ws-api/v3", 1),
      (.testnet, "https://demo-api.binance.com", "wss://demo-stream.binance.com", "wss://demo-ws-api.binance.com/ws-api/v3", 0),
      (.testnet, "https://api1.testnet.binance.vision", "wss://stream.testnet.binance.vision:9443", nil, 0),
      (.live, "https://127.0.0.1:9500", "wss://stream.binance.com", "wss://ws-api.binance.com/ws-api/v3", 1),
      (.live, "https://proxy.example", "wss://data-stream.binance.vision", nil, 0),
      (.paper, "http://127.0.0.1:9500", "ws://127.0.0.1:9500", nil, 0),
      (.paper, "http://127.0.0.1:9500", nil, nil, 0),
    ] as [(TradingMode, String?, String?, String?, Int)])
  func whatMayBeIsAskedOrKnown(_ mode: TradingMode, _ rest: String?, _ stream: String?, _ api: String?, _ questions: Int) throws {
    #expect(problems(mode, rest: rest, stream: stream, api: api).isEmpty)
    var endpoints = mode == .live ? Self.live : mode == .testnet ? Self.testnet : .publicData
    endpoints.rest = rest ?? endpoints.rest
    endpoints.stream = stream ?? endpoints.stream
    endpoints.webSocketAPI = api ?? endpoints.webSocketAPI
    let choice = try #require(ExchangeChoice(mode: mode, endpoints) { _, _ in })
    #expect(choice.questions.count == questions, "\(choice.questions.map(\.origin))")
  }

  @Test func anAnswerDecidesWhatIsNotKnown() throws {
    let address = try ExchangeAddress(setting: "BINANCE_REST_URL", "https://sim.example")
    let loopback = try ExchangeAddress(setting: "BINANCE_REST_URL", "https://127.0.0.1:9500")
    func choice(_ mode: TradingMode, _ url: String) throws -> ExchangeChoice {
      let endpoints = BinanceEndpoints(
        rest: url, stream: url.replacing("https", with: "wss"), webSocketAPI: url.replacing("https", with: "wss"))
      return try #require(ExchangeChoice(mode: mode, endpoints) { _, _ in })
    }
    #expect(try choice(.testnet, "https://sim.example").refusal(of: address, isSimulator: true) == nil)
    let real = try choice(.testnet, "https://sim.example").refusal(of: address, isSimulator: false)
    #expect(real?.message.contains("counts as the real exchange") == true)
    #expect(try choice(.live, "https://127.0.0.1:9500").refusal(of: loopback, isSimulator: false) == nil)
    #expect(
      try choice(.live, "https://127.0.0.1:9500").refusal(of: loopback, isSimulator: true)?.message.contains("--mode testnet") == true)
  }
}
