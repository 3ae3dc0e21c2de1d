import BotAPI
import ControlCommands
import TTRPC
import Time
import TradingModel

/// A backtest that the daemon runs: for its own candles, and for people whose data are on its machine.
struct RemoteBacktest {
  private let command: BacktestRun

  init(_ command: BacktestRun) { self.command = command }

  private struct Connection: DaemonCommandOptions {
    var daemon: DaemonOptions
  }

  func run(_ output: Output, _ progress: ProgressLine) async throws {
    guard command.candleOptions.candles.isEmpty else {
      throw CommandFailure(
        .invalidArgument, "--candles and --on-daemon exclude each other; the daemon reads --data-file, or its own candles")
    }
    for (option, isGiven) in [
      ("--report", command.report != nil), ("--trades", command.trades != nil), ("--check", command.check),
      ("--detail", !command.options.detail.isEmpty), ("--intrabar", command.options.intrabar != nil),
    ] where isGiven {
      throw CommandFailure(.invalidArgument, "\(option) works without --on-daemon only")
    }
    let problems = BotSettingsCheck.problems(botID: "backtest", command.settings, complete: false)
    guard problems.isEmpty else {
      throw CommandFailure(.invalidArgument, "the backtest was not run:\n" + problems.map(\.line).joined(separator: "\n"))
    }
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

  private func request() throws(CommandFailure) -> V1.RunBacktestRequest {
    var spec = command.settings.spec
    if spec.interval.isEmpty { spec.interval = BotSettings.intervalDefault }
    if spec.capital.isEmpty { spec.capital = BacktestRequest.capital.description }
    let options = command.options
    var limits: V1.RiskLimits?
    if options.maxPositions != nil || options.maxExposure != nil || options.maxSymbolExposure != nil || options.maxDailyLoss != nil
      || options.maxDrawdown != nil
    {
      limits = V1.RiskLimits(
        maxSymbolNotional: options.maxSymbolExposure ?? "", maxTotalNotional: options.maxExposure ?? "",
        maxDailyLoss: options.maxDailyLoss ?? "", maxDrawdownFraction: options.maxDrawdown ?? "",
        maxOpenPositions: Int64(options.maxPositions ?? 0), onBreach: options.onBreach == "halted" ? .halted : .reducing)
    }
    return V1.RunBacktestRequest(
      spec: spec, fromTimeNs: try time(options.from, "--from"), toTimeNs: try time(options.to, "--to"),
      includeTrades: command.outputOptions.format == .json,
      makerFee: options.makerFee ?? "", takerFee: options.takerFee ?? "", dataFile: command.dataFile ?? "",
      slippage: options.slippage ?? "", spread: options.spread ?? "", limits: limits, fillGaps: command.candleOptions.fillGaps,
      skipBad: command.candleOptions.skipBad)
  }

  private func time(_ text: String?, _ option: String) throws(CommandFailure) -> Int64 {
    guard let text else { return 0 }
    guard let time = DateText.timestamp(text) else {
      throw CommandFailure(.invalidArgument, "\(option) \"\(text.prefix(40))\" is no date: write \(DateText.forms) (UTC)")
    }
    return time.nanoseconds
  }

  private func show(_ result: V1.BacktestResult, _ trades: [V1.BacktestTrade], _ output: Output) {
    guard output.format == .table else {
      var json = JSONText(pretty: true)
      json.beginObject()
      json.field("result", Optional(result))
      json.field("trades", trades)
      json.endObject()
      return output.line(json.text)
    }
    output.line(result.title, .bold)
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
