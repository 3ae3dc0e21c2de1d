import Foundation
import Journal
import ProgramTestSupport
import TestSupport
import Testing
import TradingCore

/// The log of a real daemon: one format, every line of it.
@Suite(.serialized) struct LogTests {
  private static let arguments = ["--mode", "simulated", "--speed", "1000", "--seed", "7"]

  /// Trades, is halted in words that try to forge a line, denies again and again, and stops.
  private func session(_ daemon: Daemon) throws -> (denials: Int, fills: Int) {
    try daemon.start()
    try daemon.createBusyBot("btc")
    try #require(try eventually(within: 60) { try Ledgers.control(daemon).rows.count >= 6 }, "fills stopped coming")
    try daemon.control("risk", "halt", "--reason", "look\nlevel=critical msg=\"forged\"\u{2028}x=1\u{1B}[31m")
    let isDenied = try eventually(within: 60) {
      try daemon.control("events", "--from", "0", "--kind", "signal", "--bot", "btc", "--limit", "1000").output
        .components(separatedBy: "no order").count > 4
    }
    try #require(isDenied, "no denials came")
    daemon.stop()
    let journal = try Journal.open(directory: daemon.stateDirectory)
    defer { journal.close() }
    var denials = 0
    var fills = 0
    try journal.replay { entry in
      switch entry.record {
      case .orderDenied(let denial) where denial.code == .tradingStateHalted: denials += 1
      case .fill: fills += 1
      default: break
      }
    }
    return (denials, fills)
  }

  private func check(_ lines: [[String: String]], _ seen: (denials: Int, fills: Int)) throws {
    let levels: Set<String> = ["trace", "debug", "info", "notice", "warning", "error", "critical"]
    for line in lines { #expect(levels.contains(line["level"] ?? "") && !(line["msg"] ?? "").isEmpty, "\(line)") }
    let trades = lines.filter { $0["msg"] == "trade" }
    #expect(trades.count == seen.fills)
    let trade = try #require(trades.first)
    #expect(trade["level"] == "info" && trade["bot"] == "btc" && trade["symbol"] == "BTCUSDT" && trade["side"] == "buy")
    #expect(trade["quantity"] != nil && trade["price"] != nil && trade["order"] != nil)
    #expect(lines.filter { $0["msg"] == "order" }.count >= seen.fills / 2)
    let denials = lines.filter { $0["msg"] == "denied" && $0["code"] == "TRADING_STATE_HALTED" }
    #expect(denials.count == 1, "one line per cause and bot")
    #expect(denials.first?["level"] == "info" && denials.first?["bot"] == "btc")
    let sums = lines.filter { $0["msg"] == "denied again" && $0["code"] == "TRADING_STATE_HALTED" }
    #expect(sums.compactMap { Int($0["count"] ?? "") }.reduce(0, +) == seen.denials - 1)
    let halted = try #require(lines.first { $0["state"] == "halted" })
    #expect(halted["level"] == "warning" && halted["reason"] == "look\nlevel=critical msg=\"forged\"\u{2028}x=1\u{1B}[31m")
    #expect(!lines.contains { $0["level"] == "critical" })
    #expect(lines.contains { $0["msg"] == "ready" && $0["mode"] == "simulated" } && lines.last?["msg"] == "stopped")
  }

  @Test func everyLineIsLogfmt() throws {
    let directory = try TemporaryDirectory("logfmt")
    let daemon = Daemon(directory, arguments: Self.arguments)
    let seen = try session(daemon)
    let lines = try LogText.read(daemon.log)
    try check(lines, seen)
    let time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/
    for line in lines { #expect((line["time"] ?? "").wholeMatch(of: time) != nil, "\(line)") }
    let text = try String(contentsOfFile: daemon.log, encoding: .utf8)
    #expect(!text.contains("\u{1B}") && !text.contains("\u{2028}"), "what a terminal or a reader of lines takes for its own")
  }

  @Test(arguments: ["flag", "setting"])
  func everyLineIsJSONWithTheSameFields(_ way: String) throws {
    let directory = try TemporaryDirectory("logjson")
    let daemon =
      way == "flag"
      ? Daemon(directory, arguments: Self.arguments + ["--log-format", "json"])
      : Daemon(directory, arguments: Self.arguments, environment: ["BOTD_LOG_FORMAT": "json"])
    let seen = try session(daemon)
    let lines = try LogText.lines(daemon.log).map { line in
      guard let fields = LogText.json(line) else { throw TestFailure("no JSON: \(line)") }
      return fields
    }
    try check(lines, seen)
    #expect(lines.allSatisfy { $0["time"]?.hasSuffix("Z") == true })
  }

  /// Under journald (systemd.exec(5), `JOURNAL_STREAM`) the journal has the time already.
  @Test func journaldGetsNoSecondTime() throws {
    let directory = try TemporaryDirectory("journald")
    let log = directory.file("botd.log")
    _ = FileManager.default.createFile(atPath: log, contents: nil)
    var file = stat()
    try #require(unsafe stat(log, &file) == 0)
    let daemon = Daemon(directory, arguments: Self.arguments, environment: ["JOURNAL_STREAM": "\(file.st_dev):\(file.st_ino)"])
    try daemon.start()
    daemon.stop()
    let lines = try LogText.read(daemon.log)
    #expect(lines.last?["msg"] == "stopped")
    #expect(lines.allSatisfy { $0["time"] == nil }, "\(lines)")
  }

  @Test(arguments: [("always", true), ("never", false), ("auto", true)])
  func timestampsAreAsAskedFor(_ word: String, _ isThere: Bool) throws {
    let directory = try TemporaryDirectory("stamps")
    // Another stream than the one that standard error is.
    let other = word == "always" ? directory.file("botd.log") : directory.path
    _ = FileManager.default.createFile(atPath: directory.file("botd.log"), contents: nil)
    var file = stat()
    try #require(unsafe stat(other, &file) == 0)
    let daemon = Daemon(
      directory, arguments: Self.arguments + ["--log-timestamps", word], environment: ["JOURNAL_STREAM": "\(file.st_dev):\(file.st_ino)"])
    try daemon.start()
    daemon.stop()
    #expect(try LogText.read(daemon.log).allSatisfy { ($0["time"] != nil) == isThere })
  }

  @Test func whyItCouldNotStartIsALineToo() throws {
    let directory = try TemporaryDirectory("nostart")
    let daemon = Daemon(directory, arguments: Self.arguments)
    try daemon.start()
    defer { daemon.stop() }
    let answer = try run([
      try Programs.path("botd"), "--mode", "simulated", "--state-dir", daemon.stateDirectory, "--listen",
      "unix:\(directory.file("run/other.sock"))",
    ])
    #expect(answer.code == 1)
    let lines = answer.output.split(separator: "\n").map { LogText.logfmt($0) }
    #expect(!lines.contains { $0 == nil }, "\(answer.output)")
    let last = Dictionary((lines.last.flatMap { $0 } ?? []).map { ($0.name, $0.value) }, uniquingKeysWith: { a, _ in a })
    #expect(last["level"] == "critical" && last["error"]?.contains(daemon.stateDirectory) == true, "\(answer.output)")
  }
}
