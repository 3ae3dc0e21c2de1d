import ArgumentParser
import BotAPI

struct BotPause: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Pauses bots: no new entries, open positions stay protected.")

  @Argument(help: ArgumentHelp("One or more bots.", valueName: "BOT_ID"), completion: .bots)
  var botIDs: [String]

  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    try await ForEachBot.run(botIDs, session, output) { id in
      let request = V1.PauseBotRequest(requestID: Session.requestID(), botID: id)
      let response = try await session.bots.pauseBot(request, timeout: session.timeout)
      return "\(id) is \(response.bot?.state.name ?? "paused")"
    }
  }
}
