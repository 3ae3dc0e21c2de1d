import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// Symbols that cannot be got out of, or will be gone: nothing is bought, and the reason is said (K8).
@Suite(.serialized) struct ObstacleTests {
  /// Waits until an entry is denied with these words.
  private func reachDenial(_ setup: FaultyExchange, _ words: String) throws {
    try setup.reach("a denial that says \(words)") {
      try String(contentsOfFile: setup.daemon.log, encoding: .utf8).split(separator: "\n").contains {
        $0.contains("msg=denied") && $0.contains(words)
      }
    }
  }

  /// What the exchange says of BTCUSDT before the daemon starts, and what the denial says.
  @Test(arguments: [
    ("symbol?symbol=BTCUSDT&permissionSets=SPOT;TRD_GRP_999", "TRD_GRP_999"),
    ("symbol?symbol=BTCUSDT&sellingFrom=4000000000000", "T_PLUS_SELL"), ("delist?symbol=BTCUSDT&at=LATER", "delists it"),
  ])
  func nothingIsBought(_ command: String, _ words: String) throws {
    let setup = try FaultyExchange("obstacle", start: false)
    let later = Int64(Date().timeIntervalSince1970 * 1_000) + 86_400_000
    _ = try setup.simulator.get("/sim/" + command.replacingOccurrences(of: "LATER", with: "\(later)"))
    try setup.daemon.start()
    defer { setup.daemon.kill() }
    try setup.createEager("one", ["--stop-loss", "0.05"])
    try reachDenial(setup, words)
    #expect(try setup.requests().isEmpty, "nothing was sent")
    // The same words before anybody tries.
    #expect(try setup.daemon.control("symbols", "BTCUSDT").output.contains(words))
    let listed = try setup.daemon.read("symbols")["items"] as? [[String: Any]] ?? []
    let obstacles = listed.first { $0["symbol"] as? String == "BTCUSDT" }?["obstacles"] as? [String] ?? []
    #expect(obstacles.contains { $0.contains(words) }, "\(listed)")
    #expect(listed.contains { $0["symbol"] as? String == "ETHUSDT" && ($0["obstacles"] as? [String] ?? []).isEmpty })
  }

  /// The schedule cannot be read at the start, and is later.
  @Test func aScheduleThatCouldNotBeReadIsReadLater() throws {
    let later = Int64(Date().timeIntervalSince1970 * 1_000) + 86_400_000
    let setup = try FaultyExchange("schedule", start: false)
    _ = try setup.simulator.get("/sim/delist?symbol=BTCUSDT&at=\(later)")
    try setup.fault(
      #"{"on":"request","do":"answer","request":"GET /sapi/v1/spot/delist-schedule","status":400,"code":-1000,"message":"not now","count":3}"#
    )
    try setup.daemon.start()
    defer { setup.daemon.kill() }
    try setup.createEager("one", ["--stop-loss", "0.05"])
    try setup.reach("the schedule") {
      try String(contentsOfFile: setup.daemon.log, encoding: .utf8).contains("the exchange delists it at")
    }
    #expect(try setup.strikes() == 3)
  }

  /// The exchange closes the symbol while the daemon runs: one refusal, and the rules that are read again say why nothing follows.
  @Test(arguments: ["CANCEL_ONLY", "HALT"]) func aRefusalHasTheRulesReadAgain(_ status: String) throws {
    let setup = try FaultyExchange("closed")
    defer { setup.daemon.kill() }
    try setup.reach("the user stream") { try setup.health("user_stream") == "ok" }
    // The daemon does not know yet: it creates the bot, and tries.
    _ = try setup.simulator.get("/sim/symbol?symbol=BTCUSDT&status=\(status)")
    try setup.createEager("one", ["--stop-loss", "0.05"])
    try reachDenial(setup, status)
    #expect(
      try setup.daemon.control("symbols", "BTCUSDT").output.contains("none: it is not trading on the exchange: its status is \(status)"))
    #expect(try String(contentsOfFile: setup.daemon.log, encoding: .utf8).contains("contradicts what is known"), "\(setup.daemon.tail)")
  }

  /// The step has grown since the rules were read.
  @Test func aRefusedQuantityHasTheFiltersReadAgain() throws {
    let setup = try FaultyExchange("evidence")
    defer { setup.daemon.kill() }
    try setup.reach("the user stream") { try setup.health("user_stream") == "ok" }
    _ = try setup.simulator.get("/sim/symbol?symbol=BTCUSDT&stepSize=0.0005&minQty=0.0005")
    try setup.createEager("one", ["--stop-loss", "0.05"])
    try setup.reachPosition(of: "one")
    #expect(try String(contentsOfFile: setup.daemon.log, encoding: .utf8).contains("contradicts what is known"), "\(setup.daemon.tail)")
  }
}
