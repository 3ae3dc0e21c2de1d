import ArgumentParser
import BotAPI
import TTRPC

struct BotClone: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "clone", abstract: "Creates a bot with the settings of another one.",
    discussion: """
      --set takes the names of botctl export, parameters.NAME for the strategy's; it may be repeated. Another strategy begins with its own \
      defaults. Position, orders and history stay with the bot that is copied. Example:
        botctl clone rsi-btc rsi-eth --symbol ETHUSDT --set capital=500 --set parameters.period=9 --start
      """)

  @Argument(help: ArgumentHelp("The bot that is copied.", valueName: "BOT_ID"), completion: .bots)
  var source: String

  @Argument(help: ArgumentHelp("Id of the new bot: 1 to 32 of a-z, 0-9, - and _.", valueName: "NEW_ID"))
  var botID: String

  @Option(help: "Symbol of the new bot.", completion: .symbols)
  var symbol: String?

  @Option(name: .customLong("set"), help: ArgumentHelp("A setting that is another one; may be repeated.", valueName: "name=value"))
  var settings: [String] = []

  @Flag(help: "Starts it now.")
  var start = false

  @Flag(help: "Only checks; creates nothing.")
  var dryRun = false

  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    let copied = try await session.bots.getBot(V1.GetBotRequest(botID: source), timeout: session.timeout).bot ?? V1.Bot(id: source)
    var changes = BotFile.Entry(id: botID, line: 0)
    var problems: [Problem] = []
    if let symbol { problems += set("symbol", symbol, &changes) }
    for text in settings {
      guard let pair = BotSettings.parameter(text) else {
        problems.append(Problem(option: "--set", "\"\(text.prefix(40))\" is not of the form name=value, for example --set capital=500"))
        continue
      }
      problems += set(pair.key, pair.value, &changes)
    }
    let spec = Self.overlaid(copied.spec ?? V1.BotSpec(), changes)
    let request = V1.CreateBotRequest(
      requestID: Session.requestID(), botID: botID, spec: spec, start: start, validateOnly: dryRun || !problems.isEmpty)
    do throws(RPCError) {
      let response = try await session.bots.createBot(request, timeout: session.timeout)
      guard problems.isEmpty else { throw RPCError(violations: []) }
      tell(response, copied, output)
    } catch {
      let found = Problem.merged(problems, Problem.all(of: error))
      guard !problems.isEmpty || error.code == .invalidArgument, !found.isEmpty else { throw error }
      throw Problem.failure("the bot was not created", found)
    }
  }

  private func set(_ name: String, _ value: String, _ entry: inout BotFile.Entry) -> [Problem] {
    BotFile.read(name, value, into: &entry).map { Problem(option: "--set \(name)", $0.message) }
  }

  /// Settings over those of another bot.
  private static func overlaid(_ base: V1.BotSpec, _ changes: BotFile.Entry) -> V1.BotSpec {
    var spec = base
    if !changes.spec.strategy.isEmpty, changes.spec.strategy != base.strategy { spec.parameters = [] }
    // Back at the market, nothing of an entry that rests is left.
    if changes.spec.entry == "market" { (spec.entryOffset, spec.entryLifetime, spec.entryThen) = ("", 0, "") }
    for field in BotField.all {
      switch field.place {
      case .text(let path): if !changes.spec[keyPath: path].isEmpty { spec[keyPath: path] = changes.spec[keyPath: path] }
      case .count(let path, _): if changes.lines[field.name] != nil { spec[keyPath: path] = changes.spec[keyPath: path] }
      case .flag(let path): if changes.lines[field.name] != nil { spec[keyPath: path] = changes.spec[keyPath: path] }
      case .guards: if !changes.spec.guards.isEmpty { spec.guards = changes.spec.guards }
      case .parameters:
        for parameter in changes.spec.parameters {
          spec.parameters.removeAll { $0.key == parameter.key }
          spec.parameters.append(parameter)
        }
      }
    }
    return spec
  }

  private func tell(_ response: V1.CreateBotResponse, _ copied: V1.Bot, _ output: Output) {
    let bot = response.bot ?? V1.Bot(id: botID)
    if dryRun {
      output.line("\(botID) would be created: nothing is wrong")
      output.card(bot.protectionLines)
    } else {
      output.line(start ? "\(botID) created and \(bot.state.name)" : "\(botID) created. Start it with: botctl start \(botID)")
    }
    for change in BotPlan.changes(from: copied.spec ?? V1.BotSpec(), to: bot.spec ?? V1.BotSpec()) {
      output.line("  \(change.text)")
    }
    if bot.quoteAsset != copied.quoteAsset, !bot.quoteAsset.isEmpty {
      output.line("but its capital, \(bot.spec?.capital ?? ""), is in \(bot.quoteAsset), not in \(copied.quoteAsset)", .warning)
    }
    if start, bot.state == .waiting { output.line("but it waits: \(bot.stateReason)", .warning) }
    for note in response.notes { output.line("but \(note)", .warning) }
  }
}
