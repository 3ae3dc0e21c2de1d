import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// The promise of research: the backtest, paper trading over sockets on a replay of the same candles, and the replay of its journal give
/// the same trades to the last digit.
@Suite(.serialized) struct ParityTests {
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

    let parity = ParityRun(Self.settings)
    let (paper, equity, stateDirectory) = try parity.paperTrading(directory, file, interval)
    let backtest = try parity.backtest(file, interval)
    #expect(paper.count > 20, "it hardly trades: the comparison says nothing")
    #expect(
      backtest.fills == paper,
      "the first that differs: \(zip(backtest.fills, paper).first { $0 != $1 }.map { "\($0) / \($1)" } ?? "\(backtest.fills.count) and \(paper.count)")"
    )
    #expect(backtest.equity == equity)
    let replay = try run([try Programs.path("botctl"), "replay", stateDirectory, "--output", "json"])
    let answer = try #require(try JSONSerialization.jsonObject(with: Data(replay.output.utf8)) as? [String: Any])
    #expect(replay.code == 0 && answer["first_divergence"] as? String == "", "\(replay.output.suffix(600))")
    #expect(ParityRun.fills(answer["fills"]) == paper)
    #expect(Row.plain(answer["equity"] as? String ?? "") == equity)
    #expect(Ledgers.integer(answer["decisions_compared"]) > paper.count / 2)
  }
}
