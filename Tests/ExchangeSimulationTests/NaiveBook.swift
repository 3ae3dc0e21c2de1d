import TradingModel
import ExchangeSimulation

/// The slow twin of the matching engine: one array of orders, searched from the start for everything. Limit, limit maker, market by
/// quantity, stops; self-trade prevention by expiring makers.
struct NaiveBook {
  struct Entry {
    var order: BookOrder
    var arrival: Int
  }
  var resting: [Entry] = []
  var waiting: [BookOrder] = []
  var last: Price?
  var arrivals = 0
  var nextTradeID: Int64 = 1
  var log: [String] = []

  mutating func submit(_ order: BookOrder) {
    if order.type.isContingent {
      if let last, reaches(order, last) {
        log.append("rejected \(order.id)")
        return
      }
      log.append("accepted \(order.id)")
      waiting.append(order)
      return
    }
    if order.type == .limitMaker, best(against: order) != nil {
      log.append("rejected \(order.id)")
      return
    }
    log.append("accepted \(order.id)")
    run(order)
    fireStops()
  }

  mutating func cancel(_ id: Int64) {
    if resting.contains(where: { $0.order.id == id }) || waiting.contains(where: { $0.id == id }) { log.append("canceled \(id)") }
    resting.removeAll { $0.order.id == id }
    waiting.removeAll { $0.id == id }
  }

  private func reaches(_ order: BookOrder, _ price: Price) -> Bool {
    let rising = (order.type == .stopLoss || order.type == .stopLossLimit) == (order.side == .buy)
    return rising ? price >= order.stopPrice : price <= order.stopPrice
  }

  private func best(against order: BookOrder) -> Int? {
    var found: Int?
    for (index, entry) in resting.enumerated() where entry.order.side != order.side {
      if order.type.hasLimitPrice {
        if order.side == .buy ? entry.order.price > order.price : entry.order.price < order.price { continue }
      }
      guard let known = found.map({ resting[$0] }) else {
        found = index
        continue
      }
      let better = order.side == .buy ? entry.order.price < known.order.price : entry.order.price > known.order.price
      if better || (entry.order.price == known.order.price && entry.arrival < known.arrival) { found = index }
    }
    return found
  }

  private mutating func run(_ incoming: BookOrder) {
    var order = incoming
    if order.timeInForce == .fillOrKill, order.type.hasLimitPrice {
      let reachable = resting.filter { entry in
        entry.order.side != order.side && entry.order.account != order.account
          && (order.side == .buy ? entry.order.price <= order.price : entry.order.price >= order.price)
      }
      if reachable.reduce(Quantity.zero, { $0 + $1.order.remaining }) < order.quantity {
        log.append("expired \(order.id) UNFILLED_FOK_ORDER_EXPIRED")
        return
      }
    }
    while order.remaining.isPositive, let index = best(against: order) {
      if resting[index].order.account == order.account {
        log.append("expired \(resting[index].order.id) EXPIRED_IN_MATCH")
        resting.remove(at: index)
        continue
      }
      let quantity = min(order.remaining, resting[index].order.remaining)
      order.executed += quantity
      resting[index].order.executed += quantity
      let maker = resting[index].order
      log.append("trade \(nextTradeID) \(maker.price) \(quantity) \(order.id) \(maker.id)")
      nextTradeID += 1
      last = maker.price
      if maker.remaining.isZero { resting.remove(at: index) }
    }
    guard order.remaining.isPositive else { return }
    if !order.type.hasLimitPrice {
      log.append("expired \(order.id) INSUFFICIENT_LIQUIDITY")
    } else if order.timeInForce != .goodTilCanceled {
      log.append("expired \(order.id) UNFILLED_IOC_QUANTITY_EXPIRED")
    } else {
      arrivals += 1
      resting.append(Entry(order: order, arrival: arrivals))
    }
  }

  private mutating func fireStops() {
    while let last {
      let reached = waiting.filter { reaches($0, last) }
      guard let order = reached.min(by: { $0.id < $1.id }) else { return }
      waiting.removeAll { $0.id == order.id }
      log.append("triggered \(order.id)")
      run(order)
    }
  }
}

/// The engine's events in the twin's words.
func describe(_ event: BookEvent) -> String {
  switch event {
  case .accepted(let order): "accepted \(order.id)"
  case .rejected(let order, _): "rejected \(order.id)"
  case .triggered(let order): "triggered \(order.id)"
  case .trade(let trade): "trade \(trade.id) \(trade.price) \(trade.quantity) \(trade.taker.id) \(trade.maker.id)"
  case .prevented(let order, _): "prevented \(order.id)"
  case .canceled(let order): "canceled \(order.id)"
  case .expired(let order, let reason): "expired \(order.id) \(reason.rawValue)"
  case .completed(let order): "completed \(order.id)"
  case .tracking(let order): "tracking \(order.id)"
  case .amended(let order): "amended \(order.id) \(order.quantity)"
  }
}
