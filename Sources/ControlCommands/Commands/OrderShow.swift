import ArgumentParser
import BotAPI

struct OrderShow: ReadingCommand {
  static let configuration = CommandConfiguration(commandName: "show", abstract: "Shows an order.")

  @Argument(help: ArgumentHelp("Its client order id.", valueName: "ORDER_ID"), completion: .orders)
  var orderID: String

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    let response = try await session.orders.getOrder(
      V1.GetOrderRequest(clientOrderID: orderID), timeout: session.timeout)
    output.show(response.order ?? V1.Order(clientOrderID: orderID))
  }
}
