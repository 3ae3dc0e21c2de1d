import Foundation

/// `botbench [--only NAME[,NAME…]] [--rounds N] [--list]`: figures beside the bounds they are held to, measured in one run.
@main
struct BenchmarkCommand {
  private var only: [String] = []
  private var harness = Harness()
  private var isList = false

  /// Groups by the first word of their names; made only when wanted, since making prepares data.
  private static let groups: [(name: String, make: @Sendable () -> [Benchmark])] = [
    ("decimal", { DecimalBenchmarks.all }), ("indicator", { IndicatorBenchmarks.all }), ("fleet", { FleetBenchmarks.all }),
    ("backtest", { BacktestBenchmarks.all }), ("candles", { CandleFileBenchmarks.all }),
    ("frames", { FrameBenchmarks.all }), ("decision", { DecisionBenchmarks.all }),
    ("journal", { JournalBenchmarks.all }), ("rpc", { RPCBenchmarks.all }), ("daemon", { DaemonBenchmarks.all }),
    ("restart", { RestartBenchmarks.all }), ("order", { OrderPathBenchmarks.all }),
    ("simulator", { SimulatorBenchmarks.all }),
  ]

  static func main() {
    guard let command = BenchmarkCommand(CommandLine.arguments.dropFirst()) else {
      write("usage: botbench [--only NAME[,NAME…]] [--rounds N] [--list]", to: .standardError)
      exit(64)
    }
    exit(command.run() ? 0 : 1)
  }

  private init?(_ arguments: ArraySlice<String>) {
    var rest = arguments
    while let argument = rest.popFirst() {
      switch argument {
      case "--only":
        guard let names = rest.popFirst() else { return nil }
        only = names.split(separator: ",").map(String.init)
      case "--rounds":
        guard let rounds = rest.popFirst().flatMap({ Int($0) }), rounds > 0 else { return nil }
        harness.rounds = rounds
      case "--list": isList = true
      default: return nil
      }
    }
  }

  /// Whether there was something to measure and every figure could be measured.
  private func run() -> Bool {
    var isComplete = true
    var count = 0
    if !isList { Self.write(Report.header) }
    for group in Self.groups where only.isEmpty || only.contains(where: { $0.hasPrefix(group.name) }) {
      for benchmark in group.make() where only.isEmpty || only.contains(where: { benchmark.name.hasPrefix($0) }) {
        count += 1
        if isList {
          Self.write("\(benchmark.name): \(benchmark.title) (\(benchmark.unit))")
          continue
        }
        do {
          let report = try harness.run(benchmark)
          for line in report.lines { Self.write(line) }
          isComplete = isComplete && report.isComplete
        } catch {
          Self.write("\(benchmark.name): MISSING: \(error)")
          isComplete = false
        }
      }
    }
    if count == 0 { Self.write("no benchmark has such a name; --list shows them", to: .standardError) }
    if !isComplete { Self.write("figures are missing", to: .standardError) }
    return isComplete && count > 0
  }

  static func write(_ line: String, to handle: FileHandle = .standardOutput) { handle.write(Data((line + "\n").utf8)) }
}
