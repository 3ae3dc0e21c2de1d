import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// Completion as bash does it: the script is sourced and its function called with the words of a line.
@Suite(.serialized) struct CompletionTests {
  /// What bash offers for the last of `words`, which follow `botctl`.
  private static func offers(_ words: [String], address: String) throws -> (list: [String], output: String) {
    let script = """
      source <("$0" completion bash)
      COMP_WORDS=("$0" "$@")
      COMP_CWORD=$#
      COMP_LINE="${COMP_WORDS[*]}"
      COMP_POINT=${#COMP_LINE}
      _botctl "$0" "${COMP_WORDS[$COMP_CWORD]}" "${COMP_WORDS[$COMP_CWORD-1]}"
      printf 'offer:%s\\n' "${COMPREPLY[@]}"
      """
    let answer = try run(["bash", "-c", script, try Programs.path("botctl")] + words, environment: ["BOTD_ADDRESS": address])
    let lines = answer.output.split(separator: "\n").map(String.init)
    return (lines.filter { $0.hasPrefix("offer:") }.map { String($0.dropFirst(6)) }.filter { !$0.isEmpty }, answer.output)
  }

  @Test(.enabled(if: program("bash") != nil, "not installed: bash"))
  func namesComeFromTheDaemon() throws {
    let directory = try TemporaryDirectory("completion")
    let daemon = Daemon(directory, arguments: ["--mode", "simulated", "--example-bots", "--seed", "7"])
    try daemon.start()
    defer { daemon.kill() }
    let ordered = try eventually(within: 60) { !((try daemon.read("orders")["items"] as? [Any])?.isEmpty ?? true) }
    #expect(ordered, "\(daemon.tail)")
    func offers(_ words: String...) throws -> [String] { try Self.offers(words, address: daemon.address).list }

    for command in ["start", "stop", "pause", "resume", "remove", "show", "stats", "update", "close", "equity"] {
      let list = try offers(command, "")
      #expect(list.contains("btc-rsi") && list.contains("eth-rsi"), "\(command): \(list)")
    }
    #expect(try offers("start", "b") == ["btc-rsi"])
    #expect(try offers("trades", "--bot", "e") == ["eth-rsi"])
    #expect(try offers("create", "x", "--symbol", "SO") == ["SOLUSDT"])
    #expect(try offers("create", "x", "--symbol", "so") == ["solusdt"])
    #expect(try Set(offers("candles", "")).isSuperset(of: ["BTCUSDT", "ETHUSDT"]))
    #expect(try offers("create", "x", "--strategy", "rs") == ["rsi"])
    #expect(try offers("create", "x", "--interval", "15") == ["15m"])
    #expect(try Set(offers("create", "x", "--strategy", "rsi", "--param", "")).isSuperset(of: ["period=", "oversold=", "overbought="]))
    #expect(try Set(offers("create", "x", "--strategy", "macd", "--param", "")).isSuperset(of: ["fast=", "slow=", "signal="]))
    // The bot's own strategy, where the line names none.
    #expect(try offers("update", "btc-rsi", "--param", "perio") == ["period="])
    #expect(try offers("order", "show", "").count >= 1)
    #expect(try offers("events", "--kind", "tr") == ["trade"])
    #expect(try offers("call", "BotService/List") == ["BotService/ListBots"])
    #expect(try offers("call", "botd.v1.RiskService/GetR") == ["botd.v1.RiskService/GetRiskLimits"])
    #expect(try Set(offers("api", "Bot")).isSuperset(of: ["BotState", "BotService/CreateBot", "BotSpec"]))

    try "x".write(toFile: directory.file("candles-1m.csv"), atomically: true, encoding: .utf8)
    #expect(try offers("backtest", "--candles", directory.file("candles-")) == [directory.file("candles-1m.csv")])
    #expect(try offers("backtest", "--report", directory.file("candles-")) == [directory.file("candles-1m.csv")])
    #expect(try offers("indicator", "mac") == ["macd"])
    #expect(try Set(offers("indicator", "macd", "--param", "")).isSuperset(of: ["fast=", "slow="]))
  }

  @Test(.enabled(if: program("bash") != nil, "not installed: bash"))
  func withoutADaemonItIsSilentAndQuick() throws {
    let directory = try TemporaryDirectory("no-daemon")
    let address = "unix:\(directory.file("none.sock"))"
    let began = ContinuousClock.now
    let bots = try Self.offers(["start", ""], address: address)
    #expect(bots.list == [] && bots.output == "offer:\n", "\(bots)")
    // Strategies of this build are known without one.
    #expect(try Self.offers(["backtest", "--strategy", "rs"], address: address).list == ["rsi"])
    #expect(try Self.offers(["backtest", "--strategy", "rsi", "--param", "perio"], address: address).list == ["period="])
    #expect(ContinuousClock.now - began < .seconds(10))
  }

  /// zsh and fish call the program in the same way; their scripts name the same entry points.
  @Test func theScriptsOfAllShellsAskTheProgram() throws {
    for shell in ["bash", "zsh", "fish"] {
      let script = try run([try Programs.path("botctl"), "completion", shell]).output
      for entry in ["---completion start -- positional@0", "---completion create -- --symbol", "---completion create -- --param"] {
        #expect(script.contains(entry), "\(shell) has no \(entry)")
      }
    }
  }
}
