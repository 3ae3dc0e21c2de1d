import Presentation
import Time
import Testing
import TradingModel
import Venue

@testable import SimulatorServer
@testable import ExchangeSimulation

/// User events of lists, amendments and prevented matches; and the trading calls of the WebSocket API.
@Suite struct OrderEventTests {
  private func json(_ text: String) throws -> JSONTree { try #require(JSONTree(Array(text.utf8)), "\(text)") }

  private static func names(_ value: JSONTree?) -> [String] {
    guard case .object(let members)? = value else { return [] }
    return members.map(\.name)
  }

  private func signed(_ method: String, _ parameters: [(String, String)] = [], id: Int) -> String {
    let all = parameters + [("apiKey", SimulatorConfiguration.testAPIKey), ("timestamp", "1700000001000")]
    let payload = all.sorted { $0.0 < $1.0 }.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    let fields = (all + [("signature", HMACSHA256Vector.hex(payload))]).map { "\"\($0.0)\":\"\($0.1)\"" }.joined(separator: ",")
    return "{\"id\":\(id),\"method\":\"\(method)\",\"params\":{\(fields)}}"
  }

  @Test func aListIsPlacedAndFollowedOnOneConnection() async throws {
    try await ServerFixture.run { fixture in
      _ = try await fixture.get("/sim/advance", "ms=1000")
      let text = try json(try await fixture.get("/api/v3/ticker/price", "symbol=BTCUSDT"))["price"]?.text ?? ""
      let price = try #require(Int(text.split(separator: ".").first ?? ""))
      let probe = try await WebSocketProbe.connect(port: fixture.server.port, "/ws-api/v3")
      try await probe.send(signed("userDataStream.subscribe.signature", id: 1))
      #expect(try json(try await probe.text())["result"]?["subscriptionId"]?.integer == 0)
      try await probe.send(
        signed(
          "orderList.place.oco",
          [
            ("symbol", "BTCUSDT"), ("side", "SELL"), ("quantity", "0.2"), ("aboveType", "LIMIT_MAKER"),
            ("abovePrice", "\(price * 11 / 10)"),
            ("belowType", "STOP_LOSS"), ("belowStopPrice", "\(price * 9 / 10)"), ("belowTrailingDelta", "100"),
            ("aboveClientOrderId", "profit"), ("belowClientOrderId", "stop"), ("listClientOrderId", "pair"),
          ], id: 2))
      var answer: JSONTree?
      var reports: [JSONTree] = []
      var started: JSONTree?
      while answer == nil || started == nil || reports.count < 2 {
        let message = try json(try await probe.text())
        if message["id"]?.integer == 2 { answer = message }
        if message["event"]?["e"]?.text == "executionReport" { reports.append(try #require(message["event"])) }
        if message["event"]?["e"]?.text == "listStatus" { started = message["event"] }
      }
      #expect(answer?["status"]?.integer == 200)
      let id = try #require(answer?["result"]?["orderListId"]?.integer)
      #expect(reports.compactMap { $0["g"]?.integer } == [id, id])
      #expect(reports.first?["d"]?.integer == 100 && reports.first?["c"]?.text == "stop")
      #expect(Self.names(started) == (try #require(OrderListServerTests.keys["listStatus/event"])))
      #expect(started?["l"]?.text == "EXEC_STARTED" && started?["C"]?.text == "pair")
      #expect(started?["O"]?.elements?.compactMap { $0["c"]?.text } == ["stop", "profit"])

      try await probe.send(
        signed("order.amend.keepPriority", [("symbol", "BTCUSDT"), ("origClientOrderId", "profit"), ("newQty", "0.1")], id: 3))
      let replaced = try json(try await probe.text(with: "\"REPLACED\""))["event"]
      #expect(replaced?["q"]?.text == "0.10000000" && replaced?["X"]?.text == "NEW")
      let updated = try json(try await probe.text(with: "\"UPDATED\""))["event"]
      #expect(updated?["L"]?.text == "EXECUTING")
      try await probe.send(
        signed("orderList.cancel", [("symbol", "BTCUSDT"), ("listClientOrderId", "pair"), ("newClientOrderId", "bye")], id: 4))
      let done = try json(try await probe.text(with: "\"e\":\"listStatus\""))["event"]
      #expect(done?["l"]?.text == "ALL_DONE" && done?["L"]?.text == "ALL_DONE")
      try await probe.send(signed("orderList.status", [("orderListId", "\(id)")], id: 5))
      #expect(try json(try await probe.text(with: "\"id\":5"))["result"]?["listOrderStatus"]?.text == "ALL_DONE")
      // A half failure carries its data under the error.
      try await probe.send(
        signed(
          "order.cancelReplace",
          [
            ("symbol", "BTCUSDT"), ("side", "BUY"), ("type", "LIMIT"), ("timeInForce", "GTC"), ("quantity", "0.01"),
            ("price", "\(price * 9 / 10)"), ("cancelReplaceMode", "ALLOW_FAILURE"), ("cancelOrigClientOrderId", "none"),
          ], id: 6))
      let half = try json(try await probe.text(with: "\"id\":6"))
      #expect(half["status"]?.integer == 409 && half["error"]?["code"]?.integer == -2021)
      #expect(half["error"]?["data"]?["newOrderResult"]?.text == "SUCCESS")
    }
  }

  /// The conditional fields of `executionReport-trade-prevention`, in their order.
  @Test func aPreventedMatchIsReportedWithItsFields() throws {
    let symbol = try #require(Symbol("BTCUSDT"))
    let time = Timestamp(milliseconds: 1_672_515_782_136)
    var order = ExchangeOrder(
      symbol: symbol, orderID: 5, account: 0, clientOrderID: "a", side: .buy, type: .limit, timeInForce: .goodTilCanceled, price: .one,
      stopPrice: .zero, quantity: .one, quoteQuantity: .zero, selfTradePrevention: .expireTaker, time: time, updateTime: time)
    order.workingTime = time
    order.status = .expiredInMatch
    order.prevented = .one
    order.expiryReason = .selfTradePrevention
    let match = BookPrevention(
      id: 3, takerOrderID: 5, makerOrderID: 37, mode: .expireTaker, price: FixedDecimal(2), takerQuantity: .one)
    let report = OrderPayloads.executionReport(
      ExchangeExecution(kind: .tradePrevention, order: order, prevention: match, executionID: 3, time: time))
    let value = try #require(JSONTree(report))
    let base = try #require(PayloadTests.keys["executionReport-new/event"])
    #expect(Self.names(value) == base + ["v", "A", "B", "u", "U", "Cs", "pl", "pL", "pY"])
    #expect(value["U"]?.integer == 37 && value["pL"]?.text == "2.00000000" && value["X"]?.text == "EXPIRED_IN_MATCH")
  }
}
