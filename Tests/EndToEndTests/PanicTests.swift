import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// The brake, as an operator pulls it: at an account that people trade on too.
@Suite(.serialized) struct PanicTests {
  /// A bot that holds something under its stop, and a person's orders on another symbol: a limit order and an order list.
  private func shared(_ label: String) throws -> FaultyExchange {
    let setup = try FaultyExchange(label, balances: ["USDT=1000000", "ETH=5"])
    try setup.createEager("one", ["--stop-loss", "0.05"])
    try setup.reach("a resting stop") { try setup.openOrders().count == 1 }
    for order in [
      "side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.1&price=1000", "side=SELL&type=LIMIT&timeInForce=GTC&quantity=1&price=9000",
    ] {
      _ = try setup.simulator.get("/sim/hand?symbol=ETHUSDT&\(order)")
    }
    try setup.reach("the person's orders") { try ofPeople(setup) == 2 }
    return setup
  }

  private func ofPeople(_ setup: FaultyExchange) throws -> Int {
    try setup.openOrders().count { $0["symbol"] as? String == "ETHUSDT" }
  }

  private func reachSale(_ setup: FaultyExchange) throws {
    try setup.reach("the sale") { try setup.daemon.control("positions").output.contains("no open positions") }
    #expect(try setup.balance("BTC") < 0.000_1)
  }

  @Test func itShowsFirstAndPeoplesOrdersStay() throws {
    let setup = try shared("panic-stay")
    defer { setup.daemon.kill() }
    let preview = try setup.daemon.control("panic", "--dry-run")
    #expect(preview.code == 0 && preview.output.contains("sells   one: "), "\(preview.output)")
    #expect(preview.output.contains("cancel 1 order of bots") && !preview.output.contains("nobody's here"), "\(preview.output)")
    let all = try setup.daemon.control("panic", "--account", "--dry-run").output
    #expect(all.contains("cancel 3 orders") && all.contains("nobody's here: ETHUSDT buy 0.1 at 1000"), "\(all)")
    let wrong = try setup.daemon.control("panic", "--yes", "123")
    #expect(wrong.code == 5 && wrong.output.contains("nothing was done: this daemon has account"), "\(wrong.output)")
    // Nobody can be asked where nothing is typed.
    #expect(try setup.daemon.control("panic").code == 2)
    #expect(
      try setup.openOrders().count == 3
        && setup.requests().allSatisfy { $0["side"] as? String != "SELL" || $0["type"] as? String != "MARKET" })
    let done = try setup.daemon.control("panic", "--yes", try setup.uid())
    #expect(done.code == 0 && done.output.contains("trading is halted, 1 bot is stopped"), "\(done.output)")
    try reachSale(setup)
    #expect(try ofPeople(setup) == 2, "a person's orders stay")
  }

  @Test func withAccountPeoplesOrdersAreCanceledToo() throws {
    let setup = try shared("panic-all")
    defer { setup.daemon.kill() }
    let done = try setup.daemon.control("panic", "--account", "--yes", try setup.uid())
    #expect(done.code == 0 && done.output.contains("3 orders are canceled"), "\(done.output)")
    #expect(!done.output.contains("  but "), "\(done.output)")
    #expect(try ofPeople(setup) == 0)
    try reachSale(setup)
    #expect(try setup.openOrders().isEmpty)
  }

  /// A symbol whose orders the exchange does not let go: said, and the sale goes on.
  @Test func whatIsNotCanceledIsSaid() throws {
    let setup = try shared("panic-refused")
    defer { setup.daemon.kill() }
    try setup.fault(
      #"{"on":"request","do":"answer","request":"DELETE /api/v3/openOrders","status":400,"code":-1013,"message":"Market is closed.","count":0}"#
    )
    let done = try setup.daemon.control("panic", "--account", "--yes", try setup.uid())
    #expect(done.code == 0 && done.output.contains("2 orders of ETHUSDT are still open: Market is closed."), "\(done.output)")
    try reachSale(setup)
  }

  /// While halted, and while no report arrives.
  @Test func itWorksWhileHaltedAndWithoutTheUserStream() throws {
    let setup = try FaultyExchange("panic-deaf")
    defer { setup.daemon.kill() }
    try setup.createEager("one", ["--stop-loss", "0.05", "--take-profit", "0.05"])
    try setup.reach("a resting pair") { try setup.openOrders().count == 2 }
    let uid = try setup.uid()
    try setup.fault(
      #"{"on":"request","do":"answer","request":"userDataStream.subscribe.signature","status":400,"code":-1000,"message":"no","count":0}"#)
    _ = try setup.simulator.get("/sim/drop-connections")
    try setup.reach("a dead stream") { try setup.health("user_stream") != "ok" }
    try setup.daemon.control("risk", "halt")
    #expect(try setup.daemon.control("panic", "--yes", uid).code == 0)
    try reachSale(setup)
    #expect(try setup.openOrders().isEmpty)
  }
}
