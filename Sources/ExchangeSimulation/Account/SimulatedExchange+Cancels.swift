public import Time
public import TradingModel

extension SimulatedExchange {
  /// One entry of the answer to canceling everything.
  public enum Canceled: Hashable, Sendable {
    case order(ExchangeOrder, cancelClientOrderID: String)
    case list(ExchangeOrderList, orders: [ExchangeOrder], cancelClientOrderID: String)
  }

  /// Cancels an open order by number or by client order id; where both are given they must belong together.
  public mutating func cancel(
    symbol: Symbol, orderID: Int64?, clientOrderID: String?, cancelClientOrderID: String?, account: Int, arrival: Timestamp,
    at time: Timestamp, events: inout [ExchangeEvent]
  ) throws(ExchangeError) -> (order: ExchangeOrder, cancelClientOrderID: String) {
    try cancel(
      ExchangeCancelRequest(
        symbol: symbol, orderID: orderID, clientOrderID: clientOrderID, cancelClientOrderID: cancelClientOrderID),
      account: account, arrival: arrival, at: time, events: &events)
  }

  /// Cancels an open order. An order of a list takes all other orders of the list along.
  /// - Throws: ``ExchangeError`` -2011 where there is no such open order or its state is not the one the request demands.
  public mutating func cancel(
    _ request: ExchangeCancelRequest, account: Int, arrival: Timestamp, at time: Timestamp, events: inout [ExchangeEvent]
  ) throws(ExchangeError) -> (order: ExchangeOrder, cancelClientOrderID: String) {
    do throws(ExchangeError) {
      let result = try execute(request, account: account, at: time, events: &events)
      record(
        .cancel, symbol: request.symbol.text, clientOrderID: result.order.clientOrderID, order: "", arrival: arrival, at: time, error: nil,
        orderID: result.order.orderID, outcome: result.order.status.rawValue)
      return result
    } catch {
      let name = request.clientOrderID ?? request.orderID.map { "#\($0)" } ?? ""
      record(.cancel, symbol: request.symbol.text, clientOrderID: name, order: "", arrival: arrival, at: time, error: error)
      throw error
    }
  }

  private mutating func execute(
    _ request: ExchangeCancelRequest, account: Int, at time: Timestamp, events: inout [ExchangeEvent]
  ) throws(ExchangeError) -> (order: ExchangeOrder, cancelClientOrderID: String) {
    let (index, order) = try openOrder(
      request.symbol, orderID: request.orderID, clientOrderID: request.clientOrderID, account: account,
      unknown: ExchangeError(-2011, "Unknown order sent."))
    let isAsDemanded =
      switch request.restriction {
      case nil: true
      case .onlyNew: order.status == .new
      case .onlyPartiallyFilled: order.status == .partiallyFilled
      }
    guard isAsDemanded else { throw ExchangeError(-2011, "Order was not canceled due to cancel restrictions.") }
    let name = request.cancelClientOrderID ?? generatedClientID()
    cancel(order, as: name, market: index, at: time, &events)
    return (markets[index].orders[order.orderID] ?? order, name)
  }

  /// An open order of an account.
  func openOrder(
    _ symbol: Symbol, orderID: Int64?, clientOrderID: String?, account: Int, unknown: ExchangeError
  ) throws(ExchangeError) -> (market: Int, order: ExchangeOrder) {
    let index = try market(of: symbol)
    guard orderID != nil || clientOrderID != nil else {
      throw ExchangeError(-1102, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!")
    }
    let key = clientOrderID.flatMap { openIDs[account]?[$0] }
    let wanted = orderID ?? (key?.market == index ? key?.orderID : nil)
    guard let wanted, let order = markets[index].orders[wanted], order.account == account, order.status.isOpen,
      clientOrderID == nil || order.clientOrderID == clientOrderID
    else { throw unknown }
    return (index, order)
  }

  /// Takes an open order off, and its list with it.
  private mutating func cancel(
    _ order: ExchangeOrder, as name: String, market index: Int, at time: Timestamp, _ events: inout [ExchangeEvent]
  ) {
    let first = events.count
    var book: [BookEvent] = []
    if order.status == .pendingNew, let list = lists[order.listID], let workingID = list.workingID {
      // Its working order is still open: without it the pending orders end as well.
      markets[index].engine.cancel(workingID, events: &book)
    } else {
      markets[index].engine.cancel(order.orderID, events: &book)
    }
    apply(book, market: index, at: time, &events)
    for position in first..<events.count {
      if case .execution(var execution) = events[position], execution.kind == .canceled {
        execution.cancelClientOrderID = name
        events[position] = .execution(execution)
      }
    }
  }

  /// Cancels an open list by number or by its client id; where both are given they must belong together. Written to the truth log as
  /// ``TruthRecord/Kind/cancelList``.
  public mutating func cancelList(
    symbol: Symbol, listID: Int64?, listClientOrderID: String?, cancelClientOrderID: String?, account: Int, arrival: Timestamp,
    at time: Timestamp, events: inout [ExchangeEvent]
  ) throws(ExchangeError) -> (list: ExchangeOrderList, orders: [ExchangeOrder], cancelClientOrderID: String) {
    do throws(ExchangeError) {
      let index = try market(of: symbol)
      guard listID != nil || listClientOrderID != nil else {
        throw ExchangeError(-1102, "Param 'orderListId' or 'listClientOrderId' must be sent, but both were empty/null!")
      }
      let wanted = listID ?? listClientOrderID.flatMap { openListIDs[account]?[$0] }
      guard let wanted, let list = lists[wanted], list.account == account, list.symbol == symbol, !list.isDone,
        listClientOrderID == nil || list.clientID == listClientOrderID,
        let victim = list.orderIDs.compactMap({ markets[index].orders[$0] }).first(where: { $0.status.isOpen })
      else { throw ExchangeError(-2011, "Unknown order list sent.") }
      let name = cancelClientOrderID ?? generatedClientID()
      let wasOpen = list.orderIDs.filter { markets[index].orders[$0]?.status.isOpen == true }
      cancel(victim, as: name, market: index, at: time, &events)
      record(
        .cancelList, symbol: symbol.text, clientOrderID: list.clientID, order: "", arrival: arrival, at: time, error: nil,
        orderID: list.id, outcome: "CANCELED")
      return (listed(wanted) ?? list, wasOpen.compactMap { markets[index].orders[$0] }, name)
    } catch {
      record(
        .cancelList, symbol: symbol.text, clientOrderID: listClientOrderID ?? listID.map { "#\($0)" } ?? "", order: "", arrival: arrival,
        at: time, error: error)
      throw error
    }
  }

  /// Cancels every open order and list of an account on a symbol. Each is written to the truth log.
  /// - Throws: ``ExchangeError`` -2011 where nothing is open.
  public mutating func cancelAll(
    symbol: Symbol, account: Int, arrival: Timestamp, at time: Timestamp, events: inout [ExchangeEvent]
  ) throws(ExchangeError) -> [Canceled] {
    let index = try market(of: symbol)
    var canceled: [Canceled] = []
    let open = openOrders(account: account, symbol: symbol)
    guard !open.isEmpty else { throw ExchangeError(-2011, "Unknown order sent.") }
    let name = generatedClientID()
    for order in open where markets[index].orders[order.orderID]?.status.isOpen == true {
      if order.listID >= 0 {
        let result = try cancelList(
          symbol: symbol, listID: order.listID, listClientOrderID: nil, cancelClientOrderID: name, account: account, arrival: arrival,
          at: time, events: &events)
        canceled.append(.list(result.list, orders: result.orders, cancelClientOrderID: name))
      } else {
        let result = try cancel(
          ExchangeCancelRequest(symbol: symbol, orderID: order.orderID, cancelClientOrderID: name), account: account, arrival: arrival,
          at: time, events: &events)
        canceled.append(.order(result.order, cancelClientOrderID: name))
      }
    }
    return canceled
  }
}
