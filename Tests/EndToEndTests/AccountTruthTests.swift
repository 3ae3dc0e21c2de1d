import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// The account is the truth about what is there (rows 13 and 18 of the fault catalogue; what people met: a sale by hand, dust turned into
/// another coin, balances from before the trade).
@Suite(.serialized) struct AccountTruthTests {
  private func balances(_ setup: FaultyExchange) throws -> [String: String] {
    let answer = try setup.daemon.control("balances", "--all", "--output", "json").output
    let rows = try JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [[String: Any]] ?? []
    return Dictionary(
      rows.map { ($0["asset"] as? String ?? "", "\($0["free"] as? String ?? "") \($0["locked"] as? String ?? "")") },
      uniquingKeysWith: { $1 })
  }

  private func exchangeBalances(_ setup: FaultyExchange) throws -> [String: String] {
    let account = try setup.simulator.get("/sim/account") as? [String: Any]
    let rows = account?["balances"] as? [[String: Any]] ?? []
    func plain(_ value: Any?) -> String { NSDecimalNumber(string: value as? String).description }
    return Dictionary(rows.map { ($0["asset"] as? String ?? "", "\(plain($0["free"])) \(plain($0["locked"]))") }, uniquingKeysWith: { $1 })
  }

  @Test func balancesAreThoseOfTheExchange() throws {
    let setup = try FaultyExchange("balances")
    defer { setup.daemon.kill() }
    try setup.createEager("one", ["--stop-loss", "0.05"])
    try setup.reach("a resting stop") { try setup.openOrders().count == 1 }
    for trade in 1...3 {
      try setup.daemon.control("close", "one")
      try setup.reach("sale \(trade)") { try setup.balance("BTC") < 0.0001 || setup.openOrders().isEmpty }
      try setup.reach("another entry") { try setup.openOrders().count == 1 }
      // A second is the promise; the rest is for a busy machine.
      var ours: [String: String] = [:]
      var theirs: [String: String] = [:]
      let isEqual = try eventually(within: 4) {
        (ours, theirs) = (try balances(setup), try exchangeBalances(setup))
        return theirs.allSatisfy { $0.value == "0 0" || ours[$0.key] == $0.value }
      }
      #expect(isEqual, "\(ours) and \(theirs)")
    }
  }

  /// Dust is turned into another coin by the exchange.
  @Test func missingCoinsAreNamedAndTheRestIsSold() throws {
    let setup = try FaultyExchange("dust")
    defer { setup.daemon.kill() }
    try setup.createEager("one", ["--stop-loss", "0.05"])
    try setup.reach("a resting stop") { try setup.openOrders().count == 1 }
    _ = try setup.simulator.get("/sim/transfer?asset=BTC&amount=-0.0000068")
    try setup.reach("that it is held") { try setup.daemon.control("list").output.contains("held: the account has") }
    #expect(try setup.daemon.control("discrepancies").output.contains("0.0000068"))
    #expect(try setup.health("trading") == "degraded")
    #expect(try setup.daemon.control("resolve", "BTC").code == 0)
    try setup.reach("that nothing is missing") { try setup.daemon.control("discrepancies").output.contains("none") }
    #expect(try setup.health("trading") == "ok")
    try setup.daemon.control("pause", "one")
    try setup.daemon.control("close", "one")
    try setup.reach("that the rest is sold") { try setup.balance("BTC") < 0.00002 }
    let refused = try setup.requests().filter { $0["code"] as? Int != 0 }
    #expect(refused.isEmpty, "\(refused)")
  }

  /// The owner cancels the stop in the exchange's app and sells there; then the price reaches the stop.
  @Test func whatWasSoldByHandIsNotSold() throws {
    let setup = try FaultyExchange("byhand")
    defer { setup.daemon.kill() }
    try setup.createEager("one", ["--stop-loss", "0.05"])
    try setup.reach("a resting stop") { try setup.openOrders().count == 1 }
    let id = try #require(try setup.openOrders().first?["clientOrderId"] as? String)
    let held = try setup.balance("BTC")
    // The daemon's next stop would take the coins before a test can: it is refused once.
    try setup.fault(
      #"{"on":"request","do":"answer","request":"place","side":"SELL","status":400,"code":-2010,"message":"#
        + #""Account has insufficient balance for requested action."}"#)
    _ = try setup.simulator.get("/sim/hand?symbol=BTCUSDT&cancel=\(id)")
    _ = try setup.simulator.get("/sim/transfer?asset=BTC&amount=-\(String(format: "%.8f", held))")
    try setup.movePrice(to: 45_000)
    try setup.movePrice(to: 45_001)
    try setup.reach("that it is held") { try setup.daemon.control("list").output.contains("held: the account has 0 of") }
    let sent = try setup.requests().count
    let isSilent = try !eventually(within: 10) { try setup.requests().count > sent + 1 }
    #expect(isSilent, "\(setup.daemon.tail)")
    #expect(sent < 12, "no storm on the way there")
    // The way out.
    #expect(try setup.daemon.control("resolve", "BTC").code == 0)
    #expect(try setup.daemon.control("positions").output.contains("no open positions"))
  }

  @Test func theBrakeSellsEverything() throws {
    let setup = try FaultyExchange("panic", balances: ["USDT=1000000", "BTC=1"])
    defer { setup.daemon.kill() }
    for name in ["one", "two"] { try setup.createEager(name, ["--stop-loss", "0.05"]) }
    try setup.reach("two resting stops") { try setup.openOrders().count == 2 }
    #expect(try setup.daemon.control("panic", "--yes", "wrong").code == 5)
    #expect(try setup.openOrders().count == 2)
    #expect(try setup.daemon.control("panic", "--yes", try setup.uid()).code == 0)
    try setup.reach("that all is sold") { try setup.openOrders().isEmpty && setup.balance("BTC") < 1.000_1 }
    #expect(try setup.balance("BTC") >= 1, "the owner's coins stay")
  }
}
