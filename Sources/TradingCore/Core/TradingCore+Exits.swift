import Time
import TradingModel
import Venue

/// Exits of positions whose stop rests on the venue.
extension TradingCore {
  /// Sells a position in the place of what rests for it, by one request (Binance: `POST /api/v3/order/cancelReplace`): a process that dies on the
  /// way leaves the stop or the sale, and never a position with neither. Not on paper, where nothing happens in between.
  ///
  /// Where the stop or its target was filled in part, the exchange would not replace it: the part may be larger by then. Returns false in that case,
  /// and where no sale could follow.
  mutating func exitInPlace(
    of key: OrderKey, _ index: Int, _ bot: Bot.Standing, _ quantity: Quantity, price: Price, _ effects: inout [Effect]
  ) -> Bool {
    guard replacesStops, !configuration.mode.isPaper, isUntouched(key), let exit = bots[index]?.exit(), let old = orders[key] else {
      return false
    }
    let decided = price.isPositive ? price : exit.decisionPrice
    if let filter = symbols[bot.symbolAt].filterBroken(quantity: quantity, price: decided), filter != "NOTIONAL" { return false }
    guard nextClientOrderID(index, exit.purpose) != nil, mayRepeat(index) else { return false }
    requestCancel(key, reason: "the exit takes its place", &effects)
    guard let id = nextClientOrderID(index, exit.purpose) else { return false }
    let request = OrderRequest(clientOrderID: id, symbol: symbolNames[bot.symbolAt], side: .sell, type: .market, quantity: quantity)
    guard
      let approved = RiskGate.approveReduction(
        request, held: bot.quantity, decisionPrice: exit.decisionPrice, replacing: old.venueName ?? old.clientOrderID)
    else { return false }
    send(approved, bot: botIDs[index], purpose: exit.purpose, reason: exit.reason, &effects)
    return true
  }

  /// Whether nothing of an order, nor of the other one of its pair, was filled.
  func isUntouched(_ key: OrderKey) -> Bool {
    guard let order = orders[key], order.executedQuantity.isZero, order.filledQuantity.isZero else { return false }
    guard let other = order.intent.request.linked.flatMap({ orders[$0] }) else { return true }
    return other.status != .waiting && other.executedQuantity.isZero && other.filledQuantity.isZero
  }
}
