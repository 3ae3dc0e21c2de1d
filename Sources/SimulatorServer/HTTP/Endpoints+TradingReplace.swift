import Time
import TradingModel
import ExchangeSimulation

/// Canceling with a new order in its place, and amending.
extension TradingEndpoints {
  static let replace = APIEndpoint(.signed, effect: .replaced, weight: 1) { simulation, call throws(ExchangeError) in
    let p = call.parameters
    let request = try TradingRequests.order(simulation, call)
    let detail = try TradingRequests.detail(p, of: request)
    let stops: Bool
    switch try p.required("cancelReplaceMode") {
    case "STOP_ON_FAILURE": stops = true
    case "ALLOW_FAILURE": stops = false
    default: throw ExchangeError(-1130, "Data sent for parameter 'cancelReplaceMode' is not valid.")
    }
    guard p["cancelOrderId"] != nil || p["cancelOrigClientOrderId"] != nil else {
      throw ExchangeError(-1102, "Param 'cancelOrderId' or 'cancelOrigClientOrderId' must be sent, but both were empty/null!")
    }
    let cancel = ExchangeCancelRequest(
      symbol: request.symbol, orderID: try p.integer("cancelOrderId"), clientOrderID: p["cancelOrigClientOrderId"],
      cancelClientOrderID: p["cancelNewClientOrderId"], restriction: try TradingRequests.restriction(p))
    var refusal: ExchangeError?
    if simulation.configuration.enforcesRateLimits, let limit = simulation.orderLimit(at: call.arrival)?.error {
      guard p["orderRateLimitExceededMode"] == "CANCEL_ONLY" else { throw limit }
      refusal = limit
    }
    let outcome = try traded(simulation, request.symbol) { events throws(ExchangeError) in
      try simulation.exchange.cancelReplace(
        cancel, with: request, stopsOnFailure: stops, refusal: refusal, account: call.account, arrival: call.arrival,
        at: simulation.marketTime, events: &events)
    }
    // A new order that was not tried counts as well.
    if refusal == nil { simulation.limits.addOrders(1, at: call.arrival) }
    var prevented: [ExchangePreventedMatch] = []
    if case .success(let placed)? = outcome.placed { prevented = TradingRequests.prevented(simulation, placed.order) }
    let body = json {
      OrderPayloads.replacement(outcome, detail: detail, prevented: prevented, at: simulation.marketTime, to: &$0)
    }
    guard var error = failure(of: outcome) else { return body }
    error.data = String(decoding: body, as: UTF8.self)
    if refusal != nil { error.status = 429 }
    throw error
  }

  /// -2021 where one half failed, -2022 where nothing was done.
  static func failure(of outcome: SimulatedExchange.Replacement) -> ExchangeError? {
    let isCanceled = if case .success = outcome.cancel { true } else { false }
    let isPlaced = if case .success? = outcome.placed { true } else { false }
    if isCanceled, isPlaced { return nil }
    return isCanceled || isPlaced
      ? ExchangeError(-2021, "Order cancel-replace partially failed.") : ExchangeError(-2022, "Order cancel-replace failed.")
  }

  /// Weight 4 whether or not it succeeds; it places no order.
  static let amend = APIEndpoint(.signed, weight: 4) { simulation, call throws(ExchangeError) in
    let p = call.parameters
    let symbol = try p.symbol()
    _ = try p.required("newQty")
    guard let quantity = try p.decimal("newQty"), quantity.isPositive else {
      throw ExchangeError(-1102, "Mandatory parameter 'newQty' was not sent, was empty/null, or malformed.")
    }
    let orderID = try p.integer("orderId")
    let result = try traded(simulation, symbol) { events throws(ExchangeError) in
      try simulation.exchange.amend(
        symbol: symbol, orderID: orderID, clientOrderID: p["origClientOrderId"], newClientOrderID: p["newClientOrderId"],
        quantity: quantity, account: call.account, arrival: call.arrival, at: simulation.marketTime, events: &events)
    }
    return json { OrderPayloads.amended(result.order, result.amendment, list: result.list, to: &$0) }
  }
}
