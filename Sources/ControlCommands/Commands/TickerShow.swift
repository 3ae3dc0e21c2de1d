import ArgumentParser
import BotAPI
import Synchronization
import TTRPC

struct TickerShow: ReadingCommand {
  static let configuration = CommandConfiguration(
    commandName: "ticker", abstract: "Shows the latest prices of symbols, or follows them.")

  @Argument(help: ArgumentHelp("One or more symbols.", valueName: "SYMBOL"), completion: .symbols)
  var symbols: [String]

  @Flag(
    name: [.long, .customShort("f")], help: "Go on with new prices as they come, one line each.")
  var follow = false

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  mutating func run() async throws {
    let command = self
    guard follow else { return try await connected(output) { try await command.run($0, $1) } }
    let output = output
    let layout = Mutex(StreamLayout())
    let request = V1.SubscribeTickersRequest(
      symbols: symbols.map { SymbolOption.text($0) }, minIntervalMs: 500)
    try await LiveFollow.run(daemon, request) { (session) throws(RPCError) in
      try await session.market.subscribeTickers()
    } _: { message in
      for ticker in message.tickers {
        layout.withLock { output.stream(ticker, isRecorded: true, &$0) }
      }
    }
  }

  func run(_ session: Session, _ output: Output) async throws {
    var tickers: [V1.Ticker] = []
    for symbol in symbols.map({ SymbolOption.text($0) }) {
      let response = try await session.market.getTicker(
        V1.GetTickerRequest(symbol: symbol), timeout: session.timeout)
      tickers.append(response.ticker ?? V1.Ticker(symbol: symbol))
    }
    output.list(tickers, empty: "no prices")
  }
}
