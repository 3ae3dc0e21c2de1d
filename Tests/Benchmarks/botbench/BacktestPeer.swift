import Foundation
import Strategies
import TradingCore
import TradingModel

/// Other backtesters, where `BACKTEST_PYTHON` names an interpreter that has them (`pip install backtesting vectorbt TA-Lib`).
struct BacktestPeer {
  private let python: URL
  private let script: URL

  static let names = ["backtesting.py", "vectorbt"]

  static let shared: BacktestPeer? = {
    guard let python = ProcessInfo.processInfo.environment["BACKTEST_PYTHON"] else { return nil }
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("peers/backtest_peers.py")
    return BacktestPeer(python: URL(fileURLWithPath: python), script: script)
  }()

  /// Candles in millions that it went through in a second, the indicator and the signals included; says how its trades compare.
  func millionsPerSecond(_ name: String, candles: String, _ setup: BacktestSetup, _ ours: [ComparedTrade]) -> Double? {
    let parameters = setup.bot.parameters
    let arguments = [
      "--peer", name, "--candles", candles, "--oversold", parameters["oversold"] ?? "30", "--overbought", parameters["overbought"] ?? "70",
      "--stop-loss", setup.bot.stopLoss.description, "--take-profit", setup.bot.takeProfit.description,
    ]
    guard let lines = output(arguments), let first = lines.first else { return nil }
    let figures = first.split(separator: " ").compactMap { Double($0) }
    guard figures.count == 3 else { return nil }
    let theirs = lines.dropFirst().compactMap(Self.trade)
    let shared = ours.filter { trade in theirs.contains { trade.equals($0) } }.count
    let verdict = shared == ours.count && shared == theirs.count ? "all equal to ours" : "\(shared) of our \(ours.count) equal"
    BacktestBenchmarks.note("\(name): \(theirs.count) trades, \(verdict), peak memory \(decimal(figures[2] / 1_024, 0)) MB")
    return figures[0] / figures[1] / 1e6
  }

  private static func trade(_ line: String) -> ComparedTrade? {
    let cells = line.split(separator: " ").compactMap { Double($0) }
    guard cells.count == 4 else { return nil }
    return ComparedTrade(entry: Int(cells[0]), exit: Int(cells[1]), entryPrice: cells[2], exitPrice: cells[3])
  }

  private func output(_ arguments: [String]) -> [String]? {
    let process = Process()
    process.executableURL = python
    process.arguments = [script.path] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    do { try process.run() } catch { return nil }
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return process.terminationStatus == 0 ? text.split(separator: "\n").map(String.init) : nil
  }
}
