import Time
import TradingModel
import Venue
import ExchangeSimulation

/// The signed endpoints.
enum TradingEndpoints {
  private static func json(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
    var writer = JSONWriter(capacity: 1_024)
    body(&writer)
    return writer.bytes
  }

  /// Reads an order request. Refusals are written to the truth log here, since the exchange never sees them.
  private static func orderRequest(_ simulation: Simulation, _ call: APICall) throws(ExchangeError) -> ExchangeOrderRequest {
    do throws(ExchangeError) {
      return try parse(call.parameters)
    } catch {
      let p = call.parameters
      simulation.exchange.recordRefusal(
        .place, symbol: p["symbol"] ?? "", clientOrderID: p["newClientOrderId"] ?? "",
        order: "\(p["side"] ?? "") \(p["type"] ?? "")", arrival: call.arrival, at: simulation.marketTime, error: error)
      throw error
    }
  }

  private static func parse(_ p: RequestParameters) throws(ExchangeError) -> ExchangeOrderRequest {
    let symbol = try p.symbol()
    let sideText = try p.required("side")
    guard let side = Side.allCases.first(where: { $0.wireName == sideText }) else { throw ExchangeError(-1117, "Invalid side.") }
    guard let type = OrderType(wireName: try p.required("type")) else { throw ExchangeError(-1116, "Invalid orderType.") }
    var timeInForce: TimeInForce?
    if let text = p["timeInForce"] {
      guard let known = TimeInForce.allCases.first(where: { $0.wireName == text }) else {
        throw ExchangeError(-1115, "Invalid timeInForce.")
      }
      timeInForce = known
    }
    var prevention: SelfTradePrevention?
    if let text = p["selfTradePreventionMode"] {
      guard let known = SelfTradePrevention.allCases.first(where: { $0.wireName == text }), known != .none else {
        throw ExchangeError(-1013, "This symbol does not allow the specified self-trade prevention mode.")
      }
      prevention = known
    }
    for name in ["icebergQty", "trailingDelta", "pegPriceType"] where p[name] != nil {
      throw ExchangeError(-1014, "Unsupported order combination.")
    }
    return ExchangeOrderRequest(
      symbol: symbol, side: side, type: type, timeInForce: timeInForce, quantity: try p.decimal("quantity"),
      quoteQuantity: try p.decimal("quoteOrderQty"), price: try p.decimal("price"), stopPrice: try p.decimal("stopPrice"),
      clientOrderID: p["newClientOrderId"], selfTradePrevention: prevention)
  }

  static let place = APIEndpoint(.signed, effect: .placed, weight: 1) { simulation, call throws(ExchangeError) in
    let request = try orderRequest(simulation, call)
    let detail: OrderPayloads.Detail
    switch call.parameters["newOrderRespType"] {
    case "ACK"?: detail = .acknowledgement
    case "RESULT"?: detail = .result
    case "FULL"?: detail = .full
    case nil: detail = request.type == .market || request.type == .limit ? .full : .acknowledgement
    default: throw ExchangeError(-1100, "Illegal characters found in parameter 'newOrderRespType'; legal range is 'ACK|RESULT|FULL'.")
    }
    var events: [ExchangeEvent] = []
    let placed = try simulation.exchange.place(
      request, account: call.account, arrival: call.arrival, at: simulation.marketTime, events: &events)
    simulation.handle(events)
    simulation.refreshQuote(of: request.symbol)
    return json { OrderPayloads.placed(placed.order, fills: placed.fills, detail: detail, to: &$0) }
  }

  static let test = APIEndpoint(.signed, weight: { $0.bool("computeCommissionRates") ? 20 : 1 }) { simulation, call throws(ExchangeError) in
    let request = try orderRequest(simulation, call)
    try simulation.exchange.test(request, account: call.account, arrival: call.arrival, at: simulation.marketTime)
    guard call.parameters.bool("computeCommissionRates") else { return Array("{}".utf8) }
    let rates = [
      ("standardCommissionForOrder", simulation.configuration.makerFee, simulation.configuration.takerFee),
      ("specialCommissionForOrder", .zero, .zero), ("taxCommissionForOrder", .zero, .zero),
    ]
    return json {
      $0.object {
        for (name, maker, taker) in rates {
          $0.object(name) {
            $0.field("maker", maker)
            $0.field("taker", taker)
          }
        }
        $0.object("discount") {
          $0.field("enabledForAccount", false)
          $0.field("enabledForSymbol", false)
          $0.field("discountAsset", "BNB")
          $0.field("discount", FixedDecimal.zero)
        }
      }
    }
  }

  static let query = APIEndpoint(.signed, weight: 4) { simulation, call throws(ExchangeError) in
    let order = try simulation.exchange.order(
      account: call.account, symbol: try call.parameters.symbol(), orderID: try call.parameters.integer("orderId"),
      clientOrderID: call.parameters["origClientOrderId"])
    return json { OrderPayloads.queried(order, to: &$0) }
  }

  static let cancel = APIEndpoint(.signed, effect: .canceled, weight: 1) { simulation, call throws(ExchangeError) in
    var events: [ExchangeEvent] = []
    let symbol = try call.parameters.symbol()
    let result = try simulation.exchange.cancel(
      symbol: symbol, orderID: try call.parameters.integer("orderId"), clientOrderID: call.parameters["origClientOrderId"],
      cancelClientOrderID: call.parameters["newClientOrderId"], account: call.account, arrival: call.arrival,
      at: simulation.marketTime, events: &events)
    simulation.handle(events)
    simulation.refreshQuote(of: symbol)
    return json {
      OrderPayloads.canceled(result.order, cancelClientOrderID: result.cancelClientOrderID, at: simulation.marketTime, to: &$0)
    }
  }

  static let openOrders = APIEndpoint(.signed, weight: { $0["symbol"] != nil ? 6 : 80 }) { simulation, call throws(ExchangeError) in
    let symbol = call.parameters["symbol"] == nil ? nil : try MarketEndpoints.board(call, simulation).symbol
    let orders = simulation.exchange.openOrders(account: call.account, symbol: symbol)
    return json { $0.array { for order in orders { OrderPayloads.queried(order, to: &$0) } } }
  }

  static let cancelAll = APIEndpoint(.signed, effect: .canceled, weight: 1) { simulation, call throws(ExchangeError) in
    let symbol = try MarketEndpoints.board(call, simulation).symbol
    let open = simulation.exchange.openOrders(account: call.account, symbol: symbol)
    guard !open.isEmpty else { throw ExchangeError(-2011, "Unknown order sent.") }
    var writer = JSONWriter(capacity: 1_024)
    var events: [ExchangeEvent] = []
    var results: [(order: ExchangeOrder, name: String)] = []
    for order in open {
      let result = try simulation.exchange.cancel(
        symbol: symbol, orderID: order.orderID, clientOrderID: nil, cancelClientOrderID: nil, account: call.account,
        arrival: call.arrival, at: simulation.marketTime, events: &events)
      results.append((result.order, result.cancelClientOrderID))
    }
    simulation.handle(events)
    simulation.refreshQuote(of: symbol)
    writer.array {
      for result in results {
        OrderPayloads.canceled(result.order, cancelClientOrderID: result.name, at: simulation.marketTime, to: &$0)
      }
    }
    return writer.bytes
  }

  /// Start and end of a query; at most 24 hours apart.
  private static func period(_ p: RequestParameters) throws(ExchangeError) -> (start: Timestamp?, end: Timestamp?) {
    let start = try p.time("startTime")
    let end = try p.time("endTime")
    if let start, let end, end.milliseconds - start.milliseconds > 86_400_000 {
      throw ExchangeError(-1127, "More than 24 hours between startTime and endTime.")
    }
    return (start, end)
  }

  static let allOrders = APIEndpoint(.signed, weight: 20) { simulation, call throws(ExchangeError) in
    let symbol = try MarketEndpoints.board(call, simulation).symbol
    let period = try period(call.parameters)
    let orders = simulation.exchange.allOrders(
      account: call.account, symbol: symbol, orderID: try call.parameters.integer("orderId"), from: period.start, to: period.end,
      limit: try call.parameters.limit(default: 500, maximum: 1_000))
    return json { $0.array { for order in orders { OrderPayloads.queried(order, to: &$0) } } }
  }

  static let myTrades = APIEndpoint(.signed, weight: { $0["orderId"] != nil ? 5 : 20 }) { simulation, call throws(ExchangeError) in
    let symbol = try MarketEndpoints.board(call, simulation).symbol
    let p = call.parameters
    let period = try period(p)
    if p["fromId"] != nil, period.start != nil || period.end != nil {
      throw ExchangeError(-1128, "Combination of optional parameters invalid.")
    }
    let fills = simulation.exchange.fills(
      account: call.account, symbol: symbol, orderID: try p.integer("orderId"), fromID: try p.integer("fromId"), from: period.start,
      to: period.end, limit: try p.limit(default: 500, maximum: 1_000))
    return json { $0.array { for fill in fills { OrderPayloads.fill(fill, to: &$0) } } }
  }

  static let account = APIEndpoint(.signed, weight: 20) { simulation, call in
    let balances = simulation.exchange.balances(account: call.account)
    let omitsZero = call.parameters.bool("omitZeroBalances")
    let maker = simulation.configuration.makerFee
    let taker = simulation.configuration.takerFee
    return json {
      $0.object {
        $0.field("makerCommission", maker.raw / 10_000)
        $0.field("takerCommission", taker.raw / 10_000)
        $0.field("buyerCommission", 0)
        $0.field("sellerCommission", 0)
        $0.object("commissionRates") {
          $0.field("maker", maker)
          $0.field("taker", taker)
          $0.field("buyer", FixedDecimal.zero)
          $0.field("seller", FixedDecimal.zero)
        }
        for name in ["canTrade", "canWithdraw", "canDeposit"] { $0.field(name, true) }
        for name in ["brokered", "requireSelfTradePrevention", "preventSor"] { $0.field(name, false) }
        $0.field("updateTime", simulation.exchange.accounts[call.account].updateTime)
        $0.field("accountType", "SPOT")
        $0.array("balances") {
          for balance in balances where !omitsZero || !(balance.free + balance.locked).isZero {
            $0.object {
              $0.field("asset", balance.asset)
              $0.field("free", balance.free)
              $0.field("locked", balance.locked)
            }
          }
        }
        $0.array("permissions") { $0.string("SPOT") }
        $0.field("uid", 354_937_868 + call.account)
      }
    }
  }

  static let accountCommission = APIEndpoint(.signed, weight: 20) { simulation, call throws(ExchangeError) in
    let symbol = try MarketEndpoints.board(call, simulation).symbol
    let zero = FixedDecimal.zero
    let rows = [
      ("standardCommission", simulation.configuration.makerFee, simulation.configuration.takerFee), ("specialCommission", zero, zero),
      ("taxCommission", zero, zero),
    ]
    return json {
      $0.object {
        $0.field("symbol", symbol.text)
        for (name, maker, taker) in rows {
          $0.object(name) {
            $0.field("maker", maker)
            $0.field("taker", taker)
            $0.field("buyer", zero)
            $0.field("seller", zero)
          }
        }
        $0.object("discount") {
          $0.field("enabledForAccount", false)
          $0.field("enabledForSymbol", false)
          $0.field("discountAsset", "BNB")
          $0.field("discount", zero)
        }
      }
    }
  }

  static let orderLimits = APIEndpoint(.signed, weight: 40) { simulation, call in
    json { simulation.limits.write(orders: true, weight: false, counts: true, at: call.arrival, to: &$0) }
  }
}
