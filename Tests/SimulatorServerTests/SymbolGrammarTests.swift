import Presentation
import Testing
import TradingModel

@testable import SimulatorServer

/// Symbols of other scripts and quote assets: encoded in queries, raw in streams and answers, traded as any other.
@Suite struct SymbolGrammarTests {
  private static let encoded = "%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9FUSDT"

  private func json(_ text: String) throws -> JSONTree { try #require(JSONTree(Array(text.utf8)), "\(text)") }

  private func run(_ names: [String], _ body: (ServerFixture) async throws -> Void) async throws {
    let symbols = names.compactMap { Symbol($0) }
    #expect(symbols.map(\.text) == names)
    try await ServerFixture.run({ $0.symbols = symbols }, body)
  }

  @Test func aSymbolOfAnotherScriptIsTraded() async throws {
    try await run(["BTCUSDT", "币安人生USDT"]) { fixture in
      let probe = try await WebSocketProbe.connect(port: fixture.server.port, "/ws")
      try await probe.send(#"{"method":"SUBSCRIBE","params":["币安人生usdt@trade","币安人生usdt@kline_1M"],"id":1}"#)
      #expect(try await probe.text() == #"{"result":null,"id":1}"#)
      _ = try await fixture.get("/sim/advance", "ms=5000")
      var kinds: Set<String> = []
      while kinds.count < 2 {
        let message = try json(try await probe.text())
        #expect(message["s"]?.text == "币安人生USDT")
        kinds.insert(message["e"]?.text ?? "")
        if let kline = message["k"] { #expect(kline["i"]?.text == "1M" && kline["T"]?.integer == 1_701_388_799_999) }
      }
      try await probe.close()
      let info = try json(try await fixture.get("/api/v3/exchangeInfo", "symbol=\(Self.encoded)"))["symbols"]?.elements?.first
      #expect(info?["symbol"]?.text == "币安人生USDT" && info?["baseAsset"]?.text == "币安人生" && info?["quoteAsset"]?.text == "USDT")
      let list = try json(try await fixture.get("/api/v3/exchangeInfo", "symbols=%5B%22\(Self.encoded)%22%5D"))
      #expect(list["symbols"]?.elements?.count == 1)
      #expect(try json(try await fixture.get("/api/v3/klines", "symbol=\(Self.encoded)&interval=1M")).elements?.count == 1)
      let order = "symbol=\(Self.encoded)&side=BUY&type=MARKET&quoteOrderQty=100&newClientOrderId=a"
      let bought = try await fixture.signed("POST", "/api/v3/order", order)
      #expect(bought.status == 200 && bought.text.contains(#""symbol":"币安人生USDT""#), "\(bought.text)")
      let account = try await fixture.signed("GET", "/api/v3/account")
      #expect(account.text.contains(#""asset":"币安人生""#), "\(account.text)")
      // Small ASCII letters, bytes that are no UTF-8 and unencoded separators are none of the exchange's.
      for wrong in ["%E5%B8%81usdt", "%E5%B8USDT", "BTC%2FUSDT"] {
        #expect(try json(try await fixture.get("/api/v3/klines", "symbol=\(wrong)&interval=1m"))["code"]?.integer == -1_100, "\(wrong)")
      }
    }
  }

  @Test func everyQuoteAssetOfTheExchangeIsKnown() async throws {
    try await run(["BTCTRY", "USDTTRY", "ADAEUR", "BTCAEUR", "BTCUSD1", "ETHJPY", "SOLFDUSD", "DOGEBRL"]) { fixture in
      let info = try json(try await fixture.get("/api/v3/exchangeInfo"))
      let pairs = info["symbols"]?.elements?.map { "\($0["baseAsset"]?.text ?? "")/\($0["quoteAsset"]?.text ?? "")" }
      #expect(pairs == ["BTC/TRY", "USDT/TRY", "ADA/EUR", "BTC/AEUR", "BTC/USD1", "ETH/JPY", "SOL/FDUSD", "DOGE/BRL"])
    }
  }

  @Test(arguments: [
    ("WBTC_USDT-1m.csv", "WBTCUSDT"), ("btcusdt-1m-2024-12.csv", "BTCUSDT"), ("BTC_USDT-1m-2023-10-27.csv", "BTCUSDT"),
    ("BTCTRY-1m.csv.gz", "BTCTRY"), ("币安人生USDT-1m.csv", "币安人生USDT"),
  ])
  func recordingsAreNamedAsElsewhere(name: String, symbol: String) {
    let named = MarketFactory.named(ReplayFile(path: "/data/v1.2/\(name)"))
    #expect(named.symbol?.text == symbol && named.interval == .oneMinute && !named.isFeed)
  }
}
