import ArgumentParser
import BotAPI
import TTRPC

struct OrderList: ReadingCommand {
  static let configuration = CommandConfiguration(
    commandName: "orders", abstract: "Lists orders, newest first.", discussion: V1.Order.narrowHelp)

  @Flag(help: "Only orders that are not finished.")
  var open = false

  @Option(help: "Only this bot; may be repeated.", completion: .bots)
  var bot: [String] = []

  @Option(help: "Only this symbol; may be repeated.", completion: .symbols)
  var symbol: [String] = []

  @Option(parsing: .unconditional, help: ArgumentHelp("Most orders. (default: 50 without --since)", valueName: "count"))
  var limit: WholeNumber?

  @OptionGroup var times: TimeRangeOptions
  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    let symbols = symbol.map { SymbolOption.text($0) }
    let (since, until) = try times.range()
    let limit = try limit.map { given throws(CommandFailure) in try Pages.limit(given) } ?? (since == 0 ? 50 : nil)
    let orders = try await Pages.read(limit: limit) { (size, token) throws(RPCError) in
      let request = V1.ListOrdersRequest(
        pageSize: size, pageToken: token, botIDs: bot, symbols: symbols, openOnly: open, fromTimeNs: since, toTimeNs: until)
      let response = try await session.orders.listOrders(request, timeout: session.timeout)
      return (response.orders, response.nextPageToken)
    }
    output.list(orders, empty: (open ? "no open orders" : "no orders") + (try times.words()))
  }
}
