import Backtest
import BotAPI
import ControlCommands
import Presentation
import TTRPC
import Time
import TradingCore

/// A backtest that the daemon runs: for its own candles, and for people whose data are on its machine.
struct RemoteBacktest {
  private let command: BacktestRun

  init(_ command: BacktestRun) { self.command = command }

  private struct Connection: DaemonCommandOptions {
    var daemon: DaemonOptions
  }

  func run(_ output: Output, _ progress: ProgressLine) async throws {
    let request = try request()
    try await Connection(daemon: command.daemon).connected(output) { session, output in
      let stream = try await session.backtest.runBacktest(request)
      var trades: [V1.BacktestTrade] = []
      var result: V1.BacktestResult?
      while let message = try await stream.next() {
        switch message.payload {
        case .progress(let at):
          progress.show(
            "backtest", Double(at.candlesDone) / Double(max(at.candlesTotal, 1)), TimeText.dateTime(at.timeNs))
        case .trade(let trade): trades.append(trade)
        case .result(let last): result = last
        case nil: break
        }
      }
      progress.clear()
      guard let result else { throw CommandFailure(.failure, "the backtest ended without a result") }
      show(result, trades, output)
    }
  }

  /// Finds everything that is wrong with the options at once.
  private func request() throws(CommandFailure) -> V1.RunBacktestRequest {
    var problems: [Problem] = []
    if !command.candleOptions.candles.isEmpty {
      problems.append(
        Problem(option: "--candles", "and --on-daemon exclude each other; the daemon reads --data-file, or its own candles"))
    }
    let options = command.options
    for (option, isGiven) in [
      ("--report", command.report != nil), ("--beside", command.beside != nil), ("--trades", command.trades != nil),
      ("--check", command.check),
      ("--python", !command.python.isEmpty),
      ("--detail", !options.detail.isEmpty), ("--intrabar", options.venue.intrabar != nil),
      ("--exchange-info", command.candleOptions.exchangeInfo != nil), ("--fills", command.fills),
    ] where isGiven {
      problems.append(Problem(option: option, "works without --on-daemon only"))
    }
    let settings = options.settings(&problems)
    problems += BotSettingsCheck.form(command.settings)
    BacktestPreparation.add(command.settings.researchText.judged(id: nil, base: nil) { _ in .unasked }.violations, to: &problems)
    guard problems.isEmpty else { throw BacktestPreparation.failure(.backtest, problems) }
    var spec = command.settings.spec
    if spec.interval.isEmpty { spec.interval = BotSettings.intervalDefault }
    if spec.capital.isEmpty { spec.capital = BacktestPreparation.capital }
    if spec.strategy.isEmpty { spec.strategy = BotConfiguration.Defaults.strategyName }
    let (limits, given) = options.limits.message(&problems)
    return V1.RunBacktestRequest(
      spec: spec, fromTimeNs: settings.from?.nanoseconds ?? 0, toTimeNs: settings.to?.nanoseconds ?? 0,
      includeTrades: command.outputOptions.format == .json,
      makerFee: options.venue.makerFee ?? "", takerFee: options.venue.takerFee ?? "", dataFile: command.dataFile ?? "",
      slippage: options.venue.slippage ?? "", spread: options.venue.spread ?? "", limits: given.isEmpty ? nil : limits,
      fillGaps: command.candleOptions.fillGaps, skipBad: command.candleOptions.skipBad)
  }

  private func show(_ result: V1.BacktestResult, _ trades: [V1.BacktestTrade], _ output: Output) {
    guard output.format == .table else {
      var json = JSONText(pretty: true)
      json.beginObject()
      json.field("title", result.title)
      json.field("candles", result.candles)
      json.field("elapsed_ns", result.elapsedNs)
      json.field("ended_reason", result.endedReason)
      if !result.endedReason.isEmpty { json.field("ended_time_ns", result.endedTimeNs) }
      json.key("figures")
      json.beginObject()
      for figure in result.figures {
        ReportJSON.figure(&json, figure.key, figure.text, figure.number, isRatio: figure.isRatio)
      }
      json.endObject()
      if let stats = result.stats { json.field("stats", stats) }
      json.field("trades", trades)
      json.field("equity", result.equity)
      json.field("notes", result.notes)
      json.endObject()
      return output.line(json.text)
    }
    output.line(result.title, .bold)
    if !result.endedReason.isEmpty {
      output.line(
        "Trading ended \(TimeText.dateTime(result.endedTimeNs)) (UTC), before the data did: \(result.endedReason).", .warning)
    }
    var lines: [CardLine] = []
    var section = ""
    for figure in result.figures {
      if figure.section != section {
        section = figure.section
        lines.append(.heading(section))
      }
      lines.append(CardLine("  \(figure.label)", figure.text))
    }
    output.card(lines)
    for note in result.notes { output.line("· \(note)", .dim) }
  }
}
