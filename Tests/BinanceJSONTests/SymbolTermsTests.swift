import BinanceJSON
import Testing
import Time
import TradingModel

/// What stands in the way of entries into a symbol, as `exchangeInfo` says it.
@Suite struct SymbolTermsTests {
  private func obstacle(
    _ members: String, permissions: [String]? = ["SPOT", "TRD_GRP_004"], at time: Timestamp = Timestamp(milliseconds: 1_000)
  ) throws -> String? {
    let text = """
      {"symbols":[{"symbol":"BTCUSDT","baseAsset":"BTC","quoteAsset":"USDT",\(members)}]}
      """
    let listing = try ExchangeInformation.tradingRules(JSONValue(parsing: Array(text.utf8)))
    let symbol = try #require(Symbol("BTCUSDT"))
    #expect(listing.rules.count == 1)
    return listing.terms[symbol]?.obstacles(permissions: permissions, at: time).first
  }

  @Test func usualSymbolsHaveNone() throws {
    let filters = #""status":"TRADING","filters":[{"filterType":"MAX_POSITION","maxPosition":"10"},{"filterType":"TRAILING_DELTA"}]"#
    #expect(try obstacle(filters) == nil)
    #expect(try obstacle(filters + #","permissionSets":[["SPOT","MARGIN"]]"#) == nil)
  }

  @Test func permissionsAreSetsOfWhichEachNeedsOne() throws {
    let sets = #""status":"TRADING","permissionSets":[["SPOT","MARGIN"],["TRD_GRP_004","TRD_GRP_005"]]"#
    #expect(try obstacle(sets) == nil)
    #expect(try obstacle(sets, permissions: ["SPOT"])?.contains("TRD_GRP_004, TRD_GRP_005") == true)
    #expect(try obstacle(sets, permissions: ["TRD_GRP_005"])?.contains("SPOT, MARGIN") == true)
    #expect(try obstacle(sets, permissions: nil) == nil, "without an account there is nothing to compare")
  }

  @Test func whatIsNotKnownIsAnObstacle() throws {
    #expect(try obstacle(#""status":"TRADING","filters":[{"filterType":"MOON_PHASE"}]"#)?.contains("MOON_PHASE") == true)
    #expect(try obstacle(#""status":"DELISTING""#)?.contains("DELISTING") == true)
    #expect(try obstacle(#""filters":[]"#)?.contains("absent") == true)
  }

  @Test func whatCannotBeSoldYetIsNotBought() throws {
    let filter = #""status":"TRADING","filters":[{"filterType":"T_PLUS_SELL","endTime":2000}]"#
    #expect(try obstacle(filter)?.contains("T_PLUS_SELL") == true)
    #expect(try obstacle(filter, at: Timestamp(milliseconds: 2_000)) == nil)
    #expect(try obstacle(#""status":"TRADING","filters":[{"filterType":"T_PLUS_SELL"}]"#) != nil)
  }
}
