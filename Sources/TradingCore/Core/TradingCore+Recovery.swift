public import Time
import TradingModel
import Venue

extension TradingCore {
  /// After the journal is folded: watches every series again. What the venue knows is asked once its order reports arrive
  /// (`executionStream(isLive: true)`).
  ///
  /// In the paper modes the simulated venue died with the process, so orders it had not reported never happened; the driver
  /// restores the resting ones (``restingOrders``) before it calls this.
  public mutating func resume(at time: Timestamp, effects: inout [Effect]) {
    now = max(now, time)
    for state in series where !state.listeners.isEmpty { effects.append(.watch(state.key)) }
    for key in orders.unsettled {
      if configuration.mode.isPaper { settleAfterPaperRestart(key, &effects) }
      // The process that could still have sent it is gone.
      if orders[key]?.sentBefore == nil { orders[key]?.sentBefore = now }
    }
    for index in bots.indices { advance(index, &effects) }
  }

  /// Order reports arrive again, or no more. Nothing is replayed by the venue, so each time they begin every order that is not finished
  /// is asked for, and the account's trades are listed from the last one booked.
  mutating func executionStreamChanged(_ isLive: Bool, _ effects: inout [Effect]) {
    executionIsLive = isLive
    guard isLive, !configuration.mode.isPaper else { return }
    for key in orders.unsettled { ask(key, &effects) }
    for order in openOrders where order.isResting { if let key = orders.key(of: order.clientOrderID) { ask(key, &effects) } }
    for (symbol, last) in tradedSymbols { effects.append(.listTrades(symbol, from: TradeID(last.value &+ 1))) }
  }

  /// Orders that rest on the simulated venue.
  public var restingOrders: [Order] {
    openOrders.filter { order in
      guard order.intent.request.type != .market, order.venueOrderID.value != 0 else { return false }
      return order.status == .accepted || order.status == .partiallyFilled || order.status == .pendingCancel
    }
  }

  private mutating func settleAfterPaperRestart(_ key: OrderKey, _ effects: inout [Effect]) {
    guard let order = orders[key] else { return }
    let status: OrderStatus
    switch order.status {
    case .pendingCancel: status = order.venueOrderID.value == 0 ? .canceled : .accepted
    case .submitted, .unknown: status = order.filledQuantity >= order.intent.request.quantity ? .filled : .expired
    case .accepted, .partiallyFilled:
      // A market order fills in the instant it is accepted: one whose fill was not journaled never happened.
      guard order.intent.request.type == .market else { return }
      status = order.filledQuantity >= order.intent.request.quantity ? .filled : .expired
    default: return
    }
    append(
      .orderUpdated(
        OrderUpdate(
          clientOrderID: order.clientOrderID, botID: order.botID, status: status, venueOrderID: order.venueOrderID,
          executedQuantity: order.filledQuantity, cumulativeQuote: order.filledQuote,
          reason: status == .expired ? "the daemon stopped before the simulated venue took it" : "")), &effects)
  }
}
