import Presentation
import SimulatorServer
import Testing
import TradingModel

/// Faults on market streams.
@Suite struct FaultMarketEventTests {
  /// One-minute candles of BTCUSDT that were told as complete over five minutes, by their open time, counted from the first minute.
  private func closedCandles(_ fault: String, untilLast last: Int64 = 5) async throws -> [Int64] {
    var seen: [Int64] = []
    try await ServerFixture.run { fixture in
      let probe = try await WebSocketProbe.connect(port: fixture.server.port, "/ws/btcusdt@kline_1m")
      try await fixture.fault(fault)
      _ = try await fixture.get("/sim/advance", "ms=345000")
      while seen.last != last {
        let candle = try fixture.tree(try await probe.text())["k"]
        guard candle?["x"] == .bool(true), let time = candle?["t"]?.integer else { continue }
        seen.append((time - 1_699_999_980_000) / 60_000)
      }
      try await probe.close()
    }
    return seen
  }

  @Test func closingCandlesAreLost() async throws {
    let candles = try await closedCandles(
      #"{"on":"marketEvent","do":"lose","event":"kline","interval":"1m","closed":true,"after":1,"count":2}"#)
    #expect(candles == [0, 3, 4, 5])
  }

  @Test func closingCandlesComeTwice() async throws {
    let candles = try await closedCandles(#"{"on":"marketEvent","do":"double","event":"kline","symbol":"BTCUSDT","closed":true}"#)
    #expect(candles == [0, 0, 1, 2, 3, 4, 5])
  }

  @Test func closingCandlesAreLate() async throws {
    let candles = try await closedCandles(
      #"{"on":"marketEvent","do":"delay","ms":400,"event":"kline","closed":true,"after":1}"#, untilLast: 1)
    #expect(candles == [0, 2, 3, 4, 5, 1])
  }

  @Test func candlesSwapPlacesAndAreGarbled() async throws {
    try await ServerFixture.run { fixture in
      let probe = try await WebSocketProbe.connect(port: fixture.server.port, "/ws/btcusdt@trade")
      try await fixture.fault(
        #"[{"on":"marketEvent","do":"reorder","event":"trade"},{"on":"marketEvent","do":"garble","event":"trade","after":2,"text":"!"}]"#)
      _ = try await fixture.get("/sim/advance", "ms=20000")
      let second = try #require(try fixture.tree(try await probe.text())["t"]?.integer)
      #expect(try fixture.tree(try await probe.text())["t"]?.integer == second - 1)
      #expect(try await probe.text() == "!")
      #expect(try fixture.tree(try await probe.text())["t"]?.integer == second + 2)
      try await probe.close()
    }
  }

  @Test(arguments: ["btcusdt@trade", "btcusdt@kline_1m", "btcusdt@bookTicker"])
  func onePriceIsWild(stream: String) async throws {
    try await ServerFixture.run { fixture in
      let probe = try await WebSocketProbe.connect(port: fixture.server.port, "/ws/\(stream)")
      try await fixture.fault(#"{"on":"marketEvent","do":"price","factor":"0.1","symbol":"BTCUSDT","after":1}"#)
      _ = try await fixture.get("/sim/advance", "ms=20000")
      var prices: [[FixedDecimal]] = []
      for _ in 0..<3 {
        let message = try fixture.tree(try await probe.text())
        let body = message["k"] ?? message
        let names = message["k"] != nil ? ["o", "h", "l", "c"] : message["p"] != nil ? ["p"] : ["b", "a"]
        prices.append(names.compactMap { body[$0]?.text.flatMap { FixedDecimal(text: $0) } })
        #expect(prices.last?.count == names.count)
      }
      for (position, price) in prices[1].enumerated() {
        #expect(price * FixedDecimal(5) < prices[0][position] && price * FixedDecimal(20) > prices[0][position])
        #expect(prices[2][position] * FixedDecimal(2) > prices[0][position])
      }
      try await probe.close()
    }
  }

  @Test func marketStreamsAreShutDown() async throws {
    try await ServerFixture.run { fixture in
      let probe = try await WebSocketProbe.connect(port: fixture.server.port, "/stream?streams=btcusdt@trade")
      try await fixture.fault(#"{"on":"connection","do":"shutdown","kind":"stream"}"#)
      #expect(try await probe.text().hasPrefix(#"{"stream":"!serverShutdown","data":{"e":"serverShutdown","#))
      #expect(try await probe.next() == .close(1_001))
    }
  }
}
