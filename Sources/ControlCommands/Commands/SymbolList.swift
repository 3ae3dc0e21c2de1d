import ArgumentParser
import BotAPI
import TTRPC

struct SymbolList: ReadingCommand {
  static let configuration = CommandConfiguration(
    commandName: "symbols", abstract: "Lists symbols, or shows the trading rules of one.")

  @Argument(
    help: ArgumentHelp("The symbol whose rules to show; none: list all.", valueName: "SYMBOL"), completion: .symbols)
  var symbol: String?

  @Option(help: "Only symbols with this quote asset.")
  var quote: String?

  @Flag(help: "Only symbols with an open feed.")
  var subscribed = false

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    if let symbol {
      let request = V1.GetTradingRulesRequest(symbol: SymbolOption.text(symbol))
      let response = try await session.market.getTradingRules(request, timeout: session.timeout)
      output.show(response.rules ?? V1.TradingRules(symbol: SymbolOption.text(symbol)))
      return
    }
    let quoteAsset = (quote ?? "").uppercased()
    let symbols = try await Pages.read { (size, token) throws(RPCError) in
      let request = V1.ListSymbolsRequest(
        pageSize: size, pageToken: token, quoteAsset: quoteAsset, subscribedOnly: subscribed)
      let response = try await session.market.listSymbols(request, timeout: session.timeout)
      return (response.symbols, response.nextPageToken)
    }
    output.list(symbols, empty: "no symbols")
  }
}
