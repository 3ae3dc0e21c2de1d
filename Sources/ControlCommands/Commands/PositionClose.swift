import ArgumentParser
import BotAPI

struct PositionClose: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "close", abstract: "Sells what a bot holds, at the market.")

  @Argument(help: ArgumentHelp("One or more bots.", valueName: "BOT_ID"))
  var botIDs: [String]

  @Option(help: "Why; kept with the order.")
  var reason = "closed by hand"

  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    try await ForEachBot.run(botIDs, session, output) { id in
      let request = V1.ClosePositionRequest(
        requestID: Session.requestID(), botID: id, reason: reason)
      let response = try await session.bots.closePosition(request, timeout: session.timeout)
      guard let order = response.order else { return "\(id) holds nothing" }
      return
        "\(id): order \(order.clientOrderID) sells \(DecimalText.trimmed(order.quantity)) \(order.symbol), \(order.status.name)"
    }
  }
}
