import ArgumentParser
import ControlCommands
import ReportPage

struct ReportRun: AsyncParsableCommand, DaemonCommandOptions {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Writes what the daemon's bots earned as a web page that needs no network.",
    discussion: """
      Examples:
        botctl report results.html
        botctl report --bot rsi-btc > rsi-btc.html
        botctl report now.html --beside backtest.json
        botctl report --output json > november.json

      The page is that of botctl backtest --report: equity, worst drawdowns, the Sharpe ratio over time, months, how trades ended, costs, figures, every trade. Charts \
      are zoomed by dragging over them. Prices, MAE and MFE are on the pages of backtests only. Figures are those of \
      botctl stats and botctl portfolio; of several quote assets the curve and the trades are those of the one with the most capital.
      """)

  @Argument(help: ArgumentHelp("Where to write it; none: standard output.", valueName: "file.html"), completion: .anyFile)
  var file: String?

  @Option(help: "Only this bot.", completion: .bots)
  var bot: String?

  @Option(
    help: ArgumentHelp(
      "Shows this result beside another one: the JSON that botctl backtest or botctl report wrote with --output json.",
      valueName: "file.json"), completion: .anyFile)
  var beside: String?

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  func run() async throws {
    try outputOptions.refuseCSV()
    if let file, let problem = TextFile.unwritable(file) { throw CommandFailure(.invalidArgument, problem) }
    let other = try beside.map(BesideOption.read)
    let output = Output(outputOptions, environment: .current, noColor: daemon.noColor)
    try await connected(output) { session, output in
      let results = try await AccountResults.read(session, bot: bot)
      guard var report = AccountReportMaker(results).report(title: bot ?? "All bots") else {
        throw CommandFailure(.refused, "there is nothing to report: no equity is recorded yet")
      }
      try BesideOption.add(other, to: &report)
      if let file { try TextFile.write(HTMLReport.page(report), to: file) }
      if output.format == .json { return output.line(ReportJSON.text(report, stats: results.stats)) }
      guard let file else { return output.line(HTMLReport.page(report)) }
      output.remark("page: \(file)")
    }
  }
}
