import ArgumentParser
import BotAPI
import Presentation

struct OrderExplain: ReadingCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract:
      "Tells why an order exists and what became of it: signal, intent, request, reports, fills.")

  @Argument(help: ArgumentHelp("Its client order id.", valueName: "ORDER_ID"), completion: .orders)
  var orderID: String

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    let response = try await session.orders.explainOrder(
      V1.ExplainOrderRequest(clientOrderID: orderID), timeout: session.timeout)
    guard format == .table else {
      output.json(response)
      return
    }
    output.card((response.order ?? V1.Order(clientOrderID: orderID)).card)
    if let signal = response.signal {
      output.card([
        .heading("signal"), CardLine("  side", signal.side.cell), CardLine("  why", signal.reason),
        CardLine("  at", TimeText.dateTime(signal.timeNs)),
        CardLine("  price", DecimalText.trimmed(signal.price)),
      ])
    }
    if !response.steps.isEmpty {
      output.line("")
      output.rowsOnly(response.steps)
    }
    if !response.trades.isEmpty {
      output.line("")
      output.rowsOnly(response.trades)
    }
  }
}
