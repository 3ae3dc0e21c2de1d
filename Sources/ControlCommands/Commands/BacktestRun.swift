import ArgumentParser
import BotAPI
import TTRPC

struct BacktestRun: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "backtest",
    abstract: "Trades the past with the same core and shows the statistics.")

  @OptionGroup var settings: BotSettings

  @Option(
    help: ArgumentHelp(
      "Candle file in the daemon's data directory; none: the venue's history.", valueName: "name"))
  var dataFile: String?

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  var format: OutputFormat { outputOptions.format }

  func validate() throws {
    let problems = BotSettingsCheck.problems(botID: "backtest", settings, complete: true)
    guard problems.isEmpty else {
      throw CommandFailure(
        .invalidArgument,
        "the backtest was not run:\n" + problems.map(\.line).joined(separator: "\n"))
    }
  }

  func run(_ session: Session, _ output: Output) async throws {
    var spec = settings.spec
    if spec.interval.isEmpty { spec.interval = BotSettings.intervalDefault }
    let stream = try await session.backtest.runBacktest(V1.RunBacktestRequest(spec: spec, dataFile: dataFile ?? ""))
    var result: V1.BacktestResult?
    while let message = try await stream.next() {
      switch message.payload {
      case .progress(let progress):
        output.remark("\(progress.candlesDone) of \(progress.candlesTotal) candles")
      case .result(let last): result = last
      case .trade, nil: break
      }
    }
    guard let result else { throw CommandFailure(.failure, "the backtest ended without a result") }
    if format == .json { output.json(result) } else { output.show(result.stats ?? V1.Stats()) }
  }
}
