import Time
import TradingModel
import Venue

/// Orders that several bots share (``OrderIntent/shares``): whose they are, and how their trades are booked.
extension TradingCore {
  /// The bots of a shared order that are there, in order of its shares; empty for an order of one bot.
  mutating func members(of key: OrderKey) -> [Int] {
    guard orders.isShared(key), let order = orders[key] else { return [] }
    return order.intent.shares.compactMap { member($0, of: order) }
  }

  /// A share's bot; `nil` once it is removed, although its id may have been given again.
  private func member(_ share: OrderShare, of order: Order) -> Int? {
    guard let index = botAt(share.botID), let bot = bots[index], bot.createdSequence < order.sequence else { return nil }
    return index
  }

  /// Whether it is among its bots' open orders; false for an order of one bot.
  mutating func isSharedOrderOpen(_ key: OrderKey) -> Bool {
    members(of: key).contains { bots[$0]?.openOrders.contains(key) ?? false }
  }

  /// Whether a bot's open order is listed with it: one that several bots share is listed once.
  func isListed(_ order: Order, of index: Int) -> Bool {
    guard order.isShared else { return true }
    return order.intent.shares.lazy.compactMap { member($0, of: order) }.first == index
  }

  /// Whether a trade that the exchange lists is booked, all of it.
  mutating func isBooked(_ fill: Fill, _ at: Int) -> Bool {
    guard symbols[at].hasBooked(fill.tradeID) else { return false }
    guard let key = orders.key(of: fill.venueOrderID, symbol: at), let shared = orders[key]?.shared, shared.trade == fill.tradeID else {
      return true
    }
    return shared.booked(of: fill.tradeID) >= fill.quantity
  }

  /// Books a trade of a shared order once, a record for each bot's part: (symbol, trade id, bot) is its identity.
  mutating func bookDivided(_ fill: Fill, of key: OrderKey, _ effects: inout [Effect]) {
    guard var order = orders[key], let shared = order.shared, fill.quantity.isPositive, fill.price.isPositive else { return }
    if order.hasBooked(fill.tradeID) {
      // Only the last one may lack parts: a copy of the journal may end between them.
      guard shared.trade == fill.tradeID, shared.booked(of: fill.tradeID) < fill.quantity else { return }
    } else if let at = symbolAt(fill.symbol), symbols[at].hasBooked(fill.tradeID) {
      return alert(
        .critical, .tradeBookedTwice, order.botID,
        "trade \(fill.tradeID) of order \(order.clientOrderID) is booked elsewhere already; check the account", &effects)
    }
    let rate = commissionRate(of: fill)
    for (share, part) in order.division(of: fill) {
      let index = member(share, of: order)
      var realized = Amount.zero
      var closes = false
      if let index, let after = bots[index]?.preview(part, .sell) {
        realized = after.realized
        if after.isOpen { closes = !isSellable(after.left, at: part.price, symbol: part.symbol) }
      }
      append(
        .fill(
          FillRecord(
            fill: part, botID: index == nil ? nil : share.botID, clientOrderID: order.clientOrderID, side: .sell,
            purpose: order.intent.purpose, reason: order.intent.reason, realizedPnL: realized, closesPosition: closes, commissionRate: rate)
        ),
        &effects)
      if closes, let index { judgeTrade(of: index, &effects) }
    }
  }

  /// A word of the exchange about a shared order was taken: its bots go on.
  mutating func heardOfUmbrella(_ key: OrderKey, _ report: ExecutionReport, _ effects: inout [Effect]) {
    guard let standing = orders.standing(of: key) else { return }
    let members = members(of: key)
    if members.isEmpty {
      if standing.isResting { cancel(key, reason: "its bots were removed", &effects) }
      return
    }
    if standing.status != .rejected, standing.venueOrderID.value != 0, !report.status.isTerminal || report.executedQuantity.isPositive {
      for index in members { accepted(index, standing, &effects) }
    }
    advanceAll(of: key, &effects)
  }

  /// Every bot of a shared order's symbol goes on: those first that sell.
  mutating func advanceAll(of key: OrderKey, _ effects: inout [Effect]) {
    guard let symbol = orders.standing(of: key)?.symbol, let at = symbolAt(symbol) else { return }
    let all = symbols[at].bots
    for isExiting in [true, false] {
      for index in all where (bots[index]?.standing().isExiting ?? false) == isExiting { advance(index, &effects) }
    }
  }

  /// Whose coins a shared order sells that the journal does not know: those of bots that hold some and have no other order, its own bot's first.
  mutating func sharesOfFound(_ request: OrderRequest, first: Int) -> [OrderShare] {
    var left = request.quantity
    var shares: [OrderShare] = []
    let others = symbolAt(request.symbol).map { symbols[$0].bots } ?? []
    for index in [first] + others.filter({ $0 != first }) where bots[index]?.openOrder(0) == nil {
      let part = min(bots[index]?.heldQuantity() ?? .zero, left)
      guard part.isPositive else { continue }
      shares.append(OrderShare(botID: botIDs[index], quantity: part))
      left -= part
    }
    if shares.isEmpty { return [OrderShare(botID: botIDs[first], quantity: request.quantity)] }
    shares[0].quantity += left
    return shares
  }
}
