import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// A strategy in Python trades the same, to the last digit, in the backtest, on paper over sockets, and in the replay of its journal, which
/// needs no Python.
@Suite(.serialized) struct StrategyParityTests {
  private static let source = """
    from botd.strategies import TradingStrategy


    class Wave(TradingStrategy):
        def __init__(self, period=20):
            super().__init__(name="wave")
            self.period = period

        async def analyze(self, df, symbol):
            mean = df["close"].tail(self.period).mean()
            close = df["close"].iloc[-1]
            if close > 1.0005 * mean:
                return {"signal": "BUY", "confidence": 0.6, "reason": f"{close:.2f} above {mean:.2f}"}
            if close < 0.9995 * mean:
                return {"signal": "SELL", "confidence": 0.6, "reason": f"{close:.2f} below {mean:.2f}"}
            return {"signal": "HOLD", "confidence": 0.0, "reason": ""}

        def get_parameters(self):
            return {"period": self.period}
    """

  private static let settings = [
    "--strategy", "wave", "--param", "period=15", "--capital", "10000", "--stop-loss", "0.004", "--take-profit", "0.006", "--trailing-stop",
    "0.005", "--time-stop", "90", "--cooldown", "3",
  ]

  @Test(.enabled(if: Programs.data("btcusdt-1m-2024-12.csv") != nil, "the recorded candles are not here"))
  func backtestPaperAndReplayAgree() throws {
    let python = ClientLanguage(name: "python")
    try Missing.require(python.script("environment"))
    let made = try run([python.script("environment"), "test"])
    let environment = made.output.split(separator: "\n").last.map(String.init) ?? ""
    if made.code == Missing.code { try Missing.skip(environment) }
    try #require(made.code == 0, "\(made.output.suffix(600))")

    let lines = try String(contentsOfFile: try #require(Programs.data("btcusdt-1m-2024-12.csv")), encoding: .utf8)
      .split(separator: "\n").prefix(1_201)
    let directory = try TemporaryDirectory("pyparity")
    let (file, strategies) = (directory.file("btcusdt-1m-part.csv"), directory.file("strategies.py"))
    try (lines.joined(separator: "\n") + "\n").write(toFile: file, atomically: true, encoding: .utf8)
    try Self.source.write(toFile: strategies, atomically: true, encoding: .utf8)

    var parity = ParityRun(Self.settings)
    parity.backtestWords = ["--python", strategies]
    parity.environment = ["BOTD_PYTHON": "\(environment)/bin/python", "PYTHONPATH": "\(python.folder)/src"]
    parity.server = { ["\(environment)/bin/python", "-m", "botd.strategies", "run", strategies, "--address", $0] }
    let (paper, equity, stateDirectory) = try parity.paperTrading(directory, file, "1m")
    let backtest = try parity.backtest(file, "1m")
    #expect(paper.count > 20, "it hardly trades: the comparison says nothing")
    let different = zip(backtest.fills, paper).first { $0 != $1 }.map { "\($0) / \($1)" }
    #expect(backtest.fills == paper, "\(different ?? "\(backtest.fills.count) and \(paper.count)")")
    #expect(backtest.equity == equity)
    let replay = try run([try Programs.path("botctl"), "replay", stateDirectory, "--output", "json"])
    let answer = try #require(try JSONSerialization.jsonObject(with: Data(replay.output.utf8)) as? [String: Any])
    #expect(replay.code == 0 && answer["first_divergence"] as? String == "", "\(replay.output.suffix(600))")
    #expect(ParityRun.fills(answer["fills"]) == paper)
  }
}
