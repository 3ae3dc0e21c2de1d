import Presentation
import TestSupport
import SimulatorServer
import Testing

/// Faults on requests, as a client's socket sees them.
@Suite struct FaultRequestTests {
  @Test(arguments: [(true, false), (false, false), (true, true)])
  func anAnswerIsSwallowedWithoutAByte(executed: Bool, reset: Bool) async throws {
    try await ServerFixture.run { fixture in
      try await fixture.fault(
        "{\"on\":\"request\",\"do\":\"swallow\",\"executed\":\(executed),\"reset\":\(reset),\"request\":\"place\",\"clientIdPrefix\":\"lost\"}"
      )
      let socket = try fixture.connect()
      // The connection has served before.
      try socket.write(ServerFixture.signedRequest("POST", "/api/v3/order", ServerFixture.market("other")))
      #expect(try socket.answer().head.hasPrefix("HTTP/1.1 200"))
      try socket.write(ServerFixture.signedRequest("POST", "/api/v3/order", ServerFixture.market("lost-1")))
      let end = try socket.readToEnd()
      #expect(end.bytes.isEmpty)
      #expect(end.end == (reset ? .reset : .closed))
      #expect(try await fixture.status(of: "lost-1") == (executed ? "FILLED" : nil))
      let fault = try #require(try await fixture.faults().first)
      #expect(fault["struck"]?.integer == 1 && fault["matched"]?.integer == 1 && fault["spent"] == .bool(true))
      let answers = try await fixture.truth().filter { $0["record"]?.text == "answer" && $0["faults"] != nil }
      #expect(answers.map { $0["executed"] } == [.bool(executed)])
      #expect(answers.map { $0["status"]?.integer } == [0])
    }
  }

  @Test(arguments: ["before", "after"])
  func aDelayHoldsOneRequestAndNotTheOthers(place: String) async throws {
    try await ServerFixture.run { fixture in
      try await fixture.fault("{\"on\":\"request\",\"do\":\"delay\",\"\(place)Ms\":3000,\"request\":\"POST /api/v3/order\"}")
      let socket = try fixture.connect(seconds: 60)
      let other = try fixture.connect(seconds: 60)
      try socket.write(ServerFixture.signedRequest("POST", "/api/v3/order", ServerFixture.market("late")))
      try other.write("GET /api/v3/ping HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(try other.answer().body == "{}")
      #expect(try socket.answer().body.contains("FILLED"))
      // By the exchange's own record of when each thing happened.
      let lines = try await fixture.truth()
      func when(_ isIt: (JSONTree) -> Bool) throws -> Double {
        Double(try #require(lines.first(where: isIt)?["wallNanoseconds"]?.integer)) / 1e9
      }
      let asked = try when { $0["name"]?.text == "POST /api/v3/order" }
      let executed = try when { $0["record"]?.text == "execution" }
      let answered = try when { $0["record"]?.text == "answer" && $0["faults"] != nil }
      let otherAnswered = try when { $0["record"]?.text == "answer" && $0["faults"] == nil }
      #expect(otherAnswered < answered)
      if place == "before" {
        #expect(executed - asked >= 2.9)
      } else {
        #expect(executed - asked < 2.9 && answered - executed >= 2.9)
      }
    }
  }

  @Test func anyStatusCodeMessageAndHeaderIsAnswered() async throws {
    try await ServerFixture.run { fixture in
      try await fixture.fault(
        #"[{"on":"request","do":"answer","status":503,"code":-1007,"message":"Timeout","executed":true,"request":"place"},"#
          + #"{"on":"request","do":"answer","status":429,"code":-1003,"message":"slow","headers":{"Retry-After":"7"},"#
          + #""request":"query","symbol":"ETHUSDT"},"#
          + #"{"on":"request","do":"answer","status":502,"body":"<html>","headers":{"Content-Type":"text/html"},"request":"order.place"}]"#)
      let placed = try await fixture.signed("POST", "/api/v3/order", ServerFixture.market("done"))
      #expect(placed.status == 503)
      #expect(placed.text == #"{"code":-1007,"msg":"Timeout"}"#)
      #expect(try await fixture.status(of: "done") == "FILLED")
      let limited = try await fixture.signed("GET", "/api/v3/openOrders", "symbol=ETHUSDT")
      #expect(limited.status == 429 && limited.headers["retry-after"] == "7")
      #expect(try await fixture.signed("GET", "/api/v3/openOrders", "symbol=ETHUSDT").status == 200)
      let probe = try await WebSocketProbe.connect(port: fixture.server.port, "/ws-api/v3?returnRateLimits=false")
      try await probe.send(
        ServerFixture.webSocketCall(
          "order.place",
          [("symbol", "BTCUSDT"), ("side", "BUY"), ("type", "MARKET"), ("quantity", "0.001"), ("newClientOrderId", "ws")], id: 4))
      #expect(try await probe.text() == #"{"id":4,"status":502,"error":{"code":0,"msg":""}}"#)
      #expect(try await fixture.status(of: "ws") == nil)
      try await probe.close()
    }
  }

  @Test(arguments: [1, 20, 150, 400], [false, true])
  func anAnswerEndsAtAByte(bytes: Int, reset: Bool) async throws {
    try await ServerFixture.run { fixture in
      let whole = try fixture.connect()
      try whole.write("GET /api/v3/exchangeInfo HTTP/1.1\r\nHost: x\r\n\r\n")
      let answer = try whole.answer()
      let text = Array((answer.head + answer.body).utf8)
      try await fixture.fault("{\"on\":\"request\",\"do\":\"cut\",\"bytes\":\(bytes),\"reset\":\(reset),\"request\":\"market\"}")
      let socket = try fixture.connect()
      try socket.write("GET /api/v3/exchangeInfo HTTP/1.1\r\nHost: x\r\n\r\n")
      let got = try socket.readToEnd()
      #expect(got.end == (reset ? .reset : .closed))
      // A reset may overtake bytes that were not read yet.
      if reset { #expect(got.bytes.count <= bytes) } else { #expect(got.bytes.count == bytes) }
      #expect(got.bytes.count < 15 || got.bytes.starts(with: text[..<15]))
    }
  }

  @Test func theWebSocketAPIsAnswersAreSwallowedCutAndDelayed() async throws {
    try await ServerFixture.run { fixture in
      try await fixture.fault(#"{"on":"request","do":"delay","afterMs":3000,"request":"ping"}"#)
      let probe = try await WebSocketProbe.connect(port: fixture.server.port, "/ws-api/v3?returnRateLimits=false")
      try await probe.send(#"{"id":1,"method":"ping"}"#)
      try await probe.send(#"{"id":2,"method":"time"}"#)
      #expect(try await probe.text().contains("\"id\":2"))
      #expect(try await probe.text().contains("\"id\":1"))
      try await fixture.fault(#"{"on":"request","do":"swallow","request":"time"}"#)
      try await probe.send(#"{"id":3,"method":"time"}"#)
      #expect(try await probe.next() == .end)
      try await fixture.fault(#"{"on":"request","do":"cut","bytes":9,"request":"time"}"#)
      let other = try await WebSocketProbe.connect(port: fixture.server.port, "/ws-api/v3?returnRateLimits=false")
      try await other.send(#"{"id":3,"method":"time"}"#)
      #expect(try await other.next() == .end)
    }
  }

  @Test func aMarketOrderFindsAThinBook() async throws {
    try await ServerFixture.run { fixture in
      try await fixture.fault(#"{"on":"request","do":"partial","quantity":"0.0004","request":"place","side":"BUY","type":"MARKET"}"#)
      let order = try fixture.tree(try await fixture.signed("POST", "/api/v3/order", ServerFixture.market("thin")).text)
      #expect(order["status"]?.text == "EXPIRED")
      #expect(order["executedQty"]?.text == "0.00040000" && order["origQty"]?.text == "0.00100000")
      let next = try fixture.tree(try await fixture.signed("POST", "/api/v3/order", ServerFixture.market("full")).text)
      #expect(next["status"]?.text == "FILLED")
      try await fixture.fault(#"{"on":"request","do":"partial","fraction":"0.5","request":"place","side":"SELL"}"#)
      let half = try fixture.tree(try await fixture.signed("POST", "/api/v3/order", ServerFixture.market("half", side: "SELL")).text)
      #expect(half["status"]?.text == "EXPIRED" && half["executedQty"]?.text == "0.00050000")
    }
  }

  @Test func queriesLagBehind() async throws {
    try await ServerFixture.run { fixture in
      _ = try await fixture.signed("POST", "/api/v3/order", ServerFixture.limit("old"))
      let ids = try await fixture.fault(#"{"on":"request","do":"lag","ms":600000,"request":"query","count":0}"#)
      _ = try await fixture.signed("POST", "/api/v3/order", ServerFixture.market("new"))
      _ = try await fixture.signed("POST", "/api/v3/order", ServerFixture.limit("open"))
      _ = try await fixture.signed("DELETE", "/api/v3/order", "symbol=BTCUSDT&origClientOrderId=old")
      let unknown = try await fixture.signed("GET", "/api/v3/order", "symbol=BTCUSDT&origClientOrderId=new")
      #expect(unknown.status == 400 && unknown.text.contains("-2013"))
      #expect(try await fixture.status(of: "old") == "NEW")
      func names(_ path: String, _ key: String) async throws -> [String] {
        try fixture.tree(try await fixture.signed("GET", path, "symbol=BTCUSDT").text).elements?.compactMap { $0[key]?.parameterText } ?? []
      }
      #expect(try await names("/api/v3/openOrders", "clientOrderId") == ["old"])
      #expect(try await names("/api/v3/allOrders", "clientOrderId") == ["old"])
      #expect(try await names("/api/v3/myTrades", "orderId") == [])
      _ = try await fixture.call("DELETE", "/sim/faults/\(ids[0])")
      #expect(try await fixture.status(of: "new") == "FILLED")
      #expect(try await names("/api/v3/openOrders", "clientOrderId") == ["open"])
      #expect(try await names("/api/v3/allOrders", "clientOrderId") == ["old", "new", "open"])
      #expect(try await names("/api/v3/myTrades", "orderId").count == 1)
    }
  }

  @Test func queriesOmitWhatTheyAreTold() async throws {
    try await ServerFixture.run { fixture in
      for name in ["a", "b", "c"] { _ = try await fixture.signed("POST", "/api/v3/order", ServerFixture.market(name)) }
      func trades() async throws -> [Int64] {
        try fixture.tree(try await fixture.signed("GET", "/api/v3/myTrades", "symbol=BTCUSDT").text).elements?.compactMap {
          $0["id"]?.integer
        } ?? []
      }
      let all = try await trades()
      #expect(all.count == 3)
      try await fixture.fault(#"{"on":"request","do":"omit","newest":1,"request":"GET /api/v3/myTrades"}"#)
      #expect(try await trades() == Array(all.dropLast()))
      try await fixture.fault("{\"on\":\"request\",\"do\":\"omit\",\"ids\":[\(all[1])],\"request\":\"query\"}")
      #expect(try await trades() == [all[0], all[2]])
      try await fixture.fault(#"{"on":"request","do":"omit","newest":1,"request":"GET /api/v3/order"}"#)
      #expect(try await fixture.status(of: "a") == nil)
      #expect(try await fixture.status(of: "a") == "FILLED")
    }
  }

  @Test func listsAndCancelsAreChosenByTheirOrders() async throws {
    try await ServerFixture.run { fixture in
      try await fixture.fault(
        #"[{"on":"request","do":"answer","status":500,"request":"place","clientIdPrefix":"w-","side":"BUY","type":"LIMIT"},"#
          + #"{"on":"request","do":"answer","status":501,"request":"cancel","clientIdPrefix":"a-"},"#
          + #"{"on":"request","do":"answer","status":502,"request":"replace"},{"on":"request","do":"answer","status":503,"request":"amend"},"#
          + #"{"on":"request","do":"answer","status":504,"request":"test"}]"#)
      let list =
        "symbol=BTCUSDT&workingType=LIMIT&workingSide=BUY&workingClientOrderId=w-1&workingPrice=40000&workingQuantity=0.001"
        + "&workingTimeInForce=GTC&pendingType=MARKET&pendingSide=SELL&pendingQuantity=0.001"
      #expect(try await fixture.signed("POST", "/api/v3/orderList/oto", list).status == 500)
      #expect(try await fixture.signed("POST", "/api/v3/orderList/oto", list).status == 200)
      // The name of the cancel itself does not count.
      let other = try await fixture.signed("DELETE", "/api/v3/order", "symbol=BTCUSDT&origClientOrderId=b-1&newClientOrderId=a-1")
      #expect(other.status == 400)
      #expect(try await fixture.signed("DELETE", "/api/v3/order", "symbol=BTCUSDT&origClientOrderId=a-1").status == 501)
      #expect(try await fixture.signed("POST", "/api/v3/order/cancelReplace", "symbol=BTCUSDT").status == 502)
      #expect(try await fixture.signed("PUT", "/api/v3/order/amend/keepPriority", "symbol=BTCUSDT").status == 503)
      #expect(try await fixture.signed("POST", "/api/v3/order/test", ServerFixture.market("t")).status == 504)
    }
  }

  @Test func webSocketsAndSubscriptionsAreRefused() async throws {
    try await ServerFixture.run { fixture in
      try await fixture.fault(#"{"on":"request","do":"answer","status":503,"request":"upgrade"}"#)
      let handshake =
        "GET /ws/btcusdt@trade HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
      let socket = try fixture.connect()
      try socket.write(handshake)
      #expect(try socket.answer().head.hasPrefix("HTTP/1.1 503"))
      try await fixture.fault(#"{"on":"request","do":"swallow","request":"GET /ws/btcusdt@trade"}"#)
      let next = try fixture.connect()
      try next.write(handshake)
      let end = try next.readToEnd()
      #expect(end.bytes.isEmpty && end.end == .closed)
      try await fixture.fault(#"{"on":"request","do":"answer","status":401,"code":-2015,"message":"no","request":"subscribe"}"#)
      let probe = try await WebSocketProbe.connect(port: fixture.server.port, "/ws-api/v3?returnRateLimits=false")
      try await probe.send(ServerFixture.webSocketCall("userDataStream.subscribe.signature", id: 2))
      #expect(try await probe.text() == #"{"id":2,"status":401,"error":{"code":-2015,"msg":"no"}}"#)
      try await probe.send(ServerFixture.webSocketCall("userDataStream.subscribe.signature", id: 3))
      #expect(try await probe.text() == #"{"id":3,"status":200,"result":{"subscriptionId":0}}"#)
      try await probe.close()
    }
  }
}
