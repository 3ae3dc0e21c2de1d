import ArgumentParser
import BotAPI
import Synchronization
import TTRPC
import TradingModel

struct CandleList: ReadingCommand {
  static let configuration = CommandConfiguration(
    commandName: "candles", abstract: "Lists candles of a symbol, oldest first, or follows them.")

  @Argument(help: ArgumentHelp("The symbol.", valueName: "SYMBOL"), completion: .symbols)
  var symbol: String

  @Option(help: ArgumentHelp("Candle interval: one of \(Interval.list)."), completion: .intervals)
  var interval = "1m"

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The newest this many, as far as the daemon holds them. (default: 20)", valueName: "count"))
  var limit: WholeNumber?

  @Flag(help: "Also the candle that is still open.")
  var includeOpen = false

  @Flag(name: [.long, .customShort("f")], help: "Go on with new candles as they close.")
  var follow = false

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  private func limitGiven() throws(CommandFailure) -> Int64? {
    guard let limit else { return nil }
    return try limit.value(of: "--limit", in: CandlePages.limits)
  }

  mutating func run() async throws {
    _ = try limitGiven()
    let command = self
    guard follow else { return try await connected(output) { try await command.run($0, $1) } }
    let output = output
    let layout = Mutex(StreamLayout())
    let request = V1.SubscribeCandlesRequest(
      symbols: [SymbolOption.text(symbol)], interval: interval, includeOpen: includeOpen)
    try await LiveFollow.run(daemon, request) { (session) throws(RPCError) in
      try await session.market.subscribeCandles()
    } _: { message in
      for candle in message.candles {
        layout.withLock { output.stream(candle, isRecorded: true, &$0) }
      }
    }
  }

  func run(_ session: Session, _ output: Output) async throws {
    let wanted = try limitGiven() ?? 20
    let symbol = SymbolOption.text(self.symbol)
    let candles = try await CandlePages.read(session, symbol: symbol, interval: interval, limit: wanted, includeOpen: includeOpen)
    output.list(candles, empty: "no candles yet for \(symbol) \(interval)")
    let closed = candles.count { $0.isClosed }
    if limit != nil, closed > 0, closed < wanted { output.remark("the daemon holds \(closed) closed \(interval) candles of \(symbol)") }
  }
}
