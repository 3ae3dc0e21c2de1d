import Presentation
import Testing
import TradingModel

@testable import SimulatorServer

/// What can be subscribed to, and what is refused.
@Suite struct StreamKindTests {
  private func json(_ text: String) throws -> JSONTree { try #require(JSONTree(Array(text.utf8)), "\(text)") }

  @Test(arguments: [
    ("btcusdt@miniTicker", "24hrMiniTicker"), ("btcusdt@ticker", "24hrTicker"), ("btcusdt@ticker_1h", "1hTicker"),
    ("btcusdt@ticker_4h", "4hTicker"), ("btcusdt@ticker_1d", "1dTicker"), ("btcusdt@avgPrice", "avgPrice"),
    ("btcusdt@referencePrice", "referencePrice"), ("btcusdt@depth", "depthUpdate"), ("btcusdt@depth@100ms", "depthUpdate"),
    ("btcusdt@aggTrade", "aggTrade"), ("btcusdt@trade", "trade"), ("btcusdt@kline_1M", "kline"), ("btcusdt@kline_3d@+08:00", "kline"),
  ])
  func everyKindSpeaks(stream: String, event: String) async throws {
    try await ServerFixture.run({ $0.hasReferencePrices = true }) { fixture in
      let probe = try await WebSocketProbe.connect(port: fixture.server.port, "/ws/\(stream)")
      _ = try await fixture.get("/sim/advance", "ms=3000")
      #expect(try json(try await probe.text())["e"]?.text == event)
      try await probe.close()
    }
  }

  @Test func arraysHoldWhatChanged() async throws {
    try await ServerFixture.run { fixture in
      for (stream, event) in [("!miniTicker@arr", "24hrMiniTicker"), ("!ticker_1h@arr", "1hTicker")] {
        let probe = try await WebSocketProbe.connect(port: fixture.server.port, "/ws/\(stream)")
        _ = try await fixture.get("/sim/advance", "ms=5000")
        let rows = try #require(try json(try await probe.text()).elements)
        #expect(!rows.isEmpty && rows.allSatisfy { $0["e"]?.text == event })
        let symbols = rows.compactMap { $0["s"]?.text }
        #expect(symbols.count == rows.count && symbols.allSatisfy { ["BTCUSDT", "ETHUSDT"].contains($0) })
        try await probe.close()
      }
    }
  }

  @Test func partialDepthComesFiveTimesAsOftenWhenFast() async throws {
    try await ServerFixture.run { fixture in
      let probe = try await WebSocketProbe.connect(port: fixture.server.port, "/stream?streams=btcusdt@depth5/btcusdt@depth5@100ms")
      _ = try await fixture.get("/sim/advance", "ms=10000")
      try await probe.send(#"{"method":"LIST_SUBSCRIPTIONS","id":1}"#)
      var counts: [String: Int] = [:]
      while true {
        let message = try json(try await probe.text())
        guard let stream = message["stream"]?.text else { break }
        counts[stream, default: 0] += 1
      }
      // The market moves every 200 ms.
      #expect((counts["btcusdt@depth5"] ?? 0) >= 8 && (counts["btcusdt@depth5"] ?? 0) <= 10)
      #expect((counts["btcusdt@depth5@100ms"] ?? 0) > 3 * (counts["btcusdt@depth5"] ?? 0))
      try await probe.close()
    }
  }

  @Test(arguments: [
    ("nopeusdt@trade", "symbol NOPEUSDT is not traded here"), ("btcusdt@trades", "no such kind"), ("BTCUSDT@trade", "small letters"),
    ("!ticker@arr", "retired"), ("!bookTicker", "retired"), ("!ticker_2h@arr", "no such stream"), ("btcusdt", "no name of a stream"),
    ("btcusdt@kline_7m", "no such kind"), ("btcusdt@kline_1d@+09:00", "no such kind"), ("btcusdt@depth7", "no such kind"),
    ("btcusdt@depth@250ms", "no such kind"), ("btcusdt@ticker_1m", "no such kind"),
  ])
  func whatWillNeverComeIsRefused(stream: String, reason: String) async throws {
    try await ServerFixture.run { fixture in
      let probe = try await WebSocketProbe.connect(port: fixture.server.port, "/ws")
      try await probe.send(#"{"method":"SUBSCRIBE","params":["btcusdt@trade","\#(stream)"],"id":7}"#)
      let answer = try json(try await probe.text())
      #expect(answer["code"]?.integer == 2 && answer["id"]?.integer == 7)
      #expect(answer["msg"]?.text?.contains(reason) == true && answer["msg"]?.text?.contains(stream) == true)
      try await probe.send(#"{"method":"LIST_SUBSCRIPTIONS","id":8}"#)
      #expect(try await probe.text() == #"{"result":[],"id":8}"#)
      try await probe.close()
      // In the URL: the reason for this one, and the others.
      let other = try await WebSocketProbe.connect(port: fixture.server.port, "/stream?streams=btcusdt@bookTicker/\(stream)")
      #expect(try json(try await other.text())["code"]?.integer == 2)
      try await other.send(#"{"method":"LIST_SUBSCRIPTIONS","id":9}"#)
      #expect(try await other.text() == #"{"result":["btcusdt@bookTicker"],"id":9}"#)
      try await other.close()
    }
  }

  @Test func timesOfStreamsComeInMicrosecondsWhereAsked() async throws {
    try await ServerFixture.run { fixture in
      let fine = try await WebSocketProbe.connect(port: fixture.server.port, "/stream?streams=btcusdt@trade&timeUnit=MICROSECOND")
      let plain = try await WebSocketProbe.connect(port: fixture.server.port, "/ws/btcusdt@trade")
      _ = try await fixture.get("/sim/advance", "ms=3000")
      let trade = try #require(try json(try await fine.text())["data"])
      let same = try json(try await plain.text())
      #expect(trade["t"] == same["t"] && trade["p"] == same["p"])
      for name in ["E", "T"] { #expect(trade[name]?.integer == same[name]?.integer.map { $0 * 1_000 }) }
      try await fine.close()
      try await plain.close()
    }
  }
}
