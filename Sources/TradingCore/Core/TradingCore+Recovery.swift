public import TradingModel
import Venue

extension TradingCore {
  /// After the journal is folded and the driver is connected: asks the venue about every order in doubt, and watches every series.
  ///
  /// In the paper modes the simulated venue died with the process, so orders it had not reported never happened; the driver
  /// restores the resting ones (``restingOrders``) before it calls this.
  public mutating func resume(at time: Timestamp, effects: inout [Effect]) {
    now = max(now, time)
    for state in series where !state.bots.isEmpty { effects.append(.watch(state.key)) }
    if configuration.mode.isPaper {
      for id in unsettled { settleAfterPaperRestart(id, &effects) }
    } else {
      for id in unsettled { ask(id, &effects) }
      for order in openOrders where order.isResting { ask(order.clientOrderID, &effects) }
      for (symbol, last) in tradedSymbols { effects.append(.listTrades(symbol, from: TradeID(last.value &+ 1))) }
    }
    for index in bots.indices { advance(index, &effects) }
  }

  /// Orders that rest on the simulated venue.
  public var restingOrders: [Order] {
    openOrders.filter { $0.status == .accepted || $0.status == .partiallyFilled || ($0.status == .pendingCancel && $0.venueOrderID.value != 0) }
  }

  private mutating func settleAfterPaperRestart(_ id: ClientOrderID, _ effects: inout [Effect]) {
    guard let order = orders[id] else { return }
    let status: OrderStatus
    switch order.status {
    case .pendingCancel: status = order.venueOrderID.value == 0 ? .canceled : .accepted
    case .submitted, .unknown: status = order.filledQuantity >= order.intent.request.quantity ? .filled : .expired
    default: return
    }
    append(
      .orderUpdated(
        OrderUpdate(
          clientOrderID: id, botID: order.botID, status: status, venueOrderID: order.venueOrderID,
          executedQuantity: order.filledQuantity, cumulativeQuote: order.filledQuote,
          reason: status == .expired ? "the daemon stopped before the simulated venue took it" : "")), &effects)
  }
}
