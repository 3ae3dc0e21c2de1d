import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// Reports of fills that come late, twice, in another order or never, fills in part, and a stop that fills while it is cancelled.
@Suite(.serialized) struct ReportTests {
  /// Faults 8, 9: reports of entries and of exits are late, doubled, swapped and lost; what the bots hold and every fill are the same as without.
  @Test func reportsInAnyOrderGiveTheSameFills() throws {
    let setup = try FaultyExchange("reports", balances: ["USDT=1000000", "BTC=1", "ETH=10"])
    defer { setup.daemon.kill() }
    let kinds = [#""do":"delay","ms":4000"#, #""do":"lose""#, #""do":"double""#, #""do":"reorder","ms":2000"#]
    for side in ["BUY", "SELL"] {
      for (number, kind) in kinds.enumerated() {
        try setup.fault(
          #"{"on":"userEvent",\#(kind),"event":"executionReport","execution":"TRADE","side":"\#(side)","after":\#(number)}"#)
      }
    }
    // The first report of an order too, for two more.
    try setup.fault(#"{"on":"userEvent","do":"lose","event":"executionReport","execution":"NEW","side":"BUY","after":4,"count":2}"#)
    for number in 0..<6 {
      try setup.createEager("b\(number)", symbol: number % 2 == 0 ? "BTCUSDT" : "ETHUSDT", ["--stop-loss", "0.3"])
    }
    try setup.reach("six resting stops") { try setup.openOrders().count == 6 }
    for number in 0..<6 { try setup.daemon.control("pause", "b\(number)") }
    for number in 0..<6 { try setup.daemon.control("close", "b\(number)") }
    try setup.reach("that all is sold") { try setup.daemon.control("positions").output.contains("no open positions") }
    #expect(try setup.strikes() >= 9, "two more for the swapped ones")
    #expect(try setup.balance("BTC") >= 1 && setup.balance("ETH") >= 10, "the owner's coins stay")
    try setup.expectAgreement()
  }

  /// Fault 10: the book is thin: half of an entry fills and the rest expires, and so does most of an exit.
  @Test func whatFilledInPartIsProtectedAndSold() throws {
    let setup = try FaultyExchange("thin", balances: ["USDT=1000000", "BTC=1"])
    defer { setup.daemon.kill() }
    try setup.fault(#"{"on":"request","do":"partial","request":"place","side":"BUY","fraction":"0.5"}"#)
    try setup.createEager("one", ["--stop-loss", "0.3"])
    try setup.reach("a stop for the half") { try setup.openOrders().count == 1 }
    let bought = try setup.balance("BTC") - 1
    let covered = Double(try setup.openOrders().first?["origQty"] as? String ?? "") ?? 0
    #expect(bought > 0 && covered > 0 && bought - covered < 0.000_01, "\(bought) bought, \(covered) covered")
    try setup.fault(#"{"on":"request","do":"partial","request":"replace","side":"SELL","type":"MARKET","fraction":"0.4"}"#)
    try setup.daemon.control("pause", "one")
    try setup.daemon.control("close", "one")
    try setup.reach("that the rest is sold") { try setup.balance("BTC") < 1.000_02 && setup.openOrders().isEmpty }
    #expect(try setup.balance("BTC") >= 1)
    #expect(try setup.strikes() == 2)
    try setup.expectAgreement()
  }

  /// Fault 11: the stop fills while the exit that takes its place is on the way; the exchange answers "unknown order", and nothing is sold on top.
  @Test func aStopThatFillsWhileItIsCancelledIsTheExit() throws {
    let setup = try FaultyExchange("race", balances: ["USDT=1000000", "BTC=1"])
    defer { setup.daemon.kill() }
    try setup.createEager("one", ["--stop-loss", "0.05"])
    try setup.reach("a resting stop") { try setup.openOrders().count == 1 }
    try setup.daemon.control("pause", "one")
    try setup.fault(#"{"on":"request","do":"delay","beforeMs":2000,"request":"replace"}"#)
    Thread.detachNewThread { [address = setup.daemon.address] in
      _ = try? run([Programs.path("botctl"), "close", "one", "--address", address])
    }
    try setup.reach("an exit on its way") { try setup.sent().contains { $0.name.hasSuffix("cancelReplace") } }
    try setup.movePrice(to: 50_000)
    try setup.reach("that the stop has filled") { try setup.openOrders().isEmpty }
    try setup.reach("that the bot holds nothing") { try setup.daemon.control("positions").output.contains("no open positions") }
    #expect(try setup.balance("BTC") >= 1, "the owner's coin stays")
    let sales = try setup.sent().filter { $0.isPlacing && $0.side == "SELL" }
    #expect(sales.count { !$0.name.hasSuffix("cancelReplace") } == 1 && sales.count == 2, "\(sales)")
    try setup.expectAgreement()
  }

  /// Faults 19, 20: while the daemon was dead its stop filled among a thousand trades of the account's owner; and the list of trades is at first
  /// an older one, without the newest.
  @Test func whatFilledWhileItWasDeadIsFoundAmongAThousandTrades() throws {
    let setup = try FaultyExchange("dead", balances: ["USDT=1000000", "BTC=1"])
    defer { setup.daemon.kill() }
    try setup.createEager("one", ["--stop-loss", "0.05"])
    try setup.reach("a resting stop") { try setup.openOrders().count == 1 }
    let before = try Ledgers.control(setup.daemon).rows.count
    try setup.daemon.control("pause", "one")
    setup.daemon.kill()
    func hand(_ side: String) throws {
      _ = try setup.simulator.get("/sim/hand?symbol=BTCUSDT&side=\(side)&type=MARKET&quantity=0.001")
    }
    for _ in 0..<520 { for side in ["BUY", "SELL"] { try hand(side) } }
    try setup.movePrice(to: 50_000)
    try setup.reach("that the stop has filled") { try setup.openOrders().isEmpty }
    for _ in 0..<20 { try hand("BUY") }
    try setup.fault(#"{"on":"request","do":"omit","newest":30,"request":"GET /api/v3/myTrades","count":1}"#)
    try setup.daemon.start()
    try setup.reach("the stop's fill") { try Ledgers.control(setup.daemon).rows.count > before }
    // What the owner traded is listed too, as nobody's.
    try setup.expectAgreement(within: 120)
    #expect(try Ledgers.control(setup.daemon).rows.count > 1_000)
    #expect(try setup.daemon.control("positions").output.contains("no open positions"), "\(setup.daemon.tail)")
    // A coin, and twenty thousandths that were bought by hand.
    #expect(try setup.balance("BTC") > 1.019)
  }
}
