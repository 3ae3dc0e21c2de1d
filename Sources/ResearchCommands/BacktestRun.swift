import ArgumentParser
import Backtest
import ControlCommands
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
        botctl backtest --candles btcusdt-5m-2024.csv --candles ethusdt-5m-2024.csv --strategy macd --max-positions 1 --trades trades.csv

      Capital is 10000 of the quote asset for each symbol when --capital is not given.
      """)

  @OptionGroup var candleOptions: CandleOptions
  @OptionGroup var settings: BotSettings
  @OptionGroup var options: BacktestOptions

  @Option(help: ArgumentHelp("Writes the result as a web page that needs no network.", valueName: "file.html"))
  var report: String?

  @Option(help: ArgumentHelp("Writes the trades as CSV.", valueName: "file.csv"))
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
    let environment = ControlEnvironment.current
    let output = Output(format: outputOptions.format, environment: environment, noColor: daemon.noColor)
    let progress = ProgressLine(environment)
    defer { progress.clear() }
    if onDaemon { return try await RemoteBacktest(self).run(output, progress) }
    if dataFile != nil {
      throw CommandFailure(.invalidArgument, "--data-file needs --on-daemon; without the daemon name files with --candles")
    }
    let began = MonotonicClock.nanoseconds()
    let (request, loaded) = try prepare(progress)
    let backtest = try Self.reported { () throws(BacktestError) in try Backtest(request.settings, markets: loaded.markets) }
    let running = MonotonicClock.nanoseconds()
    let outcome = try Self.run(backtest, progress)
    let ended = MonotonicClock.nanoseconds()
    progress.clear()
    let made = BacktestReport(
      outcome, charts: ChartCandles.make(loaded.markets, settings: request.settings), dataNotes: loaded.notes)
    if let report { try TextFile.write(HTMLReport.page(made), to: report) }
    if let trades { try TextFile.write(TradesCSV.text(made), to: trades) }
    BacktestOutput(output).show(made, fills: fills ? outcome.fills : nil)
    if check { try proveCausality(request, loaded, outcome, output, progress) }
    guard output.format == .table else { return }
    let speed = Double(outcome.candleCount) / max(Double(ended - running) / 1e9, 1e-9)
    output.remark(
      "\(outcome.candleCount) candles in \(TimeText.length(ended - running)) (\(Int(speed)) a second), \(TimeText.length(ended - began)) with reading"
        + (report.map { "; page: \($0)" } ?? "") + (trades.map { "; trades: \($0)" } ?? ""))
  }

  /// Reads the files and checks every option.
  private func prepare(_ progress: ProgressLine) throws -> (BacktestRequest, LoadedCandles) {
    // Options first: nobody should wait for files to hear of a typo.
    let named = try candleOptions.candles.map { text throws(CommandFailure) in try CandleSource(text) }
    var bot = settings
    let fallback = bot.interval == nil
    if fallback { bot.interval = named.first?.interval?.rawValue ?? BotSettings.intervalDefault }
    let symbols = named.compactMap(\.symbol)
    if let only = settings.symbol?.uppercased(), !symbols.contains(where: { $0.text == only }), !named.isEmpty {
      throw CommandFailure(.invalidArgument, "--symbol \(only): no file of --candles holds it")
    }
    _ = try BacktestRequest(bot, options, symbols: Array(symbols.prefix(1)))
    let loaded = try LoadedCandles(candleOptions, detail: options.detail, progress)
    if fallback, let first = loaded.markets.first { bot.interval = first.interval.rawValue }
    let wanted = loaded.markets.map(\.symbol).filter { symbol in settings.symbol.map { $0.uppercased() == symbol.text } ?? true }
    return (try BacktestRequest(bot, options, symbols: wanted), loaded)
  }

  /// Runs to the end with a progress bar; Ctrl-C stops it.
  static func run(_ backtest: Backtest, _ progress: ProgressLine) throws -> BacktestOutcome {
    var backtest = backtest
    return try reported { () throws(BacktestError) in
      try backtest.run { at in
        progress.show(
          "backtest", Double(at.candlesDone) / Double(max(at.candlesTotal, 1)), TimeText.dateTime(at.time.nanoseconds))
        return true
      }
    }
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
    _ request: BacktestRequest, _ loaded: LoadedCandles, _ outcome: BacktestOutcome, _ output: Output, _ progress: ProgressLine
  ) throws {
    let verdict = try Self.reported { () throws(BacktestError) in
      try LookAheadCheck.run(request.settings, markets: loaded.markets, whole: outcome) { progress.show("look-ahead check", $0) }
    }
    progress.clear()
    guard let change = verdict.firstChange else {
      return output.remark("look-ahead check: \(verdict.comparisons) fills compared at \(verdict.cuts) cuts, none depends on later candles")
    }
    throw CommandFailure(.failure, "look-ahead: \(change)")
  }
}
