import Presentation
import SimulatorServer
import Testing

/// What the keeper, the owner and other participants do by command, as a client sees it.
@Suite struct FaultKeeperTests {
  private func place(_ fixture: ServerFixture, _ parameters: String) async throws -> String {
    try await fixture.signed("POST", "/api/v3/order", parameters).text
  }

  @Test func aSymbolIsHaltedChangedAndDelisted() async throws {
    try await ServerFixture.run { fixture in
      _ = try await place(fixture, ServerFixture.limit("rest"))
      #expect(try await fixture.call("POST", "/sim/symbol", query: "symbol=BTCUSDT&status=HALT").status == 200)
      #expect(try await place(fixture, ServerFixture.market("a")).contains("Market is closed."))
      #expect(try await fixture.get("/api/v3/exchangeInfo", "symbol=BTCUSDT").contains("\"status\":\"HALT\""))
      _ = try await fixture.get("/sim/symbol", "symbol=BTCUSDT&status=TRADING&stepSize=0.01&minQty=0.01")
      #expect(try await place(fixture, ServerFixture.market("b")).contains("LOT_SIZE"))
      _ = try await fixture.get("/sim/symbol", "symbol=BTCUSDT&stepSize=0.00001&minQty=0.00001&permissionSets=LEVERAGED")
      #expect(try await place(fixture, ServerFixture.market("c")).contains("-2010"))
      _ = try await fixture.get("/sim/permissions", "permissions=SPOT,LEVERAGED")
      #expect(try await place(fixture, ServerFixture.market("d")).contains("FILLED"))
      _ = try await fixture.get("/sim/delist", "symbol=BTCUSDT")
      #expect(try await place(fixture, ServerFixture.market("e")).contains("-1121"))
      #expect(try await fixture.get("/sim/delist", "symbol=BTCUSDT").contains("-1121"))
      #expect(try await fixture.get("/sim/symbol", "symbol=ETHUSDT&status=ASLEEP").contains("status must be one of"))
      #expect(try await fixture.get("/sim/symbol", "symbol=ETHUSDT&tickSize=0").contains("tickSize must be"))
    }
  }

  @Test func aDelistingIsAnnounced() async throws {
    try await ServerFixture.run { fixture in
      #expect(try await fixture.get("/sapi/v1/spot/delist-schedule") == "[]")
      _ = try await fixture.get("/sim/delist", "symbol=BTCUSDT&at=1700000120000")
      _ = try await fixture.get("/sim/delist", "symbol=BTCUSDT&at=1700000060000")
      let announced = #"[{"delistTime":1700000060000,"symbols":["BTCUSDT"]}]"#
      #expect(try await fixture.get("/sapi/v1/spot/delist-schedule") == announced)
      _ = try await fixture.get("/sim/advance", "ms=59000")
      #expect(try await place(fixture, ServerFixture.market("a")).contains("FILLED"))
      _ = try await fixture.get("/sim/advance", "ms=2000")
      #expect(try await place(fixture, ServerFixture.market("b")).contains("-1121"))
      #expect(try await fixture.get("/sapi/v1/spot/delist-schedule") == "[]")
      #expect(try await fixture.get("/sim/delist", "symbol=XRPUSDT&at=1700000060000").contains("-1121"))
    }
  }

  @Test func anAccountIsSeenWithoutWeight() async throws {
    try await ServerFixture.run { fixture in
      _ = try await place(fixture, ServerFixture.limit("rests"))
      func used() async throws -> Int {
        let header = try await fixture.call("GET", "/api/v3/ping").headers["x-mbx-used-weight-1m"]
        return try #require(header.flatMap { Int($0) })
      }
      let account = try fixture.tree(try await fixture.get("/sim/account"))
      #expect(account["openOrders"]?.elements?.map { $0["clientOrderId"]?.text } == ["rests"])
      #expect(account["balances"]?.elements?.first { $0["asset"]?.text == "BTC" }?["locked"]?.text == "0.00100000")
      // The window of the weights may end in between: then once more.
      var grown = 0
      for _ in 0..<2 where grown != 1 {
        let before = try await used()
        _ = try await fixture.get("/sim/account")
        grown = try await used() - before
      }
      #expect(grown == 1, "one more ping")
      #expect(try await fixture.get("/sim/account", "account=3").contains("account is unknown"))
    }
  }

  @Test func anAccountIsWiped() async throws {
    try await ServerFixture.run { fixture in
      _ = try await place(fixture, ServerFixture.limit("gone"))
      _ = try await fixture.get("/sim/wipe", "account=0&balances=USDT=5")
      #expect(try await fixture.status(of: "gone") == nil)
      let balances = try fixture.tree(try await fixture.signed("GET", "/api/v3/account").text)["balances"]?.elements ?? []
      #expect(balances.map { $0["asset"]?.text } == ["USDT"] && balances.first?["free"]?.text == "5.00000000")
      #expect(try await fixture.get("/sim/wipe", "account=7").contains("account is unknown"))
      #expect(try await fixture.get("/sim/wipe", "balances=USDT").contains("balances must look like"))
    }
  }

  @Test func theOwnerTradesByHand() async throws {
    try await ServerFixture.run { fixture in
      let probe = try await fixture.userStream()
      #expect(try await fixture.call("POST", "/sim/hand", query: ServerFixture.market("web_1")).status == 200)
      #expect(try await fixture.events(probe) == ["NEW", "TRADE", "position"])
      #expect(try await fixture.status(of: "web_1") == "FILLED")
      _ = try await place(fixture, ServerFixture.limit("mine"))
      _ = try await fixture.events(probe)
      _ = try await fixture.get("/sim/hand", "symbol=BTCUSDT&cancel=mine")
      #expect(try await fixture.status(of: "mine") == "CANCELED")
      #expect(try await fixture.get("/sim/hand", "symbol=BTCUSDT&cancel=nothing").contains("-2011"))
      let kinds = try await fixture.truth().filter { $0["record"]?.text == "order" }.map { $0["kind"]?.text }
      #expect(kinds == ["hand", "place", "cancel", "cancel"])
      try await probe.close()
    }
  }

  @Test func othersTradeAndThePriceIsMoved() async throws {
    try await ServerFixture.run { fixture in
      let probe = try await WebSocketProbe.connect(port: fixture.server.port, "/ws/btcusdt@trade")
      _ = try await place(fixture, ServerFixture.limit("sell", price: "60500"))
      _ = try await fixture.get("/sim/price", "symbol=BTCUSDT&price=61000")
      #expect(try await probe.text(with: "\"p\":\"61000").contains("\"e\":\"trade\""))
      #expect(try await fixture.status(of: "sell") == "FILLED")
      _ = try await place(fixture, ServerFixture.limit("low", price: "40000", side: "BUY"))
      _ = try await fixture.get("/sim/make", "symbol=BTCUSDT&side=SELL&quantity=0.5&price=40000")
      #expect(try await fixture.status(of: "low") != nil)
      _ = try await fixture.get("/sim/take", "symbol=BTCUSDT&side=SELL&quantity=100000&price=39000")
      #expect(try await fixture.status(of: "low") == "FILLED")
      #expect(try await fixture.get("/sim/take", "symbol=BTCUSDT&side=SELL").contains("quantity must be"))
      #expect(try await fixture.get("/sim/price", "symbol=BTCUSDT&price=0").contains("price must be"))
      #expect(try await fixture.get("/sim/unmake", "symbol=BTCUSDT&id=5").contains("id names"))
      try await probe.close()
    }
  }
}
