import ArgumentParser
import BotAPI
import TTRPC

struct TradeList: ReadingCommand {
  static let configuration = CommandConfiguration(
    commandName: "trades", abstract: "Lists trades, or follows them as they happen.",
    discussion: """
      --follow never misses one: after a broken connection it resumes with the next trade, and every trade is checked against \
      the one before it (exit code 11 when the stream is not complete). Ctrl-C ends it with exit code 0.

      When the daemon's journal has failed, trades still come but say "not recorded" (JSON: "not_recorded":true): they are gone \
      when the daemon restarts, and their sequences are no value for --from.

      \(V1.Trade.narrowHelp)
      """)

  @Flag(name: [.long, .customShort("f")], help: "Go on with new trades as they happen.")
  var follow = false

  @Option(parsing: .unconditional, help: ArgumentHelp("Start after this sequence; 0: from the first trade.", valueName: "N"))
  var from: WholeNumber?

  @Option(help: "Only this bot; may be repeated.", completion: .bots)
  var bot: [String] = []

  @Option(help: "Only this symbol; may be repeated.", completion: .symbols)
  var symbol: [String] = []

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Most trades. (default: 50 without --from, --since and --follow)", valueName: "count"))
  var limit: WholeNumber?

  @OptionGroup var times: TimeRangeOptions
  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  /// What the numbers say; judged before anything is asked of the daemon.
  private func numbers() throws(CommandFailure) -> (from: Int64?, limit: Int?) {
    (try Pages.start(from), try limit.map { given throws(CommandFailure) in try Pages.limit(given) })
  }

  mutating func run() async throws {
    let (from, limit) = try numbers()
    _ = try times.range()
    if follow, times.isGiven { throw CommandFailure(.usage, "--since, --until: cannot go together with --follow; start it with --from") }
    let command = self
    guard follow else { return try await connected(output) { try await command.run($0, $1) } }
    try await UntilInterrupted.run { try await command.followTrades(from, limit) }
  }

  func run(_ session: Session, _ output: Output) async throws {
    let (from, limit) = try numbers()
    let (since, until) = try times.range()
    output.list(try await trades(session, from, limit, since, until), empty: try nothing(from))
  }

  /// What an empty list says: what was asked for.
  private func nothing(_ from: Int64?) throws(CommandFailure) -> String {
    let symbols = symbol.map { SymbolOption.text($0) }
    let asked =
      (bot.isEmpty ? "" : " of \(bot.joined(separator: ", "))") + (symbols.isEmpty ? "" : " in \(symbols.joined(separator: ", "))")
      + ((from ?? 0) > 0 ? " after sequence \(from ?? 0)" : "") + (try times.words())
    return "no trades\(asked.isEmpty ? " yet" : asked)"
  }

  /// With --from or --since: oldest first, everything after it. Without: the newest, shown oldest first.
  private func trades(
    _ session: Session, _ from: Int64?, _ limit: Int?, _ since: Int64, _ until: Int64
  ) async throws(RPCError) -> [V1.Trade] {
    let newest = from == nil && since == 0
    let symbols = symbol.map { SymbolOption.text($0) }
    let trades = try await Pages.read(limit: limit ?? (newest ? 50 : nil)) {
      (size, token) throws(RPCError) in
      let request = V1.ListTradesRequest(
        pageSize: size, pageToken: token, afterSequence: from ?? 0, botIDs: bot, symbols: symbols,
        newestFirst: newest, fromTimeNs: since, toTimeNs: until)
      let response = try await session.trades.listTrades(request, timeout: session.timeout)
      return (response.trades, response.nextPageToken)
    }
    return newest ? trades.reversed() : trades
  }

  private func followTrades(_ from: Int64?, _ limit: Int?) async throws {
    let (bots, symbols) = (bot, symbol.map { SymbolOption.text($0) })
    let output = output
    let follower = Follower<V1.SubscribeTradesResponse>(
      options: daemon, output: output, stopsWhenCaughtUp: false, countMaximum: limit,
      open: { session throws(RPCError) in try await session.trades.subscribeTrades() },
      request: { after, journal in
        V1.SubscribeTradesRequest(
          afterSequence: after ?? 0, journalID: journal, liveOnly: after == nil, botIDs: bots,
          symbols: symbols, heartbeatMs: 5000)
      })
    var layout = StreamLayout()
    try await follower.run(after: from) { trade, isRecorded in output.stream(trade, isRecorded: isRecorded, &layout) }
  }
}
