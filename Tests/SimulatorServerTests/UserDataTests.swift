import Presentation
import Time
import ServiceRuntime
import Testing
import TradingModel

@testable import SimulatorServer

@Suite struct UserDataTests {
  private func json(_ text: String) throws -> JSONTree { try #require(JSONTree(Array(text.utf8)), "\(text)") }

  private func signed(_ method: String, _ parameters: [(String, String)] = [], id: Int = 1) -> String {
    let all = parameters + [("apiKey", SimulatorConfiguration.testAPIKey), ("timestamp", String(WallClock.now().milliseconds))]
    let payload = all.sorted { $0.0 < $1.0 }.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    var json = JSONWriter()
    json.object {
      $0.field("id", id)
      $0.field("method", method)
      $0.object("params") {
        for (name, value) in all where name != "timestamp" { $0.field(name, value) }
        $0.key("timestamp")
        $0.literal(all.first { $0.0 == "timestamp" }?.1 ?? "0")
        $0.field("signature", HMACSHA256Vector.hex(payload))
      }
    }
    return String(decoding: json.bytes, as: UTF8.self)
  }

  @Test func ordersShowOnTheUserDataStreamInTheExchangesSequence() async throws {
    try await ServerFixture.run { fixture in
      _ = try await fixture.get("/sim/advance", "ms=1000")
      let probe = try await WebSocketProbe.connect(port: fixture.server.port, "/ws-api/v3")
      try await probe.send(signed("userDataStream.subscribe.signature"))
      #expect(try json(try await probe.text())["result"]?["subscriptionId"]?.integer == 0)
      try await probe.send(signed("userDataStream.subscribe.signature"))
      #expect(try json(try await probe.text())["error"]?["code"]?.integer == -2035)

      _ = try await fixture.signed("POST", "/api/v3/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.001&newClientOrderId=u1")
      var events: [JSONTree] = []
      while events.last?["e"]?.text != "outboundAccountPosition" {
        let message = try json(try await probe.text())
        #expect(message["subscriptionId"]?.integer == 0)
        events.append(try #require(message["event"]))
      }
      #expect(events.compactMap { $0["x"]?.text } == ["NEW", "TRADE"])
      #expect(events.compactMap { $0["X"]?.text } == ["NEW", "FILLED"])
      #expect(events.last?["B"]?.elements?.compactMap { $0["a"]?.text } == ["USDT", "BTC"])

      try await probe.send(
        signed(
          "order.place",
          [
            ("symbol", "BTCUSDT"), ("side", "SELL"), ("type", "LIMIT"), ("timeInForce", "GTC"), ("quantity", "0.01"), ("price", "90000"),
            ("newClientOrderId", "u2"),
          ], id: 7))
      var placed: JSONTree?
      var reported: JSONTree?
      while placed == nil || reported == nil {
        let message = try json(try await probe.text())
        if message["id"]?.integer == 7 { placed = message }
        if message["event"]?["e"]?.text == "executionReport" { reported = message["event"] }
      }
      #expect(placed?["result"]?["status"]?.text == "NEW")
      #expect(placed?["rateLimits"]?.elements?.count == 3)
      #expect(reported?["c"]?.text == "u2" && reported?["w"] == .bool(true))

      _ = try await fixture.signed("DELETE", "/api/v3/order", "symbol=BTCUSDT&origClientOrderId=u2&newClientOrderId=cancel-u2")
      let canceled = try json(try await probe.text(with: "CANCELED"))
      #expect(canceled["event"]?["c"]?.text == "cancel-u2" && canceled["event"]?["C"]?.text == "u2")

      try await probe.send(#"{"id":9,"method":"session.subscriptions"}"#)
      #expect(try json(try await probe.text(with: "\"id\":9"))["result"]?.elements?.count == 1)
      try await probe.send(#"{"id":10,"method":"userDataStream.unsubscribe"}"#)
      #expect(try await probe.text(with: "eventStreamTerminated").contains("\"subscriptionId\":0"))
      #expect(try json(try await probe.text())["status"]?.integer == 200)
      try await probe.close()
    }
  }

  @Test func badRequestsGetErrorsAndTheConnectionLives() async throws {
    try await ServerFixture.run { fixture in
      let probe = try await WebSocketProbe.connect(port: fixture.server.port, "/ws-api/v3?returnRateLimits=false")
      try await probe.send("{")
      #expect(try json(try await probe.text())["error"]?["code"]?.integer == -1135)
      try await probe.send(#"{"id":1,"method":"nothing"}"#)
      #expect(try json(try await probe.text())["error"]?["code"]?.integer == -1020)
      try await probe.send(#"{"id":"t","method":"time"}"#)
      #expect(try await probe.text() == #"{"id":"t","status":200,"result":{"serverTime":1700000000000}}"#)
      try await probe.send(#"{"id":3,"method":"v3/ping"}"#)
      #expect(try await probe.text() == #"{"id":3,"status":200,"result":{}}"#)
      try await probe.close()
    }
  }
}
