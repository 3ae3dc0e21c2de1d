import ArgumentParser
import BotAPI

struct OrderCancel: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel", abstract: "Cancels an order.")

  @Argument(help: ArgumentHelp("Its client order id.", valueName: "ORDER_ID"), completion: .orders)
  var orderID: String

  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    let request = V1.CancelOrderRequest(requestID: Session.requestID(), clientOrderID: orderID)
    let response = try await session.orders.cancelOrder(request, timeout: session.timeout)
    output.line("\(orderID) is \(response.order?.status.name ?? "being canceled")")
  }
}
