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
    #expect(try exchange.openOrders().count == 1)
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
