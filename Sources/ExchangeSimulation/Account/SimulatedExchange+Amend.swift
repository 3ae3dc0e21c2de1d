public import Time
public import TradingModel

extension SimulatedExchange {
  /// Reduces an open order's quantity; it keeps its number and its place. Of a pair both legs are reduced. Written to the truth log as
  /// ``TruthRecord/Kind/amend``. Binance: order_amend_keep_priority.md.
  /// - Parameter newClientOrderID: `nil`: the exchange makes one up; the order's own is allowed.
  /// - Throws: ``ExchangeError`` -2038 or a filter's; then the order is as before.
  public mutating func amend(
    symbol: Symbol, orderID: Int64?, clientOrderID: String?, newClientOrderID: String?, quantity: Quantity, account: Int,
    arrival: Timestamp, at time: Timestamp, events: inout [ExchangeEvent]
  ) throws(ExchangeError) -> (order: ExchangeOrder, amendment: ExchangeAmendment, list: ExchangeOrderList?) {
    do throws(ExchangeError) {
      let result = try executeAmend(
        symbol, orderID, clientOrderID, newClientOrderID, quantity, account: account, at: time, events: &events)
      record(
        .amend, symbol: symbol.text, clientOrderID: result.amendment.originalClientOrderID, order: "\(quantity)", arrival: arrival,
        at: time, error: nil, orderID: result.order.orderID, outcome: result.order.status.rawValue)
      return result
    } catch {
      record(
        .amend, symbol: symbol.text, clientOrderID: clientOrderID ?? orderID.map { "#\($0)" } ?? "", order: "\(quantity)",
        arrival: arrival, at: time, error: error)
      throw error
    }
  }

  private mutating func executeAmend(
    _ symbol: Symbol, _ orderID: Int64?, _ clientOrderID: String?, _ newClientOrderID: String?, _ quantity: Quantity, account: Int,
    at time: Timestamp, events: inout [ExchangeEvent]
  ) throws(ExchangeError) -> (order: ExchangeOrder, amendment: ExchangeAmendment, list: ExchangeOrderList?) {
    let (index, order) = try openOrder(
      symbol, orderID: orderID, clientOrderID: clientOrderID, account: account,
      unknown: ExchangeError(-2038, "Unknown order sent."))
    let list = lists[order.listID]
    try checkAmend(order, list, quantity, newClientOrderID, market: index, at: time)
    let name = newClientOrderID ?? generatedClientID()
    // Both legs of a pair that waits or stands have one quantity, and share what is locked.
    let isPair = list.map { $0.kind.hasPair && $0.memberIDs.contains(order.orderID) && !$0.locked.isZero } ?? false
    let amended = isPair ? Array(list?.memberIDs ?? []) : [order.orderID]
    var touched: TouchedFunds = []
    var amendment: ExchangeAmendment?
    for id in amended {
      guard let old = markets[index].orders[id], old.status.isOpen else { continue }
      reduceLock(of: id, from: old.remaining, to: quantity - old.executed - old.prevented, market: index, &touched)
      if old.status == .pendingNew {
        if let position = list?.memberIDs.firstIndex(of: id), let first = list?.memberIDs.startIndex {
          lists[order.listID]?.pending[position - first].quantity = quantity
        }
      } else {
        var book: [BookEvent] = []
        let reserve = markets[index].orders[id]?.reserve ?? .zero
        let budget = old.side == .buy ? (isPair ? reserve : (markets[index].orders[id]?.locked ?? .zero)) + old.cumulativeQuote : nil
        _ = markets[index].engine.amend(id, quantity: quantity, budget: budget, events: &book)
      }
      let done = rename(old, to: id == order.orderID ? name : old.clientOrderID, quantity, market: index, at: time, &events)
      if id == order.orderID { amendment = done }
    }
    if let list, list.memberIDs.contains(order.orderID) { reduceLock(of: list, market: index, &touched) }
    publishBalances(touched, at: time, &events)
    guard let amendment, let result = markets[index].orders[order.orderID] else { throw ExchangeError(-2038, "Unknown order sent.") }
    lists[order.listID]?.updateTime = time
    let current = listed(order.listID)
    if let current, amendment.newClientOrderID != amendment.originalClientOrderID { events.append(.list(current, .updated)) }
    return (result, amendment, current)
  }

  private func checkAmend(
    _ order: ExchangeOrder, _ list: ExchangeOrderList?, _ quantity: Quantity, _ name: String?, market index: Int, at time: Timestamp
  ) throws(ExchangeError) {
    let status = markets[index].rules.status
    guard status == .trading || status == .cancelOnly else { throw ExchangeError(-2038, "Market is closed.") }
    guard markets[index].terms.features.amend else { throw ExchangeError(-2038, "Order amend is not supported for this symbol.") }
    if order.status == .pendingNew, list?.kind.isPaidByWorkingOrder == true {
      throw ExchangeError(-2038, "Order amend (pending OPO order) is not supported.")
    }
    if quantity == order.quantity { throw ExchangeError(-2038, "The requested action would change no state; rejecting") }
    guard quantity < order.quantity else { throw ExchangeError(-2038, "Order amend (quantity increase) is not supported.") }
    guard quantity > order.executed + order.prevented, order.quoteQuantity.isZero else {
      throw ExchangeError(-2038, "Unsupported order combination")
    }
    let maximum = markets[index].terms.filters.amendsMaximum
    if maximum > 0, order.amendments >= maximum { throw ExchangeError(-2038, "Filter failure: MAX_NUM_ORDER_AMENDS") }
    if let name, name != order.clientOrderID {
      try checkClientIDs([name], account: order.account)
    }
    let rules = markets[index].rules
    let price = order.price.isPositive ? order.price : order.stopPrice.isPositive ? order.stopPrice : filterPrice(market: index, at: time)
    let reference = price ?? markets[index].instrument.referencePrice
    if let violation = rules.violation(quantity: quantity, price: reference, isMarket: !order.type.hasLimitPrice) {
      throw ExchangeError(-1013, "Filter failure: \(violation.filter)")
    }
  }

  /// Gives an amended order its new quantity and name.
  private mutating func rename(
    _ old: ExchangeOrder, to name: String, _ quantity: Quantity, market index: Int, at time: Timestamp, _ events: inout [ExchangeEvent]
  ) -> ExchangeAmendment {
    openIDs[old.account, default: [:]][old.clientOrderID] = nil
    openIDs[old.account, default: [:]][name] = OpenOrderKey(market: index, orderID: old.orderID)
    if let position = lists[old.listID].map({ $0.orderIDs.firstIndex(of: old.orderID) }) ?? nil, let list = lists[old.listID] {
      let pending = position - (list.orderIDs.count - list.pending.count)
      if list.pending.indices.contains(pending) { lists[old.listID]?.pending[pending].clientOrderID = name }
    }
    let amendment = ExchangeAmendment(
      symbol: old.symbol, orderID: old.orderID, executionID: nextExecutionID, originalClientOrderID: old.clientOrderID,
      newClientOrderID: name, originalQuantity: old.quantity, newQuantity: quantity, time: time)
    markets[index].amendments[old.orderID, default: []].append(amendment)
    report(
      old.orderID, of: old.account, .replaced, market: index, at: time, originalClientOrderID: old.clientOrderID, &events
    ) {
      $0.quantity = quantity
      $0.clientOrderID = name
      $0.amendments += 1
    }
    return amendment
  }

  /// Takes what a list has locked down to what its dearest order needs.
  private mutating func reduceLock(of list: ExchangeOrderList, market index: Int, _ touched: inout TouchedFunds) {
    guard let current = lists[list.id], !current.locked.isZero, !current.kind.isPaidByWorkingOrder || current.isArmed else { return }
    let needed = list.memberIDs.reduce(Amount.zero) { max($0, markets[index].orders[$1]?.reserve ?? .zero) }
    guard needed < current.locked else { return }
    let asset = lockedAsset(list.lockSide, market: index)
    accounts[list.account].unlock(asset, current.locked - needed)
    lists[list.id]?.locked = needed
    touched.append((list.account, asset))
  }

  /// An order's amendments, oldest first.
  /// - Parameter fromExecutionID: only this and later ones.
  public func amendments(
    account: Int, symbol: Symbol, orderID: Int64, fromExecutionID: Int64? = nil, limit: Int
  ) throws(ExchangeError) -> [ExchangeAmendment] {
    let index = try market(of: symbol)
    guard markets[index].orders[orderID]?.account == account else { return [] }
    let all = markets[index].amendments[orderID] ?? []
    return Array(all.lazy.filter { $0.executionID >= fromExecutionID ?? 0 }.prefix(max(limit, 0)))
  }
}
