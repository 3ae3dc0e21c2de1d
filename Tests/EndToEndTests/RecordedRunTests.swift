import Foundation
import TestSupport
import Testing

/// Runs that version 0.1.0 made and recorded: the same input gives the same bytes today.
@Suite(.serialized) struct RecordedRunTests {
  @Test(arguments: ["backtest-rsi", "backtest-ema-cross"]) func aBacktestGivesTheSameBytes(_ name: String) throws {
    let directory = try TemporaryDirectory("recorded")
    let (page, trades) = (directory.file("page.html"), directory.file("trades.csv"))
    let words = try Fixture.lines("recorded/\(name)/arguments.txt").flatMap { $0 }
    let result = try run(
      ["-C", Fixture.path("candles"), try Programs.path("botctl"), "backtest"] + words
        + ["--output", "json", "--fills", "--report", page, "--trades", trades])
    #expect(result.code == 0, "\(result.output.suffix(600))")
    try Fixture.expectSame(result.output, "recorded/\(name)/result.json.gz")
    try Fixture.expectSame(try String(contentsOfFile: trades, encoding: .utf8), "recorded/\(name)/trades.csv")
    try Fixture.expectSame(try String(contentsOfFile: page, encoding: .utf8), "recorded/\(name)/page.html.gz")
  }

  @Test func aPaperReplayGivesTheSameFillsAndStatistics() throws {
    let directory = try TemporaryDirectory("recorded")
    var arguments = ["--speed", "30000", "--start-paused"]
    for name in ["btcusdt-5m-2024", "ethusdt-5m-2024"] {
      let file = directory.file("\(name).csv")
      try Fixture.text("candles/\(name).csv.gz").write(toFile: file, atomically: true, encoding: .utf8)
      arguments += ["--replay", "\(file):\(name.prefix(7).uppercased()):5m"]
    }
    let simulator = try Simulator(directory, arguments)
    let daemon = Daemon.paper(directory, simulator)
    try daemon.start()
    defer { daemon.kill() }
    for bot in try Fixture.lines("recorded/paper-replay/bots.txt") { try daemon.create(bot) }
    #expect(eventually(within: 30) { (simulator.status["subscriptions"] as? Int ?? 0) >= 8 }, "\(simulator.status)")
    _ = try simulator.get("/sim/resume")
    #expect(eventually(within: 180) { simulator.status["finished"] as? Bool ?? false }, "\(simulator.status)")
    // Sequences are numbered anew for the comparison; here they must rise.
    let sequences = try Ledgers.control(daemon).sequences
    #expect(zip(sequences, sequences.dropFirst()).allSatisfy { $0 < $1 })
    for (name, words) in [("trades", ["trades", "--from", "0"]), ("stats", ["stats"])] {
      let recorded = try Fixture.text("recorded/paper-replay/\(name).json.gz")
      var difference: String?
      _ = try eventually(within: 30) {
        difference = Fixture.difference(comparable(try daemon.json(words)), recorded)
        return difference == nil
      }
      #expect(difference == nil, "\(name)")
    }
  }

  /// What two runs of one release share. Not shared: a journal's random name, and how many entries lie between two fills (a sample of the
  /// equity every minute from a start by the machine's clock), so orders and sequences are numbered anew; and the instant a bot was made,
  /// so `first_time_ns` is 0 and `exposure`, a share of the time since, has five places.
  private func comparable(_ text: String) -> String {
    var orders: [Substring: Int] = [:]
    var fills = 0
    return text.replacing(/("client_order_id": )"([^"]*)"/) { match in
      let number = orders[match.output.2] ?? orders.count + 1
      orders[match.output.2] = number
      return "\(match.output.1)\"order-\(number)\""
    }
    .replacing(/("sequence": )\d+/) { match in
      fills += 1
      return "\(match.output.1)\(fills)"
    }
    .replacing(/("first_time_ns": )\d+/) { "\($0.output.1)0" }
    .replacing(/("exposure": )"([^"]*)"/) { "\($0.output.1)\"\(String(format: "%.5f", Double($0.output.2) ?? -1))\"" }
  }

  @Test func aRecordedTestnetJournalIsDecidedTheSameAgain() throws {
    let directory = try TemporaryDirectory("recorded")
    try Fixture.unpack("recorded/testnet/state.tar.gz", as: directory.file("state"))
    let replay = try run([try Programs.path("botctl"), "replay", directory.file("state"), "--output", "json"])
    #expect(replay.code == 0, "\(replay.output.suffix(600))")
    try Fixture.expectSame(replay.output, "recorded/testnet/replay.json.gz")
  }
}
