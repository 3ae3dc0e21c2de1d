import ArgumentParser
import BotAPI

struct BotRemove: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Removes bots that are stopped and hold nothing; their history stays.")

  @Argument(help: ArgumentHelp("One or more bots.", valueName: "BOT_ID"), completion: .bots)
  var botIDs: [String]

  @Flag(help: "Stops it, sells what it holds at the market, then removes it.")
  var force = false

  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    try await ForEachBot.run(botIDs, session, output) { id in
      let request = V1.RemoveBotRequest(requestID: Session.requestID(), botID: id, force: force)
      _ = try await session.bots.removeBot(request, timeout: session.timeout)
      return "\(id) removed"
    }
  }
}
