import ArgumentParser
import BotAPI
import Presentation
import TTRPC
import YAMLFiles

struct BotsApply: AsyncParsableCommand, DaemonCommandOptions {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Makes the daemon's bots as a file describes them: shows the difference, asks, then does it.",
    discussion: """
      The file is YAML or JSON, as botctl export writes it:

        defaults:                  # optional: of every bot that does not say
          strategy: rsi
          interval: 5m
        bots:
          rsi-btc:
            symbol: BTCUSDT
            capital: 1000
            parameters: {period: 14, oversold: 30}
            guards: ["cooldown stop=30m"]
            state: running         # stopped, paused; left out: as it is

      Settings have the names of botctl show -o json; one that is left out has its default. A new bot is started only by its state. The whole file is judged before anything is \
      changed. Bots that are not in the file stay as they are, unless --prune is given. \
      A bot that runs or holds coins keeps its settings: that is said, the others are changed, and the exit code is 5. \
      Each bot is changed wholly or not at all.

      Signs: + new, ~ changed, - removed, ! left as it is, and why.

      Exit codes with --dry-run: 0 nothing to change, 1 something would change, 5 something stands in the way of a bot, 6 the file is wrong.
      """)

  @Option(
    name: [.customShort("f"), .customLong("file")], help: ArgumentHelp("The file; - is standard input.", valueName: "file"),
    completion: .anyFile)
  var file: String

  @Flag(help: "Only shows what would change, and which orders would follow.")
  var dryRun = false

  @Flag(help: "Does it without asking.")
  var yes = false

  @Flag(help: "Removes bots that are not in the file; one that holds coins is not removed, and that is said.")
  var prune = false

  @Flag(help: "Bots that run and hold nothing are stopped, changed and started again.")
  var restart = false

  @OptionGroup var daemon: DaemonOptions

  private var name: String { file == "-" ? "standard input" : file }

  /// With problems found here the daemon is asked as well, so that one list names everything.
  mutating func run() async throws {
    let bots: BotFile
    let bytes = try await FileBytes.read(file, maximum: YAMLReader.bytesMaximum)
    do throws(YAMLError) {
      bots = try BotFile(bytes)
    } catch {
      throw CommandFailure(.invalidArgument, "nothing was changed:\n  \(name):\(error.line): \(error.message)")
    }
    let command = self
    let output = Output(format: .table, environment: .current, noColor: daemon.noColor)
    do {
      try await connected(output) { try await command.run(bots, $0, $1) }
    } catch let failure as CommandFailure where failure.status == .noDaemon && !bots.problems.isEmpty {
      output.remark("(not checked by the daemon: \(failure.message))")
      throw refused(bots.problems)
    }
  }

  private func refused(_ problems: [BotFile.Problem]) -> CommandFailure {
    let sorted = problems.sorted { ($0.line, $0.bot, $0.field) < ($1.line, $1.bot, $1.field) }
    let count = problems.count == 1 ? "" : ", \(problems.count) things are missing or wrong"
    return CommandFailure(
      .invalidArgument, "nothing was changed\(count):\n" + sorted.map { "  " + $0.text(file: name) }.joined(separator: "\n"))
  }

  private func run(_ file: BotFile, _ session: Session, _ output: Output) async throws {
    let census = try await BotCensus.read(session)
    var problems = file.problems
    var judged: [String: V1.Bot] = [:]
    for entry in file.entries {
      let (bot, found) = try await census.judged(entry, session)
      judged[entry.id] = bot
      problems += found.filter { theirs in !file.problems.contains { $0.bot == theirs.bot && $0.field == theirs.field } }
    }
    guard problems.isEmpty else { throw refused(problems) }
    let difference = BotDifference(plans: plans(file, judged, census), census: census)
    tellOthers(file, census, output)
    guard !difference.isNothing else {
      return output.line("nothing to change: \(CountText.of(file.entries.count, "bot is", "bots are")) as the file says")
    }
    difference.show(output)
    await TradingStandingNote.show(session, output)
    output.line("\(difference.summary)\(dryRun ? " (only shown, nothing was changed)" : "")", .bold)
    if dryRun {
      difference.showOrders(judged, output)
      throw ExitRequest(status: difference.hasObstacle ? .refused : .failure)
    }
    let plans = difference.plans.filter { $0.obstacle == nil && !$0.isNothing }
    if !plans.isEmpty, !yes { try await ask(census, session, output) }
    try await perform(plans, judged, BotApplier(session: session, census: census), output, isWhole: !difference.hasObstacle)
  }

  private func plans(_ file: BotFile, _ judged: [String: V1.Bot], _ census: BotCensus) -> [BotPlan] {
    var plans = file.entries.map { entry in
      guard let bot = census.bots[entry.id] else {
        let given = BotPlan.changes(from: V1.BotSpec(), to: entry.spec)
        return BotPlan(new: entry, given: given)
      }
      return BotPlan(
        bot, completed: judged[entry.id]?.spec ?? V1.BotSpec(), state: entry.state, openOrders: census.openOrders[entry.id]?.count ?? 0,
        restarts: restart)
    }
    if prune {
      let named = Set(file.entries.map(\.id))
      plans += census.bots.values.filter { !named.contains($0.id) }.sorted { $0.id < $1.id }.map { BotPlan(removing: $0) }
    }
    return plans
  }

  private func tellOthers(_ file: BotFile, _ census: BotCensus, _ output: Output) {
    guard !prune else { return }
    let others = Set(census.bots.keys).subtracting(file.entries.map(\.id)).sorted()
    guard !others.isEmpty else { return }
    let more = others.count > 5 ? " and \(others.count - 5) more" : ""
    output.remark("(not in the file, left as they are: \(others.prefix(5).joined(separator: ", "))\(more); --prune removes them)")
  }

  private func ask(_ census: BotCensus, _ session: Session, _ output: Output) async throws {
    guard file != "-" else {
      throw CommandFailure(.usage, "nothing was changed: the file comes by standard input, where nobody can answer; say --yes")
    }
    output.line("do this to the bots of the daemon at \(session.address) in \(census.mode.name) mode? type yes:")
    try await Confirmation.yes("nothing was changed")
  }

  /// - Parameter isWhole: every bot that differs is among the plans.
  private func perform(
    _ plans: [BotPlan], _ judged: [String: V1.Bot], _ applier: BotApplier, _ output: Output, isWhole: Bool
  ) async throws {
    var status: ExitStatus? = isWhole ? nil : .refused
    for plan in plans {
      do throws(BotApplier.Refusal) {
        output.line(try await applier.perform(plan, judged[plan.id]?.spec ?? V1.BotSpec()))
      } catch {
        output.complain(error.message)
        status = status ?? error.status
        if error.status == .noDaemon { throw ExitRequest(status: .noDaemon) }
      }
    }
    if let status { throw ExitRequest(status: status) }
  }
}
