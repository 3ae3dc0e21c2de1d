import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// Paper mode over sockets on recorded data: what botd has seen is what was recorded.
@Suite(.serialized) struct PaperReplayTests {
  private func daemon(_ directory: TemporaryDirectory, _ simulator: Simulator) -> Daemon {
    Daemon(
      directory, arguments: ["--mode", "paper"],
      environment: [
        "BINANCE_REST_URL": "http://\(simulator.address)", "BINANCE_STREAM_URL": "ws://\(simulator.address)",
        "BINANCE_WS_API_URL": "ws://\(simulator.address)/ws-api/v3",
      ])
  }

  @Test(.enabled(if: Programs.data("btcusdt-1m-2024-12.csv") != nil, "the recorded candles are not here"))
  func candlesOfAReplayEqualTheRecordedOnes() throws {
    // The first days are enough for a debug build; a release build replays the whole month in a minute.
    let whole = try String(contentsOfFile: try #require(Programs.data("btcusdt-1m-2024-12.csv")), encoding: .utf8)
    let lines = whole.split(separator: "\n").prefix(2_501)
    let directory = try TemporaryDirectory("replay")
    let file = directory.file("btcusdt-1m-part.csv")
    try (lines.joined(separator: "\n") + "\n").write(toFile: file, atomically: true, encoding: .utf8)
    let simulator = try Simulator(directory, ["--replay", "\(file):BTCUSDT:1m", "--speed", "9000", "--wait-for-subscribers", "1"])
    let daemon = daemon(directory, simulator)
    try daemon.start()
    defer { daemon.kill() }
    let made = try eventually(within: 30) {
      try daemon.control("create", "btc", "--symbol", "BTCUSDT", "--strategy", "rsi", "--interval", "1m", "--capital", "10000", "--start")
        .code == 0
    }
    #expect(made, "\(daemon.tail)")
    #expect(eventually(within: 120) { simulator.status["finished"] as? Bool ?? false }, "\(simulator.status)")
    let recorded = lines.dropFirst().map { line in
      line.split(separator: ",").prefix(6).map { Row.plain(String($0)) }
    }
    let last = recorded.suffix(200)
    let lastOpen = last.last?.first ?? ""
    var seen: [[String]] = []
    let complete = try eventually(within: 60) {
      seen = try candles(daemon)
      return seen.last?.first == lastOpen
    }
    #expect(complete, "last seen \(seen.last ?? []), recorded \(lastOpen)")
    #expect(Array(seen.suffix(200)) == Array(last))
    #expect(try Ledgers.control(daemon).rows.count > 4)
  }

  private func candles(_ daemon: Daemon) throws -> [[String]] {
    let answer = try daemon.read("candles", "BTCUSDT", "--interval", "1m", "--limit", "300")
    let list = (answer["candles"] ?? answer["items"]) as? [[String: Any]] ?? []
    return list.filter { ($0["is_closed"] as? Bool ?? $0["closed"] as? Bool) ?? true }.map { candle in
      let open = Ledgers.integer(candle["open_time_ns"]) / 1_000_000
      return ["\(open)"] + ["open", "high", "low", "close", "volume"].map { Row.plain(candle[$0] as? String ?? "") }
    }
  }

  @Test(
    .enabled(
      if: Programs.data("feed-btcusdt-20240808.jsonl.gz") != nil && Programs.data("feed-ethusdt-20240808.jsonl.gz") != nil,
      "the recorded feeds are not here"))
  func botsTradeOnTheRecordedFeeds() throws {
    let names = [
      "feed-btcusdt-20240808.jsonl.gz", "feed-btcusdt-20240809.jsonl.gz", "feed-ethusdt-20240808.jsonl.gz",
      "feed-ethusdt-20240809.jsonl.gz",
    ]
    let files = names.compactMap { Programs.data($0) }
    let directory = try TemporaryDirectory("feeds")
    let simulator = try Simulator(
      directory, files.flatMap { ["--replay", $0] } + ["--speed", "20", "--wait-for-subscribers", "8"])
    let daemon = daemon(directory, simulator)
    try daemon.start()
    defer { daemon.kill() }
    for (id, symbol) in [("btc", "BTCUSDT"), ("eth", "ETHUSDT")] {
      let made = try eventually(within: 30) {
        try daemon.control(
          "create", id, "--symbol", symbol, "--strategy", "rsi", "--interval", "1s", "--param", "period=7", "--capital", "10000", "--start"
        ).code == 0
      }
      #expect(made, "\(daemon.tail)")
    }
    #expect(eventually(within: 120) { simulator.status["finished"] as? Bool ?? false }, "\(simulator.status)")
    #expect(try eventually(within: 30) { Set(try Ledgers.control(daemon).rows.map(\.symbol)) == ["BTCUSDT", "ETHUSDT"] }, "\(daemon.tail)")
  }

  /// The simulated venue dies with the process; its resting stops must live on, although the trading rules arrive after the journal.
  @Test func positionsCanBeClosedAfterAKill() throws {
    let directory = try TemporaryDirectory("paperkill")
    let simulator = try Simulator(directory, ["--symbol", "BTCUSDT", "--seed", "11", "--speed", "20"])
    let daemon = daemon(directory, simulator)
    try daemon.start()
    defer { daemon.kill() }
    let made = try eventually(within: 30) {
      try daemon.control(
        "create", "one", "--symbol", "BTCUSDT", "--strategy", "rsi", "--param", "period=2", "--param", "oversold=49.9", "--param",
        "overbought=99", "--interval", "1s", "--capital", "10000", "--take-profit", "0.5", "--stop-loss", "0.5", "--start"
      ).code == 0
    }
    #expect(made, "\(daemon.tail)")
    func stops() throws -> Int {
      let answer = try daemon.read("orders", "--open")
      return ((answer["orders"] ?? answer["items"]) as? [[String: Any]] ?? [])
        .count { $0["type"] as? String == "stop_loss" }
    }
    #expect(try eventually(within: 30) { try stops() == 1 }, "\(daemon.tail)")
    daemon.kill()
    try daemon.start()
    #expect(try eventually(within: 30) { try daemon.control("stop", "one").code == 0 })
    #expect(try eventually(within: 30) { try daemon.control("close", "one").code == 0 }, "\(daemon.tail)")
    #expect(try eventually(within: 30) { try stops() == 0 }, "\(daemon.tail)")
    let fills = try Ledgers.control(daemon).rows
    #expect(fills.count >= 2, "\(fills)")
  }
}
