import ArgumentParser
import Backtest
import BotAPI
import ControlCommands
import PaperTrading
import Presentation
import Time
import TradingModel

struct CompareRun: AsyncParsableCommand, DaemonCommandOptions {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Backtests the daemon's bots on the candles they heard, and says where the money differs.",
    discussion: """
      Examples:
        botctl compare
        botctl compare --bot rsi-btc --since 7d --trades
        botctl compare --taker-fee 0.00075 --output csv > differences.csv
        botctl compare --state-dir ~/.botd/paper

      The same bots, with what people did to them (create, start, stop, update, limits, locks), trade again on the market tape beside the \
      journal. Trades are paired by bot and by the candle of their decision. DIFF is what the bot earned less what the backtest earns, and it \
      is the sum of these parts:
        feed             candles that came late or as history only, or never: botd was down, the stream was
        decision         another decision at the same candle, or a person's: to trade or not, another exit, another size
        protection path  a stop or target stood, or acted, elsewhere
        latency          the best price moved between the decision and the execution
        fill price       spread, slippage, depth, part fills, limits that were not reached, against what the backtest assumes
        fee              commissions, and what remains too small to sell had cost
        refused/denied   risk denied the entry, or the exchange refused an order
      A trade of one side alone is a difference as a whole, and is listed with its cause; ALONE counts those of the backtest, then of the bot. Everything is after fees, in quote asset; what is \
      open counts at the last close on the tape. --since and --until choose trades by the candle that decided their entry.

      The daemon only hands out its journal and its tape, off its order path; the backtest runs here.
      """)

  @Option(help: "Only this bot.", completion: .bots)
  var bot: String?

  @Flag(help: "Every trade with its parts, not only those that differ most.")
  var trades = false

  @OptionGroup(title: "How the backtest fills orders") var venue: VenueOptions
  @OptionGroup var times: TimeRangeOptions

  @Option(
    name: .customLong("state-dir"), help: "Read this state directory, which no daemon uses, instead of asking a daemon.",
    completion: .directory)
  var stateDirectory: String?

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  func run() async throws {
    var problems: [Problem] = []
    let venue = venue.configuration(&problems)
    if !problems.isEmpty { throw Problem.failure("nothing was compared", problems) }
    let (from, to) = try times.range()
    let output = Output(outputOptions, environment: .current, noColor: daemon.noColor)
    let progress = ProgressLine(.current)
    defer { progress.clear() }
    var source = CompareSource(venue: venue)
    if let stateDirectory {
      try source.read(stateDirectory, progress)
    } else {
      try await connected(output) { session, _ in try await source.fetch(session, progress) }
    }
    var comparison = try source.comparison()
    let range = Timestamp(nanoseconds: from)..<(to > 0 ? Timestamp(nanoseconds: to) : .distantFuture)
    _ = comparison.run(in: range) {
      progress.show("backtest", $0)
      return true
    }
    progress.clear()
    let page = try ComparePage(comparison, bot: bot, mode: source.mode, venue: venue)
    switch output.format {
    case .json: output.line(page.json)
    case .csv: if trades { output.csv(page.trades) } else { output.csv(page.bots) }
    case .table: page.show(output, allTrades: trades)
    }
  }
}
