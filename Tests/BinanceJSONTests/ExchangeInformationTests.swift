import BinanceJSON
import Testing
import TradingModel

/// Every symbol of `exchangeInfo` stands for itself: one that cannot be read is named, the others trade.
@Suite struct ExchangeInformationTests {
  private static func entry(_ symbol: String, _ filters: String = "", assets: String = #""baseAsset":"A","quoteAsset":"B""#) -> String {
    #"{"symbol":"\#(symbol)","status":"TRADING",\#(assets),"filters":[\#(filters)]}"#
  }

  private static func listing(_ entries: [String]) throws -> ExchangeInformation.Listing {
    try ExchangeInformation.tradingRules(JSONValue(parsing: Array(#"{"symbols":[\#(entries.joined(separator: ","))]}"#.utf8)))
  }

  private static let lot = #"{"filterType":"LOT_SIZE","minQty":"0.1","maxQty":"9","stepSize":"0.1"}"#

  @Test(arguments: [
    (entry("BADUSDT", #"{"filterType":"LOT_SIZE","minQty":"0.1","maxQty":"9","stepSize":"1e-1"}"#), "LOT_SIZE", "stepSize"),
    (entry("BADUSDT", #"{"filterType":"PRICE_FILTER","minPrice":0.1,"maxPrice":"9","tickSize":"1"}"#), "PRICE_FILTER", "minPrice"),
    (entry("BADUSDT", #"{"filterType":"NOTIONAL","minNotional":"5"}"#), "NOTIONAL", "maxNotional"),
    (entry("BADUSDT", #"{"filterType":"MIN_NOTIONAL","minNotional":"999999999999999999999999999999999"}"#), "MIN_NOTIONAL", "minNotional"),
    (entry("BADUSDT", assets: #""baseAsset":"A""#), "entry", "quoteAsset"),
  ])
  func anUnreadablePartRefusesItsSymbolAlone(bad: String, part: String, field: String) throws {
    let listing = try Self.listing([Self.entry("BTCUSDT", Self.lot), bad, Self.entry("币安人生USDT", Self.lot)])
    #expect(listing.rules.map(\.symbol.text) == ["BTCUSDT", "币安人生USDT"])
    #expect(listing.rules.allSatisfy { $0.stepSize == FixedDecimal(text: "0.1") })
    let out = try #require(listing.leftOut.first)
    #expect(listing.leftOut.count == 1 && out.symbol?.text == "BADUSDT" && out.name == "BADUSDT")
    #expect(out.reason.contains(part) && out.reason.contains(field), "\(out)")
  }

  @Test func namesThatCannotBeCarriedAreNamedToo() throws {
    let long = String(repeating: "币", count: 40)
    let listing = try Self.listing([
      Self.entry("btcusdt"), Self.entry(long), Self.entry(#"A\u0007B"#), Self.entry("BTCUSDT"), #"{"status":"TRADING"}"#,
    ])
    #expect(listing.rules.map(\.symbol.text) == ["BTCUSDT"])
    #expect(listing.leftOut.map(\.name) == ["btcusdt", long, "A?B", "one without a name"])
    #expect(listing.leftOut.allSatisfy { $0.symbol == nil && $0.reason.contains("name") })
  }

  @Test func anAnswerWithoutSymbolsIsRefused() {
    #expect(throws: FrameRefusal.self) { try ExchangeInformation.tradingRules(JSONValue(parsing: Array("{}".utf8))) }
  }
}
