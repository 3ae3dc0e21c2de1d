import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// A stop and a target that rest on the exchange as one pair act while `botd` is dead, and the ledger says so afterwards.
@Suite(.serialized) struct PairTests {
  /// A bot with a position, its pair resting.
  private func resting(_ label: String) throws -> FaultyExchange {
    let setup = try FaultyExchange(label)
    try setup.createEager("one", ["--stop-loss", "0.05", "--take-profit", "0.05"])
    try setup.reach("a resting pair") { try setup.openOrders().count == 2 }
    let types = try setup.openOrders().compactMap { $0["type"] as? String }.sorted()
    #expect(types == ["LIMIT_MAKER", "STOP_LOSS"])
    #expect(Set(try setup.openOrders().compactMap { $0["orderListId"] as? Int }).count == 1, "they are one list")
    return setup
  }

  private func fills(_ setup: FaultyExchange) throws -> [[String: Any]] {
    try setup.daemon.read("trades", "--from", "0")["items"] as? [[String: Any]] ?? []
  }

  @Test(arguments: [(45_000, "stop_loss"), (75_000, "take_profit")])
  func itActsWhileTheDaemonIsDead(price: Int, purpose: String) throws {
    let setup = try resting("pair-dead")
    defer { setup.daemon.kill() }
    try setup.daemon.control("pause", "one")
    setup.daemon.kill()
    try setup.movePrice(to: price)
    try setup.reach("the sale without the daemon") { try setup.openOrders().isEmpty && setup.balance("BTC") < 0.000_02 }
    let sent = try setup.requests().count
    try setup.daemon.start()
    try setup.reach("that it is booked") { try fills(setup).contains { $0["purpose"] as? String == purpose } }
    #expect(try setup.daemon.control("positions").output.contains("no open positions"))
    #expect(try setup.requests().count == sent, "nothing is left to do")
    let sale = try #require(try fills(setup).last)
    #expect(sale["is_maker"] as? Bool == (purpose == "take_profit"))
    try setup.reach("well") { try setup.health("trading") == "ok" }
  }

  /// One cancel ends both, and only then is the rest sold.
  @Test func anExitByHandSellsOnce() throws {
    let setup = try resting("pair-exit")
    defer { setup.daemon.kill() }
    try setup.daemon.control("pause", "one")
    #expect(try setup.daemon.control("close", "one").code == 0)
    try setup.reach("the sale") { try setup.balance("BTC") < 0.000_02 && setup.openOrders().isEmpty }
    let requests = try setup.requests()
    #expect(requests.allSatisfy { $0["code"] as? Int == 0 }, "nothing was refused: \(requests)")
    #expect(requests.filter { ($0["kind"] as? String ?? "").contains("cancel") }.count == 1)
  }

  /// A trailing stop without a stop-loss, beside its target: the exchange itself moves it, and it sells while the daemon is dead.
  @Test func aTrailingStopActsWhileTheDaemonIsDead() throws {
    let setup = try FaultyExchange("pair-trailing")
    defer { setup.daemon.kill() }
    try setup.createEager("one", ["--stop-loss", "0", "--trailing-stop", "0.05", "--take-profit", "0.5"])
    try setup.reach("a resting pair") { try setup.openOrders().count == 2 }
    let stop = try #require(try setup.openOrders().first { $0["type"] as? String == "STOP_LOSS" })
    #expect(stop["trailingDelta"] as? Int == 500)
    #expect(try setup.daemon.control("show", "one").output.contains("rests on the exchange, which moves it with the price"))
    try setup.daemon.control("pause", "one")
    setup.daemon.kill()
    for price in [70_000, 66_000] { try setup.movePrice(to: price) }
    try setup.reach("the sale without the daemon") { try setup.openOrders().isEmpty && setup.balance("BTC") < 0.000_02 }
    try setup.daemon.start()
    try setup.reach("that it is booked") { try fills(setup).contains { $0["purpose"] as? String == "trailing_stop" } }
    try setup.reach("well") { try setup.health("trading") == "ok" }
  }

  /// The exchange moves no stops: one rests at the level reached, is moved from here, and one rests at every moment.
  @Test func aStopThatIsMovedFromHereRestsAllTheTime() throws {
    let setup = try FaultyExchange(
      "pair-moved",
      faults: [
        #"{"on":"request","do":"answer","request":"POST /api/v3/order","status":400,"code":-2010,"#
          + #""message":"Trailing stop orders are not supported for this symbol.","type":"STOP_LOSS","count":1}"#
      ])
    defer { setup.daemon.kill() }
    try setup.createEager("one", ["--stop-loss", "0", "--trailing-stop", "0.05"])
    try setup.reach("a resting stop") { try setup.openOrders().compactMap { $0["type"] as? String } == ["STOP_LOSS"] }
    let first = try #require(try setup.openOrders().first?["stopPrice"] as? String)
    try setup.daemon.control("stop", "one")
    for price in [59_400, 60_200, 61_000] {
      try setup.movePrice(to: price)
      try setup.reach("a price of \(price)") {
        try setup.movePrice(to: price)
        let marks = try setup.daemon.read("positions")["items"] as? [[String: Any]] ?? []
        return marks.contains { (Double($0["mark_price"] as? String ?? "") ?? 0) > Double(price) - 100 }
      }
    }
    try setup.reach("a higher stop") {
      let stops = try setup.openOrders().compactMap { $0["stopPrice"] as? String }.compactMap(Double.init)
      return stops.count == 1 && stops[0] > (Double(first) ?? .infinity) + 1_000
    }
    let names = try setup.sent().map(\.name)
    #expect(
      names.contains("POST /api/v3/order/cancelReplace") && !names.contains { $0.hasPrefix("DELETE") }, "one request moves it: \(names)")
    setup.daemon.kill()
    let replay = try run([try Programs.path("botctl"), "replay", setup.daemon.stateDirectory])
    #expect(replay.code == 0 && replay.output.contains("every decision is the same"), "\(replay)")
  }

  /// A symbol that takes no cancelReplace (botsim's words for it): cancel first, then the sale; asked for once.
  @Test func withoutCancelReplaceTheStopGoesFirst() throws {
    let setup = try FaultyExchange(
      "pair-two-steps",
      faults: [
        #"{"on":"request","do":"answer","request":"POST /api/v3/order/cancelReplace","status":400,"code":-2010,"#
          + #""message":"Cancel-replace is not supported for this symbol.","count":0}"#
      ])
    defer { setup.daemon.kill() }
    for round in 1...2 {
      if round == 1 { try setup.createEager("one", ["--stop-loss", "0.05"]) } else { try setup.daemon.control("resume", "one") }
      try setup.reach("a resting stop") { try setup.openOrders().compactMap { $0["type"] as? String } == ["STOP_LOSS"] }
      try setup.daemon.control("pause", "one")
      #expect(try setup.daemon.control("close", "one").code == 0)
      try setup.reach("the sale") { try setup.balance("BTC") < 0.000_04 && setup.openOrders().isEmpty }
    }
    let names = try setup.sent().map(\.name)
    #expect(names.count { $0 == "POST /api/v3/order/cancelReplace" } == 1 && names.count { $0.hasPrefix("DELETE") } == 2, "\(names)")
    let sent = try TestnetTests.arrivals(setup.simulator)
    #expect(Set(sent).count == sent.count, "no name was sent twice")
  }

  /// The exchange takes no pair: the stop rests alone, the target is watched, and sells.
  @Test func whereNoPairIsTakenTheTargetIsWatched() throws {
    let setup = try FaultyExchange(
      "pair-refused",
      faults: [
        #"{"on":"request","do":"answer","request":"POST /api/v3/orderList/oco","status":400,"code":-1013,"#
          + #""message":"Filter failure: MAX_NUM_ORDER_LISTS","count":0}"#
      ])
    defer { setup.daemon.kill() }
    try setup.createEager("one", ["--stop-loss", "0.05", "--take-profit", "0.05"])
    try setup.reach("a stop alone") { try setup.openOrders().compactMap { $0["type"] as? String } == ["STOP_LOSS"] }
    try setup.daemon.control("pause", "one")
    for _ in 0..<3 { try setup.movePrice(to: 75_000) }
    try setup.reach("the sale at the target") { try fills(setup).contains { $0["purpose"] as? String == "take_profit" } }
    try setup.reach("that nothing rests") { try setup.openOrders().isEmpty }
  }

  /// The answer to the pair is lost: it is found, and neither leg is sent again.
  @Test(arguments: [true, false]) func aLostAnswerDoublesNothing(executed: Bool) throws {
    let setup = try FaultyExchange(
      "pair-lost",
      faults: [#"{"on":"request","do":"swallow","request":"POST /api/v3/orderList/oco","executed":\#(executed),"count":1}"#])
    defer { setup.daemon.kill() }
    try setup.createEager("one", ["--stop-loss", "0.05", "--take-profit", "0.05"])
    try setup.reach("a resting pair") { try setup.openOrders().count == 2 }
    try setup.reach("that nothing is in doubt") { try setup.health("trading") == "ok" }
    #expect(try setup.openOrders().count == 2)
    let sent = try TestnetTests.arrivals(setup.simulator)
    #expect(Set(sent).count == sent.count)
  }
}
