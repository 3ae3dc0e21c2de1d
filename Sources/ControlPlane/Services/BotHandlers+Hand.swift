import BotAPI
import Journal
import TTRPC
import TradingCore
import TradingModel
import Venue

/// `BotService.OpenPosition`: what a person buys for a bot.
extension BotHandlers {
  func open(_ mutation: Mutation<V1.OpenPositionResponse>, _ request: V1.OpenPositionRequest) throws(RPCError) {
    var check = RequestCheck()
    let amount = check.decimal(request.quoteQuantity, field: "quote_quantity")
    if let amount, !amount.isPositive { check.wrong("quote_quantity", "OUT_OF_RANGE", "quote_quantity must be above 0, not \(amount)") }
    // Whoever replays the journal knows by it that a person bought.
    if request.requestID.isEmpty, !request.validateOnly {
      check.wrong(
        "request_id", "REQUIRED", "request_id is required to buy: a text of your own that names this purchase, for example a UUID")
    }
    try check.finish()
    let id = try botID(request.requestID, request.botID)
    let before = context.board.sequence
    mutation.perform(.openPosition(id, amount: amount, isPlan: request.validateOnly)) { result in
      switch result {
      case .failed(let error): mutation.fail(ErrorMapping.error(error))
      case .planned(let order, let price):
        mutation.succeed(response(id, V1.Order(planned: order, of: id, at: price)), isRemembered: false)
      case .done, .repeated:
        if let order = context.board.openOrders.last(where: { $0.botID == id && $0.intent.purpose == .entry }) {
          return mutation.succeed(response(id, V1.Order(order)))
        }
        // It may be filled already: then the journal has it.
        let isQueued = context.reader.submit { journal in
          let order = try? Self.newestOrder(.entry, of: id, after: before, journal)
          mutation.succeed(response(id, order.map { V1.Order($0) }))
        }
        if !isQueued { mutation.succeed(response(id, nil)) }
      }
    }
  }

  private func response(_ id: BotID, _ order: V1.Order?) -> V1.OpenPositionResponse {
    V1.OpenPositionResponse(
      order: order, protection: context.board.bot(id).map { values.expectedProtection(of: $0.configuration) } ?? [])
  }
}

extension V1.Order {
  /// An order that is decided and not sent.
  init(planned request: OrderRequest, of bot: BotID, at price: Price, purpose: V1.OrderPurpose = .entry, reason: String = "by hand") {
    self.init(
      botID: bot.text, symbol: request.symbol.text, side: V1.Side(request.side), type: V1.OrderType(request.type),
      timeInForce: V1.TimeInForce(request.timeInForce, type: request.type), quantity: request.quantity.description,
      price: request.price.textOrEmpty, purpose: purpose, reason: reason, decisionPrice: price.textOrEmpty,
      quoteQuantity: request.quoteQuantity.textOrEmpty)
  }
}
