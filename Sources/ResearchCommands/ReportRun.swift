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

      The page is that of botctl backtest --report: equity, drawdown, months, how trades ended, figures, every trade. Figures are those of \
      botctl stats and botctl portfolio; of several quote assets the curve and the trades are those of the one with the most capital.
      """)

  @Argument(help: ArgumentHelp("Where to write it; none: standard output.", valueName: "file.html"), completion: .anyFile)
  var file: String?

  @Option(help: "Only this bot.", completion: .bots)
  var bot: String?

  @OptionGroup var daemon: DaemonOptions

  func run() async throws {
    if let file, let problem = TextFile.unwritable(file) { throw CommandFailure(.invalidArgument, problem) }
    let output = Output(format: .table, environment: .current, noColor: daemon.noColor)
    try await connected(output) { session, output in
      let results = try await AccountResults.read(session, bot: bot)
      guard let report = AccountReportMaker(results).report(title: bot ?? "All bots") else {
        throw CommandFailure(.refused, "there is nothing to report: no equity is recorded yet")
      }
      let page = HTMLReport.page(report)
      guard let file else { return output.line(page) }
      try TextFile.write(page, to: file)
      output.remark("page: \(file)")
    }
  }
}
