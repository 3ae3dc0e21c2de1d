import Presentation
import Testing
import Time
import TradingModel

@testable import SimulatorServer

/// Candles in time zones (rest-api.md, klines; web-socket-streams.md, kline streams with timezone offset).
@Suite struct MarketKlineTests {
  private func json(_ text: String) throws -> JSONTree { try #require(JSONTree(Array(text.utf8)), "\(text)") }

  @Test(arguments: [
    ("0", 0), ("8", 480), ("-1:00", -60), ("05:45", 345), ("+08:00", 480), ("-12:00", -720), ("14:00", 840), ("4", 240),
  ])
  func zonesAreReadAsDocumented(text: String, minutes: Int64) { #expect(TimeZoneOffset(text)?.minutes == minutes) }

  @Test(arguments: ["", "15", "-12:01", "14:01", "8:0", "8:60", "x", "1:2:3", "--1", "008"])
  func otherZonesAreRefused(text: String) { #expect(TimeZoneOffset(text) == nil) }

  /// Days of +08:00 begin at 16:00 UTC, and are the hours between.
  @Test func daysOfAnotherZoneAreTheirHours() async throws {
    try await ServerFixture.run({ $0.historySeconds = 3 * 86_400 }) { fixture in
      func rows(_ query: String) async throws -> [[String]] {
        let rows = try #require(try json(try await fixture.get("/api/v3/klines", "symbol=BTCUSDT&\(query)")).elements)
        return rows.map { $0.elements?.compactMap(\.parameterText) ?? [] }
      }
      let days = try await rows("interval=1d&timeZone=8")
      #expect(days.count >= 3)
      let day = days[days.count - 2]
      let opens = try #require(Int64(day[0]))
      #expect(opens % 86_400_000 == 57_600_000 && Int64(day[6]) == opens + 86_399_999)
      let hours = try await rows("interval=1h&startTime=\(opens)&endTime=\(opens + 86_399_999)")
      #expect(hours.count == 24)
      #expect(hours[0][1] == day[1] && hours[23][4] == day[4])
      let volume = hours.reduce(Quantity.zero) { $0 + (FixedDecimal(text: $1[5]) ?? .zero) }
      #expect(FixedDecimal(text: day[5]) == volume)
      let (same, plain) = (try await rows("interval=1m&timeZone=8&limit=5"), try await rows("interval=1m&limit=5"))
      #expect(same == plain)
      let quarters = try await rows("interval=1h&timeZone=05:45")
      #expect(quarters.count > 70 && quarters.allSatisfy { Int64($0[0]).map { $0 % 3_600_000 } == 900_000 })
      let one = try await rows("interval=1d&timeZone=8&startTime=\(opens)&limit=1")
      #expect(one == [day])
    }
  }

  @Test func streamsOfAnotherZoneCloseAtItsMidnight() async throws {
    // 2023-11-14 15:59:00 UTC is a minute before midnight in +08:00.
    try await ServerFixture.run({
      $0.startTime = Timestamp(milliseconds: 1_699_977_540_000)
      $0.historySeconds = 3_600
    }) { fixture in
      let probe = try await WebSocketProbe.connect(port: fixture.server.port, "/ws/btcusdt@kline_1d@+08:00")
      _ = try await fixture.get("/sim/advance", "ms=90000")
      var last: JSONTree?
      while true {
        let kline = try #require(try json(try await probe.text())["k"])
        last = kline
        if kline["x"] == .bool(true) { break }
      }
      #expect(last?["T"]?.integer == 1_699_977_599_999 && last?["t"]?.integer == 1_699_977_600_000 - 86_400_000)
      let next = try #require(try json(try await probe.text())["k"])
      #expect(next["t"]?.integer == 1_699_977_600_000 && next["x"] == .bool(false))
      try await probe.close()
    }
  }
}
