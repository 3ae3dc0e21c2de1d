import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// What becomes of an order whose answer does not come, comes late, or says nothing definite.
@Suite(.serialized) struct LostAnswerTests {
  private enum Fate { case executed, notExecuted, either }
  private struct Kind {
    var fault: String
    var fate: Fate
  }

  /// Every way in which the answer to an entry can be lost that the simulator knows.
  private static var kinds: [Kind] {
    var list = [
      Kind(fault: #""do":"swallow","executed":true"#, fate: .executed),
      Kind(fault: #""do":"swallow","executed":true,"reset":true"#, fate: .executed),
      Kind(fault: #""do":"swallow","executed":false"#, fate: .notExecuted),
      Kind(fault: #""do":"swallow","executed":false,"reset":true"#, fate: .notExecuted),
      Kind(fault: #""do":"delay","beforeMs":1500"#, fate: .executed),
      // Later than its window: the exchange refuses it, while here it is in doubt already or hears the refusal.
      Kind(fault: #""do":"delay","beforeMs":9000"#, fate: .either),
    ]
    for status in [500, 502, 503, 504] {
      list.append(Kind(fault: #""do":"answer","status":\#(status),"body":"<html>","executed":true"#, fate: .executed))
      list.append(Kind(fault: #""do":"answer","status":\#(status),"body":"<html>","executed":false"#, fate: .notExecuted))
    }
    for code in [-1_000, -1_001, -1_006, -1_007] {
      list.append(Kind(fault: #""do":"answer","status":400,"code":\#(code),"message":"x","executed":true"#, fate: .executed))
      list.append(Kind(fault: #""do":"answer","status":400,"code":\#(code),"message":"x","executed":false"#, fate: .notExecuted))
    }
    for bytes in [1, 60, 300, 600] {
      list.append(Kind(fault: #""do":"cut","bytes":\#(bytes),"reset":\#(bytes % 200 == 0)"#, fate: .executed))
    }
    return list
  }

  /// Faults 1, 3, 4, 5, 6, 22: whatever becomes of the answer to an entry, the order is sent once, found if it is there, and given up only when
  /// the exchange can no longer take it.
  @Test func anEntryInDoubtIsNeverSentTwice() throws {
    let setup = try FaultyExchange("lostanswer")
    defer { setup.daemon.kill() }
    let kinds = Self.kinds
    for (number, kind) in kinds.enumerated() {
      try setup.fault(#"{"on":"request",\#(kind.fault),"request":"place","side":"BUY","after":\#(number)}"#)
    }
    for number in kinds.indices {
      try setup.createEager("b\(number)", symbol: number % 2 == 0 ? "BTCUSDT" : "ETHUSDT", ["--stop-loss", "0.3"])
    }
    try setup.reach("every fault") { try setup.strikes() == kinds.count }
    try setup.reach("a position of each bot") {
      let list = try setup.daemon.read("positions")["items"] as? [[String: Any]] ?? []
      return list.count == kinds.count
    }
    let entries = try setup.sent().filter { $0.isPlacing && $0.side == "BUY" }
    for (number, kind) in kinds.enumerated() {
      let own = entries.filter { $0.bot == entries[number].bot }
      switch kind.fate {
      case .executed: #expect(own.count == 1, "\(kind.fault): \(own)")
      case .notExecuted:
        // The window of five seconds and ten more, in which the exchange may still take it.
        #expect(own.count == 2 && own[1].arrival - own[0].arrival > 14.5, "\(kind.fault): \(own)")
      case .either: #expect(own.count == 2, "\(kind.fault): \(own)")
      }
    }
    try setup.daemon.control("stop-all")
    try setup.expectAgreement()
  }

  /// Fault 2: a stop whose answer is lost rests, and is the only one of its bot.
  @Test func aStopWhoseAnswerIsLostIsFoundResting() throws {
    let setup = try FaultyExchange("loststop")
    defer { setup.daemon.kill() }
    let faults = [
      #""do":"swallow","executed":true"#, #""do":"answer","status":503,"body":"<html>","executed":true"#, #""do":"cut","bytes":20"#,
      #""do":"answer","status":400,"code":-1007,"message":"x","executed":true"#,
    ]
    for (number, fault) in faults.enumerated() {
      try setup.fault(#"{"on":"request",\#(fault),"request":"place","side":"SELL","after":\#(number)}"#)
    }
    for number in faults.indices { try setup.createEager("b\(number)", ["--stop-loss", "0.3"]) }
    try setup.reach("every fault") { try setup.strikes() == faults.count }
    try setup.reach("a stop of each bot") { try setup.openOrders().count == faults.count }
    try setup.reach("that none is in doubt") { try !setup.daemon.control("orders", "--open").output.lowercased().contains("unknown") }
    let stops = try setup.sent().filter { $0.isPlacing && $0.side == "SELL" }
    #expect(Set(stops.compactMap(\.bot)).count == faults.count && stops.count == faults.count, "\(stops)")
    try setup.expectAgreement()
  }

  /// Fault 7: the exchange's database lags, so that a query says "no such order" of one that was filled, and the stream lost it.
  @Test func anOrderThatAQueryDoesNotKnowYetIsWaitedFor() throws {
    let setup = try FaultyExchange("lag")
    defer { setup.daemon.kill() }
    try setup.fault(#"{"on":"request","do":"swallow","executed":true,"request":"place","side":"BUY"}"#)
    try setup.fault(#"{"on":"userEvent","do":"lose","event":"executionReport","side":"BUY","count":0}"#)
    try setup.fault(#"{"on":"request","do":"lag","ms":6000,"request":"query","count":0}"#)
    try setup.createEager("one", ["--stop-loss", "0.3"])
    try setup.reachPosition(of: "one")
    #expect(try setup.sent().filter { $0.isPlacing && $0.side == "BUY" }.count == 1, "\(setup.daemon.tail)")
    try setup.reach("its stop") { try setup.openOrders().count == 1 }
    try setup.expectAgreement()
  }
}
