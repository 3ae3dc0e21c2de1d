import ArgumentParser
import BotAPI

struct BotStop: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "stop", abstract: "Stops bots; what they hold stays, with its protection.")

  @Argument(help: ArgumentHelp("One or more bots.", valueName: "BOT_ID"), completion: .bots)
  var botIDs: [String]

  @Flag(help: "Sell what they hold first.")
  var close = false

  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    try await ForEachBot.run(botIDs, session, output) { id in
      let request = V1.StopBotRequest(
        requestID: Session.requestID(), botID: id, closePosition: close)
      let response = try await session.bots.stopBot(request, timeout: session.timeout)
      return "\(id) is \(response.bot?.state.name ?? "stopped")"
    }
  }
}
