import Foundation
import TestSupport
import Testing

/// The promise of research: the backtest, paper trading over sockets on a replay of the same candles, and the replay of its journal give
/// the same trades to the last digit.
@Suite(.serialized) struct ParityTests {
  /// A trade as it must be the same everywhere: times, prices, quantities, fees, reasons.
  private struct Fill: Hashable, CustomStringConvertible {
    var time: Int
    var side: String
    var price: String
    var quantity: String
    var fee: String
    var purpose: String
    var reason: String
    var description: String { "\(time) \(side) \(quantity) @ \(price) fee \(fee) \(purpose): \(reason)" }
  }

  private static let settings = [
    "--strategy", "rsi", "--param", "period=9", "--param", "oversold=35", "--param", "overbought=65", "--capital", "10000", "--stop-loss",
    "0.004", "--take-profit", "0.006", "--trailing-stop", "0.005", "--time-stop", "90", "--cooldown", "3",
  ]

  @Test(
    .enabled(if: Programs.data("btcusdt-1m-2024-12.csv") != nil, "the recorded candles are not here"),
    arguments: ["1m", "5m"])
  func backtestPaperAndReplayAgree(_ interval: String) throws {
    let lines = try String(contentsOfFile: try #require(Programs.data("btcusdt-1m-2024-12.csv")), encoding: .utf8)
      .split(separator: "\n").prefix(2_401)
    let directory = try TemporaryDirectory("parity")
    let file = directory.file("btcusdt-1m-part.csv")
    try (lines.joined(separator: "\n") + "\n").write(toFile: file, atomically: true, encoding: .utf8)

    let (paper, equity, stateDirectory) = try paperTrading(directory, file, interval)
    let backtest = try backtest(file, interval)
    #expect(paper.count > 20, "it hardly trades: the comparison says nothing")
    #expect(
      backtest.fills == paper,
      "the first that differs: \(zip(backtest.fills, paper).first { $0 != $1 }.map { "\($0) / \($1)" } ?? "\(backtest.fills.count) and \(paper.count)")"
    )
    #expect(backtest.equity == equity)
    let replay = try run([try Programs.path("botctl"), "replay", stateDirectory, "--output", "json"])
    let answer = try #require(try JSONSerialization.jsonObject(with: Data(replay.output.utf8)) as? [String: Any])
    #expect(replay.code == 0 && answer["first_divergence"] as? String == "", "\(replay.output.suffix(600))")
    #expect(Self.fills(answer["fills"]) == paper)
    #expect(Row.plain(answer["equity"] as? String ?? "") == equity)
    #expect(answer["decisions_compared"] as? Int ?? 0 > paper.count / 2)
  }

  private static func fills(_ value: Any?) -> [Fill] {
    (value as? [[String: Any]] ?? []).map { fill in
      func text(_ key: String) -> String { fill[key] as? String ?? "" }
      return Fill(
        time: fill["time_ms"] as? Int ?? 0, side: text("side"), price: Row.plain(text("price")), quantity: Row.plain(text("quantity")),
        fee: Row.plain(text("commission")), purpose: text("purpose"), reason: text("reason"))
    }
  }

  private func backtest(_ file: String, _ interval: String) throws -> (fills: [Fill], equity: String) {
    let words = [try Programs.path("botctl"), "backtest", "--candles", file, "--interval", interval, "--output", "json", "--fills"]
    let answer = try run(words + Self.settings)
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any], "\(answer.output.suffix(600))")
    return (Self.fills(object["fills"]), Row.plain(object["final_equity"] as? String ?? ""))
  }

  private func paperTrading(
    _ directory: TemporaryDirectory, _ file: String, _ interval: String
  ) throws -> (fills: [Fill], equity: String, stateDirectory: String) {
    // Nothing moves until the bot is there: the whole file is traded.
    let simulator = try Simulator(directory, ["--replay", "\(file):BTCUSDT:1m", "--speed", "9000", "--start-paused"])
    let daemon = Daemon(
      directory, arguments: ["--mode", "paper"],
      environment: [
        "BINANCE_REST_URL": "http://\(simulator.address)", "BINANCE_STREAM_URL": "ws://\(simulator.address)",
        "BINANCE_WS_API_URL": "ws://\(simulator.address)/ws-api/v3",
      ])
    try daemon.start()
    defer { daemon.kill() }
    let create =
      ["create", "btcusdt", "--symbol", "BTCUSDT", "--interval", interval, "--start", "--address", daemon.address] + Self.settings
    let made = try eventually(within: 30) { try run([try Programs.path("botctl")] + create).code == 0 }
    #expect(made, "\(daemon.tail)")
    // Every stream is subscribed before the market moves.
    let isHeard = eventually(within: 30) { (simulator.status["subscriptions"] as? Int ?? 0) >= 4 }
    #expect(isHeard, "\(simulator.status)")
    _ = try simulator.get("/sim/resume")
    #expect(eventually(within: 120) { simulator.status["finished"] as? Bool ?? false }, "\(simulator.status)")
    let last = try lastOpenTime(file, interval)
    let isComplete = try eventually(within: 60) { try newestCandle(daemon, interval) >= last }
    #expect(isComplete, "\(daemon.tail)")
    let answer = try daemon.read("trades", "--from", "0")
    let list = ((answer["trades"] ?? answer["items"]) as? [[String: Any]] ?? []).map { trade in
      func text(_ key: String) -> String { trade[key] as? String ?? "" }
      return Fill(
        time: (trade["time_ns"] as? Int ?? 0) / 1_000_000, side: text("side"), price: Row.plain(text("price")),
        quantity: Row.plain(text("quantity")), fee: Row.plain(text("commission")), purpose: text("purpose"), reason: text("reason"))
    }
    let stats = try daemon.read("stats", "btcusdt")
    let bots = (stats["items"] as? [[String: Any]])?.first ?? stats
    let equity = Row.plain(bots["equity"] as? String ?? "")
    daemon.stop()
    return (list, equity, daemon.stateDirectory)
  }

  private func lastOpenTime(_ file: String, _ interval: String) throws -> Int {
    let last = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").last?.split(separator: ",").first
    let time = Int(last ?? "") ?? 0
    // The last whole candle of the interval.
    return interval == "1m" ? time : (time + 60_000) / 300_000 * 300_000 - 300_000
  }

  private func newestCandle(_ daemon: Daemon, _ interval: String) throws -> Int {
    let answer = try daemon.read("candles", "BTCUSDT", "--interval", interval, "--limit", "3")
    let list = ((answer["candles"] ?? answer["items"]) as? [[String: Any]] ?? []).filter {
      $0["is_closed"] as? Bool ?? $0["closed"] as? Bool ?? true
    }
    return (list.last?["open_time_ns"] as? Int ?? 0) / 1_000_000
  }
}
