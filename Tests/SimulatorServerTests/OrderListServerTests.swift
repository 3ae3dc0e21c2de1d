import Presentation
import Foundation
import Testing
import TradingModel

@testable import SimulatorServer

/// Order lists, replacements and amendments over REST, against the exchange's documented payloads.
@Suite struct OrderListServerTests {
  /// Keys as in the exchange's payloads, copied; `allPayloadsAreAsCopied` compares the copies with the originals where they are at hand.
  static let keys: [String: [String]] = [
    "rest-orderList-oco": listKeys, "rest-orderList-oto": listKeys, "rest-orderList-otoco": listKeys, "rest-orderList-opo": listKeys,
    "rest-orderList-opoco": listKeys, "rest-orderList-oco-deprecated": listKeys, "rest-cancel-orderList": listKeys,
    "rest-query-orderList": Array(listKeys.dropLast()),
    "rest-orderList-oto/orderReports/1": [
      "symbol", "orderId", "orderListId", "clientOrderId", "transactTime", "price", "origQty", "executedQty", "origQuoteOrderQty",
      "cummulativeQuoteQty", "status", "timeInForce", "type", "side", "workingTime", "selfTradePreventionMode",
    ],
    "rest-orderList-opo/orderReports/1": [
      "symbol", "orderId", "orderListId", "clientOrderId", "transactTime", "price", "executedQty", "origQuoteOrderQty",
      "cummulativeQuoteQty", "status", "timeInForce", "type", "side", "workingTime", "selfTradePreventionMode",
    ],
    "rest-orderList-oco/orderReports/0": [
      "symbol", "orderId", "orderListId", "clientOrderId", "transactTime", "price", "origQty", "executedQty", "origQuoteOrderQty",
      "cummulativeQuoteQty", "status", "timeInForce", "type", "side", "stopPrice", "workingTime", "icebergQty", "selfTradePreventionMode",
    ],
    "rest-amend-keepPriority": ["transactTime", "executionId", "amendedOrder"],
    "rest-amend-keepPriority/amendedOrder": [
      "symbol", "orderId", "orderListId", "origClientOrderId", "clientOrderId", "price", "qty", "executedQty", "preventedQty",
      "quoteOrderQty", "cumulativeQuoteQty", "status", "timeInForce", "type", "side", "workingTime", "selfTradePreventionMode",
    ],
    "rest-amend-keepPriority-orderList/listStatus": [
      "orderListId", "contingencyType", "listOrderStatus", "listClientOrderId", "symbol", "orders",
    ],
    "rest-order-amendments/0": [
      "symbol", "orderId", "executionId", "origClientOrderId", "newClientOrderId", "origQty", "newQty", "time",
    ],
    "rest-cancelReplace-success": ["cancelResult", "newOrderResult", "cancelResponse", "newOrderResponse"],
    "rest-cancelReplace-new-failed-409": ["code", "msg", "data"],
    "rest-cancelReplace-new-failed-409/data": ["cancelResult", "newOrderResult", "cancelResponse", "newOrderResponse"],
    "listStatus/event": ["e", "E", "s", "g", "c", "l", "L", "r", "C", "T", "O"],
    "rest-myPreventedMatches/0": [
      "symbol", "preventedMatchId", "takerOrderId", "makerSymbol", "makerOrderId", "tradeGroupId", "selfTradePreventionMode", "price",
      "makerPreventedQuantity", "transactTime",
    ],
    "rest-myFilters": ["exchangeFilters", "symbolFilters", "assetFilters"],
    "rest-account-commission": ["symbol", "standardCommission", "specialCommission", "taxCommission", "discount"],
    "rest-order-test-commission": [
      "standardCommissionForOrder", "specialCommissionForOrder", "taxCommissionForOrder", "discount",
    ],
  ]
  private static let listKeys = [
    "orderListId", "contingencyType", "listStatusType", "listOrderStatus", "listClientOrderId", "transactionTime", "symbol", "orders",
    "orderReports",
  ]

  private static func names(_ value: JSONTree?) -> [String] {
    guard case .object(let members)? = value else { return [] }
    return members.map(\.name)
  }

  private static func part(_ tree: JSONTree, _ path: [String]) throws -> JSONTree {
    try path.reduce(tree) { value, name in
      if let index = Int(name) { return try #require(value.elements?[index]) }
      return try #require(value[name])
    }
  }

  @Test(.enabled(if: SharedFolder.has("binance/payloads/INDEX.md"), "the exchange's payloads are not beside the package"))
  func allPayloadsAreAsCopied() throws {
    for (name, keys) in Self.keys {
      let parts = name.split(separator: "/").map(String.init)
      let data = try Data(contentsOf: URL(fileURLWithPath: SharedFolder.path("binance/payloads/\(parts[0]).json")))
      let value = try Self.part(try #require(JSONTree(Array(data))), Array(parts.dropFirst()))
      #expect(Self.names(value) == keys, "\(name)")
    }
  }

  private func json(_ text: String) throws -> JSONTree { try #require(JSONTree(Array(text.utf8)), "\(text)") }

  private func expect(_ value: JSONTree?, has name: String) throws {
    #expect(Self.names(value) == (try #require(Self.keys[name])), "\(name)")
  }

  private func signed(_ fixture: ServerFixture, _ method: String, _ path: String, _ query: String, status: Int = 200) async throws
    -> JSONTree
  {
    let answer = try await fixture.signed(method, path, query)
    #expect(answer.status == status, "\(path)?\(query): \(answer.text)")
    return try json(answer.text)
  }

  /// Prices around 64,000: the generated market of the fixture stays near it.
  private func last(_ fixture: ServerFixture) async throws -> Int {
    let text = try json(try await fixture.get("/api/v3/ticker/price", "symbol=BTCUSDT"))["price"]?.text ?? ""
    return Int(text.split(separator: ".").first ?? "") ?? 0
  }

  @Test func everyKindOfListIsPlacedQueriedAndCanceled() async throws {
    try await ServerFixture.run { fixture in
      _ = try await fixture.get("/sim/advance", "ms=1000")
      let price = try await last(fixture)
      let (high, low, lower) = (price * 11 / 10, price * 9 / 10, price * 8 / 10)
      let working = "workingType=LIMIT&workingTimeInForce=GTC&workingSide=BUY&workingQuantity=0.1&workingPrice=\(low)"
      let rows: [(String, String, String)] = [
        (
          "rest-orderList-oco", "/api/v3/orderList/oco",
          "side=SELL&quantity=0.2&aboveType=LIMIT_MAKER&abovePrice=\(high)&belowType=STOP_LOSS_LIMIT&belowPrice=\(low)&belowStopPrice=\(low)"
            + "&belowTimeInForce=GTC&belowIcebergQty=0.05"
        ),
        (
          "rest-orderList-oto", "/api/v3/orderList/oto",
          working + "&pendingType=LIMIT_MAKER&pendingSide=SELL&pendingQuantity=0.1&pendingPrice=\(high)"
        ),
        (
          "rest-orderList-otoco", "/api/v3/orderList/otoco",
          working + "&pendingSide=SELL&pendingQuantity=0.1&pendingAboveType=LIMIT_MAKER&pendingAbovePrice=\(high)"
            + "&pendingBelowType=STOP_LOSS&pendingBelowStopPrice=\(lower)"
        ),
        ("rest-orderList-opo", "/api/v3/orderList/opo", working + "&pendingType=LIMIT_MAKER&pendingSide=SELL&pendingPrice=\(high)"),
        (
          "rest-orderList-opoco", "/api/v3/orderList/opoco",
          working + "&pendingSide=SELL&pendingAboveType=LIMIT_MAKER&pendingAbovePrice=\(high)"
            + "&pendingBelowType=STOP_LOSS&pendingBelowStopPrice=\(lower)"
        ),
        (
          "rest-orderList-oco-deprecated", "/api/v3/order/oco",
          "side=BUY&quantity=0.1&price=\(low)&stopPrice=\(high)&stopLimitPrice=\(high)&stopLimitTimeInForce=GTC"
        ),
      ]
      for (name, path, query) in rows {
        let placed = try await signed(fixture, "POST", path, "symbol=BTCUSDT&listClientOrderId=list-1&\(query)")
        try expect(placed, has: name)
        let id = try #require(placed["orderListId"]?.integer)
        for report in [name + "/orderReports/0", name + "/orderReports/1"] where Self.keys[report] != nil {
          try expect(try Self.part(placed, report.split(separator: "/").dropFirst().map(String.init)), has: report)
        }
        #expect(placed["orderReports"]?.elements?.compactMap { $0["orderListId"]?.integer }.allSatisfy { $0 == id } == true)
        try expect(try await signed(fixture, "GET", "/api/v3/orderList", "origClientOrderId=list-1"), has: "rest-query-orderList")
        #expect(try await signed(fixture, "GET", "/api/v3/openOrderList", "").elements?.count == 1)
        let canceled = try await signed(fixture, "DELETE", "/api/v3/orderList", "symbol=BTCUSDT&orderListId=\(id)&newClientOrderId=c")
        try expect(canceled, has: "rest-cancel-orderList")
        #expect(canceled["listOrderStatus"]?.text == "ALL_DONE")
        #expect(canceled["orderReports"]?.elements?.compactMap { $0["status"]?.text }.allSatisfy { $0 == "CANCELED" } == true)
        #expect(canceled["orderReports"]?.elements?.compactMap { $0["clientOrderId"]?.text }.allSatisfy { $0 == "c" } == true)
      }
      #expect(try await signed(fixture, "GET", "/api/v3/allOrderList", "").elements?.count == rows.count)
      #expect(try await signed(fixture, "GET", "/api/v3/orderList", "orderListId=77", status: 400)["code"]?.integer == -2018)
    }
  }

  @Test func cancelingEverythingAnswersOrdersAndLists() async throws {
    try await ServerFixture.run { fixture in
      _ = try await fixture.get("/sim/advance", "ms=1000")
      let price = try await last(fixture)
      _ = try await signed(
        fixture, "POST", "/api/v3/order", "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.1&price=\(price * 9 / 10)")
      _ = try await signed(
        fixture, "POST", "/api/v3/orderList/oco",
        "symbol=BTCUSDT&side=SELL&quantity=0.2&aboveType=LIMIT_MAKER&abovePrice=\(price * 11 / 10)&belowType=STOP_LOSS&belowStopPrice="
          + "\(price * 9 / 10)")
      let canceled = try await signed(fixture, "DELETE", "/api/v3/openOrders", "symbol=BTCUSDT")
      #expect(canceled.elements?.count == 2)
      #expect(canceled.elements?.first?["orderListId"]?.integer == -1)
      try expect(canceled.elements?.last, has: "rest-cancel-orderList")
      #expect(try await signed(fixture, "GET", "/api/v3/openOrders", "symbol=BTCUSDT").elements?.isEmpty == true)
    }
  }

  @Test func aReplacementTellsBothHalves() async throws {
    try await ServerFixture.run { fixture in
      _ = try await fixture.get("/sim/advance", "ms=1000")
      let price = try await last(fixture)
      let limit = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.1&price=\(price * 9 / 10)"
      let taking = "symbol=BTCUSDT&side=BUY&type=LIMIT_MAKER&quantity=0.1&price=\(price * 11 / 10)"
      _ = try await signed(fixture, "POST", "/api/v3/order", limit + "&newClientOrderId=a")
      let path = "/api/v3/order/cancelReplace"
      let done = try await signed(
        fixture, "POST", path, limit + "&cancelReplaceMode=STOP_ON_FAILURE&cancelOrigClientOrderId=a&newClientOrderId=b")
      try expect(done, has: "rest-cancelReplace-success")
      #expect(done["newOrderResponse"]?["fills"]?.elements?.isEmpty == true)
      let rows: [(String, String, Int, Int64, [String])] = [
        (taking, "STOP_ON_FAILURE&cancelOrigClientOrderId=none", 400, -2022, ["FAILURE", "NOT_ATTEMPTED"]),
        (taking, "ALLOW_FAILURE&cancelOrigClientOrderId=none", 400, -2022, ["FAILURE", "FAILURE"]),
        (limit, "ALLOW_FAILURE&cancelOrigClientOrderId=none", 409, -2021, ["FAILURE", "SUCCESS"]),
        (taking, "STOP_ON_FAILURE&cancelOrigClientOrderId=b", 409, -2021, ["SUCCESS", "FAILURE"]),
      ]
      for (order, mode, status, code, results) in rows {
        let answer = try await signed(fixture, "POST", path, "\(order)&cancelReplaceMode=\(mode)", status: status)
        try expect(answer, has: "rest-cancelReplace-new-failed-409")
        try expect(answer["data"], has: "rest-cancelReplace-new-failed-409/data")
        #expect(answer["code"]?.integer == code)
        #expect([answer["data"]?["cancelResult"]?.text, answer["data"]?["newOrderResult"]?.text] == results)
        if results[1] == "NOT_ATTEMPTED" { #expect(answer["data"]?["newOrderResponse"] == .null) }
      }
    }
  }

  @Test func theOrderLimitStopsTheNewOrderAndOnRequestNotTheCancel() async throws {
    try await ServerFixture.run({
      $0.enforcesRateLimits = true
      $0.orderLimitDay = 2
    }) { fixture in
      _ = try await fixture.get("/sim/advance", "ms=1000")
      let price = try await last(fixture)
      let limit = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.1&price=\(price * 9 / 10)"
      _ = try await signed(fixture, "POST", "/api/v3/order", limit + "&newClientOrderId=a")
      _ = try await signed(fixture, "POST", "/api/v3/order", limit + "&newClientOrderId=b")
      let replace = limit + "&cancelReplaceMode=STOP_ON_FAILURE&cancelOrigClientOrderId=a"
      let nothing = try await signed(fixture, "POST", "/api/v3/order/cancelReplace", replace, status: 429)
      #expect(nothing["code"]?.integer == -1015 && nothing["data"] == nil)
      let only = try await signed(
        fixture, "POST", "/api/v3/order/cancelReplace", replace + "&orderRateLimitExceededMode=CANCEL_ONLY", status: 429)
      #expect(only["code"]?.integer == -2021 && only["data"]?["cancelResult"]?.text == "SUCCESS")
      #expect(only["data"]?["newOrderResponse"]?["code"]?.integer == -1015)
    }
  }

  @Test func anAmendmentIsAnsweredAndListed() async throws {
    try await ServerFixture.run { fixture in
      _ = try await fixture.get("/sim/advance", "ms=1000")
      let price = try await last(fixture)
      let placed = try await signed(
        fixture, "POST", "/api/v3/order",
        "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.1&price=\(price * 9 / 10)&newClientOrderId=a")
      let amended = try await signed(
        fixture, "PUT", "/api/v3/order/amend/keepPriority", "symbol=BTCUSDT&origClientOrderId=a&newQty=0.05")
      try expect(amended, has: "rest-amend-keepPriority")
      try expect(amended["amendedOrder"], has: "rest-amend-keepPriority/amendedOrder")
      #expect(amended["amendedOrder"]?["orderId"]?.integer == placed["orderId"]?.integer)
      let id = try #require(placed["orderId"]?.integer)
      let history = try await signed(fixture, "GET", "/api/v3/order/amendments", "symbol=BTCUSDT&orderId=\(id)")
      try expect(history.elements?.first, has: "rest-order-amendments/0")
      _ = try await signed(
        fixture, "POST", "/api/v3/orderList/oco",
        "symbol=BTCUSDT&side=SELL&quantity=0.2&aboveType=LIMIT_MAKER&abovePrice=\(price * 11 / 10)&belowType=STOP_LOSS&belowStopPrice="
          + "\(price * 9 / 10)&aboveClientOrderId=leg")
      let leg = try await signed(fixture, "PUT", "/api/v3/order/amend/keepPriority", "symbol=BTCUSDT&origClientOrderId=leg&newQty=0.1")
      try expect(leg["listStatus"], has: "rest-amend-keepPriority-orderList/listStatus")
      let refused = try await signed(
        fixture, "PUT", "/api/v3/order/amend/keepPriority", "symbol=BTCUSDT&orderId=\(id)&newQty=0.5", status: 400)
      #expect(refused["code"]?.integer == -2038)
    }
  }

  @Test func theAccountsOtherQueriesHaveTheExchangesFields() async throws {
    try await ServerFixture.run { fixture in
      _ = try await fixture.get("/sim/advance", "ms=1000")
      let price = try await last(fixture)
      let maker = try await signed(
        fixture, "POST", "/api/v3/order",
        "symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTC&quantity=0.1&price=\(price * 11 / 10)&strategyId=7&strategyType=1000000")
      let taker = try await signed(
        fixture, "POST", "/api/v3/order",
        "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.1&price=\(price * 11 / 10)&selfTradePreventionMode=EXPIRE_MAKER")
      #expect(maker["strategyId"]?.integer == 7 && maker["strategyType"]?.integer == 1_000_000)
      // The taker trades with the house first; only what passes it meets our own order.
      #expect(taker["status"]?.text == "FILLED")
      let filters = try await signed(fixture, "GET", "/api/v3/myFilters", "symbol=BTCUSDT")
      try expect(filters, has: "rest-myFilters")
      #expect(filters["symbolFilters"]?.elements?.compactMap { $0["filterType"]?.text }.contains("MAX_NUM_ORDER_AMENDS") == true)
      try expect(try await signed(fixture, "GET", "/api/v3/account/commission", "symbol=BTCUSDT"), has: "rest-account-commission")
      try expect(
        try await signed(
          fixture, "POST", "/api/v3/order/test", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1&computeCommissionRates=true"),
        has: "rest-order-test-commission")
      #expect(try await signed(fixture, "GET", "/api/v3/myAllocations", "symbol=BTCUSDT").elements?.isEmpty == true)
      #expect(try await signed(fixture, "GET", "/api/v3/myPreventedMatches", "symbol=BTCUSDT", status: 400)["code"]?.integer == -1128)
      #expect(try await signed(fixture, "POST", "/api/v3/sor/order", "symbol=BTCUSDT", status: 400)["code"]?.integer == -1020)
      let restricted = try await signed(
        fixture, "DELETE", "/api/v3/order", "symbol=BTCUSDT&orderId=1&cancelRestrictions=NEVER", status: 400)
      #expect(restricted["code"]?.integer == -1145)
    }
  }
}
