import ArgumentParser
import BotAPI
import Synchronization
import TTRPC

struct CandleList: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "candles", abstract: "Lists candles of a symbol, oldest first, or follows them.")

  @Argument(help: ArgumentHelp("The symbol.", valueName: "SYMBOL"))
  var symbol: String

  @Option(help: "Candle interval.")
  var interval = "1m"

  @Option(help: "The newest this many, 1000 at most.")
  var limit: Int32 = 20

  @Flag(help: "Also the candle that is still open.")
  var includeOpen = false

  @Flag(name: [.long, .customShort("f")], help: "Go on with new candles as they close.")
  var follow = false

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  var format: OutputFormat { outputOptions.format }

  mutating func run() async throws {
    let command = self
    guard follow else { return try await connected(output) { try await command.run($0, $1) } }
    let output = output
    let layout = Mutex(StreamLayout())
    let request = V1.SubscribeCandlesRequest(
      symbols: [symbol.uppercased()], interval: interval, includeOpen: includeOpen)
    try await LiveFollow.run(daemon, request) { (session) throws(RPCError) in
      try await session.market.subscribeCandles()
    } _: { message in
      for candle in message.candles {
        if output.format == .json {
          output.jsonLine(candle)
        } else {
          layout.withLock { output.stream(candle, &$0) }
        }
      }
    }
  }

  func run(_ session: Session, _ output: Output) async throws {
    let request = V1.GetCandlesRequest(
      symbol: symbol.uppercased(), interval: interval, limit: limit, includeOpen: includeOpen)
    let response = try await session.market.getCandles(request, timeout: session.timeout)
    let candles = response.candles.map { candle in
      var candle = candle
      if candle.symbol.isEmpty { candle.symbol = response.symbol }
      if candle.interval.isEmpty { candle.interval = response.interval }
      return candle
    }
    output.list(candles, empty: "no candles yet for \(symbol.uppercased()) \(interval)")
  }
}
