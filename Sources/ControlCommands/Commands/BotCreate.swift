import ArgumentParser
import BotAPI
import TTRPC

struct BotCreate: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Creates a bot.",
    discussion: """
      Lists everything that is missing or wrong at once. Example:
        botctl create rsi-btc --symbol BTCUSDT --strategy rsi --param period=14 --param oversold=30 \
      --param overbought=70 --interval 1m --capital 1000 --risk-per-trade 0.02 --start
      """)

  @Argument(help: ArgumentHelp("Id of the new bot: a-z, 0-9, - and _.", valueName: "BOT_ID"))
  var botID: String?

  @OptionGroup var settings: BotSettings

  @Flag(help: "Start it at once.")
  var start = false

  @Flag(help: "Start it together with the daemon.")
  var autoStart = false

  @Flag(help: "Only check; create nothing.")
  var dryRun = false

  @OptionGroup var daemon: DaemonOptions

  private var request: V1.CreateBotRequest {
    var spec = settings.spec
    spec.autoStart = autoStart
    if spec.interval.isEmpty { spec.interval = BotSettings.intervalDefault }
    return V1.CreateBotRequest(
      requestID: Session.requestID(), botID: botID ?? "", spec: spec, start: start,
      validateOnly: dryRun)
  }

  private var problems: [Problem] {
    var problems = BotSettingsCheck.problems(botID: botID ?? "", settings, complete: true)
    if botID == nil {
      problems[0] = Problem(field: "bot_id", "is missing, for example: botctl create rsi-btc ...")
    }
    return problems
  }

  /// With problems found here the daemon is asked as well, so that one list names everything.
  mutating func run() async throws {
    let ours = problems
    let session: Session
    do {
      session = try await Session.open(daemon)
    } catch {
      guard !ours.isEmpty else { throw error }
      output.remark("(not checked by the daemon: it does not answer)")
      throw Self.failure(ours)
    }
    let command = self
    let output = output
    defer { Task { await session.client.close() } }
    guard ours.isEmpty else {
      throw Self.failure(Problem.merged(ours, await command.violations(session)))
    }
    do throws(RPCError) {
      try await command.create(session, output)
    } catch {
      throw CommandFailure(error, address: session.address)
    }
  }

  func run(_ session: Session, _ output: Output) async throws { try await create(session, output) }

  private func create(_ session: Session, _ output: Output) async throws(RPCError) {
    let response = try await session.bots.createBot(request, timeout: session.timeout)
    let id = botID ?? ""
    if dryRun {
      output.line("\(id) would be created: nothing is wrong")
    } else if start {
      output.line(
        "\(id) created and \(response.bot?.state.name ?? "started"). Watch it with: botctl trades --follow --bot \(id)"
      )
    } else {
      output.line("\(id) created. Start it with: botctl start \(id)")
    }
  }

  /// What the daemon finds wrong.
  private func violations(_ session: Session) async -> [Problem] {
    var request = request
    request.validateOnly = true
    do throws(RPCError) {
      _ = try await session.bots.createBot(request, timeout: session.timeout)
      return []
    } catch {
      guard let info = error.info else { return [] }
      if info.violations.isEmpty {
        return info.field.isEmpty ? [] : [Problem(field: info.field, info.message)]
      }
      return info.violations.map(Problem.init)
    }
  }

  static func failure(_ problems: [Problem]) -> CommandFailure {
    let head =
      problems.count == 1
      ? "the bot was not created:"
      : "the bot was not created, \(problems.count) things are missing or wrong:"
    return CommandFailure(
      .invalidArgument, head + "\n" + problems.map(\.line).joined(separator: "\n"))
  }
}
