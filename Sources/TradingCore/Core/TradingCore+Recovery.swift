public import TradingModel
import Venue

extension TradingCore {
  /// After the journal is folded: watches every series again. What the venue knows is asked once its order reports arrive
  /// (`executionStream(isLive: true)`).
  ///
  /// In the paper modes the simulated venue died with the process, so orders it had not reported never happened; the driver
  /// restores the resting ones (``restingOrders``) before it calls this.
  public mutating func resume(at time: Timestamp, effects: inout [Effect]) {
    now = max(now, time)
    for state in series where !state.bots.isEmpty { effects.append(.watch(state.key)) }
    if configuration.mode.isPaper {
      for id in unsettled { settleAfterPaperRestart(id, &effects) }
    }
    for index in bots.indices { advance(index, &effects) }
  }

  /// Order reports arrive again, or no more. Nothing is replayed by the venue, so each time they begin every order that is not finished
  /// is asked for, and the account's trades are listed from the last one booked.
  mutating func executionStreamChanged(_ isLive: Bool, _ effects: inout [Effect]) {
    executionIsLive = isLive
    guard isLive, !configuration.mode.isPaper else { return }
    for id in unsettled { ask(id, &effects) }
    for order in openOrders where order.isResting { ask(order.clientOrderID, &effects) }
    for (symbol, last) in tradedSymbols { effects.append(.listTrades(symbol, from: TradeID(last.value &+ 1))) }
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
