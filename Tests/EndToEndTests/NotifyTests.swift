import Foundation
import Presentation
import ProgramTestSupport
import TestSupport
import Testing

/// `botctl notify` at a daemon that trades, killed again and again.
@Suite(.serialized) struct NotifyTests {
  /// A running `botctl notify`.
  private static func start(_ daemon: Daemon, _ rules: String, log: String) throws -> ServerProcess {
    try ServerProcess([try Programs.path("botctl"), "notify", "--rules", rules, "--from", "0", "--address", daemon.address], log: log)
  }

  /// What the program of the channel was given.
  private static func messages(_ file: String) -> [JSONTree] {
    ((try? String(contentsOfFile: file, encoding: .utf8)) ?? "").split(separator: "\n").compactMap { JSONTree(Array($0.utf8)) }
  }

  private static func rules(_ directory: TemporaryDirectory, _ more: String = "") throws -> (path: String, out: String) {
    let (path, out) = (directory.file("notify.conf"), directory.file("told"))
    try """
    [notify]
    away-after = 5s
    [channel run]
    type = exec
    command = /usr/bin/tee -a \(out)
    [rule all]
    kind = trade, bot
    to = run
    group = 300ms
    \(more)
    """.write(toFile: path, atomically: true, encoding: .utf8)
    return (path, out)
  }

  /// Every fill is counted in a message, whenever botd or notify were killed; a message that came twice has the same id.
  @Test func everyFillIsToldWhoeverIsKilled() throws {
    let directory = try TemporaryDirectory("notify")
    let daemon = Daemon(directory, arguments: ["--mode", "simulated", "--example-bots", "--speed", "600", "--seed", "7"])
    try daemon.start()
    let (rules, out) = try Self.rules(directory)
    let log = directory.file("notify.log")
    for round in 1...6 {
      let notify = try Self.start(daemon, rules, log: log)
      let before = Self.messages(out).count
      #expect(eventually(within: 60) { Self.messages(out).count > before + 1 })
      notify.stop(SIGKILL)
      guard round % 2 == 0 else { continue }
      daemon.kill()
      try daemon.start()
    }
    #expect(try eventually(within: 60) { try Ledgers.control(daemon).rows.count >= 10 })
    // No more trades: the end is the same for both.
    try daemon.control("stop-all")
    let words = ["events", "--from", "0", "--kind", "trade", "--kind", "bot", "--output", "json", "--address", daemon.address]
    let events = try run([try Programs.path("botctl")] + words).output.split(separator: "\n").compactMap { JSONTree(Array($0.utf8)) }
    let sequences = events.compactMap { $0["sequence"]?.int64 }
    let end = try #require(sequences.last)
    let notify = try Self.start(daemon, rules, log: log)
    #expect(eventually(within: 60) { (Self.messages(out).last?["through_sequence"]?.int64 ?? 0) >= end })
    notify.stop(SIGTERM)
    var told: [String: Int64] = [:]
    for message in Self.messages(out) {
      let id = try #require(message["id"]?.text)
      let count = message["count"]?.int64 ?? 0
      #expect(told[id] == nil || told[id] == count)
      told[id] = count
    }
    #expect(told.values.reduce(0, +) == Int64(events.count), "\((try? String(contentsOfFile: log, encoding: .utf8)) ?? "")")
  }

  @Test func aDaemonThatIsAwayIsTold() throws {
    let directory = try TemporaryDirectory("notify")
    let daemon = Daemon(directory, arguments: ["--mode", "simulated", "--example-bots", "--speed", "60", "--seed", "7"])
    try daemon.start()
    let (rules, out) = try Self.rules(directory, "[rule loss]\nwhen = drawdown > 0.001%\nbot = *\nto = run\n")
    let log = directory.file("notify.log")
    let notify = try Self.start(daemon, rules, log: log)
    #expect(eventually(within: 60) { !Self.messages(out).isEmpty })
    daemon.kill()
    func has(_ code: String) -> Bool {
      Self.messages(out).contains { $0["events"]?.elements?.contains { $0["code"]?.text == code } == true }
    }
    #expect(eventually(within: 30) { has("AWAY") })
    try daemon.start()
    #expect(eventually(within: 60) { has("BACK") })
    notify.stop(SIGTERM)
    let said = try daemon.control("notify", "check", "--rules", rules, "--last", "5", "--output", "json")
    #expect(said.code == 0 && said.output.contains("\"channel\": \"run\""), "\(said.output)")
    let tested = try run([try Programs.path("botctl"), "notify", "test", "run", "--rules", rules])
    #expect(tested.code == 0 && tested.output.contains("run (exec): delivered"), "\(tested.output)")
    daemon.kill()
  }

  /// Started before botd, for the first time ever: the first thing that happens is told.
  @Test func whatHappensBeforeItCanFollowIsTold() throws {
    let directory = try TemporaryDirectory("notify")
    let daemon = Daemon(directory, arguments: ["--mode", "simulated", "--example-bots", "--speed", "60", "--seed", "7"])
    let (rules, out) = try Self.rules(directory)
    let log = directory.file("notify.log")
    let notify = try ServerProcess([try Programs.path("botctl"), "notify", "--rules", rules, "--address", daemon.address], log: log)
    #expect(eventually(within: 30) { (try? String(contentsOfFile: log, encoding: .utf8))?.contains("does not answer yet") == true })
    try daemon.start()
    #expect(
      eventually(within: 60) { Self.messages(out).contains { $0["events"]?.elements?.contains { $0["code"]?.text == "created" } == true } })
    notify.stop(SIGTERM)
    daemon.kill()
  }

  @Test func theExampleIsRight() throws {
    let directory = try TemporaryDirectory("notify")
    let example = try run([try Programs.path("botctl"), "notify", "--example"])
    let path = directory.file("notify.conf")
    try example.output.write(toFile: path, atomically: true, encoding: .utf8)
    let checked = try run([try Programs.path("botctl"), "notify", "check", "--rules", path, "--last", "0"])
    #expect(checked.code == 0 && checked.output.contains("1 channel, 3 rules"), "\(checked.output)")
  }
}
