import ArgumentParser
import Backtest
import BotAPI
import ControlCommands
import Journal
import MarketTape
import Presentation
import ServiceRuntime
import TradingCore
import TradingModel
import Venue

struct ReplayRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Decides everything in a state directory's journal again and says where the first decision differs.",
    discussion: """
      Reads the journal and the market tape beside it (STATE_DIR/market); changes nothing. The daemon that owns the directory must have
      ended; of a running one, replay a copy. Exit code 1: a decision differs.

      Example:
        botctl replay ~/.botd/paper
      """)

  @Argument(help: ArgumentHelp("The daemon's state directory.", valueName: "state-dir"), completion: .directory)
  var stateDirectory: String

  @OptionGroup var outputOptions: OutputOptions

  @Flag(help: "No colours (also: NO_COLOR).")
  var noColor = false

  func run() async throws {
    try outputOptions.refuseCSV()
    let environment = ControlEnvironment.current
    let output = Output(outputOptions, environment: environment, noColor: noColor)
    let progress = ProgressLine(environment)
    defer { progress.clear() }
    let entries = try read()
    guard case .opened(let identity)? = entries.first?.record else {
      throw CommandFailure(.failure, "\(stateDirectory): the journal is empty")
    }
    guard let tape = MarketTape.read(stateDirectory: stateDirectory) else {
      throw CommandFailure(
        .failure,
        "\(stateDirectory) has no market tape (\(MarketTape.folder)/): it was written by an older botd, or its bots saw no candle yet")
    }
    var replay = JournalReplay(
      mode: identity.mode, entries: entries, rules: tape.rules,
      tapes: tape.series.map { series in
        JournalReplay.Tape(key: series.key, candles: series.rows.map { ($0.candle, $0.heardAt) })
      })
    let outcome = replay.run { progress.show("replay", $0) }
    progress.clear()
    switch output.format {
    case .json: output.line(Self.json(identity, outcome))
    case .table, .csv: show(identity, outcome, output)
    }
    if let words = outcome.firstDivergence {
      throw CommandFailure(.failure, "the decisions differ from entry \(outcome.divergenceSequence) on: \(words)")
    }
  }

  private func read() throws -> [JournalEntry] {
    guard Journal.exists(in: stateDirectory) else {
      throw CommandFailure(.notFound, "\(stateDirectory) holds no journal; give the daemon's --state-dir, for example ~/.botd/paper")
    }
    do {
      let journal = try Journal.open(directory: stateDirectory)
      defer { journal.close() }
      var entries: [JournalEntry] = []
      try journal.replay { entries.append($0) }
      return entries
    } catch let error as JournalError {
      throw CommandFailure(.failure, error.message)
    }
  }

  private func show(_ identity: JournalIdentity, _ outcome: JournalReplay.Outcome, _ output: Output) {
    output.card([
      CardLine("journal", "\(identity.id), \(identity.mode) mode"), CardLine("entries", "\(outcome.entries)"),
      CardLine("decisions compared", "\(outcome.comparisons)"), CardLine("fills", "\(outcome.fills.count)"),
      CardLine("trades", "\(outcome.trades.count)"), CardLine("realized pnl", DecimalText.signed(outcome.realized.description)),
      CardLine("equity", outcome.equity.description),
      CardLine(
        "verdict", outcome.firstDivergence == nil ? "every decision is the same" : "differs from entry \(outcome.divergenceSequence) on",
        outcome.firstDivergence == nil ? .good : .bad),
    ])
  }

  private static func json(_ identity: JournalIdentity, _ outcome: JournalReplay.Outcome) -> String {
    var json = JSONText(pretty: true)
    json.beginObject()
    json.field("journal", identity.id)
    json.field("mode", identity.mode.description)
    json.field("entries", outcome.entries)
    json.field("decisions_compared", outcome.comparisons)
    json.field("first_divergence", outcome.firstDivergence ?? "")
    json.field("divergence_sequence", outcome.divergenceSequence)
    json.field("realized_pnl", outcome.realized)
    json.field("equity", outcome.equity)
    ReportJSON.fills(&json, outcome.fills)
    json.endObject()
    return json.text
  }
}
