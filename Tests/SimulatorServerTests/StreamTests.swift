import Foundation
import Presentation
import Testing
import TradingModel

@testable import SimulatorServer

@Suite struct StreamTests {
  private func json(_ text: String) throws -> JSONTree { try #require(JSONTree(Array(text.utf8)), "\(text)") }

  @Test func closedCandlesOfTheStreamEqualThoseOfREST() async throws {
    try await ServerFixture.run { fixture in
      let probe = try await WebSocketProbe.connect(port: fixture.server.port, "/ws/btcusdt@kline_1s")
      _ = try await fixture.get("/sim/advance", "ms=30000")
      var streamed: [[String]] = []
      while streamed.count < 29 {
        let kline = try #require(try json(try await probe.text())["k"])
        guard kline["x"] == .bool(true) else { continue }
        streamed.append(["t", "o", "h", "l", "c", "v", "n", "q", "V", "Q"].map { kline[$0]?.parameterText ?? "?" })
      }
      let start = try #require(streamed.first?.first)
      let rows = try json(try await fixture.get("/api/v3/klines", "symbol=BTCUSDT&interval=1s&startTime=\(start)&limit=29"))
      let served = try #require(rows.elements).map { row -> [String] in
        let cells = row.elements?.compactMap(\.parameterText) ?? []
        return [0, 1, 2, 3, 4, 5, 8, 7, 9, 10].map { cells[$0] }
      }
      #expect(streamed == served)
      try await probe.close()
    }
  }

  @Test func combinedStreamsNameTheirStream() async throws {
    try await ServerFixture.run { fixture in
      let probe = try await WebSocketProbe.connect(
        port: fixture.server.port, "/stream?streams=btcusdt@trade/ethusdt@bookTicker/btcusdt@miniTicker")
      _ = try await fixture.get("/sim/advance", "ms=3000")
      let trade = try json(try await probe.text(with: "btcusdt@trade"))
      #expect(trade["data"]?["e"]?.text == "trade")
      #expect(try json(try await probe.text(with: "ethusdt@bookTicker"))["data"]?["u"]?.integer != nil)
      #expect(try json(try await probe.text(with: "btcusdt@miniTicker"))["data"]?["e"]?.text == "24hrMiniTicker")
      let status = try json(try await fixture.get("/sim/status"))
      #expect(status["subscriptions"]?.integer == 3)
      #expect(status["streams"]?["btcusdt@trade"]?.integer == 1)
      try await probe.close()
    }
  }

  @Test func controlMessagesAnswerAsTheExchange() async throws {
    try await ServerFixture.run { fixture in
      let probe = try await WebSocketProbe.connect(port: fixture.server.port, "/ws")
      func ask(_ text: String) async throws -> String {
        try await probe.send(text)
        return try await probe.text()
      }
      #expect(try await ask(#"{"method":"SUBSCRIBE","params":["btcusdt@trade","btcusdt@depth"],"id":1}"#) == #"{"result":null,"id":1}"#)
      #expect(try await ask(#"{"method":"LIST_SUBSCRIPTIONS","id":"abc"}"#) == #"{"result":["btcusdt@trade","btcusdt@depth"],"id":"abc"}"#)
      #expect(try await ask(#"{"method":"UNSUBSCRIBE","params":["btcusdt@depth"],"id":312}"#) == #"{"result":null,"id":312}"#)
      #expect(try await ask(#"{"method":"GET_PROPERTY","params":["combined"],"id":2}"#) == #"{"result":false,"id":2}"#)
      #expect(try await ask(#"{"method":"SET_PROPERTY","params":["combined",true],"id":5}"#) == #"{"result":null,"id":5}"#)
      #expect(try await ask(#"{"method":"GET_PROPERTY","params":["combined"],"id":2}"#) == #"{"result":true,"id":2}"#)
      #expect(try await ask(#"{"method":"GET_PROPERTY","params":["other"],"id":2}"#).hasPrefix(#"{"code":0,"#))
      #expect(try await ask(#"{"method":"SET_PROPERTY","params":["combined",1],"id":2}"#).hasPrefix(#"{"code":1,"#))
      #expect(
        try await ask(#"{"method":"SUBSCRIBEX","params":[],"id":2}"#).hasPrefix(
          #"{"code":2,"msg":"Invalid request: unknown variant SUBSCRIBEX"#))
      #expect(try await ask(#"{"method":"SUBSCRIBE","params":["a"],"id":1.5}"#).hasPrefix(#"{"code":2,"#))
      #expect(try await ask("hello") == #"{"code":3,"msg":"Invalid JSON: expected value at line 1 column 1"}"#)
      try await probe.close()
    }
  }

  @Test func aClientThatAnswersNoPingIsClosed() async throws {
    try await ServerFixture.run({
      $0.pingSeconds = 0.05
      // Long enough for a polite client on a machine that does much else.
      $0.pongTimeoutSeconds = 3
    }) { fixture in
      let silent = try await WebSocketProbe.connect(port: fixture.server.port, "/ws", answersPings: false)
      let polite = try await WebSocketProbe.connect(port: fixture.server.port, "/ws")
      var pings = 0
      loop: while true {
        switch try await silent.next() {
        case .ping: pings += 1
        case .close(let code):
          #expect(code == 1008)
          break loop
        default: Issue.record("unexpected event")
        }
      }
      #expect(pings >= 2)
      for _ in 0..<8 {
        guard case .ping = try await polite.next() else {
          Issue.record("the polite client lost its connection")
          break
        }
      }
      try await polite.close()
    }
  }

  @Test func shutdownIsAnnouncedAndDroppedConnectionsEnd() async throws {
    try await ServerFixture.run { fixture in
      let raw = try await WebSocketProbe.connect(port: fixture.server.port, "/ws/btcusdt@trade")
      let combined = try await WebSocketProbe.connect(port: fixture.server.port, "/stream?streams=btcusdt@trade")
      let api = try await WebSocketProbe.connect(port: fixture.server.port, "/ws-api/v3")
      _ = try await fixture.get("/sim/shutdown-streams")
      #expect(try await raw.text() == #"{"e":"serverShutdown","E":1700000000000}"#)
      #expect(try await combined.text() == #"{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1700000000000}}"#)
      #expect(try await api.text() == #"{"event":{"e":"serverShutdown","E":1700000000000}}"#)
      #expect(try await raw.next() == .close(1001))
      let second = try await WebSocketProbe.connect(port: fixture.server.port, "/ws/btcusdt@trade")
      _ = try await fixture.get("/sim/drop-connections")
      #expect(try await second.next() == .end)
    }
  }

  @Test func aReaderThatFallsBehindIsCutOff() async throws {
    try await ServerFixture.run({ $0.pendingBytesMaximum = 1 << 20 }) { fixture in
      let names = ["kline_1s", "trade", "aggTrade", "bookTicker", "ticker", "depth20"].map { "btcusdt@\($0)" }.joined(separator: "/")
      let slow = try await WebSocketProbe.connect(port: fixture.server.port, "/stream?streams=\(names)", reads: false)
      var overflows: Int64 = 0
      for _ in 0..<40 where overflows == 0 {
        _ = try await fixture.get("/sim/advance", "ms=600000")
        overflows = try json(try await fixture.get("/sim/status"))["connections"]?["overflows"]?.integer ?? 0
      }
      #expect(overflows == 1)
      #expect(try json(try await fixture.get("/sim/status"))["connections"]?["streams"]?.integer == 0)
      try? await slow.close()
    }
  }
}
