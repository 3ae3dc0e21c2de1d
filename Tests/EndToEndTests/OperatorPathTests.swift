import Dispatch
import Foundation
import Synchronization
import ProgramTestSupport
import TestSupport
import Testing

/// What `botctl` says and what `botd` does are the same, where money or a person's intent hangs on it.
@Suite(.serialized) struct OperatorPathTests {
  private static let bot = ["--symbol", "BTCUSDT", "--strategy", "rsi", "--capital", "1000"]
  /// A bot that trades at nearly every candle.
  private static let busy = [
    "--symbol", "ETHUSDT", "--strategy", "rsi", "--param", "period=2", "--param", "oversold=49", "--param", "overbought=51", "--capital",
    "1000", "--start",
  ]

  private func daemon(_ directory: TemporaryDirectory) -> Daemon {
    Daemon(directory, arguments: ["--mode", "simulated", "--speed", "600", "--seed", "7"])
  }

  private func state(_ daemon: Daemon, _ id: String) throws -> String? { try daemon.read("show", id)["state"] as? String }

  private func spec(_ daemon: Daemon, _ id: String) throws -> [String: Any] {
    try #require(try daemon.read("show", id)["spec"] as? [String: Any])
  }

  @Test func autoStartMeansTheNextStartUnlessAPersonStopsTheBot() throws {
    let directory = try TemporaryDirectory("autostart")
    let daemon = daemon(directory)
    try daemon.start()
    defer { daemon.kill() }
    let made = try daemon.control(["create", "a"] + Self.bot + ["--auto-start"])
    #expect(made.code == 0 && made.output.contains("starts when botd starts next"), "\(made.output)")
    #expect(try state(daemon, "a") == "created")
    let both = try daemon.control(["create", "b"] + Self.bot + ["--auto-start", "--start"])
    #expect(both.output.contains("b created and running"), "\(both.output)")
    try daemon.control(["create", "c"] + Self.bot)
    try daemon.control("update", "c", "--auto-start", "true")
    try daemon.control("update", "a", "--param", "period=9")
    daemon.stop()

    try daemon.start()
    for id in ["a", "b", "c"] { #expect(try eventually(within: 10) { try state(daemon, id) == "running" }, "\(id)") }
    try daemon.control("stop", "a")
    try daemon.control("stop", "c")
    try daemon.control("update", "c", "--auto-start", "false")
    daemon.stop()

    try daemon.start()
    #expect(try state(daemon, "a") == "stopped", "a person stopped it")
    #expect(try state(daemon, "b") == "running")
    #expect(try state(daemon, "c") == "stopped")
    #expect(try spec(daemon, "c")["auto_start"] as? Bool != true)
  }

  @Test func anUpdateRemovesWhatIs0AndReturnsParametersToTheirDefaults() throws {
    let directory = try TemporaryDirectory("update")
    let daemon = daemon(directory)
    try daemon.start()
    defer { daemon.kill() }
    try daemon.control(
      ["create", "a"] + Self.bot + ["--time-stop", "50", "--cooldown", "7", "--param", "period=9", "--param", "oversold=25", "--compound"])
    #expect(try daemon.control("show", "a").output.contains("50 candles"))
    let changed = try daemon.control(
      "update", "a", "--time-stop", "0", "--cooldown", "0", "--param", "period=", "--param", "overbought=80", "--no-compound")
    #expect(changed.code == 0, "\(changed.output)")
    let shown = try daemon.control("show", "a").output
    #expect(shown.contains("period=14 oversold=25 overbought=80"), "\(shown)")
    for label in ["time stop", "cooldown"] {
      #expect(shown.split(separator: "\n").contains { $0.hasPrefix(label) && $0.hasSuffix("  -") }, "\(shown)")
    }
    #expect(try spec(daemon, "a")["compound"] as? Bool != true)

    let wrong = try daemon.control("update", "a", "--capital", "abc", "--time-stop", "soon", "--param", "period=0")
    #expect(wrong.code == 6, "\(wrong.output)")
    #expect(!wrong.output.contains("CommandFailure"))
    for part in ["--capital: ", "--time-stop: ", "--param period: "] { #expect(wrong.output.contains(part), "\(wrong.output)") }
    #expect(try daemon.control("show", "a").output.contains("period=14"))
  }

  @Test func theSameProblemsInTheSameWordsWithAndWithoutADaemon() throws {
    let directory = try TemporaryDirectory("words")
    let daemon = daemon(directory)
    try daemon.start()
    defer { daemon.kill() }
    let words = [
      "create", "Bad Id", "--symbol", "BTC!", "--strategy", "ema_cross", "--param", "fast=0", "--param", "slaw=3", "--param", "slow",
      "--interval", "7m", "--capital=-5", "--risk-per-trade", "7", "--max-position", "0", "--stop-loss", "1", "--take-profit", "-1",
      "--trailing-stop", "2", "--trailing-stop-atr", "101", "--time-stop", "abc", "--cooldown", "2000000", "--sizing", "big",
      "--sizing-atr", "NaN",
    ]
    func problems(_ output: String) -> [String] { output.split(separator: "\n").map(String.init).filter { $0.hasPrefix("  ") }.sorted() }
    let online = try daemon.control(words)
    daemon.stop()
    let offline = try daemon.control(words)
    #expect(online.code == 6 && offline.code == 6)
    #expect(problems(online.output) == problems(offline.output))
    let options = [
      "BOT_ID", "--symbol", "--param fast", "--param slaw", "--param", "--interval", "--capital", "--risk-per-trade", "--max-position",
      "--stop-loss", "--take-profit", "--trailing-stop", "--trailing-stop-atr", "--time-stop", "--cooldown", "--sizing", "--sizing-atr",
    ]
    for option in options {
      #expect(problems(online.output).contains { $0.hasPrefix("  \(option): ") }, "\(option) in \(online.output)")
    }
    #expect(problems(online.output).count == options.count, "\(online.output)")
  }

  @Test func limitsSetAtTheSameTimeAllSurvive() throws {
    let directory = try TemporaryDirectory("limits")
    let daemon = daemon(directory)
    try daemon.start()
    defer { daemon.kill() }
    let limits = [
      ("--order-value", "max_order_notional"), ("--symbol-value", "max_symbol_notional"), ("--total-value", "max_total_notional"),
      ("--daily-loss", "max_daily_loss"), ("--open-positions", "max_open_positions"), ("--open-orders", "max_open_orders"),
      ("--orders-per-minute", "max_orders_per_minute"),
    ]
    let (botctl, address) = (try Programs.path("botctl"), daemon.address)
    for round in 1...4 {
      let failures = Mutex<[String]>([])
      DispatchQueue.concurrentPerform(iterations: limits.count) { at in
        do {
          let answer = try run([botctl, "risk", "set", limits[at].0, "\(round * 100 + at)", "--address", address])
          if answer.code != 0 { failures.withLock { $0.append(answer.output) } }
        } catch {
          failures.withLock { $0.append("\(error)") }
        }
      }
      #expect(failures.withLock { $0 }.isEmpty)
      let now = try #require(try daemon.read("risk", "show")["limits"] as? [String: Any])
      for (at, (_, field)) in limits.enumerated() { #expect("\(now[field] ?? "")" == "\(round * 100 + at)", "round \(round), \(field)") }
    }
    try daemon.control("risk", "set", "--daily-loss", "0", "--order-value", "")
    let lifted = try #require(try daemon.read("risk", "show")["limits"] as? [String: Any])
    #expect("\(lifted["max_daily_loss"] ?? "")".isEmpty && "\(lifted["max_order_notional"] ?? "")".isEmpty)
    #expect("\(lifted["max_total_notional"] ?? "")" == "402")
  }

  @Test func aBreachShowsInListHealthDoctorAndTheAnswerOfCreate() throws {
    let directory = try TemporaryDirectory("breach-shown")
    let daemon = daemon(directory)
    try daemon.start()
    defer { daemon.kill() }
    try daemon.control("risk", "set", "--daily-loss", "0.01")
    try daemon.control(["create", "busy"] + Self.busy)
    let isBreached = try eventually(within: 60) { try daemon.read("risk", "show")["trading_state"] as? String == "reducing" }
    try #require(isBreached, "\(daemon.tail)")
    let cause = "max_daily_loss is 0.01"
    let list = try daemon.control("list")
    #expect(list.code == 0 && list.output.contains("trading is reducing") && list.output.contains(cause), "\(list.output)")
    let health = try daemon.control("health")
    #expect(health.code == 8 && health.output.contains("degraded") && health.output.contains(cause), "\(health.output)")
    let doctor = try daemon.control("doctor")
    #expect(doctor.code == 8, "\(doctor.output)")
    #expect(
      doctor.output.split(separator: "\n").contains {
        $0.hasPrefix("trading ") && $0.contains("degraded") && $0.contains(cause) && $0.contains("botctl risk activate")
      }, "\(doctor.output)")
    #expect(try daemon.control("portfolio").output.contains(cause))
    let made = try daemon.control(["create", "late"] + Self.bot)
    #expect(made.code == 0 && made.output.contains("trading is reducing") && made.output.contains(cause), "\(made.output)")
    #expect(try daemon.control("risk", "activate").output == "trading is active\n")
  }

  @Test func aForcedRemovalSellsWhatTheBotHolds() throws {
    let directory = try TemporaryDirectory("force")
    let daemon = daemon(directory)
    try daemon.start()
    defer { daemon.kill() }
    // No stop sells between the look and the removal.
    try daemon.control(["create", "busy", "--stop-loss", "0.4"] + Self.busy)
    let holds = try eventually(within: 60) {
      // It may have sold between the look and the stop.
      try daemon.control("start", "busy")
      guard try daemon.control("positions").output.contains("busy") else { return false }
      try daemon.control("stop", "busy")
      return try daemon.control("positions").output.contains("busy")
    }
    try #require(holds, "\(daemon.tail)")
    let refused = try daemon.control("remove", "busy")
    #expect(refused.code == 5 && refused.output.contains("--force, which sells it at the market"), "\(refused.output)")
    let removed = try daemon.control("remove", "busy", "--force")
    #expect(removed.code == 0 && removed.output.contains("busy removed"), "\(removed.output)")
    let trades = try #require(try daemon.read("trades", "--bot", "busy")["items"] as? [[String: Any]])
    #expect(trades.last?["side"] as? String == "sell")
    #expect(!(try daemon.control("positions").output.contains("busy")))
  }

  @Test func moreCandlesThanThereAreSaysHowManyThereAre() throws {
    let directory = try TemporaryDirectory("candles")
    let daemon = daemon(directory)
    try daemon.start()
    defer { daemon.kill() }
    try daemon.control(["create", "a"] + Self.bot)
    let answer = try daemon.control("candles", "BTCUSDT", "--limit", "5000")
    #expect(answer.code == 0 && answer.output.contains("the daemon holds "), "\(answer.output.suffix(200))")
    let refused = try daemon.control("candles", "BTCUSDT", "--limit", "0")
    #expect(refused.code == 2 && refused.output.contains("--limit"), "\(refused.output)")
  }
}
