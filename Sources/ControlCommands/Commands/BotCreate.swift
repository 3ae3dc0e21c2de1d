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

  @Argument(help: ArgumentHelp("Id of the new bot: 1 to 32 of a-z, 0-9, - and _.", valueName: "BOT_ID"))
  var botID: String?

  @OptionGroup var settings: BotSettings

  @Flag(help: "Starts it now.")
  var start = false

  @Flag(help: "Starts with the daemon's next start, unless a person stopped or paused it; not now (--start).")
  var autoStart = false

  @Flag(help: "Only checks; creates nothing.")
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

  /// With problems found here the daemon is asked as well, so that one list names everything.
  mutating func run() async throws {
    let ours = BotSettingsCheck.problems(botID: botID, settings, complete: true)
    let session: Session
    do {
      session = try await Session.open(daemon)
    } catch let failure as CommandFailure {
      guard !ours.isEmpty, failure.status != .usage else { throw failure }
      output.remark("(not checked by the daemon: \(failure.message))")
      throw Problem.failure("the bot was not created", ours)
    }
    let command = self
    let output = output
    defer { Task { await session.client.close() } }
    guard ours.isEmpty else {
      throw Problem.failure("the bot was not created", Problem.merged(ours, await command.violations(session, output)))
    }
    do throws(RPCError) {
      try await command.create(session, output)
    } catch {
      throw Problem.failure("the bot was not created", error, address: session.address)
    }
  }

  func run(_ session: Session, _ output: Output) async throws { try await create(session, output) }

  private func create(_ session: Session, _ output: Output) async throws(RPCError) {
    let response = try await session.bots.createBot(request, timeout: session.timeout)
    let id = botID ?? ""
    if dryRun {
      output.line("\(id) would be created: nothing is wrong")
      let levels = response.bot?.protectionLines ?? []
      output.card(levels)
      if !levels.isEmpty, response.bot?.protection.allSatisfy(\.price.isEmpty) == true {
        output.remark("(no price of \(response.bot?.spec?.symbol ?? "") is known yet: prices come for the symbols that some bot trades)")
      }
    } else if start {
      output.line(
        "\(id) created and \(response.bot?.state.name ?? "started"). Watch it with: botctl trades --follow --bot \(id)"
      )
    } else if autoStart {
      output.line("\(id) created. It starts when botd starts next; start it now with: botctl start \(id)")
    } else {
      output.line("\(id) created. Start it with: botctl start \(id)")
    }
    if start, let bot = response.bot, bot.state == .waiting { output.line("but it waits: \(bot.stateReason)", .warning) }
    for note in response.notes { output.line("but \(note)", .warning) }
  }

  /// What the daemon finds wrong; that it could not be asked is said.
  private func violations(_ session: Session, _ output: Output) async -> [Problem] {
    var request = request
    request.validateOnly = true
    do throws(RPCError) {
      _ = try await session.bots.createBot(request, timeout: session.timeout)
      return []
    } catch {
      let problems = Problem.all(of: error)
      if problems.isEmpty { output.remark("(not checked by the daemon: \(CommandFailure(error, address: session.address).message))") }
      return problems
    }
  }
}
