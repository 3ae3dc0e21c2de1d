import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// `botd` in simulated mode, driven by `botctl`, as a person meets it.
@Suite(.serialized) struct SimulatedModeTests {
  private func daemon(_ directory: TemporaryDirectory, speed: Int = 600) -> Daemon {
    Daemon(directory, arguments: ["--mode", "simulated", "--example-bots", "--speed", "\(speed)", "--seed", "7"])
  }

  @Test func exampleBotsTradeAndBotctlDrivesThem() throws {
    let directory = try TemporaryDirectory("simulated")
    let daemon = daemon(directory)
    try daemon.start()
    defer { daemon.kill() }
    #expect(try eventually(within: 60) { try Ledgers.control(daemon).rows.count >= 4 }, "\(daemon.tail)")

    let list = try daemon.control("list")
    #expect(list.code == 0)
    #expect(list.output.contains("btc-rsi") && list.output.contains("eth-rsi") && list.output.contains("running"))
    #expect(try daemon.control("stats", "btc-rsi").code == 0)
    #expect(try daemon.control("portfolio").code == 0)
    #expect(try daemon.control("health").code == 0)
    #expect(try daemon.control("stop", "btc-rsi").code == 0)
    #expect(try daemon.control("list").output.contains("stopped"))
    #expect(try daemon.control("start", "btc-rsi").code == 0)

    let create = try daemon.control(
      "create", "sol", "--symbol", "SOLUSDT", "--strategy", "rsi", "--param", "period=14", "--param", "oversold=30", "--param",
      "overbought=70", "--interval", "1m", "--capital", "1000", "--risk-per-trade", "0.02", "--start")
    #expect(create.code == 0, "\(create.output)")
    #expect(try daemon.control("list").output.contains("sol"))
  }

  @Test func everythingWrongWithABotIsSaidAtOnce() throws {
    let directory = try TemporaryDirectory("wrong")
    let daemon = daemon(directory)
    try daemon.start()
    defer { daemon.kill() }
    let answer = try daemon.control(
      "create", "x1", "--symbol", "NOSUCHCOIN", "--strategy", "rsi", "--param", "period=1", "--capital=-5", "--risk-per-trade", "7")
    #expect(answer.code != 0)
    for word in ["NOSUCHCOIN", "period", "capital", "risk"] { #expect(answer.output.contains(word), "\(word) in \(answer.output)") }
    let unknown = try daemon.control("stats", "nobody")
    #expect(unknown.code != 0 && unknown.output.contains("nobody"))
  }

  @Test func stateSurvivesAKill() throws {
    let directory = try TemporaryDirectory("kill")
    let daemon = daemon(directory)
    try daemon.start()
    #expect(try eventually(within: 60) { try Ledgers.control(daemon).rows.count >= 3 }, "\(daemon.tail)")
    #expect(try daemon.control("pause", "eth-rsi").code == 0)
    let before = try Ledgers.control(daemon)
    daemon.kill()
    try daemon.start()
    defer { daemon.kill() }
    let after = try Ledgers.control(daemon)
    #expect(Set(before.rows).isSubset(of: Set(after.rows)))
    #expect(after.sequences == after.sequences.sorted() && Set(after.sequences).count == after.sequences.count)
    #expect(try daemon.control("list").output.contains("paused"))
  }

  @Test func aSecondDaemonOnTheSameStateIsRefused() throws {
    let directory = try TemporaryDirectory("second")
    let daemon = daemon(directory)
    try daemon.start()
    defer { daemon.kill() }
    let second = try run([
      try Programs.path("botd"), "--mode", "simulated", "--state-dir", daemon.stateDirectory, "--listen",
      "unix:\(directory.file("run2/botd.sock"))",
    ])
    #expect(second.code != 0)
    #expect(second.output.contains("\(daemon.process?.pid ?? -1)"), "\(second.output)")
  }
}
