import ArgumentParser
import BotAPI
import TTRPC

struct PositionList: ReadingCommand {
  static let configuration = CommandConfiguration(
    commandName: "positions", abstract: "Lists open positions.", discussion: V1.Position.narrowHelp)

  @Option(help: "Only this symbol; may be repeated.", completion: .symbols)
  var symbol: [String] = []

  @Flag(help: "Also bots that hold nothing.")
  var all = false

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    let symbols = symbol.map { SymbolOption.text($0) }
    let positions = try await Pages.read { (size, token) throws(RPCError) in
      let request = V1.ListPositionsRequest(
        pageSize: size, pageToken: token, symbols: symbols, includeFlat: all)
      let response = try await session.portfolio.listPositions(request, timeout: session.timeout)
      return (response.positions, response.nextPageToken)
    }
    output.list(positions, empty: "no open positions")
  }
}
