import Foundation
import Presentation
import ProgramTestSupport
import TestSupport
import Testing

/// `botctl apply`, `export` and `clone` at a daemon that trades.
@Suite(.serialized) struct BotFileTests {
  private func write(_ text: String, _ setup: FaultyExchange) throws -> String {
    let file = setup.directory.file("bots.yaml")
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    return file
  }

  private static let eager = "strategy: rsi, parameters: {oversold: 98, overbought: 99}, interval: 1s"

  @Test func aFileMakesBotsAndASecondRunChangesNothing() throws {
    let setup = try FaultyExchange("file-make")
    defer { setup.daemon.kill() }
    let file = try write(
      """
      defaults: {strategy: rsi, interval: 1m, capital: 1000}
      bots:
        one: {symbol: BTCUSDT, take_profit: 0.05, state: running, guards: [cooldown stop=30m]}
        two: {symbol: ETHUSDT, stop_loss: 0, compound: true, auto_start: true}

      """, setup)
    let preview = try setup.daemon.control("apply", "-f", file, "--dry-run")
    #expect(preview.code == 1 && preview.output.contains("+ one to be created and started"), "\(preview.output)")
    #expect(preview.output.contains("one: none at once; at its strategy's next signal it buys for at most 100 USDT"), "\(preview.output)")
    #expect(try setup.daemon.control("list").output.contains("no bots"))
    let done = try setup.daemon.control("apply", "-f", file, "--yes")
    #expect(done.code == 0 && done.output.contains("one created and started"), "\(done.output)")
    let again = try setup.daemon.control("apply", "-f", file, "--dry-run")
    #expect(again.code == 0 && again.output.contains("nothing to change: 2 bots"), "\(again.output)")
    // What is exported is what is there, in both forms.
    for form in ["yaml", "json"] {
      let exported = try setup.daemon.control("export", "-o", form).output
      let same = try setup.daemon.control("apply", "--dry-run", "-f", try write(exported, setup))
      #expect(same.code == 0 && same.output.contains("nothing to change: 2 bots"), "\(same.output) \(exported)")
    }
    let only = try setup.daemon.control("export", "two").output
    #expect(only.contains("two:") && !only.contains("one:") && only.contains("state: stopped"), "\(only)")
    #expect(try setup.daemon.control("export", "three").code == 4)
    // A setting that is no longer in the file has its default again.
    let changed = try setup.daemon.control(
      "apply", "--yes", "-f",
      try write(
        "bots:\n  two: {symbol: ETHUSDT, strategy: rsi, interval: 1m, capital: 2000, trailing_stop: 0.1, state: running}\n", setup))
    #expect(changed.code == 0 && changed.output.contains("two changed, started"), "\(changed.output)")
    for line in [
      "~ two capital: 1000 -> 2000", "~ two stop_loss: 0 -> 0.02", "~ two compound: true -> none", "~ two auto_start: true -> none",
    ] {
      #expect(changed.output.contains(line), "\(changed.output)")
    }
    let removed = try setup.daemon.control("apply", "--yes", "--prune", "-f", try write("bots: {}\n", setup))
    #expect(removed.code == 0 && removed.output.contains("two stopped, removed"), "\(removed.output)")
    #expect(try setup.daemon.control("list").output.contains("no bots"))
  }

  @Test func whatHoldsCoinsIsLeftAndTheOthersGoOn() throws {
    let setup = try FaultyExchange("file-coins")
    defer { setup.daemon.kill() }
    func file(_ capital: Int) throws -> String {
      try write(
        """
        bots:
          holder: {symbol: BTCUSDT, \(Self.eager), capital: \(capital), state: running}
          other: {symbol: ETHUSDT, strategy: sma_cross, capital: \(capital), state: running}

        """, setup)
    }
    #expect(try setup.daemon.control("apply", "--yes", "-f", try file(1000)).code == 0)
    try setup.reachPosition(of: "holder")
    let orders = try setup.requests().count
    let refused = try setup.daemon.control("apply", "--yes", "--restart", "-f", try file(2000))
    #expect(refused.code == 5 && refused.output.contains("! holder is left as it is: it holds "), "\(refused.output)")
    #expect(refused.output.contains("other stopped, changed, started"), "\(refused.output)")
    let pruned = try setup.daemon.control("apply", "--yes", "--prune", "-f", try write("bots: {}", setup))
    #expect(pruned.code == 5 && pruned.output.contains("! holder is left as it is: it is not in the file and holds "), "\(pruned.output)")
    let left = try setup.daemon.control("list").output
    #expect(left.contains("holder") && left.contains("running") && !left.contains("other"), "\(left)")
    #expect(try setup.requests().count == orders, "nothing was sold or bought by it")
  }

  /// The whole file is judged, here and in the daemon, before anything is changed.
  @Test func everyWrongLineIsNamedAndNothingIsChanged() throws {
    let setup = try FaultyExchange("file-wrong")
    defer { setup.daemon.kill() }
    let wrong = try setup.daemon.control(
      "apply", "--yes", "-f",
      try write(
        """
        bots:
          good: {symbol: BTCUSDT, strategy: rsi, capital: 1000}
          typo:
            symbol: NOSUCH
            strategy: rsy
            capital: 1e3
            stoploss: 0.1

        """, setup))
    #expect(wrong.code == 6 && wrong.output.contains("4 things are missing or wrong"), "\(wrong.output)")
    for line in [
      "bots.yaml:4: typo: symbol: the exchange has no symbol NOSUCH", "bots.yaml:5: typo: strategy: there is no strategy \"rsy\"",
      "bots.yaml:6: typo: capital \"1e3\" must be a decimal", "bots.yaml:7: typo: there is no \"stoploss\" here; did you mean stop_loss?",
    ] {
      #expect(wrong.output.contains(line), "\(wrong.output)")
    }
    #expect(try setup.daemon.control("list").output.contains("no bots"))
  }

  @Test func aCloneHasTheSettingsOfTheOther() throws {
    let setup = try FaultyExchange("file-clone")
    defer { setup.daemon.kill() }
    let settings = ["--take-profit", "0.05", "--entry", "limit", "--entry-offset", "0.001", "--guard", "cooldown stop=30m"]
    try setup.daemon.create(["one", "--symbol", "BTCUSDT", "--strategy", "rsi", "--param", "period=9", "--capital", "1000"] + settings)
    let cloned = try setup.daemon.control(
      "clone", "one", "two", "--symbol", "ETHUSDT", "--set", "capital=500", "--set", "parameters.period=7", "--set", "entry=market")
    #expect(cloned.code == 0 && cloned.output.contains("parameters.period: 9 -> 7"), "\(cloned.output)")
    let bot = try setup.daemon.read("show", "two")
    let spec = try #require(bot["spec"] as? [String: Any])
    #expect(spec["symbol"] as? String == "ETHUSDT" && spec["capital"] as? String == "500" && spec["take_profit"] as? String == "0.05")
    #expect(spec["entry"] as? String == "market" && spec["guards"] as? String == "cooldown stop=30m", "\(spec)")
    #expect(try setup.daemon.control("clone", "one", "two").code == 5)
    #expect(try setup.daemon.control("clone", "none", "three").code == 4)
    let dry = try setup.daemon.control("clone", "one", "three", "--set", "stop_loss=7", "--dry-run")
    #expect(dry.code == 6 && dry.output.contains("stop_loss must be from 0"), "\(dry.output)")
    #expect(try !setup.daemon.control("list").output.contains("three"))
  }
}
