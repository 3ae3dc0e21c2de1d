import ArgumentParser
import Backtest
import ControlCommands
import Foundation
import Presentation
import ReportPage
import ServiceRuntime
import Time
import TradingCore
import TradingModel

struct BacktestRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backtest",
    abstract: "Trades the past with the same core as paper and live trading.",
    discussion: """
      Needs no daemon. The same strategy on the same candles makes the same trades here as in paper trading.

      Examples:
        botctl backtest --candles btcusdt-5m-2024.csv --strategy rsi
        botctl backtest --candles btcusdt-1m-2024-12.csv --interval 15m --strategy ema_cross --param fast=9 --report page.html
        botctl backtest --candles btcusdt-5m-2024.csv --candles ethusdt-5m-2024.csv --strategy macd --max-open-positions 1 --trades trades.csv

        botctl backtest --candles btcusdt-5m-2024.csv --strategy my --python my_strategies.py

        botctl backtest --candles btcusdt-5m-2024.csv --strategy rsi --output json > rsi.json
        botctl backtest --candles btcusdt-5m-2024.csv --strategy macd --beside rsi.json --report page.html

      Capital is 10000 of the quote asset for each symbol when --capital is not given. The limits are those of botctl risk set, by the
      same names; a run that one of them ended says when and why at its top.
      """)

  @OptionGroup var candleOptions: CandleOptions
  @OptionGroup var settings: BotSettings
  @OptionGroup var options: BacktestOptions

  @Option(
    help: ArgumentHelp(
      "File with strategies in Python (the package botd); may be repeated. BOTD_PYTHON names another Python than python3.",
      valueName: "file.py"), completion: .anyFile)
  var python: [String] = []

  @Option(help: ArgumentHelp("Writes the result as a web page that needs no network.", valueName: "file.html"), completion: .anyFile)
  var report: String?

  @Option(
    help: ArgumentHelp(
      "Shows this result beside another one: the JSON that botctl backtest or botctl report wrote with --output json.",
      valueName: "file.json"), completion: .anyFile)
  var beside: String?

  @Option(help: ArgumentHelp("Writes the trades as CSV.", valueName: "file.csv"), completion: .anyFile)
  var trades: String?

  @Flag(help: "With --output json: also every fill.")
  var fills = false

  @Flag(help: "Proves on these candles that no decision changes when later candles are added or changed (look-ahead).")
  var check = false

  @OptionGroup var outputOptions: OutputOptions

  @Flag(help: "Runs in the daemon, on the candles that it holds or on --data-file.")
  var onDaemon = false

  @Option(
    help: ArgumentHelp("With --on-daemon: candle file in the daemon's data directory (STATE_DIR/data).", valueName: "name"))
  var dataFile: String?

  @OptionGroup var daemon: DaemonOptions

  func run() async throws {
    try outputOptions.refuseCSV()
    let environment = ControlEnvironment.current
    let output = Output(outputOptions, environment: environment, noColor: daemon.noColor)
    let progress = ProgressLine(environment)
    defer { progress.clear() }
    if onDaemon { return try await RemoteBacktest(self).run(output, progress) }
    if dataFile != nil {
      throw CommandFailure(.invalidArgument, "--data-file needs --on-daemon; without the daemon name files with --candles")
    }
    let began = MonotonicClock.nanoseconds()
    let unwritable = [("--report", report), ("--trades", trades)].compactMap { option, path in
      path.flatMap(TextFile.unwritable).map { Problem(option: option, $0) }
    }
    let other = try beside.map(BesideOption.read)
    let python = try self.python.isEmpty ? nil : PythonStrategies(files: self.python, environment: ProcessInfo.processInfo.environment)
    defer { python?.end() }
    let prepared = try BacktestPreparation(
      .backtest, candleOptions, settings, options, problems: unwritable, served: python?.strategies ?? [], progress)
    let strategies = python.map { python in { @Sendable bot in python.strategy(of: bot) } as Backtest.StrategyMaker }
    let backtest = try Self.reported { () throws(BacktestError) in
      try Backtest(prepared.settings, markets: prepared.markets, strategies: strategies)
    }
    let running = MonotonicClock.nanoseconds()
    let outcome = try Self.run(backtest, python, progress)
    let ended = MonotonicClock.nanoseconds()
    progress.clear()
    var made = BacktestReport(
      outcome, charts: ChartCandles.make(prepared.markets, settings: prepared.settings), dataNotes: prepared.notes)
    try BesideOption.add(other, to: &made)
    if let report { try TextFile.write(HTMLReport.page(made), to: report) }
    if let trades { try TextFile.write(TradesCSV.text(made), to: trades) }
    BacktestOutput(output).show(made, fills: fills ? outcome.fills : nil)
    if check { try proveCausality(prepared, outcome, strategies, python, output, progress) }
    guard output.format == .table else { return }
    let speed = Double(outcome.candleCount) / max(Double(ended - running) / 1e9, 1e-9)
    output.remark(
      "\(CountText.of(outcome.candleCount, "candle")) in \(TimeText.length(ended - running)) (\(Int(speed)) a second), \(TimeText.length(ended - began)) with reading"
        + (report.map { "; page: \($0)" } ?? "") + (trades.map { "; trades: \($0)" } ?? ""))
  }

  /// Runs to the end with a progress bar; Ctrl-C stops it, and so does a strategy in Python that fails.
  private static func run(_ backtest: Backtest, _ python: PythonStrategies?, _ progress: ProgressLine) throws -> BacktestOutcome {
    var backtest = backtest
    let outcome = Result { () throws(BacktestError) in
      try backtest.run { at in
        progress.show(
          "backtest", Double(at.candlesDone) / Double(max(at.candlesTotal, 1)), TimeText.dateTime(at.time.nanoseconds))
        return python?.failure == nil
      }
    }
    try require(python)
    return try reported { () throws(BacktestError) in try outcome.get() }
  }

  private static func require(_ python: PythonStrategies?) throws(CommandFailure) {
    if let failure = python?.failure { throw CommandFailure(.failure, "the backtest was stopped: \(failure)") }
  }

  /// Turns a backtest's error into one of the command.
  static func reported<Value>(_ body: () throws(BacktestError) -> Value) throws(CommandFailure) -> Value {
    do throws(BacktestError) {
      return try body()
    } catch {
      let problem = Problem(field: error.field, error.message)
      throw CommandFailure(.invalidArgument, "the backtest was not run:\n\(problem.line)")
    }
  }

  private func proveCausality(
    _ prepared: BacktestPreparation, _ outcome: BacktestOutcome, _ strategies: Backtest.StrategyMaker?, _ python: PythonStrategies?,
    _ output: Output, _ progress: ProgressLine
  ) throws {
    let verdict = try Self.reported { () throws(BacktestError) in
      try LookAheadCheck.run(prepared.settings, markets: prepared.markets, whole: outcome, strategies: strategies) {
        progress.show("look-ahead check", $0)
      }
    }
    try Self.require(python)
    progress.clear()
    guard let change = verdict.firstChange else {
      return output.remark(
        "look-ahead check: \(CountText.of(verdict.comparisons, "fill")) compared at \(CountText.of(verdict.cuts, "cut")), none depends on later candles"
      )
    }
    throw CommandFailure(.failure, "look-ahead: \(change)")
  }
}
