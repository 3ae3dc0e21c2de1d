import Presentation
import Time
import Foundation
import ServiceRuntime
import Testing
import TradingModel
import Venue

@testable import SimulatorServer
@testable import ExchangeSimulation

/// Field names, order and types of our payloads, against the exchange's documented and recorded ones.
@Suite struct PayloadTests {
  /// Keys as in the exchange's payloads, copied; `allPayloadsAreAsCopied` compares the copies with the originals where they are at hand.
  static let keys: [String: [String]] = [
    "ws-kline": ["e", "E", "s", "k"],
    "ws-kline/k": ["t", "T", "s", "i", "f", "L", "o", "c", "h", "l", "v", "n", "x", "q", "V", "Q", "B"],
    "ws-trade": ["e", "E", "s", "t", "p", "q", "T", "m", "M"],
    "ws-aggTrade": ["e", "E", "s", "a", "p", "q", "f", "l", "T", "m", "M"],
    "ws-bookTicker": ["u", "s", "b", "B", "a", "A"],
    "ws-miniTicker": ["e", "E", "s", "c", "o", "h", "l", "v", "q"],
    "ws-ticker": ["e", "E", "s", "p", "P", "w", "x", "c", "Q", "b", "B", "a", "A", "o", "h", "l", "v", "q", "O", "C", "F", "L", "n"],
    "ws-ticker-1h": ["e", "E", "s", "p", "P", "o", "h", "l", "c", "w", "v", "q", "O", "C", "F", "L", "n"],
    "ws-avgPrice": ["e", "E", "s", "i", "w", "T"],
    "ws-referencePrice": ["e", "s", "r", "t"],
    "ws-depthUpdate": ["e", "E", "s", "U", "u", "b", "a"],
    "rest-ticker-rolling": [
      "symbol", "priceChange", "priceChangePercent", "weightedAvgPrice", "openPrice", "highPrice", "lowPrice", "lastPrice", "volume",
      "quoteVolume", "openTime", "closeTime", "firstId", "lastId", "count",
    ],
    "rest-ticker-tradingDay": [
      "symbol", "priceChange", "priceChangePercent", "weightedAvgPrice", "openPrice", "highPrice", "lowPrice", "lastPrice", "volume",
      "quoteVolume", "openTime", "closeTime", "firstId", "lastId", "count",
    ],
    "rest-avgPrice": ["mins", "price", "closeTime"],
    "rest-referencePrice": ["symbol", "referencePrice", "timestamp"],
    "rest-referencePrice-calculation": ["symbol", "calculationType", "bucketCount", "bucketWidthMs"],
    "rest-executionRules": ["symbolRules"],
    "ws-partialDepth": ["lastUpdateId", "bids", "asks"],
    "rest-order-ack": ["symbol", "orderId", "orderListId", "clientOrderId", "transactTime"],
    "rest-order-result": [
      "symbol", "orderId", "orderListId", "clientOrderId", "transactTime", "price", "origQty", "executedQty", "origQuoteOrderQty",
      "cummulativeQuoteQty", "status", "timeInForce", "type", "side", "workingTime", "selfTradePreventionMode",
    ],
    "rest-query-order": [
      "symbol", "orderId", "orderListId", "clientOrderId", "price", "origQty", "executedQty", "cummulativeQuoteQty", "status",
      "timeInForce", "type", "side", "stopPrice", "icebergQty", "time", "updateTime", "isWorking", "workingTime", "origQuoteOrderQty",
      "selfTradePreventionMode",
    ],
    "rest-cancel-order": [
      "symbol", "origClientOrderId", "orderId", "orderListId", "clientOrderId", "transactTime", "price", "origQty", "executedQty",
      "origQuoteOrderQty", "cummulativeQuoteQty", "status", "timeInForce", "type", "side", "selfTradePreventionMode",
    ],
    "rest-account": [
      "makerCommission", "takerCommission", "buyerCommission", "sellerCommission", "commissionRates", "canTrade", "canWithdraw",
      "canDeposit", "brokered", "requireSelfTradePrevention", "preventSor", "updateTime", "accountType", "balances", "permissions", "uid",
    ],
    "rest-ticker-24hr-full": [
      "symbol", "priceChange", "priceChangePercent", "weightedAvgPrice", "prevClosePrice", "lastPrice", "lastQty", "bidPrice", "bidQty",
      "askPrice", "askQty", "openPrice", "highPrice", "lowPrice", "volume", "quoteVolume", "openTime", "closeTime", "firstId", "lastId",
      "count",
    ],
    "rest-ticker-24hr-mini": [
      "symbol", "openPrice", "highPrice", "lowPrice", "lastPrice", "volume", "quoteVolume", "openTime", "closeTime", "firstId", "lastId",
      "count",
    ],
    "rest-ticker-bookTicker": ["symbol", "bidPrice", "bidQty", "askPrice", "askQty"],
    "rest-ticker-price": ["symbol", "price"],
    "rest-exchangeInfo": ["timezone", "serverTime", "rateLimits", "exchangeFilters", "symbols"],
    "executionReport-new/event": [
      "e", "E", "s", "c", "S", "o", "f", "q", "p", "P", "F", "g", "C", "x", "X", "r", "i", "l", "z", "L", "n", "N", "T", "t", "I", "w",
      "m", "M", "O", "Z", "Y", "Q", "W", "V",
    ],
    "executionReport-expired/event": [
      "e", "E", "s", "c", "S", "o", "f", "q", "p", "P", "F", "g", "C", "x", "X", "r", "i", "l", "z", "L", "n", "N", "T", "t", "I", "w",
      "m", "M", "O", "Z", "Y", "Q", "W", "V", "eR",
    ],
    "outboundAccountPosition/event": ["e", "E", "u", "B"],
  ]

  /// Arrays: keys of their elements.
  static let elementKeys: [String: [String]] = [
    "rest-trades": ["id", "price", "qty", "quoteQty", "time", "isBuyerMaker", "isBestMatch"],
    "rest-myTrades": [
      "symbol", "id", "orderId", "orderListId", "price", "qty", "quoteQty", "commission", "commissionAsset", "time", "isBuyer", "isMaker",
      "isBestMatch",
    ],
  ]

  static func names(_ value: JSONTree?) -> [String] {
    guard case .object(let members)? = value else { return [] }
    return members.map(\.name)
  }

  private static func original(_ name: String) throws -> JSONTree {
    let parts = name.split(separator: "/").map(String.init)
    let data = try Data(contentsOf: URL(fileURLWithPath: SharedFolder.path("binance/payloads/\(parts[0]).json")))
    let value = try #require(JSONTree(Array(data)))
    return parts.count > 1 ? try #require(value[parts[1]]) : value
  }

  @Test(.enabled(if: SharedFolder.has("binance/payloads/INDEX.md"), "the exchange's payloads are not beside the package"))
  func allPayloadsAreAsCopied() throws {
    for (name, keys) in Self.keys { #expect(Self.names(try Self.original(name)) == keys, "\(name)") }
    for (name, keys) in Self.elementKeys { #expect(Self.names(try Self.original(name).elements?.first) == keys, "\(name)") }
  }

  private func value(_ json: [UInt8]) throws -> JSONTree {
    try #require(JSONTree(json), "\(String(decoding: json, as: UTF8.self))")
  }

  private func expect(_ json: [UInt8], has name: String, without missing: [String] = []) throws {
    let expected = try #require(Self.keys[name])
    #expect(Self.names(try value(json)) == expected.filter { !missing.contains($0) }, "\(name)")
  }

  @Test func streamMessagesHaveTheExchangesFields() throws {
    let symbol = try #require(Symbol("BTCUSDT"))
    let time = Timestamp(milliseconds: 1_672_515_782_136)
    let candle = Candle(openTime: Timestamp(milliseconds: 1_672_515_780_000), open: .one, high: .one, low: .one, close: .one, volume: .one)
    let kline = StreamPayloads.kline(Kline(candle: candle), symbol: symbol, interval: .oneMinute, isClosed: true, at: time)
    try expect(kline, has: "ws-kline")
    let inner = try #require(try value(kline)["k"])
    #expect(Self.names(inner) == Self.keys["ws-kline/k"])
    #expect(inner["T"]?.integer == 1_672_515_839_999)
    #expect(inner["o"] == .string("1.00000000"))
    let trade = MarketTradeFacts(id: 1, price: .one, quantity: .one, time: time, isBuyerMaker: true)
    try expect(StreamPayloads.trade(trade, symbol: symbol, at: time), has: "ws-trade")
    let aggregate = TradeTape.Aggregate(id: 1, price: .one, quantity: .one, firstID: 1, lastID: 2, time: time, isBuyerMaker: true)
    try expect(StreamPayloads.aggregateTrade(aggregate, symbol: symbol, at: time), has: "ws-aggTrade")
    let quote = Quote(symbol: symbol, bidPrice: .one, bidQuantity: .one, askPrice: .one, askQuantity: .one, time: time)
    try expect(StreamPayloads.bookTicker(quote, updateID: 5), has: "ws-bookTicker")
    try expect(StreamPayloads.depth(updateID: 1, bids: [], asks: []), has: "ws-partialDepth")
    let day = WindowStatistics(
      openTime: time, closeTime: time, open: .one, high: .one, low: .one, last: FixedDecimal(2), lastQuantity: .one, previousClose: .one)
    func written(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
      var json = JSONWriter()
      body(&json)
      return json.bytes
    }
    try expect(written { StreamPayloads.ticker(day, symbol: symbol, quote: quote, at: time, to: &$0) }, has: "ws-ticker")
    let hour = try #require(RollingWindow("1h"))
    try expect(written { StreamPayloads.rollingTicker(day, hour, symbol: symbol, at: time, to: &$0) }, has: "ws-ticker-1h")
    try expect(written { StreamPayloads.averagePrice(.one, lastTrade: time, symbol: symbol, at: time, to: &$0) }, has: "ws-avgPrice")
    try expect(StreamPayloads.referencePrice(nil, symbol: symbol, at: time), has: "ws-referencePrice")
    try expect(
      StreamPayloads.depthUpdate(DepthDifference.Message(firstID: 1, lastID: 2, bids: [], asks: []), symbol: symbol, at: time),
      has: "ws-depthUpdate")
    #expect(day.changePercent.text(fractionDigitsMinimum: 3) == "100.000")
    var json = JSONWriter()
    StreamPayloads.miniTicker(day, symbol: symbol, at: time, to: &json)
    try expect(json.bytes, has: "ws-miniTicker")
  }

  @Test func userEventsHaveTheExchangesFields() throws {
    let symbol = try #require(Symbol("BTCUSDT"))
    let time = Timestamp(milliseconds: 1_672_515_782_136)
    var order = ExchangeOrder(
      symbol: symbol, orderID: 1, account: 0, clientOrderID: "a", side: .buy, type: .limit, timeInForce: .goodTilCanceled, price: .one,
      stopPrice: .zero, quantity: .one, quoteQuantity: .zero, selfTradePrevention: .expireMaker, time: time, updateTime: time)
    order.workingTime = time
    func report(_ kind: ExchangeExecution.Kind) -> [UInt8] {
      OrderPayloads.executionReport(ExchangeExecution(kind: kind, order: order, executionID: 3, time: time))
    }
    try expect(report(.new), has: "executionReport-new/event")
    #expect(try value(report(.new))["N"] == .null && (try value(report(.new))["n"]) == .string("0"))
    order.status = .expired
    order.expiryReason = .insufficientLiquidity
    try expect(report(.expired), has: "executionReport-expired/event")
    try expect(
      OrderPayloads.accountPosition([AssetBalance(asset: "BTC", free: .one, locked: .zero)], at: time), has: "outboundAccountPosition/event"
    )
  }

  @Test func restAnswersHaveTheExchangesFields() async throws {
    try await ServerFixture.run { fixture in
      func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
      _ = try await fixture.get("/sim/advance", "ms=3000")
      let order = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=40000&newClientOrderId=p"
      for (detail, name) in [("ACK", "rest-order-ack"), ("RESULT", "rest-order-result")] {
        let answer = try await fixture.signed("POST", "/api/v3/order", "\(order)\(detail)&newOrderRespType=\(detail)")
        try expect(bytes(answer.text), has: name)
      }
      let full = try value(
        bytes(try await fixture.signed("POST", "/api/v3/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01").text))
      #expect(Set(Self.names(full)) == Set((Self.keys["rest-order-result"] ?? []) + ["fills"]))
      #expect(Self.names(full["fills"]?.elements?.first) == ["price", "qty", "commission", "commissionAsset", "tradeId"])
      try expect(
        bytes(try await fixture.signed("GET", "/api/v3/order", "symbol=BTCUSDT&origClientOrderId=pACK").text), has: "rest-query-order")
      try expect(
        bytes(try await fixture.signed("DELETE", "/api/v3/order", "symbol=BTCUSDT&origClientOrderId=pACK").text), has: "rest-cancel-order")
      try expect(bytes(try await fixture.signed("GET", "/api/v3/account").text), has: "rest-account")
      try expect(bytes(try await fixture.get("/api/v3/ticker/24hr", "symbol=BTCUSDT")), has: "rest-ticker-24hr-full")
      try expect(bytes(try await fixture.get("/api/v3/ticker/24hr", "symbol=BTCUSDT&type=MINI")), has: "rest-ticker-24hr-mini")
      try expect(bytes(try await fixture.get("/api/v3/ticker/bookTicker", "symbol=BTCUSDT")), has: "rest-ticker-bookTicker")
      try expect(bytes(try await fixture.get("/api/v3/ticker/price", "symbol=BTCUSDT")), has: "rest-ticker-price")
      try expect(bytes(try await fixture.get("/api/v3/exchangeInfo")), has: "rest-exchangeInfo")
      let mine = try value(bytes(try await fixture.signed("GET", "/api/v3/myTrades", "symbol=BTCUSDT").text))
      #expect(Self.names(mine.elements?.first) == Self.elementKeys["rest-myTrades"])
      let trades = try value(bytes(try await fixture.get("/api/v3/trades", "symbol=BTCUSDT")))
      #expect(Self.names(trades.elements?.first) == Self.elementKeys["rest-trades"])
    }
  }

  /// What the JSON reader takes and what it refuses.
  @Test(arguments: [
    ("{}", true), ("[1,-2.5e3,\"a\\u00e9\\n\",true,false,null]", true), (" {\"a\" : [ ] } ", true), ("", false), ("{", false),
    ("[1,]", false), ("{\"a\":1,}", false), ("01", false), ("0", true), ("-0.5", true), ("[1] 2", false), ("\"\\x\"", false),
    ("\"\\ud800\"", false), ("nul", false),
    ("-", false), ("1.", false), ("\u{FEFF}{}", false), (String(repeating: "[", count: 100), false),
  ])
  func jsonReaderIsStrict(text: String, isValid: Bool) {
    #expect((JSONTree(Array(text.utf8)) != nil) == isValid)
  }
}
