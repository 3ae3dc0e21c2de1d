import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// Runs that version 0.1.0 made and recorded: the same input gives the same trades, and the same figures where they mean the same today.
@Suite(.serialized) struct RecordedRunTests {
  /// What 0.1.0 counted or said otherwise, with the reason.
  private static let changed = OldStateTests.changed.merging(
    [
      "settings": "the sizing says what it is a fraction of", "notes": "they name the rules", "equity": "decimals are strings",
      "sharpe": "unknown under 7 whole days", "sortino": "the same", "calmar": "the same", "annual_volatility": "the same",
      "cagr": "unknown under 7 days", "max_drawdown": "profit lost in the maximum drawdown, exact",
      "max_drawdown_fraction": "what is held is worth the last price, and a fill has one",
      "profit_factor": "a number", "expectancy_ratio": "a number", "system_quality": "a number", "losses": "without those that broke even",
      "longest_underwater_seconds": "since the first value below the highest", "longest_loss_streak": "breaking even ends no streak",
      "longest_win_streak": "the same", "drawdown_start": "RFC 3339", "drawdown_bottom": "the same", "drawdown_recovery": "the same",
      "start": "the same", "end": "the same", "time_in_market": "any position, and beside it the mean of the bots",
      "months": "what is too little to sell is worth the last close at which more was held",
    ], uniquingKeysWith: { first, _ in first })

  /// Names and forms of today for what 0.1.0 wrote: those of the API.
  private func renamed(_ recorded: String) -> String {
    var text = recorded.replacing("\"bot\": ", with: "\"bot_id\": ").replacing("\"closed\": ", with: "\"is_closed\": ")
    text = text.replacing("\"exit\": ", with: "\"exit_kind\": ")
    text = text.replacing(/_time_ms": (\d+)/) { "_time_ns\": \"\($0.output.1)000000\"" }
    text = text.replacing(/"time_ms": (\d+)/) { "\"time_ns\": \"\($0.output.1)000000\"" }
    return text.replacing(/"return": [-0-9.e]+,/) { _ in "" }
  }

  @Test(arguments: ["backtest-rsi", "backtest-ema-cross"]) func aBacktestGivesTheSameTrades(_ name: String) throws {
    let directory = try TemporaryDirectory("recorded")
    let (page, trades) = (directory.file("page.html"), directory.file("trades.csv"))
    let words = try Fixture.lines("recorded/\(name)/arguments.txt").flatMap { $0 }
    let result = try run(
      ["-C", Fixture.path("candles"), try Programs.path("botctl"), "backtest"] + words
        + ["--output", "json", "--fills", "--report", page, "--trades", trades])
    #expect(result.code == 0, "\(result.output.suffix(600))")
    let recorded = renamed(try Fixture.text("recorded/\(name)/result.json.gz"))
    #expect(try Fixture.disagreements(result.output, recorded, except: Self.changed) == [])
    // The profits of the file of trades, and as many on the page.
    func profits(_ text: String) throws -> [String] {
      let rows = text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
      let column = try #require(rows.first?.firstIndex(of: "profit"))
      return rows.map { String($0[column]) }
    }
    let csv = try String(contentsOfFile: trades, encoding: .utf8)
    #expect(try profits(csv) == profits(try Fixture.text("recorded/\(name)/trades.csv")))
    #expect(try String(contentsOfFile: page, encoding: .utf8).contains("<p class=\"lead\">"))
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
        let found = try Fixture.disagreements(comparable(try daemon.json(words)), comparable(recorded), except: Self.changed)
        difference = found.isEmpty ? nil : found.joined(separator: "\n")
        return difference == nil
      }
      #expect(difference == nil, "\(name)")
    }
  }

  /// What two runs of one release share. Not shared: a journal's random name, and how many entries lie between two fills (a sample of the
  /// equity every minute from a start by the machine's clock), so orders and sequences are numbered anew.
  private func comparable(_ text: String) -> String {
    var orders: [Substring: Int] = [:]
    var fills = 0
    return text.replacing(/("client_order_id": )"([^"]*)"/) { match in
      let number = orders[match.output.2] ?? orders.count + 1
      orders[match.output.2] = number
      return "\(match.output.1)\"order-\(number)\""
    }
    .replacing(/("sequence": )"?\d+"?/) { match in
      fills += 1
      return "\(match.output.1)\(fills)"
    }
  }

  @Test func aRecordedTestnetJournalIsDecidedTheSameAgain() throws {
    let directory = try TemporaryDirectory("recorded")
    try Fixture.unpack("recorded/testnet/state.tar.gz", as: directory.file("state"))
    let replay = try run([try Programs.path("botctl"), "replay", directory.file("state"), "--output", "json"])
    #expect(replay.code == 0, "\(replay.output.suffix(600))")
    let recorded = renamed(try Fixture.text("recorded/testnet/replay.json.gz"))
    #expect(try Fixture.disagreements(replay.output, recorded, except: ["equity": "decimals are strings"]) == [])
  }
}
