import TradingModel

extension MatchingEngine {
  mutating func change(_ side: Side, _ body: (inout BookSide) -> Void) {
    if side == .buy { body(&bids) } else { body(&asks) }
  }

  /// Puts an order on the book, behind all others of its price.
  mutating func rest(_ incoming: BookOrder) {
    var order = incoming
    if order.icebergQuantity.isPositive { order.visible = min(order.icebergQuantity, order.remaining) }
    orders[order.id] = order
    updateID &+= 1
    change(order.side) { $0.insert(order.id, price: order.price, quantity: order.displayed, total: order.remaining) }
  }

  /// Lets an order wait for its trigger.
  mutating func wait(_ incoming: BookOrder, _ events: inout [BookEvent]) {
    var order = incoming
    let position = waiting.firstIndex { $0 > order.id } ?? waiting.count
    waiting.insert(order.id, at: position)
    if order.trailingDelta > 0 {
      trailing.append(order.id)
      if let lastPrice, !order.stopPrice.isPositive, order.follow(lastPrice) { events.append(.tracking(order)) }
    }
    orders[order.id] = order
    recomputeWakes()
  }

  /// Writes a maker back after it lost `quantity`; drops it at zero. The next part of an iceberg order goes behind the others.
  mutating func settle(_ maker: inout BookOrder, reducedBy quantity: Quantity) {
    let gone = !maker.remaining.isPositive
    updateID &+= 1
    guard maker.icebergQuantity.isPositive else {
      orders[maker.id] = gone ? nil : maker
      let (id, price) = (maker.id, maker.price)
      change(maker.side) { $0.reduce(id, price: price, by: quantity, total: quantity, removing: gone) }
      return
    }
    let shown = min(quantity, maker.visible)
    maker.visible -= shown
    let isNext = gone || maker.visible.isZero
    let (id, price) = (maker.id, maker.price)
    let hidden = gone ? quantity : isNext ? quantity + maker.remaining : quantity
    change(maker.side) { $0.reduce(id, price: price, by: shown, total: hidden, removing: isNext) }
    if gone {
      orders[id] = nil
    } else if isNext {
      rest(maker)
      maker.visible = min(maker.icebergQuantity, maker.remaining)
    } else {
      orders[id] = maker
    }
  }

  mutating func remove(_ order: BookOrder) {
    orders[order.id] = nil
    if order.waitsForTrigger {
      waiting.removeAll { $0 == order.id }
      trailing.removeAll { $0 == order.id }
      recomputeWakes()
      return
    }
    updateID &+= 1
    change(order.side) { $0.reduce(order.id, price: order.price, by: order.displayed, total: order.remaining, removing: true) }
  }

  mutating func expire(_ id: Int64, _ reason: BookExpiry, _ events: inout [BookEvent]) {
    guard let order = orders[id] else { return }
    remove(order)
    events.append(.expired(order, reason))
  }

  /// Lets every order act whose trigger the last price has reached, and those that they trigger.
  mutating func trigger(_ events: inout [BookEvent]) {
    while let last = lastPrice, last <= wakeBelow || last >= wakeAbove || !trailing.isEmpty {
      guard let id = waiting.first(where: { orders[$0]?.isTriggered(by: last) == true }), var order = orders[id] else { return }
      remove(order)
      order.isTriggered = true
      let partner = order.partner
      order.partner = nil
      events.append(.triggered(order))
      if let partner { expire(partner, .oneCancelsOther, &events) }
      enter(order, &events)
    }
  }

  /// Takes every trailing order along to a traded price.
  mutating func follow(_ price: Price, _ events: inout [BookEvent]) {
    for id in trailing {
      guard var order = orders[id], !order.isDue else { continue }
      let hasBegun = order.follow(price)
      orders[id] = order
      if hasBegun { events.append(.tracking(order)) }
    }
  }

  private mutating func recomputeWakes() {
    wakeBelow = .zero
    wakeAbove = FixedDecimal(raw: .max)
    for id in waiting {
      guard let order = orders[id], order.trailingDelta == 0 else { continue }
      if order.triggersAbove { wakeAbove = min(wakeAbove, order.stopPrice) } else { wakeBelow = max(wakeBelow, order.stopPrice) }
    }
  }
}
