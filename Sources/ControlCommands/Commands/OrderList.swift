import ArgumentParser
import BotAPI
import TTRPC

struct OrderList: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "orders", abstract: "Lists orders, newest first.")

  @Flag(help: "Only orders that are not finished.")
  var open = false

  @Option(help: "Only this bot; may be repeated.")
  var bot: [String] = []

  @Option(help: "Only this symbol; may be repeated.")
  var symbol: [String] = []

  @Option(help: "Most orders.")
  var limit = 50

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  var format: OutputFormat { outputOptions.format }

  func run(_ session: Session, _ output: Output) async throws {
    let symbols = symbol.map { $0.uppercased() }
    let orders = try await Pages.read(limit: max(1, limit)) { (size, token) throws(RPCError) in
      let request = V1.ListOrdersRequest(
        pageSize: size, pageToken: token, botIDs: bot, symbols: symbols, openOnly: open)
      let response = try await session.orders.listOrders(request, timeout: session.timeout)
      return (response.orders, response.nextPageToken)
    }
    output.list(orders, empty: open ? "no open orders" : "no orders")
  }
}
