import Time
import TradingModel
import ExchangeSimulation

/// Reads order requests from parameters.
enum TradingRequests {
  /// Reads an order request. Refusals are written to the truth log here, since the exchange never sees them.
  static func order(_ simulation: Simulation, _ call: APICall) throws(ExchangeError) -> ExchangeOrderRequest {
    try recorded(simulation, call) { p throws(ExchangeError) in try order(p) }
  }

  /// Runs a reader, and writes to the truth log what it refuses.
  static func recorded<T>(
    _ simulation: Simulation, _ call: APICall, _ read: (RequestParameters) throws(ExchangeError) -> T
  ) throws(ExchangeError) -> T {
    do throws(ExchangeError) {
      return try read(call.parameters)
    } catch {
      let p = call.parameters
      simulation.exchange.recordRefusal(
        .place, symbol: p["symbol"] ?? "", clientOrderID: p["newClientOrderId"] ?? p["listClientOrderId"] ?? "",
        order: "\(p["side"] ?? "") \(p["type"] ?? "")", arrival: call.arrival, at: simulation.marketTime, error: error)
      throw error
    }
  }

  /// One order of a request.
  /// - Parameters:
  ///   - leg: what the names of its parameters begin with in lists: `above`, `working`, `pendingBelow`; empty for plain orders.
  ///   - shared: what the names of side and quantity begin with; those of a pair are the same for both legs.
  ///   - hasQuantity: false for pending orders whose working order pays them.
  static func order(
    _ p: RequestParameters, leg: String = "", shared: String? = nil, hasQuantity: Bool = true
  ) throws(ExchangeError) -> ExchangeOrderRequest {
    func name(_ prefix: String, _ field: String) -> String {
      prefix.isEmpty ? field : prefix + field.prefix(1).uppercased() + field.dropFirst()
    }
    func field(_ text: String) -> String { name(leg, text) }
    let common = shared ?? leg
    let symbol = try p.symbol()
    let sideText = try p.required(name(common, "side"))
    guard let side = Side.allCases.first(where: { $0.wireName == sideText }) else { throw ExchangeError(-1117, "Invalid side.") }
    guard let type = OrderType(wireName: try p.required(field("type"))) else { throw ExchangeError(-1116, "Invalid orderType.") }
    if !hasQuantity, p[name(common, "quantity")] != nil {
      throw ExchangeError(-1225, "Pending orders should not include the '\(name(common, "quantity"))' tag.")
    }
    for peg in ["pegPriceType", "pegOffsetType", "pegOffsetValue"] where p[field(peg)] != nil {
      throw ExchangeError(-1014, "Unsupported order combination.")
    }
    return ExchangeOrderRequest(
      symbol: symbol, side: side, type: type, timeInForce: try force(p, field("timeInForce"), type),
      quantity: hasQuantity ? try p.decimal(name(common, "quantity")) : nil,
      quoteQuantity: leg.isEmpty ? try p.decimal("quoteOrderQty") : nil, price: try p.decimal(field("price")),
      stopPrice: try p.decimal(field("stopPrice")), clientOrderID: p[leg.isEmpty ? "newClientOrderId" : field("clientOrderId")],
      selfTradePrevention: try prevention(p), icebergQuantity: try p.decimal(field("icebergQty")),
      trailingDelta: try p.integer(field("trailingDelta")), strategyID: try p.integer(field("strategyId")),
      strategyType: try p.integer(field("strategyType")))
  }

  static func force(_ p: RequestParameters, _ name: String, _ type: OrderType) throws(ExchangeError) -> TimeInForce? {
    guard let text = p[name] else { return nil }
    guard let known = TimeInForce.allCases.first(where: { $0.wireName == text }) else { throw ExchangeError(-1115, "Invalid timeInForce.") }
    return known
  }

  private static func prevention(_ p: RequestParameters) throws(ExchangeError) -> SelfTradePrevention? {
    guard let text = p["selfTradePreventionMode"] else { return nil }
    guard let known = SelfTradePrevention.allCases.first(where: { $0.wireName == text }) else {
      throw ExchangeError(-1013, "This symbol does not allow the specified self-trade prevention mode.")
    }
    return known
  }

  /// How much of an order the answer shows. - Parameter request: `nil` for lists, whose answers show the result by default.
  static func detail(_ p: RequestParameters, of request: ExchangeOrderRequest?) throws(ExchangeError) -> OrderPayloads.Detail {
    switch p["newOrderRespType"] {
    case "ACK"?: return .acknowledgement
    case "RESULT"?: return .result
    case "FULL"?: return .full
    case nil:
      guard let request else { return .result }
      return request.type == .market || request.type == .limit ? .full : .acknowledgement
    default: throw ExchangeError(-1100, "Illegal characters found in parameter 'newOrderRespType'; legal range is 'ACK|RESULT|FULL'.")
    }
  }

  static func restriction(_ p: RequestParameters) throws(ExchangeError) -> ExchangeCancelRequest.Restriction? {
    guard let text = p["cancelRestrictions"] else { return nil }
    guard let known = ExchangeCancelRequest.Restriction(rawValue: text) else { throw ExchangeError(-1145, "Invalid cancelRestrictions") }
    return known
  }

  /// The matches in which an order was the taker and that were prevented.
  static func prevented(_ simulation: Simulation, _ order: ExchangeOrder) -> [ExchangePreventedMatch] {
    let found = try? simulation.exchange.preventedMatches(
      account: order.account, symbol: order.symbol, orderID: order.orderID, limit: 1_000)
    return found?.filter { $0.match.takerOrderID == order.orderID } ?? []
  }
}
