import Backtest
import CBounds
import Dispatch
import Foundation
import Strategies
import Synchronization
import TradingModel

/// The backtest on a million candles: the full core with exact decimals beside a plain C loop in doubles that makes the same trades.
enum BacktestBenchmarks {
  static var all: [Benchmark] {
    [single("backtest.single", "RSI, stop-loss and take-profit", .rsi), single("backtest.sma", "SMA cross", .sma), sweep, memory] + peers
  }

  // MARK: One run

  private static func single(_ name: String, _ title: String, _ setup: BacktestSetup) -> Benchmark {
    Benchmark(
      name: name, title: "\(title), one symbol, one core, a million candles", unit: "M candles/s", contestants: pair(name, setup),
      ratioToHold: 1.0 / 7, figureToHold: 25, isRate: true)
  }

  /// Ours and the plain loop, which counts only where it made the same trades.
  private static func pair(_ name: String, _ setup: BacktestSetup) -> [Contestant] {
    let comparison = BacktestComparison(name, setup)
    return [
      Contestant(name: "ours") {
        let candles = BacktestSample.million.candles
        return try millionsPerSecond(candles.count) { consume(try setup.run(candles).finalEquity) }
      },
      Contestant(name: "C") {
        guard comparison.isEqual else { return nil }
        let candles = BacktestSample.million.plain
        return millionsPerSecond(candles.count) { consume(setup.bound(candles).result.equity) }
      },
    ]
  }

  static func millionsPerSecond(_ count: Int, _ body: () throws -> Void) rethrows -> Double {
    Double(count) / (try nanoseconds(body)) * 1_000
  }

  // MARK: Many runs

  private static let sweepRuns = 100

  private static var sweep: Benchmark {
    let setups = (0..<sweepRuns).map {
      BacktestSetup("rsi", ["period": "\(10 + $0 % 10)", "oversold": "\(12 + $0 / 20)", "overbought": "88"])
    }
    return Benchmark(
      name: "backtest.sweep", title: "100 parameter sets on 100,000 candles, two threads", unit: "M candles/s",
      contestants: [
        Contestant(name: "ours") {
          let candles = BacktestSample.tenth.candles
          let failures = Mutex(0)
          let rate = millionsPerSecond(sweepRuns * candles.count) {
            onTwoThreads { index in
              do { consume(try setups[index].run(candles).finalEquity) } catch { failures.withLock { $0 += 1 } }
            }
          }
          return failures.withLock { $0 } == 0 ? rate : nil
        },
        Contestant(name: "C") {
          let candles = BacktestSample.tenth.plain
          return millionsPerSecond(sweepRuns * candles.count) { onTwoThreads { consume(setups[$0].bound(candles).result.equity) } }
        },
      ], figureToHold: 40, isRate: true)
  }

  private static func onTwoThreads(_ body: @Sendable (Int) -> Void) {
    DispatchQueue.concurrentPerform(iterations: 2) { half in for run in 0..<sweepRuns / 2 { body(2 * run + half) } }
  }

  // MARK: Memory

  private static var memory: Benchmark {
    let count = 1_000_000
    return Benchmark(
      name: "backtest.memory", title: "peak memory of a run over a million candles, the candles included", unit: "MB",
      contestants: [
        Contestant(name: "ours") { try PeakMemory.megabytes { consume(try BacktestSetup.rsi.run(BacktestSample.candles(count: count))) } },
        Contestant(name: "C") { PeakMemory.megabytes { consume(BacktestSetup.rsi.bound(BacktestSample.plain(count: count))) } },
      ], rounds: 1)
  }

  // MARK: Others

  /// Without fees, spread and slippage, which each of them charges in its own way.
  private static var peers: [Benchmark] {
    guard let peer = BacktestPeer.shared else { return [] }
    let setup = BacktestSetup.rsi.free
    let others = BacktestPeer.names.map { name in
      Contestant(name: name) {
        let ours = ComparedTrade.of(try setup.run(BacktestSample.million.candles))
        return peer.millionsPerSecond(name, candles: CandleFileBenchmarks.path, setup, ours)
      }
    }
    return [
      Benchmark(
        name: "backtest.peers", title: "RSI, stop-loss and take-profit, no costs, a million candles", unit: "M candles/s",
        contestants: pair("backtest.peers", setup) + others, rounds: 3, isRate: true, digits: 3)
    ]
  }

  static func note(_ line: String) { FileHandle.standardOutput.write(Data(("  " + line + "\n").utf8)) }
}

/// Whether ours and the plain loop make the same trades and end with the same equity; looked at once, when first asked.
private final class BacktestComparison {
  private let name: String
  private let setup: BacktestSetup

  init(_ name: String, _ setup: BacktestSetup) {
    self.name = name
    self.setup = setup
  }

  lazy var isEqual: Bool = {
    guard let outcome = try? setup.run(BacktestSample.million.candles) else { return false }
    let run = setup.bound(BacktestSample.million.plain)
    let ours = ComparedTrade.of(outcome)
    let theirs = ComparedTrade.of(run)
    let isEqual =
      ours.count == theirs.count && zip(ours, theirs).allSatisfy { $0.equals($1) }
      && ComparedTrade.near(outcome.finalEquity.statisticValue, run.result.equity)
    let kinds = Dictionary(grouping: outcome.trades.filter(\.isClosed), by: \.exitKind).mapValues(\.count)
    let words = kinds.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    BacktestBenchmarks.note("\(name): \(ours.count) trades (\(words)), \(isEqual ? "equal to C's" : "UNEQUAL: C made \(theirs.count)")")
    return isEqual
  }()
}
