import Presentation
import TestSupport
import SimulatorServer
import Testing

/// Faults on sockets.
@Suite struct FaultConnectionTests {
  @Test func aSilentStreamPingsAndSaysNothing() async throws {
    try await ServerFixture.run {
      $0.pingSeconds = 0.1
    } _: { fixture in
      let probe = try await WebSocketProbe.connect(port: fixture.server.port, "/ws/btcusdt@trade")
      let ids = try await fixture.fault(#"{"on":"connection","do":"silent","kind":"stream"}"#)
      _ = try await fixture.get("/sim/advance", "ms=5000")
      try await probe.send(#"{"method":"LIST_SUBSCRIPTIONS","id":1}"#)
      #expect(try await fixture.onlyPings(probe))
      // Without the fault it speaks again.
      _ = try await fixture.call("DELETE", "/sim/faults/\(ids[0])")
      _ = try await fixture.get("/sim/advance", "ms=5000")
      #expect(try await probe.text().contains("\"e\":\"trade\""))
      try await probe.close()
    }
  }

  @Test func aHalfDeadSocketHearsAndSaysNothing() async throws {
    try await ServerFixture.run { fixture in
      let socket = try fixture.connect()
      try await fixture.fault(#"{"on":"connection","do":"oneWay","lost":"toClient","kind":"rest","connection":1}"#)
      try socket.write(ServerFixture.signedRequest("POST", "/api/v3/order", ServerFixture.market("deaf")))
      while try await fixture.status(of: "deaf") != "FILLED" {}
      socket.setTimeout(0.2)
      #expect(try socket.receive() == .nothing)
      _ = try await fixture.call("DELETE", "/sim/faults")
      socket.setTimeout(30)
      try socket.write("GET /api/v3/ping HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(try socket.answer().body == "{}")
    }
  }

  @Test func aSocketThatNothingReachesExecutesNothing() async throws {
    try await ServerFixture.run { fixture in
      let probe = try await fixture.userStream()
      try await fixture.fault(#"{"on":"connection","do":"oneWay","lost":"toServer","kind":"webSocketAPI"}"#)
      try await probe.send(
        ServerFixture.webSocketCall(
          "order.place",
          [("symbol", "BTCUSDT"), ("side", "BUY"), ("type", "MARKET"), ("quantity", "0.001"), ("newClientOrderId", "unheard")], id: 4))
      // Events still come.
      _ = try await fixture.signed("POST", "/api/v3/order", ServerFixture.market("heard"))
      #expect(try await fixture.events(probe) == ["NEW", "TRADE", "position"])
      #expect(try await fixture.status(of: "unheard") == nil)
    }
  }

  @Test func aBlackHoleTakesEverythingAndNeverEnds() async throws {
    try await ServerFixture.run { configuration in
      configuration.pingSeconds = 0.05
      configuration.pongTimeoutSeconds = 0.1
    } _: { fixture in
      // This one and the next.
      let socket = try fixture.connect(seconds: 0.4)
      let next = try fixture.connect(seconds: 0.4)
      try await fixture.fault(#"{"on":"connection","do":"blackHole","kind":"rest","connection":1}"#)
      try await fixture.fault(#"{"on":"connection","do":"blackHole","kind":"stream","count":0}"#)
      try socket.write(ServerFixture.signedRequest("POST", "/api/v3/order", ServerFixture.market("gone")))
      #expect(try socket.receive() == .nothing)
      try next.write(
        "GET /ws/btcusdt@trade HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
          + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
      #expect(try next.read(through: "\r\n\r\n").hasPrefix("HTTP/1.1 101"))
      // Pings would come every 50 ms, and the missing pongs would end it.
      #expect(try next.receive() == .nothing)
      _ = try await fixture.get("/sim/advance", "ms=5000")
      #expect(try next.receive() == .nothing)
      #expect(try await fixture.status(of: "gone") == nil)
    }
  }

  @Test(arguments: [false, true])
  func aConnectionEndsWithoutAWord(reset: Bool) async throws {
    try await ServerFixture.run { fixture in
      let socket = try fixture.connect()
      try socket.write("GET /api/v3/ping HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(try socket.answer().body == "{}")
      try await fixture.fault("{\"on\":\"connection\",\"do\":\"drop\",\"kind\":\"rest\",\"connection\":1,\"reset\":\(reset)}")
      #expect(try socket.receive() == (reset ? .reset : .closed))
    }
  }

  @Test func connectionsAreListedByNumber() async throws {
    try await ServerFixture.run { fixture in
      let probe = try await WebSocketProbe.connect(port: fixture.server.port, "/ws/btcusdt@trade")
      let socket = try fixture.connect()
      try socket.write("GET /api/v3/ping HTTP/1.1\r\nHost: x\r\n\r\n")
      _ = try socket.answer()
      let list = try fixture.tree(try await fixture.get("/sim/connections")).elements ?? []
      #expect(list.prefix(2).map { $0["kind"]?.text } == ["stream", "rest"])
      #expect(list.prefix(2).map { $0["connection"]?.integer } == [1, 2])
      #expect(list.prefix(2).map { $0["requests"]?.integer } == [1, 1])
      try await probe.close()
    }
  }

  @Test func aWebSocketStartsOnAConnectionThatServedRequests() async throws {
    try await ServerFixture.run { fixture in
      let socket = try fixture.connect()
      for _ in 0..<2 {
        try socket.write("GET /api/v3/ping HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try socket.answer().body == "{}")
      }
      // The first frame comes in the same segment as the request for the upgrade.
      let frame: [UInt8] = [0x81, 0x80 | 25, 0, 0, 0, 0] + Array(#"{"id":1,"method":"ping"} "#.utf8)
      try socket.write(
        Array(
          ("GET /ws-api/v3?returnRateLimits=false HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").utf8) + frame)
      let head = try socket.read(through: "\r\n\r\n")
      #expect(head.hasPrefix("HTTP/1.1 101"))
      // RFC 6455 §1.3
      #expect(head.lowercased().contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="))
      let answer = Array(#"{"id":1,"status":200,"result":{}}"#.utf8)
      #expect(try socket.read(answer.count + 2) == [0x81, UInt8(answer.count)] + answer)
    }
  }
}
