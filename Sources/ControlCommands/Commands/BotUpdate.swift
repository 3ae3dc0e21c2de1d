import ArgumentParser
import BotAPI
import TTRPC

struct BotUpdate: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "update", abstract: "Changes settings of a bot that is not running and holds nothing.",
    discussion: """
      Settings that are not named stay as they are; 0 removes a stop-loss, take-profit, trailing stop, time stop or cooldown. \
      --param changes the parameters that it names; name= returns one to its default. Another --strategy begins with its own defaults. \
      Lists everything that is wrong at once. Example:
        botctl update rsi-btc --capital 2000 --param oversold=25 --time-stop 0
      """)

  @Argument(help: ArgumentHelp("The bot.", valueName: "BOT_ID"), completion: .bots)
  var botID: String

  @OptionGroup var settings: BotSettings

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Whether it starts with the daemon's next start, unless a person stopped or paused it: true or false.", valueName: "true|false"))
  var autoStart: String?

  @OptionGroup var daemon: DaemonOptions

  /// With problems found here they are judged again beside the bot's present settings, so that one list names everything.
  func run(_ session: Session, _ output: Output) async throws {
    var problems = BotSettingsCheck.problems(botID: botID, changing: nil, settings)
    if !problems.isEmpty || isAutoStartWrong {
      let request = V1.GetBotRequest(botID: botID)
      if let standing = try? await session.bots.getBot(request, timeout: session.timeout).bot?.spec {
        problems = BotSettingsCheck.problems(botID: botID, changing: standing, settings)
      }
      if isAutoStartWrong { problems.append(Problem(field: "spec.auto_start", "must be true or false, not \"\(autoStart ?? "")\"")) }
      throw Problem.failure("nothing was changed", problems)
    }
    var spec = settings.change
    spec.autoStart = autoStart == "true"
    let request = V1.UpdateBotRequest(
      requestID: Session.requestID(), botID: botID, spec: spec, updateAutoStart: autoStart != nil, updateCompound: settings.compound != nil)
    do throws(RPCError) {
      let response = try await session.bots.updateBot(request, timeout: session.timeout)
      output.show(response.bot ?? V1.Bot(id: botID))
    } catch {
      throw Problem.failure("nothing was changed", error, address: session.address)
    }
  }

  private var isAutoStartWrong: Bool { autoStart.map { $0 != "true" && $0 != "false" } ?? false }

  mutating func run() async throws {
    if settings.isEmpty, autoStart == nil {
      throw CommandFailure(.invalidArgument, "nothing was changed: name what to change, for example: botctl update \(botID) --capital 2000")
    }
    let command = self
    try await connected(output) { try await command.run($0, $1) }
  }
}
