import ArgumentParser
import BotAPI
import TTRPC

struct TradeList: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "trades", abstract: "Lists trades, or follows them as they happen.",
    discussion: """
      --follow never misses one: after a broken connection it resumes with the next trade, and every trade is checked against \
      the one before it (exit code 11 when the stream is not complete). Ctrl-C ends it with exit code 0.

      When the daemon's journal has failed, trades still come but say "not recorded" (JSON: "not_recorded":true): they are gone \
      when the daemon restarts, and their sequences are no value for --from.
      """)

  @Flag(name: [.long, .customShort("f")], help: "Go on with new trades as they happen.")
  var follow = false

  @Option(help: ArgumentHelp("Start after this sequence; 0: from the first trade.", valueName: "N"))
  var from: Int64?

  @Option(help: "Only this bot; may be repeated.")
  var bot: [String] = []

  @Option(help: "Only this symbol; may be repeated.")
  var symbol: [String] = []

  @Option(help: "Most trades. (default: 50 without --from and --follow)")
  var limit: Int?

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  var format: OutputFormat { outputOptions.format }

  func validate() throws {
    if let from, from < 0 { throw ValidationError("--from must be 0 or more") }
    if let limit, limit < 1 { throw ValidationError("--limit must be 1 or more") }
  }

  mutating func run() async throws {
    let command = self
    guard follow else { return try await connected(output) { try await command.run($0, $1) } }
    try await UntilInterrupted.run { try await command.followTrades() }
  }

  func run(_ session: Session, _ output: Output) async throws {
    output.list(try await trades(session), empty: "no trades yet")
  }

  /// With --from: oldest first, everything after it. Without: the newest, shown oldest first.
  private func trades(_ session: Session) async throws(RPCError) -> [V1.Trade] {
    let newest = from == nil
    let symbols = symbol.map { $0.uppercased() }
    let trades = try await Pages.read(limit: limit ?? (newest ? 50 : nil)) {
      (size, token) throws(RPCError) in
      let request = V1.ListTradesRequest(
        pageSize: size, pageToken: token, afterSequence: from ?? 0, botIDs: bot, symbols: symbols,
        newestFirst: newest)
      let response = try await session.trades.listTrades(request, timeout: session.timeout)
      return (response.trades, response.nextPageToken)
    }
    return newest ? trades.reversed() : trades
  }

  private func followTrades() async throws {
    let (bots, symbols) = (bot, symbol.map { $0.uppercased() })
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
