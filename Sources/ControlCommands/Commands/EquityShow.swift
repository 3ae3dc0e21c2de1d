import ArgumentParser
import BotAPI
import TTRPC

struct EquityShow: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "equity", abstract: "Shows equity over time, of a bot or of the portfolio.")

  @Argument(help: ArgumentHelp("The bot; none: the portfolio.", valueName: "BOT_ID"))
  var botID: String?

  @Option(help: "Most points.")
  var limit = 500

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  var format: OutputFormat { outputOptions.format }

  func run(_ session: Session, _ output: Output) async throws {
    let points = try await Pages.read(limit: max(1, limit)) { (size, token) throws(RPCError) in
      let request = V1.GetEquityCurveRequest(botID: botID ?? "", pageSize: size, pageToken: token)
      let response = try await session.portfolio.getEquityCurve(request, timeout: session.timeout)
      return (response.points, response.nextPageToken)
    }
    output.list(points, empty: "no equity recorded yet")
  }
}
