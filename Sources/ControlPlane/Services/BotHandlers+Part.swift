import BotAPI
import Journal
import TTRPC
import TradingCore
import TradingModel
import Venue

/// `BotService.ReducePosition`: what a person sells of a position.
extension BotHandlers {
  func reduce(_ mutation: Mutation<V1.ReducePositionResponse>, _ request: V1.ReducePositionRequest) throws(RPCError) {
    var check = RequestCheck()
    check.reason(request.reason)
    let size = Self.size(request, &check)
    // Whoever replays the journal knows by it that a person sold.
    if request.requestID.isEmpty, !request.validateOnly {
      check.wrong(
        "request_id", "REQUIRED", "request_id is required to sell a part: a text of your own that names this sale, for example a UUID")
    }
    try check.finish()
    guard let size else { return }
    let id = try botID(request.requestID, request.botID)
    let before = context.board.sequence
    let reason = request.reason.isEmpty ? "by hand" : request.reason
    mutation.perform(.sellPart(id, size, reason: reason, isPlan: request.validateOnly)) { result in
      switch result {
      case .failed(let error): mutation.fail(ErrorMapping.error(error))
      case .planned(let order, let price):
        let order = V1.Order(planned: order, of: id, at: price, purpose: .manual, reason: reason)
        mutation.succeed(V1.ReducePositionResponse(order: order), isRemembered: false)
      case .done, .repeated:
        if let order = context.board.openOrders.last(where: { $0.botID == id && $0.intent.purpose == .manual }) {
          return mutation.succeed(V1.ReducePositionResponse(order: V1.Order(order)))
        }
        // It may be filled already: then the journal has it. Or it waits for the change of its stop.
        let isQueued = context.reader.submit { journal in
          let order = try? Self.newestOrder(.manual, of: id, after: before, journal)
          mutation.succeed(V1.ReducePositionResponse(order: order.map { V1.Order($0) }))
        }
        if !isQueued { mutation.succeed(V1.ReducePositionResponse()) }
      }
    }
  }

  /// How much; `nil` where that is wrong, which is noted.
  private static func size(_ request: V1.ReducePositionRequest, _ check: inout RequestCheck) -> PartSize? {
    let given = [
      ("quantity", request.quantity), ("quote_quantity", request.quoteQuantity), ("fraction", request.fraction),
    ].filter { !$0.1.isEmpty }
    guard given.count == 1, let (field, text) = given.first else {
      check.wrong(
        given.last?.0 ?? "quantity", given.isEmpty ? "REQUIRED" : "CONFLICT",
        "exactly one of quantity, quote_quantity and fraction says how much is sold; ClosePosition sells all")
      return nil
    }
    guard let value = check.decimal(text, field: field) else { return nil }
    guard value.isPositive else {
      check.wrong(field, "OUT_OF_RANGE", "\(field) must be above 0, not \(value)")
      return nil
    }
    switch field {
    case "quantity": return .quantity(value)
    case "quote_quantity": return .quote(value)
    default: return .fraction(value)
    }
  }
}
