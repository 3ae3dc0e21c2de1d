import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// Entries that rest on `botsim`: filled as maker, killed beside, withdrawn by who stops the bot; the ledger is the exchange's.
@Suite struct RestingEntryTests {
  private static let plans = [
    ["--entry", "maker", "--entry-lifetime", "5"], ["--entry", "limit", "--entry-offset", "0.0002", "--entry-lifetime", "3"],
    ["--entry", "maker", "--entry-offset", "0.0001", "--entry-then", "market"],
    ["--entry", "limit", "--entry-offset", "0.0003", "--entry-lifetime", "2", "--entry-then", "market", "--take-profit", "0.004"],
  ]

  private func create(_ daemon: Daemon) throws {
    for (number, plan) in Self.plans.enumerated() {
      let settings = ["create", "bot-\(number)", "--symbol", TestnetTests.symbols[number], "--strategy", "rsi", "--interval", "1s"]
      let rules = ["--param", "period=2", "--param", "oversold=49.9", "--param", "overbought=50.1", "--capital", "1000", "--start"]
      let made = try eventually(within: 30) { try daemon.control(settings + rules + plan).code == 0 }
      #expect(made, "\(daemon.tail)")
    }
  }

  private func stats(_ daemon: Daemon) throws -> (maker: Int, taker: Int) {
    try (0..<Self.plans.count).reduce(into: (0, 0)) { sum, number in
      let stats = try daemon.read("stats", "bot-\(number)")
      let (fills, maker) = (Int("\(stats["fills"] ?? 0)") ?? 0, Int("\(stats["maker_fills"] ?? 0)") ?? 0)
      sum.0 += maker
      sum.1 += fills - maker
    }
  }

  /// Nothing protects what an entry buys while `botd` is not there: an end in order withdraws it, and the next start goes on.
  @Test func anEndInOrderWithdrawsThem() throws {
    let exchange = try FaultyExchange("withdrawn")
    defer { exchange.daemon.kill() }
    try exchange.createEager("one", ["--entry", "limit", "--entry-offset", "0.05", "--entry-lifetime", "5000"])
    let rests = { try exchange.openOrders().contains { $0["side"] as? String == "BUY" } }
    try exchange.reach("an entry that rests", rests)
    exchange.daemon.stop()
    #expect(try exchange.openOrders().isEmpty)
    try exchange.daemon.start()
    try exchange.reach("the next entry", rests)
    // A kill has no time for that.
    exchange.daemon.kill()
    #expect(try exchange.openOrders().count == 2, "the entry and the stop that waits for it")
  }

  /// An entry that rests with its stop and target, at a price that is known, and `botd` killed beside it.
  private func killedBesideAnEntry(_ label: String) throws -> (exchange: FaultyExchange, limit: Int) {
    let exchange = try FaultyExchange(label)
    try exchange.createEager(
      "one", ["--entry", "limit", "--entry-offset", "0.03", "--entry-lifetime", "5000", "--stop-loss", "0.05", "--take-profit", "0.05"])
    try exchange.reach("an entry with its protection") { try exchange.openOrders().count == 3 }
    let shown = { try exchange.daemon.read("orders", "--open")["items"] as? [[String: Any]] ?? [] }
    try exchange.reach("that what goes along waits") { try shown().filter { "\($0["status"] ?? "")" == "waiting" }.count == 2 }
    exchange.daemon.kill()
    let open = try exchange.openOrders()
    #expect(open.filter { $0["status"] as? String == "PENDING_NEW" }.count == 2, "\(open)")
    let entry = try #require(open.first { $0["side"] as? String == "BUY" })
    return (exchange, Int(Double(entry["price"] as? String ?? "") ?? 0))
  }

  private func orders(_ exchange: FaultyExchange) throws -> [[String: Any]] {
    try exchange.requests().filter { ["place", "placeList"].contains($0["kind"] as? String) }
  }

  private func agree(_ exchange: FaultyExchange) throws {
    var ledgers: ([Row], [Row]) = ([], [])
    try exchange.reach("the same ledger") {
      let theirs = try Ledgers.exchange(
        exchange.simulator, symbols: ["BTCUSDT"], key: FaultyExchange.key, secret: FaultyExchange.secret)
      ledgers = (theirs, try Ledgers.control(exchange.daemon).0)
      return !theirs.isEmpty && ledgers.0 == ledgers.1
    }
  }

  /// Filled while `botd` is dead: its stop and target rest, and are the position's own when `botd` is back.
  @Test func whatFillsWhileTheDaemonIsDeadIsUnderItsStop() throws {
    let (exchange, limit) = try killedBesideAnEntry("along-filled")
    defer { exchange.daemon.kill() }
    try exchange.movePrice(to: limit - limit / 100)
    try exchange.reach("the fill without the daemon") {
      let open = try exchange.openOrders()
      return open.count == 2 && open.allSatisfy { $0["status"] as? String == "NEW" && $0["side"] as? String == "SELL" }
    }
    let resting = Set(try exchange.openOrders().compactMap { $0["clientOrderId"] as? String })
    try exchange.daemon.start()
    try exchange.reachPosition(of: "one")
    try exchange.reach("its stop, known") { try exchange.daemon.control("show", "one").output.contains("rests on the exchange") }
    try agree(exchange)
    #expect(Set(try exchange.openOrders().compactMap { $0["clientOrderId"] as? String }) == resting, "no second protection, none anew")
    let sent = try orders(exchange)
    #expect(sent.count == 1, "\(sent)")
  }

  /// Filled and stopped out while `botd` is dead.
  @Test func theStopActsWhileTheDaemonIsDead() throws {
    let (exchange, limit) = try killedBesideAnEntry("along-stopped")
    defer { exchange.daemon.kill() }
    try exchange.movePrice(to: limit - limit / 100)
    try exchange.reach("the fill") { try exchange.openOrders().count == 2 }
    try exchange.movePrice(to: limit - limit / 10)
    try exchange.reach("the sale") { try exchange.openOrders().isEmpty && exchange.balance("BTC") < 0.000_02 }
    try exchange.daemon.start()
    try exchange.reach("that it is booked") { try exchange.daemon.control("positions").output.contains("no open positions") }
    try agree(exchange)
    let fills = try exchange.daemon.read("trades", "--from", "0")["items"] as? [[String: Any]] ?? []
    #expect(fills.first?["purpose"] as? String == "entry" && fills.contains { $0["purpose"] as? String == "stop_loss" }, "\(fills)")
    try exchange.reach("well") { try exchange.health("trading") == "ok" }
  }

  @Test func theyFillAsMakerAndNeverTwice() throws {
    let session = try TestnetTests.session("resting")
    defer { session.daemon.kill() }
    try create(session.daemon)
    for round in 1...2 {
      let filled = try eventually(within: 90) {
        let (maker, taker) = try stats(session.daemon)
        return maker >= 2 * round && taker >= round
      }
      let counts = try stats(session.daemon)
      #expect(filled, "round \(round): \(counts)\n\(session.daemon.tail)")
      session.daemon.kill()
      try session.daemon.start()
    }
    #expect(try session.daemon.control("stop-all").code == 0)
    #expect(try TestnetTests.agree(session, within: 60) > 5)
    // No entry waits for a bot that is stopped.
    let withdrawn = try eventually(within: 20) {
      let open = try session.daemon.read("orders", "--open")["items"] as? [[String: Any]] ?? []
      return !open.contains { $0["purpose"] as? String == "entry" || $0["side"] as? String == "buy" }
    }
    let left = try session.daemon.control("orders", "--open").output
    #expect(withdrawn, "\(left)")
    let sent = try TestnetTests.arrivals(session.simulator)
    #expect(!sent.isEmpty && Set(sent).count == sent.count, "a client order id arrived twice")
  }
}
