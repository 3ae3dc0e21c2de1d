import ArgumentParser
import BotAPI

struct BotStart: DaemonCommand {
  static let configuration = CommandConfiguration(commandName: "start", abstract: "Starts bots.")

  @Argument(help: ArgumentHelp("One or more bots.", valueName: "BOT_ID"), completion: .bots)
  var botIDs: [String]

  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    try await ForEachBot.run(botIDs, session, output) { id in
      let request = V1.StartBotRequest(requestID: Session.requestID(), botID: id)
      let response = try await session.bots.startBot(request, timeout: session.timeout)
      let isWaiting = response.bot?.state == .waiting
      return "\(id) is \(response.bot?.state.name ?? "started")" + (isWaiting ? ": \(response.bot?.stateReason ?? "")" : "")
    }
  }
}
