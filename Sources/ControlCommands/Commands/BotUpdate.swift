import ArgumentParser
import BotAPI

struct BotUpdate: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "update", abstract: "Changes settings of a bot that is not running.",
    discussion: "Settings that are not named stay as they are. --param replaces all parameters.")

  @Argument(help: ArgumentHelp("The bot.", valueName: "BOT_ID"))
  var botID: String

  @OptionGroup var settings: BotSettings

  @Option(help: "Start it together with the daemon: true or false.")
  var autoStart: Bool?

  @OptionGroup var daemon: DaemonOptions

  func validate() throws {
    let problems = BotSettingsCheck.problems(botID: botID, settings, complete: false)
    guard problems.isEmpty else {
      throw CommandFailure(
        .invalidArgument, "nothing was changed:\n" + problems.map(\.line).joined(separator: "\n"))
    }
  }

  func run(_ session: Session, _ output: Output) async throws {
    var spec = settings.spec
    spec.autoStart = autoStart ?? false
    let request = V1.UpdateBotRequest(
      requestID: Session.requestID(), botID: botID, spec: spec, updateAutoStart: autoStart != nil)
    let response = try await session.bots.updateBot(request, timeout: session.timeout)
    output.show(response.bot ?? V1.Bot(id: botID))
  }
}
