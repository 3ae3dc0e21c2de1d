import Time
import TradingModel
import Venue
import ExchangeSimulation

/// Orders; the account, lists and replacements are in files of their own.
enum TradingEndpoints {
  static func json(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
    var writer = JSONWriter(capacity: 1_024)
    body(&writer)
    return writer.bytes
  }

  /// Runs an order request that the exchange may refuse, and tells its events.
  static func traded<T>(
    _ simulation: Simulation, _ symbol: Symbol, _ body: (inout [ExchangeEvent]) throws(ExchangeError) -> T
  ) throws(ExchangeError) -> T {
    var events: [ExchangeEvent] = []
    let result: T
    do throws(ExchangeError) {
      result = try body(&events)
    } catch {
      // What was done before it failed counts.
      simulation.handle(events)
      simulation.refreshQuote(of: symbol)
      throw error
    }
    simulation.handle(events)
    simulation.refreshQuote(of: symbol)
    return result
  }

  static let place = APIEndpoint(.signed, effect: .placed, weight: 1) { simulation, call throws(ExchangeError) in
    let request = try TradingRequests.order(simulation, call)
    let detail = try TradingRequests.detail(call.parameters, of: request)
    let placed = try traded(simulation, request.symbol) { events throws(ExchangeError) in
      try simulation.exchange.place(
        request, account: call.account, arrival: call.arrival, at: simulation.marketTime, events: &events)
    }
    let prevented = TradingRequests.prevented(simulation, placed.order)
    return json { OrderPayloads.placed(placed.order, fills: placed.fills, prevented: prevented, detail: detail, to: &$0) }
  }

  static let test = APIEndpoint(.signed, weight: { $0.bool("computeCommissionRates") ? 20 : 1 }) { simulation, call throws(ExchangeError) in
    let request = try TradingRequests.order(simulation, call)
    try simulation.exchange.test(request, account: call.account, arrival: call.arrival, at: simulation.marketTime)
    guard call.parameters.bool("computeCommissionRates") else { return Array("{}".utf8) }
    return json { CommissionPayloads.ofOrder(simulation.exchange, side: request.side, account: call.account, to: &$0) }
  }

  static let query = APIEndpoint(.signed, weight: 4) { simulation, call throws(ExchangeError) in
    let order = try simulation.exchange.order(
      account: call.account, symbol: try call.parameters.symbol(), orderID: try call.parameters.integer("orderId"),
      clientOrderID: call.parameters["origClientOrderId"], at: simulation.marketTime)
    return json { OrderPayloads.queried(order, to: &$0) }
  }

  static let cancel = APIEndpoint(.signed, effect: .canceled, weight: 1) { simulation, call throws(ExchangeError) in
    let symbol = try call.parameters.symbol()
    let p = call.parameters
    let request = ExchangeCancelRequest(
      symbol: symbol, orderID: try p.integer("orderId"), clientOrderID: p["origClientOrderId"], cancelClientOrderID: p["newClientOrderId"],
      restriction: try TradingRequests.restriction(p))
    let result = try traded(simulation, symbol) { events throws(ExchangeError) in
      try simulation.exchange.cancel(
        request, account: call.account, arrival: call.arrival, at: simulation.marketTime, events: &events)
    }
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
    let canceled = try traded(simulation, symbol) { events throws(ExchangeError) in
      try simulation.exchange.cancelAll(
        symbol: symbol, account: call.account, arrival: call.arrival, at: simulation.marketTime, events: &events)
    }
    let time = simulation.marketTime
    return json {
      $0.array {
        for entry in canceled {
          switch entry {
          case .order(let order, let name): OrderPayloads.canceled(order, cancelClientOrderID: name, at: time, to: &$0)
          case .list(let list, let orders, let name):
            OrderPayloads.canceledList(list, orders: orders, cancelClientOrderID: name, at: time, to: &$0)
          }
        }
      }
    }
  }

  /// Start and end of a query; at most 24 hours apart.
  static func period(_ p: RequestParameters) throws(ExchangeError) -> (start: Timestamp?, end: Timestamp?) {
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
      limit: try call.parameters.limit(default: 500, maximum: 1_000), at: simulation.marketTime)
    return json { $0.array { for order in orders { OrderPayloads.queried(order, to: &$0) } } }
  }
}
