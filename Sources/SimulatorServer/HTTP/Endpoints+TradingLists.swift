import Time
import TradingModel
import ExchangeSimulation

/// Order lists. Binance: rest-api.md, "Order lists".
extension TradingEndpoints {
  static let placePair = list(.oneCancelsOther)
  static let placeTriggering = list(.oneTriggersOther)
  static let placeTriggeringPair = list(.oneTriggersPair)
  static let placePaying = list(.onePaysOther)
  static let placePayingPair = list(.onePaysPair)

  private static func list(_ kind: ExchangeListKind) -> APIEndpoint {
    APIEndpoint(.signed, effect: .placed, weight: 1) { simulation, call throws(ExchangeError) in
      let orders = try TradingRequests.recorded(simulation, call) { p throws(ExchangeError) in try legs(of: kind, p) }
      return try place(kind, orders, simulation, call)
    }
  }

  /// The orders of a list's request.
  static func legs(of kind: ExchangeListKind, _ p: RequestParameters) throws(ExchangeError) -> [ExchangeOrderRequest] {
    let hasQuantity = !kind.isPaidByWorkingOrder
    switch kind {
    case .oneCancelsOther:
      return [try TradingRequests.order(p, leg: "above", shared: ""), try TradingRequests.order(p, leg: "below", shared: "")]
    case .oneTriggersOther, .onePaysOther:
      return [try TradingRequests.order(p, leg: "working"), try TradingRequests.order(p, leg: "pending", hasQuantity: hasQuantity)]
    case .oneTriggersPair, .onePaysPair:
      return [
        try TradingRequests.order(p, leg: "working"),
        try TradingRequests.order(p, leg: "pendingAbove", shared: "pending", hasQuantity: hasQuantity),
        try TradingRequests.order(p, leg: "pendingBelow", shared: "pending", hasQuantity: hasQuantity),
      ]
    }
  }

  private static func place(
    _ kind: ExchangeListKind, _ orders: [ExchangeOrderRequest], _ simulation: Simulation, _ call: APICall
  ) throws(ExchangeError) -> [UInt8] {
    let symbol = orders[0].symbol
    let detail = try TradingRequests.detail(call.parameters, of: nil)
    let request = ExchangeListRequest(
      kind: kind, symbol: symbol, listClientOrderID: call.parameters["listClientOrderId"], orders: orders)
    let placed = try traded(simulation, symbol) { events throws(ExchangeError) in
      try simulation.exchange.placeList(
        request, account: call.account, arrival: call.arrival, at: simulation.marketTime, events: &events)
    }
    // The first order is counted with every request that places something.
    simulation.limits.addOrders(kind.orderCount - 1, at: call.arrival)
    return json { OrderPayloads.placedList(placed.list, orders: placed.orders, fills: placed.fills, detail: detail, to: &$0) }
  }

  /// The deprecated form of a pair: a limit leg and a stop leg, whichever is above.
  static let placeOldPair = APIEndpoint(.signed, effect: .placed, weight: 1) { simulation, call throws(ExchangeError) in
    let orders = try TradingRequests.recorded(simulation, call) { p throws(ExchangeError) in try oldLegs(p) }
    return try place(.oneCancelsOther, orders, simulation, call)
  }

  private static func oldLegs(_ p: RequestParameters) throws(ExchangeError) -> [ExchangeOrderRequest] {
    let symbol = try p.symbol()
    let sideText = try p.required("side")
    guard let side = Side.allCases.first(where: { $0.wireName == sideText }) else { throw ExchangeError(-1117, "Invalid side.") }
    _ = try p.required("quantity")
    _ = try p.required("price")
    let quantity = try p.decimal("quantity")
    let stopLimit = try p.decimal("stopLimitPrice")
    var force: TimeInForce?
    if stopLimit != nil {
      _ = try p.required("stopLimitTimeInForce")
      force = try TradingRequests.force(p, "stopLimitTimeInForce", .stopLossLimit)
    }
    let limit = ExchangeOrderRequest(
      symbol: symbol, side: side, type: .limitMaker, quantity: quantity, price: try p.decimal("price"),
      clientOrderID: p["limitClientOrderId"], icebergQuantity: try p.decimal("limitIcebergQty"),
      strategyID: try p.integer("limitStrategyId"), strategyType: try p.integer("limitStrategyType"))
    let stop = ExchangeOrderRequest(
      symbol: symbol, side: side, type: stopLimit == nil ? .stopLoss : .stopLossLimit, timeInForce: force, quantity: quantity,
      price: stopLimit, stopPrice: try p.decimal("stopPrice"), clientOrderID: p["stopClientOrderId"],
      icebergQuantity: try p.decimal("stopIcebergQty"), trailingDelta: try p.integer("trailingDelta"),
      strategyID: try p.integer("stopStrategyId"), strategyType: try p.integer("stopStrategyType"))
    return side == .buy ? [stop, limit] : [limit, stop]
  }

  static let cancelList = APIEndpoint(.signed, effect: .canceled, weight: 1) { simulation, call throws(ExchangeError) in
    let p = call.parameters
    let symbol = try p.symbol()
    let (listID, name) = (try p.integer("orderListId"), p["listClientOrderId"])
    let result = try traded(simulation, symbol) { events throws(ExchangeError) in
      try simulation.exchange.cancelList(
        symbol: symbol, listID: listID, listClientOrderID: name, cancelClientOrderID: p["newClientOrderId"], account: call.account,
        arrival: call.arrival, at: simulation.marketTime, events: &events)
    }
    return json {
      OrderPayloads.canceledList(
        result.list, orders: result.orders, cancelClientOrderID: result.cancelClientOrderID, at: simulation.marketTime, to: &$0)
    }
  }

  static let queryList = APIEndpoint(.signed, weight: 4) { simulation, call throws(ExchangeError) in
    let list = try simulation.exchange.orderList(
      account: call.account, listID: try call.parameters.integer("orderListId"), listClientOrderID: call.parameters["origClientOrderId"])
    return json { OrderPayloads.list(list, to: &$0) }
  }

  static let openLists = APIEndpoint(.signed, weight: 6) { simulation, call in
    let lists = simulation.exchange.openOrderLists(account: call.account)
    return json { $0.array { for list in lists { OrderPayloads.list(list, to: &$0) } } }
  }

  static let allLists = APIEndpoint(.signed, weight: 20) { simulation, call throws(ExchangeError) in
    let p = call.parameters
    let period = try period(p)
    if p["fromId"] != nil, period.start != nil || period.end != nil {
      throw ExchangeError(-1128, "Combination of optional parameters invalid.")
    }
    let lists = simulation.exchange.allOrderLists(
      account: call.account, fromID: try p.integer("fromId"), from: period.start, to: period.end,
      limit: try p.limit(default: 500, maximum: 1_000))
    return json { $0.array { for list in lists { OrderPayloads.list(list, to: &$0) } } }
  }
}
