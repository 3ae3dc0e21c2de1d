import Presentation
import Testing
import TradingModel
import ExchangeSimulation

@testable import SimulatorServer

@Suite struct RESTTests {
  private func json(_ text: String) throws -> JSONTree { try #require(JSONTree(Array(text.utf8)), "\(text)") }

  @Test func publicEndpointsAnswer() async throws {
    try await ServerFixture.run { fixture in
      #expect(try await fixture.get("/api/v3/ping") == "{}")
      #expect(try await fixture.get("/api/v3/time") == "{\"serverTime\":1700000000000}")
      let info = try json(try await fixture.get("/api/v3/exchangeInfo", "symbols=%5B%22BTCUSDT%22,%22ETHUSDT%22%5D"))
      #expect(info["symbols"]?.elements?.count == 2)
      let klines = try json(try await fixture.get("/api/v3/klines", "symbol=BTCUSDT&interval=1m&limit=3"))
      #expect(klines.elements?.map { $0.elements?.count } == [12, 12, 12])
      _ = try await fixture.get("/sim/advance", "ms=2000")
      let depth = try json(try await fixture.get("/api/v3/depth", "symbol=BTCUSDT&limit=5"))
      #expect(depth["bids"]?.elements?.count == 5 && depth["asks"]?.elements?.count == 5)
      #expect(try json(try await fixture.get("/api/v3/trades", "symbol=BTCUSDT&limit=2")).elements?.count == 2)
    }
  }

  @Test func errorsHaveTheExchangesCodesAndStatuses() async throws {
    try await ServerFixture.run { fixture in
      func check(_ answer: ServerFixture.Answer, _ status: Int, _ code: Int) throws {
        #expect(answer.status == status, "\(answer.text)")
        #expect(try json(answer.text)["code"]?.integer == Int64(code), "\(answer.text)")
      }
      try check(try await fixture.call("GET", "/api/v3/klines", query: "symbol=NOPE&interval=1m"), 400, -1121)
      try check(try await fixture.call("GET", "/api/v3/klines", query: "symbol=BTCUSDT&interval=7m"), 400, -1120)
      try check(try await fixture.call("GET", "/api/v3/klines", query: "interval=1m"), 400, -1102)
      try check(try await fixture.call("GET", "/api/v3/klines", query: "symbol=BTCUSDT&interval=1m&limit=x"), 400, -1100)
      try check(try await fixture.call("GET", "/api/v3/account"), 401, -2014)
      try check(try await fixture.call("GET", "/api/v3/account", key: "other"), 401, -2015)
      try check(
        try await fixture.call(
          "GET", "/api/v3/account", query: "timestamp=1700000000000&signature=00", key: SimulatorConfiguration.testAPIKey), 400,
        -1022)
      for time in [5, -1, Int64.min, 1_483_228_800_000, Int64.max] {
        try check(try await fixture.signed("GET", "/api/v3/account", timestamp: time), 400, -1021)
      }
      try check(try await fixture.call("GET", "/api/v3/nothing"), 404, -1000)
      try check(try await fixture.call("POST", "/api/v3/userDataStream"), 410, -1020)
      try check(try await fixture.signed("GET", "/api/v3/order", "symbol=BTCUSDT&orderId=77"), 400, -2013)
      try check(try await fixture.signed("DELETE", "/api/v3/order", "symbol=BTCUSDT&origClientOrderId=none"), 400, -2011)
      let order = "symbol=BTCUSDT&side=BUY&type=MARKET&quantity="
      try check(try await fixture.signed("POST", "/api/v3/order", order + "0.000000001"), 400, -1111)
      try check(try await fixture.signed("POST", "/api/v3/order", order + "NaN"), 400, -1100)
      try check(try await fixture.signed("POST", "/api/v3/order", order + "1e400"), 400, -1100)
      try check(try await fixture.signed("POST", "/api/v3/order", order + "0.00001"), 400, -1013)
      try check(try await fixture.signed("POST", "/api/v3/order", order + "100"), 400, -2010)
    }
  }

  @Test func anOrderLivesThroughPlaceQueryCancelAndHistory() async throws {
    try await ServerFixture.run { fixture in
      _ = try await fixture.get("/sim/advance", "ms=1000")
      let bought = try await fixture.signed("POST", "/api/v3/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1&newClientOrderId=m1")
      #expect(bought.status == 200, "\(bought.text)")
      let answer = try json(bought.text)
      #expect(answer["status"]?.text == "FILLED")
      #expect(bought.headers["x-mbx-order-count-10s"] != nil && bought.headers["x-mbx-used-weight-1m"] != nil)
      let stop = try await fixture.signed(
        "POST", "/api/v3/order", "symbol=BTCUSDT&side=SELL&type=STOP_LOSS&quantity=0.05&stopPrice=30000&newClientOrderId=s1")
      #expect(stop.status == 200, "\(stop.text)")
      let open = try json(try await fixture.signed("GET", "/api/v3/openOrders", "symbol=BTCUSDT").text)
      #expect(open.elements?.compactMap { $0["clientOrderId"]?.text } == ["s1"])
      let queried = try json(try await fixture.signed("GET", "/api/v3/order", "symbol=BTCUSDT&origClientOrderId=s1").text)
      #expect(queried["status"]?.text == "NEW" && queried["stopPrice"]?.text == "30000.00000000" && queried["isWorking"] == .bool(false))
      let canceled = try json(
        try await fixture.signed("DELETE", "/api/v3/order", "symbol=BTCUSDT&origClientOrderId=s1&newClientOrderId=c1").text)
      #expect(canceled["origClientOrderId"]?.text == "s1" && canceled["clientOrderId"]?.text == "c1")
      let all = try json(try await fixture.signed("GET", "/api/v3/allOrders", "symbol=BTCUSDT").text)
      #expect(all.elements?.compactMap { $0["status"]?.text } == ["FILLED", "CANCELED"])
      let trades = try json(try await fixture.signed("GET", "/api/v3/myTrades", "symbol=BTCUSDT").text)
      let fills = try #require(answer["fills"]?.elements)
      #expect(trades.elements?.compactMap { $0["id"]?.integer } == fills.compactMap { $0["tradeId"]?.integer })
      #expect(trades.elements?.compactMap { $0["commission"]?.text } == fills.compactMap { $0["commission"]?.text })
      let truth = try json(try await fixture.get("/sim/orders"))
      #expect(truth.elements?.compactMap { $0["clientOrderId"]?.text } == ["m1", "s1", "s1"])
      #expect(truth.elements?.compactMap { $0["kind"]?.text } == ["place", "place", "cancel"])
    }
  }

  @Test func bodyAndQueryAreSignedTogether() async throws {
    try await ServerFixture.run { fixture in
      _ = try await fixture.get("/sim/advance", "ms=1000")
      let query = "symbol=BTCUSDT&side=BUY&type=MARKET"
      let body = "quantity=0.01&timestamp=1700000001000"
      let signature = HMACSHA256Vector.hex(query + body)
      let answer = try await fixture.call(
        "POST", "/api/v3/order", query: query, body: "\(body)&signature=\(signature)", key: SimulatorConfiguration.testAPIKey)
      #expect(answer.status == 200, "\(answer.text)")
    }
  }

  @Test func aRefusedOrderIsInTheTruthLogToo() async throws {
    try await ServerFixture.run { fixture in
      _ = try await fixture.call(
        "POST", "/api/v3/order",
        query: "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1&newClientOrderId=bad&timestamp=1700000000000&signature=00",
        key: SimulatorConfiguration.testAPIKey)
      let truth = try json(try await fixture.get("/sim/orders"))
      #expect(truth.elements?.first?["clientOrderId"]?.text == "bad")
      #expect(truth.elements?.first?["code"]?.integer == -1022)
    }
  }

  @Test func limitsAreEnforcedOnRequest() async throws {
    try await ServerFixture.run({
      $0.enforcesRateLimits = true
      $0.requestWeightLimit = 50
    }) { fixture in
      var statuses: [Int] = []
      for _ in 0..<4 { statuses.append(try await fixture.call("GET", "/api/v3/exchangeInfo").status) }
      // Two fit into a minute's 50; a new minute may begin in between.
      #expect(statuses.prefix(2) == [200, 200])
      #expect(statuses.contains(429))
      let refused = try await fixture.call("GET", "/api/v3/exchangeInfo")
      if refused.status == 429 {
        #expect(try json(refused.text)["code"]?.integer == -1003)
        #expect(refused.headers["retry-after"] != nil)
      }
    }
  }

  @Test func klinesFollowStartEndAndLimit() async throws {
    try await ServerFixture.run { fixture in
      func times(_ query: String) async throws -> [Int64] {
        try json(try await fixture.get("/api/v3/klines", "symbol=BTCUSDT&interval=1m&" + query)).elements?.compactMap {
          $0.elements?.first?.integer
        } ?? []
      }
      let all = try await times("limit=1000")
      #expect(all.count >= 5)
      #expect(zip(all, all.dropFirst()).allSatisfy { $1 - $0 == 60_000 })
      #expect(try await times("limit=2") == Array(all.suffix(2)))
      #expect(try await times("startTime=\(all[1])&limit=2") == Array(all[1...2]))
      #expect(try await times("startTime=\(all[1] + 1)&limit=2") == Array(all[2...3]))
      #expect(try await times("endTime=\(all[2])&limit=2") == Array(all[1...2]))
      #expect(try await times("startTime=\(all[1])&endTime=\(all[3])") == Array(all[1...3]))
      #expect(try await times("startTime=\(all[1])&endTime=\(all[1])") == [all[1]])
      #expect(try await times("startTime=\((all.last ?? 0) + 60_000)").isEmpty)
    }
  }
}
