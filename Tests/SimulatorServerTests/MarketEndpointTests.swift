import Presentation
import Testing
import TradingModel

@testable import SimulatorServer

/// The public endpoints' parameters, limits and weights (rest-api.md, Market Data endpoints).
@Suite struct MarketEndpointTests {
  private func json(_ text: String) throws -> JSONTree { try #require(JSONTree(Array(text.utf8)), "\(text)") }

  private func rows(_ text: String) throws -> [JSONTree] { try #require(try json(text).elements, "\(text)") }

  @Test func answersHaveTheExchangesFields() async throws {
    try await ServerFixture.run({ $0.hasReferencePrices = true }) { fixture in
      _ = try await fixture.get("/sim/advance", "ms=3000")
      for (path, query, name) in [
        ("ticker", "symbol=BTCUSDT", "rest-ticker-rolling"), ("ticker/tradingDay", "symbol=BTCUSDT", "rest-ticker-tradingDay"),
        ("avgPrice", "symbol=BTCUSDT", "rest-avgPrice"), ("referencePrice", "symbol=BTCUSDT", "rest-referencePrice"),
        ("referencePrice/calculation", "symbol=BTCUSDT", "rest-referencePrice-calculation"), ("executionRules", "", "rest-executionRules"),
        ("ticker", "symbol=BTCUSDT&type=MINI", "rest-ticker-24hr-mini"),
      ] {
        let answer = try json(try await fixture.get("/api/v3/\(path)", query))
        #expect(PayloadTests.names(answer) == PayloadTests.keys[name], "\(path)")
      }
      let aggregate = try rows(try await fixture.get("/api/v3/aggTrades", "symbol=BTCUSDT&limit=1"))
      #expect(PayloadTests.names(aggregate.first) == ["a", "p", "q", "f", "l", "T", "m", "M"])
      let trade = try rows(try await fixture.get("/api/v3/historicalTrades", "symbol=BTCUSDT&limit=1"))
      #expect(PayloadTests.names(trade.first) == PayloadTests.elementKeys["rest-trades"])
      #expect(try await fixture.get("/api/v3/historicalBlockTrades", "symbol=BTCUSDT") == "[]")
    }
  }

  @Test func tradesArePagedByID() async throws {
    try await ServerFixture.run { fixture in
      _ = try await fixture.get("/sim/advance", "ms=20000")
      let youngest = try rows(try await fixture.get("/api/v3/trades", "symbol=BTCUSDT&limit=10"))
      let first = try #require(youngest.first?["id"]?.integer)
      let page = try rows(try await fixture.get("/api/v3/historicalTrades", "symbol=BTCUSDT&fromId=\(first)&limit=4"))
      #expect(page.compactMap { $0["id"]?.integer } == Array(first..<first + 4))
      #expect(try rows(try await fixture.get("/api/v3/historicalTrades", "symbol=BTCUSDT&limit=10")).count == 10)
      let time = try #require(youngest.last?["time"]?.integer)
      #expect(try rows(try await fixture.get("/api/v3/historicalTrades", "symbol=BTCUSDT&fromId=99999999")).isEmpty)
      let aggregates = try rows(
        try await fixture.get("/api/v3/aggTrades", "symbol=BTCUSDT&startTime=\(time - 5_000)&endTime=\(time)&limit=1000"))
      #expect(aggregates.allSatisfy { ($0["T"]?.integer ?? 0) >= time - 5_000 && ($0["T"]?.integer ?? .max) <= time })
      #expect(aggregates.last?["l"]?.integer == youngest.last?["id"]?.integer)
      // Aggregates hang together: each begins with the trade after the last of the one before.
      for (one, next) in zip(aggregates, aggregates.dropFirst()) {
        #expect((one["l"]?.integer ?? 0) + 1 == next["f"]?.integer && (one["a"]?.integer ?? 0) + 1 == next["a"]?.integer)
      }
      let id = try #require(aggregates.first?["a"]?.integer)
      let paged = try rows(try await fixture.get("/api/v3/aggTrades", "symbol=BTCUSDT&fromId=\(id)&limit=2"))
      #expect(paged.compactMap { $0["a"]?.integer } == [id, id + 1])
    }
  }

  /// One order through several levels at different prices, and several resting orders at one price, which are one aggregate.
  @Test func tradesOfOneOrderAtOnePriceAreOneAggregate() async throws {
    try await ServerFixture.run { fixture in
      _ = try await fixture.get("/sim/advance", "ms=3000")
      let before = try rows(try await fixture.get("/api/v3/trades", "symbol=BTCUSDT&limit=1"))
      _ = try await fixture.signed("POST", "/api/v3/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1.2")
      let id = try #require(before.first?["id"]?.integer)
      let trades = try rows(try await fixture.get("/api/v3/historicalTrades", "symbol=BTCUSDT&fromId=\(id + 1)"))
      try #require(!trades.isEmpty)
      let all = try rows(try await fixture.get("/api/v3/aggTrades", "symbol=BTCUSDT&limit=1000"))
      let mine = all.filter { ($0["f"]?.integer ?? 0) > id }
      #expect(mine.count == Set(trades.compactMap { $0["price"]?.text }).count)
      func sum(_ rows: [JSONTree], _ name: String) -> Quantity {
        rows.reduce(.zero) { $0 + ($1[name]?.text.flatMap { FixedDecimal(text: $0) } ?? .zero) }
      }
      #expect(sum(mine, "q") == sum(trades, "qty"))
    }
  }

  @Test func parametersThatExcludeEachOtherAreRefused() async throws {
    try await ServerFixture.run { fixture in
      for (path, query, code) in [
        ("exchangeInfo", "symbol=BTCUSDT&permissions=SPOT", -1128), ("exchangeInfo", "symbol=BTCUSDT&symbolStatus=TRADING", -1128),
        ("exchangeInfo", "symbolStatus=OPEN", -1122), ("exchangeInfo", "permissions=spot", -1130),
        ("aggTrades", "symbol=BTCUSDT&fromId=1&startTime=1700000000000", -1128), ("aggTrades", "symbol=BTCUSDT&fromId=x", -1100),
        ("ticker", "", -1102), ("ticker", "symbol=BTCUSDT&windowSize=60m", -1130), ("ticker", "symbol=BTCUSDT&windowSize=8d", -1130),
        ("ticker", "symbol=BTCUSDT&windowSize=0h", -1130), ("ticker/24hr", "symbol=BTCUSDT&type=SHORT", -1139),
        ("ticker/price", "symbol=BTCUSDT&symbolStatus=HALT", -1220), ("ticker/price", "symbols=%5B%22BTCUSDT%22,%22BTCUSDT%22%5D", -1151),
        ("klines", "symbol=BTCUSDT&interval=1d&timeZone=15", -1130), ("klines", "symbol=BTCUSDT&interval=1d&timeZone=5:5", -1130),
        ("referencePrice", "symbol=BTCUSDT", -2043), ("referencePrice/calculation", "symbol=BTCUSDT", -2043),
      ] {
        let answer = try await fixture.call("GET", "/api/v3/\(path)", query: query)
        let refused = try json(answer.text)["code"]?.integer
        #expect(answer.status == 400 && refused == Int64(code), "\(path)?\(query): \(answer.text)")
      }
      let many = (0..<101).map { "%22S\($0)%22" }.joined(separator: ",")
      #expect(try json(try await fixture.get("/api/v3/ticker", "symbols=%5B\(many)%5D"))["code"]?.integer == -1101)
      #expect(try rows(try await fixture.get("/api/v3/ticker/price", "symbolStatus=HALT")).isEmpty)
    }
  }

  @Test func exchangeInfoShowsWhatIsAskedFor() async throws {
    try await ServerFixture.run { fixture in
      func symbols(_ query: String) async throws -> [JSONTree] {
        try #require(try json(try await fixture.get("/api/v3/exchangeInfo", query))["symbols"]?.elements)
      }
      #expect(try await symbols("permissions=SPOT").count == 2)
      #expect(try await symbols("permissions=%5B%22MARGIN%22,%22LEVERAGED%22%5D").isEmpty)
      #expect(try await symbols("symbolStatus=TRADING").count == 2)
      #expect(try await symbols("symbolStatus=BREAK").isEmpty)
      #expect(try await symbols("symbol=BTCUSDT").first?["permissionSets"]?.elements?.count == 1)
      #expect(try await symbols("symbol=BTCUSDT&showPermissionSets=false").first?["permissionSets"]?.elements?.isEmpty == true)
      let limits = try json(try await fixture.get("/api/v3/exchangeInfo"))["rateLimits"]?.elements
      #expect(limits?.compactMap { $0["rateLimitType"]?.text } == ["REQUEST_WEIGHT", "ORDERS", "ORDERS", "RAW_REQUESTS"])
    }
  }

  /// Every row of the table of weights (rest-api.md), as the used weight grows.
  @Test func weightsAreAsDocumented() async throws {
    try await ServerFixture.run({ $0.hasReferencePrices = true }) { fixture in
      func used() async throws -> Int {
        let header = try await fixture.call("GET", "/api/v3/ping").headers["x-mbx-used-weight-1m"]
        return try #require(header.flatMap { Int($0) })
      }
      for (path, query, weight) in [
        ("time", "", 1), ("exchangeInfo", "", 20), ("depth", "symbol=BTCUSDT", 5), ("depth", "symbol=BTCUSDT&limit=101", 25),
        ("depth", "symbol=BTCUSDT&limit=501", 50), ("depth", "symbol=BTCUSDT&limit=9999", 250), ("trades", "symbol=BTCUSDT", 25),
        ("historicalTrades", "symbol=BTCUSDT", 25), ("historicalBlockTrades", "symbol=BTCUSDT", 25), ("aggTrades", "symbol=BTCUSDT", 4),
        ("klines", "symbol=BTCUSDT&interval=1m", 2), ("uiKlines", "symbol=BTCUSDT&interval=1m", 2), ("avgPrice", "symbol=BTCUSDT", 2),
        ("ticker/24hr", "symbol=BTCUSDT", 2), ("ticker/24hr", "symbols=%5B%22BTCUSDT%22,%22ETHUSDT%22%5D", 2), ("ticker/24hr", "", 80),
        ("ticker/tradingDay", "symbol=BTCUSDT", 4), ("ticker/tradingDay", "symbols=%5B%22BTCUSDT%22,%22ETHUSDT%22%5D", 8),
        ("ticker", "symbols=%5B%22BTCUSDT%22,%22ETHUSDT%22%5D", 8), ("ticker/price", "symbol=BTCUSDT", 2), ("ticker/price", "", 4),
        ("ticker/bookTicker", "symbol=BTCUSDT", 2), ("ticker/bookTicker", "", 4), ("referencePrice", "symbol=BTCUSDT", 2),
        ("executionRules", "symbol=BTCUSDT", 2), ("executionRules", "", 40),
      ] {
        // The window may end in between: then once more.
        var grown = 0
        for _ in 0..<2 where grown != weight {
          let before = try await used()
          #expect(try await fixture.call("GET", "/api/v3/\(path)", query: query).status == 200, "\(path)?\(query)")
          grown = try await used() - before - 1
        }
        #expect(grown == weight, "\(path)?\(query)")
      }
    }
  }

  @Test func timesComeInMicrosecondsWhereAsked() async throws {
    try await ServerFixture.run { fixture in
      func call(_ unit: String, _ path: String) async throws -> ServerFixture.Answer {
        try await fixture.call("GET", path, query: path.hasSuffix("klines") ? "symbol=BTCUSDT&interval=1m&limit=1" : "", unit: unit)
      }
      #expect(try await call("MICROSECOND", "/api/v3/time").text == "{\"serverTime\":1700000000000000}")
      #expect(try await call("microsecond", "/api/v3/time").text == "{\"serverTime\":1700000000000000}")
      #expect(try await call("MILLISECOND", "/api/v3/time").text == "{\"serverTime\":1700000000000}")
      #expect(try json(try await call("second", "/api/v3/time").text)["code"]?.integer == -1194)
      let row = try rows(try await call("MICROSECOND", "/api/v3/klines").text).first?.elements
      #expect(row?.first?.integer.map { $0 % 60_000_000 } == 0 && (row?.first?.integer ?? 0) > 1_600_000_000_000_000)
      // Times are taken in both units.
      let millis = try await fixture.get("/api/v3/klines", "symbol=BTCUSDT&interval=1m&startTime=1699999800000&limit=1")
      #expect(millis == (try await fixture.get("/api/v3/klines", "symbol=BTCUSDT&interval=1m&startTime=1699999800000000&limit=1")))
      #expect(try rows(millis).count == 1)
    }
  }

  @Test(arguments: [("1m", true), ("59m", true), ("23h", true), ("7d", true), ("24h", false), ("01m", false), ("-1m", false), ("m", false)])
  func windowSizesAreThoseOfTheDocuments(text: String, isValid: Bool) { #expect((RollingWindow(text) != nil) == isValid) }
}
