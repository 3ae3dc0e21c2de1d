import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// How `botd` ends: which signals end it, and what it says of positions that nothing watches from then on.
@Suite(.serialized) struct StopTests {
  private static let arguments = ["--mode", "simulated", "--speed", "1000", "--seed", "7"]

  @Test func aHangupStopsInOrder() throws {
    let directory = try TemporaryDirectory("hangup")
    let daemon = Daemon(directory, arguments: Self.arguments)
    try daemon.start()
    daemon.stop(SIGHUP)
    #expect(try LogText.read(daemon.log).last?["msg"] == "stopped", "\(daemon.tail)")
  }

  @Test func aHangupIsIgnoredUnderNohup() throws {
    let directory = try TemporaryDirectory("nohup")
    let daemon = Daemon(directory, arguments: [])
    let process = try ServerProcess(
      ["nohup", try Programs.path("botd"), "--state-dir", daemon.stateDirectory, "--listen", daemon.address] + Self.arguments,
      log: daemon.log)
    try #require(try eventually(within: 30) { try daemon.control("list").code == 0 }, "botd does not answer: \(daemon.tail)")
    process.kill(SIGHUP)
    // The signal is handled before any later call is.
    #expect(try daemon.control("list").code == 0)
    #expect(try String(contentsOfFile: "/proc/\(process.pid)/status", encoding: .utf8).contains("SigIgn:"))
    #expect(try Self.ignores(SIGHUP, process.pid))
    process.stop(SIGTERM)
    #expect(try String(contentsOfFile: daemon.log, encoding: .utf8).contains("msg=stopped"))
  }

  /// Whether a process ignores a signal, as the kernel says.
  private static func ignores(_ signal: Int32, _ pid: Int32) throws -> Bool {
    let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("SigIgn:") })
    let mask = try #require(UInt64(line.dropFirst(7).trimmingCharacters(in: .whitespaces), radix: 16))
    return mask & (1 << UInt64(signal - 1)) != 0
  }

  /// Halts trading while these bots hold positions.
  private func holdPositions(_ daemon: Daemon, _ bots: [String]) throws {
    let isHeld = try eventually(within: 60) {
      let isOpen = { try daemon.control("positions").output }
      let before = try isOpen()
      guard bots.allSatisfy({ before.contains($0) }) else { return false }
      try daemon.control("risk", "halt")
      let after = try isOpen()
      if bots.allSatisfy({ after.contains($0) }) { return true }
      try daemon.control("risk", "resume")
      return false
    }
    try #require(isHeld, "\(daemon.tail)")
  }

  @Test(arguments: [SIGTERM, SIGHUP, SIGINT])
  func everyStopNamesThePositionsThatNothingWatches(_ signal: Int32) throws {
    let directory = try TemporaryDirectory("laststop")
    let daemon = Daemon(directory, arguments: Self.arguments + ["--show-trades"])
    try daemon.start()
    try daemon.createBusyBot("bare", "BTCUSDT", ["--stop-loss", "0", "--sizing", "fraction"])
    // Far away, so that it rests for long.
    try daemon.createBusyBot("guarded", "ETHUSDT", ["--stop-loss", "0.5"])
    try holdPositions(daemon, ["bare", "guarded"])
    daemon.stop(signal)

    let text = try LogText.lines(daemon.log)
    let lines = text.compactMap { LogText.logfmt($0) }.map { Dictionary($0.map { ($0.name, $0.value) }, uniquingKeysWith: { a, _ in a }) }
    let left = lines.filter { $0["msg"] == "position stays without a resting stop" }
    #expect(left.count == 1, "\(left)")
    #expect(left.first?["bot"] == "bare" && left.first?["symbol"] == "BTCUSDT" && left.first?["level"] == "warning")
    #expect(left.first?["stop_price"] == "none" && (Double(left.first?["quantity"] ?? "") ?? 0) > 0)
    #expect(lines.last?["msg"] == "stopped" && lines.last?["unprotected"] == "1", "\(lines.last ?? [:])")
    // The same as a person's last words on the terminal.
    let words = text.drop { !$0.hasPrefix("botd stopped") }
    #expect(words.contains { $0.contains("bare") && $0.contains("BTCUSDT") && $0.contains("without a resting stop") }, "\(daemon.tail)")
    #expect(!words.contains { $0.contains("guarded") })
  }

  @Test func aStopByCallNamesThemToo() throws {
    let directory = try TemporaryDirectory("shutdown")
    let daemon = Daemon(directory, arguments: Self.arguments)
    try daemon.start()
    try daemon.createBusyBot("bare", "BTCUSDT", ["--stop-loss", "0", "--sizing", "fraction"])
    try holdPositions(daemon, ["bare"])
    #expect(try daemon.control("shutdown").code == 0)
    #expect(try eventually(within: 30) { try LogText.read(daemon.log).last?["msg"] == "stopped" })
    #expect(try LogText.read(daemon.log).contains { $0["msg"] == "position stays without a resting stop" && $0["bot"] == "bare" })
    daemon.stop()
  }
}
