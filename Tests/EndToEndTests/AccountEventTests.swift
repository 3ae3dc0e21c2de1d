import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// The account's events: when they do not come, that is noticed, entries wait, and what was missed is read.
@Suite(.serialized) struct AccountEventTests {
  /// RELIABILITY §2, 25 and 31: accepted and never answered; pings neither. Five seconds are the promise; the rest is for a busy machine.
  @Test(arguments: ["blackHole", "silent"])
  func aDeadConnectionIsNoticedBeforeLong(_ kind: String) throws {
    let setup = try FaultyExchange("blackhole")
    defer { setup.daemon.kill() }
    try setup.reach("the user stream") { try setup.health("user_stream") == "ok" }
    try setup.fault(#"{"on":"connection","do":"\#(kind)","kind":"webSocketAPI"}"#)
    let isNoticed = eventually(within: 9) { setup.daemon.tail.contains("whether the subscription is there") }
    #expect(isNoticed, "\(setup.daemon.tail)")
    try setup.reach("another connection") { try setup.health("user_stream") == "ok" }
  }

  /// RELIABILITY §2, 32: what cannot be read is a gap, and what it said is read elsewhere.
  @Test func anUnreadableReportIsMadeUpFor() throws {
    let setup = try FaultyExchange("garbled")
    defer { setup.daemon.kill() }
    try setup.createEager("one", ["--stop-loss", "0.01"])
    try setup.reach("a resting stop") { try setup.openOrders().count == 1 }
    try setup.daemon.control("pause", "one")
    try setup.fault(#"{"on":"userEvent","do":"garble","event":"executionReport","execution":"TRADE","type":"STOP_LOSS"}"#)
    try setup.movePrice(to: 57_000)
    let isEqual = try eventually(within: 20) {
      try setup.strikes() == 1 && setup.openOrders().isEmpty
        && Ledgers.exchange(setup.simulator, symbols: ["BTCUSDT"], key: FaultyExchange.key, secret: FaultyExchange.secret)
          == Ledgers.control(setup.daemon).rows
    }
    #expect(isEqual, "\(setup.daemon.tail)")
    #expect(setup.daemon.tail.contains("cannot be read"))
    try setup.reach("the account read again") { try setup.health("user_stream") == "ok" }
  }
}
