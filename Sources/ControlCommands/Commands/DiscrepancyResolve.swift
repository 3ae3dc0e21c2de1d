import ArgumentParser
import BotAPI

struct DiscrepancyResolve: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "resolve", abstract: "Accepts the account's figure: what is missing is booked out of the bots that hold it.",
    discussion: """
      Each bot of the asset loses its share of what is missing, at the market's price. That is capital which left, not a loss of the bot. \
      Nothing is sold.
      """)

  @Argument(help: ArgumentHelp("The asset, as botctl discrepancies names it.", valueName: "ASSET"))
  var asset: String

  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    let request = V1.ResolveDiscrepancyRequest(requestID: Session.requestID(), asset: asset.uppercased())
    let response = try await session.portfolio.resolveDiscrepancy(request, timeout: session.timeout)
    output.line("what was missing of \(asset.uppercased()) is booked out of \(response.botIDs.joined(separator: ", "))")
  }
}
