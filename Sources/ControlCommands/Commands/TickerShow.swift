import ArgumentParser
import BotAPI

struct TickerShow: DaemonCommand {
  static let configuration = CommandConfiguration(commandName: "ticker", abstract: "Shows the latest prices of symbols.")

  @Argument(help: ArgumentHelp("One or more symbols.", valueName: "SYMBOL"))
  var symbols: [String]

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  var format: OutputFormat { outputOptions.format }

  func run(_ session: Session, _ output: Output) async throws {
    var tickers: [V1.Ticker] = []
    for symbol in symbols.map({ $0.uppercased() }) {
      let response = try await session.market.getTicker(V1.GetTickerRequest(symbol: symbol), timeout: session.timeout)
      tickers.append(response.ticker ?? V1.Ticker(symbol: symbol))
    }
    output.list(tickers, empty: "no prices")
  }
}
