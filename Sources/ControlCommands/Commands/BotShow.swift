import ArgumentParser
import BotAPI

struct BotShow: ReadingCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows a bot: settings, state, position, last signal.")

  @Argument(help: ArgumentHelp("The bot.", valueName: "BOT_ID"), completion: .bots)
  var botID: String

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    let response = try await session.bots.getBot(
      V1.GetBotRequest(botID: botID), timeout: session.timeout)
    output.show(response.bot ?? V1.Bot(id: botID))
  }
}
