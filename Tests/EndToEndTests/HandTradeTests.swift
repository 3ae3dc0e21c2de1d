import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// `botctl buy` and `sell`: a person trades inside a bot's rules.
@Suite(.serialized) struct HandTradeTests {
  /// A bot whose strategy does nothing for a long time.
  private func calm(_ setup: FaultyExchange, _ name: String, _ settings: [String] = []) throws {
    try setup.daemon.create(
      [
        name, "--symbol", "BTCUSDT", "--strategy", "sma_cross", "--interval", "1h", "--capital", "1000", "--max-position", "0.2",
        "--risk-per-trade", "0.02", "--start",
      ] + settings)
    try setup.reach("a price") { try setup.daemon.control("buy", name, "--dry-run").code == 0 }
  }

  @Test func itBuysWithStopAndTargetAndSells() throws {
    let setup = try FaultyExchange("hand")
    defer { setup.daemon.kill() }
    try calm(setup, "one", ["--stop-loss", "0.05", "--take-profit", "0.05"])
    let plan = try setup.daemon.control("buy", "one", "--quote", "150", "--dry-run")
    #expect(plan.output.contains("one would buy BTCUSDT for 150, at the market"), "\(plan.output)")
    #expect(plan.output.contains("stop") && plan.output.contains("target"), "\(plan.output)")
    #expect(try setup.requests().isEmpty)
    let bought = try setup.daemon.control("buy", "one", "--quote", "150")
    #expect(bought.code == 0 && bought.output.contains("buys BTCUSDT for 150"), "\(bought.output)")
    try setup.reach("stop and target") { try setup.openOrders().count == 2 }
    #expect(try setup.daemon.control("orders", "--bot", "one", "-o", "json").output.contains("\"reason\": \"by hand\""))
    let again = try setup.daemon.control("buy", "one", "--quote", "10")
    #expect(again.code == 5 && again.output.contains("nothing was bought: bot one holds "), "\(again.output)")
    let sale = try setup.daemon.control("sell", "one", "--dry-run")
    #expect(sale.code == 0 && sale.output.contains("one would sell ") && sale.output.contains("cancels stop_loss"), "\(sale.output)")
    #expect(try setup.openOrders().count == 2)
    #expect(try setup.daemon.control("sell", "one").code == 0)
    try setup.reach("the sale") { try setup.daemon.control("positions").output.contains("no open positions") }
    #expect(try setup.openOrders().isEmpty && setup.balance("BTC") < 0.000_1)
    #expect(try setup.daemon.control("sell", "one", "--dry-run").code == 5)
    // It is in the journal like everything else: it is decided again, and folded.
    setup.daemon.stop()
    let replay = try run([try Programs.path("botctl"), "replay", setup.daemon.stateDirectory])
    #expect(replay.code == 0, "\(replay.output)")
  }

  /// A part is sold, the stop covers the rest all the time, and what cannot be is refused before anything happens.
  @Test func aPartIsSoldAndTheRestStaysCovered() throws {
    let setup = try FaultyExchange("hand-part")
    defer { setup.daemon.kill() }
    try calm(setup, "one", ["--stop-loss", "0.05"])
    #expect(try setup.daemon.control("buy", "one", "--quote", "150").code == 0)
    try setup.reach("the stop") { try setup.openOrders().count == 1 }
    let held = try setup.balance("BTC")
    for (words, reason) in [
      (["--percent", "99.5"], "REST_UNSELLABLE"), (["--quantity", "0.000011"], "QUANTITY_STEP"), (["--quantity", "1"], "PART_TOO_LARGE"),
      (["--quote", "0.5"], "QUANTITY_UNSELLABLE"), (["--percent", "100"], "--percent"), (["--quantity", ""], "--quantity"),
    ] {
      let refused = try setup.daemon.control(["sell", "one"] + words)
      #expect(refused.code == 6 && refused.output.contains(reason), "\(words): \(refused)")
    }
    #expect(try setup.daemon.control("sell", "one", "--quote", "50", "--percent", "50").code == 2)
    let plan = try setup.daemon.control("sell", "one", "--percent", "50", "--dry-run")
    #expect(plan.code == 0 && plan.output.contains("one would sell ") && plan.output.contains("as small as the rest"), "\(plan.output)")
    #expect(try setup.balance("BTC") == held && setup.openOrders().count == 1)
    let sold = try setup.daemon.control("sell", "one", "--percent", "50")
    #expect(sold.code == 0, "\(sold.output)")
    try setup.reach("the sale") { try setup.balance("BTC") < held * 0.6 }
    let left = try setup.balance("BTC")
    try setup.reach("the stop of the rest") {
      let stops = try setup.openOrders()
      let quantity = stops.first.flatMap { Double($0["origQty"] as? String ?? "") } ?? 0
      return stops.count == 1 && abs(quantity - left) < 0.000_02
    }
    // It is a sale of its own, by hand; the position goes on.
    let trades = try setup.daemon.control("trades", "--from", "0", "-o", "json").output
    #expect(trades.contains("\"purpose\": \"manual\"") && trades.contains("\"reason\": \"by hand\""), "\(trades)")
    #expect(try setup.daemon.control("positions").output.contains("one"))
    // Killed and started again it holds the rest under the same stop; then the stop sells it.
    setup.daemon.kill()
    try setup.daemon.start()
    try setup.reach("well") { try setup.health("trading") == "ok" }
    #expect(try setup.openOrders().count == 1)
    #expect(try setup.daemon.control("sell", "one").code == 0)
    try setup.reach("the end") { try setup.openOrders().isEmpty && setup.balance("BTC") < 0.000_1 }
    setup.daemon.stop()
    let replay = try run([try Programs.path("botctl"), "replay", setup.daemon.stateDirectory])
    #expect(replay.code == 0, "\(replay.output)")
  }

  @Test func whatItsRulesForbidIsSaid() throws {
    let setup = try FaultyExchange("hand-refused")
    defer { setup.daemon.kill() }
    try calm(setup, "one")
    let large = try setup.daemon.control("buy", "one", "--quote", "500")
    #expect(large.code == 5 && large.output.contains("500 USDT is more than its sizing and capital allow"), "\(large.output)")
    let wrong = try setup.daemon.control("buy", "one", "--quote", "1e2")
    #expect(wrong.code == 6 && wrong.output.contains("--quote"), "\(wrong.output)")
    #expect(try setup.daemon.control("buy", "none").code == 4)
    try setup.daemon.control("lock", "one", "--for", "1h")
    let locked = try setup.daemon.control("buy", "one", "--quote", "100")
    #expect(locked.code == 5 && locked.output.contains("ENTRIES_LOCKED"), "\(locked.output)")
    try setup.daemon.control("stop", "one")
    let stopped = try setup.daemon.control("buy", "one", "--quote", "100")
    #expect(stopped.code == 5 && stopped.output.contains("the bot is stopped"), "\(stopped.output)")
    #expect(try setup.requests().isEmpty)
  }

  /// A bot that buys by orders that rest buys so by hand, too, with its list.
  @Test func anEntryThatRestsRests() throws {
    let setup = try FaultyExchange("hand-rests")
    defer { setup.daemon.kill() }
    try calm(setup, "one", ["--entry", "limit", "--entry-offset", "0.05", "--entry-lifetime", "5"])
    let bought = try setup.daemon.control("buy", "one", "--quote", "150")
    #expect(bought.code == 0 && bought.output.contains("or lower"), "\(bought.output)")
    try setup.reach("the resting entry") { try setup.openOrders().contains { $0["side"] as? String == "BUY" } }
    // A file that stops the bot withdraws it.
    let file = setup.directory.file("bots.yaml")
    let exported = try setup.daemon.control("export").output.replacing("state: running", with: "state: stopped")
    try exported.write(toFile: file, atomically: true, encoding: .utf8)
    let plan = try setup.daemon.control("apply", "-f", file, "--dry-run")
    #expect(plan.code == 1 && plan.output.contains("its entry of "), "\(plan.output)")
    let stopped = try setup.daemon.control("apply", "--yes", "-f", file)
    #expect(stopped.code == 0, "\(stopped.output)")
    try setup.reach("no entry") { try setup.openOrders().isEmpty }
  }
}
