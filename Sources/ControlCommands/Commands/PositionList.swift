import ArgumentParser
import BotAPI
import TTRPC

struct PositionList: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "positions", abstract: "Lists open positions.")

  @Option(help: "Only this symbol; may be repeated.")
  var symbol: [String] = []

  @Flag(help: "Also bots that hold nothing.")
  var all = false

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  var format: OutputFormat { outputOptions.format }

  func run(_ session: Session, _ output: Output) async throws {
    let symbols = symbol.map { $0.uppercased() }
    let positions = try await Pages.read { (size, token) throws(RPCError) in
      let request = V1.ListPositionsRequest(
        pageSize: size, pageToken: token, symbols: symbols, includeFlat: all)
      let response = try await session.portfolio.listPositions(request, timeout: session.timeout)
      return (response.positions, response.nextPageToken)
    }
    output.list(positions, empty: "no open positions")
  }
}
