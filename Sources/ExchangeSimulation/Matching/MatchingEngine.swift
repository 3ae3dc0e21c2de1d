public import TradingModel

/// A price-time priority book of one symbol.
///
/// A taker trades with the best price first and, within a price, with the oldest order first, at the maker's price. Contingent
/// orders wait off the book until the last traded price reaches their trigger; then they act as market or limit orders, those with
/// lower ids first, and what they trade may trigger more.
///
/// The engine is pure and knows neither funds nor filters; ``SimulatedExchange`` does. Cost: a match O(1) plus the levels it
/// empties, an insertion O(log levels) to find and O(levels) to shift.
public struct MatchingEngine: Sendable {
  /// Market orders by quote amount trade multiples of this.
  public let stepSize: Quantity
  /// Whether the engine's own trades set the last price (and so trigger stops). Off where a recording sets it.
  public let lastPriceFollowsTrades: Bool
  public private(set) var lastPrice: Price?
  public private(set) var nextTradeID: Int64
  /// Grows with every change of the book.
  public private(set) var updateID: Int64 = 0

  private var orders: [Int64: BookOrder] = [:]
  private var bids = BookSide(side: .buy)
  private var asks = BookSide(side: .sell)
  /// Ids of orders that wait for a trigger, ascending.
  private var waiting: [Int64] = []
  private var wakeBelow: Price = .zero
  private var wakeAbove = FixedDecimal(raw: .max)

  public init(stepSize: Quantity = FixedDecimal(raw: 1), lastPriceFollowsTrades: Bool = true, nextTradeID: Int64 = 1) {
    self.stepSize = stepSize.isPositive ? stepSize : FixedDecimal(raw: 1)
    self.lastPriceFollowsTrades = lastPriceFollowsTrades
    self.nextTradeID = nextTradeID
  }

  /// An open order, on the book or waiting for its trigger.
  public func order(_ id: Int64) -> BookOrder? { orders[id] }

  public var bestBid: DepthLevel? { bids.best.map { DepthLevel(price: $0.price, quantity: $0.quantity) } }
  public var bestAsk: DepthLevel? { asks.best.map { DepthLevel(price: $0.price, quantity: $0.quantity) } }

  /// The best `limit` levels of a side, best first.
  public func depth(_ side: Side, limit: Int) -> [DepthLevel] {
    (side == .buy ? bids : asks).levels.suffix(max(limit, 0)).reversed().map { DepthLevel(price: $0.price, quantity: $0.quantity) }
  }

  /// The quantity resting at prices strictly better than `price` for the side that rests there.
  public func quantity(of side: Side, beyond price: Price) -> Quantity {
    let book = side == .buy ? bids : asks
    return book.levels.reversed().prefix { book.isWorse(price, than: $0.price) }.reduce(.zero) { $0 + $1.quantity }
  }

  /// What buying or selling `quantity` at the market would exchange now: quote amount, and the quantity the book can serve.
  public func quote(forTaking quantity: Quantity, side: Side) -> (quote: Amount, quantity: Quantity) {
    var left = quantity
    var quote = Amount.zero
    for level in (side == .buy ? asks : bids).levels.reversed() where left.isPositive {
      let taken = min(left, level.quantity)
      quote += taken.multiplied(by: level.price, rounding: .awayFromZero)
      left -= taken
    }
    return (quote, quantity - left)
  }

  /// The quantity that selling for `quote` would take from the book, at most.
  public func quantity(toReceive quote: Amount) -> Quantity {
    var left = quote
    var quantity = Quantity.zero
    for level in bids.levels.reversed() where left.isPositive {
      let taken = min(level.quantity, left.divided(by: level.price, rounding: .towardZero).roundedDown(toMultipleOf: stepSize))
      quantity += taken
      left -= taken * level.price
      if taken < level.quantity { break }
    }
    return quantity
  }

  /// Takes an order in. Its id must be new.
  public mutating func submit(_ order: BookOrder, events: inout [BookEvent]) {
    if order.waitsForTrigger {
      if let lastPrice, order.isTriggered(by: lastPrice) {
        events.append(.rejected(order, .wouldTriggerImmediately))
        return
      }
      events.append(.accepted(order))
      orders[order.id] = order
      let position = waiting.firstIndex { $0 > order.id } ?? waiting.count
      waiting.insert(order.id, at: position)
      recomputeWakes()
      return
    }
    if order.type == .limitMaker, let best = opposite(of: order.side).best, order.allows(best.price) {
      events.append(.rejected(order, .wouldMatchImmediately))
      return
    }
    events.append(.accepted(order))
    enter(order, &events)
    trigger(&events)
  }

  /// Takes an open order off. Returns it, or `nil` when there is none.
  @discardableResult
  public mutating func cancel(_ id: Int64, events: inout [BookEvent]) -> BookOrder? {
    guard let order = orders[id] else { return nil }
    remove(order)
    events.append(.canceled(order))
    return order
  }

  /// Makes the next trade's number at least `next`.
  public mutating func skipTradeIDs(to next: Int64) { nextTradeID = max(nextTradeID, next) }

  /// The market traded at `price` elsewhere: sets the last price and triggers what it reaches.
  public mutating func moveLastPrice(to price: Price, events: inout [BookEvent]) {
    lastPrice = price
    trigger(&events)
  }
}

extension MatchingEngine {
  private func opposite(of side: Side) -> BookSide { side == .buy ? asks : bids }

  /// Matches an order and lets the rest wait or expire.
  private mutating func enter(_ order: BookOrder, _ events: inout [BookEvent]) {
    if order.timeInForce == .fillOrKill, order.type.hasLimitPrice, !canFill(order) {
      events.append(.expired(order, .unfilledFillOrKill))
      return
    }
    var taker = order
    let end = match(&taker, &events)
    if taker.isByQuote {
      taker.quantity = taker.executed
      let used = end == .spent && taker.executed.isPositive
      events.append(used ? .completed(taker) : .expired(taker, .insufficientLiquidity))
      return
    }
    switch end {
    case .expired:
      events.append(.expired(taker, .selfTradePrevention))
    case .spent:
      events.append(.expired(taker, .insufficientLiquidity))
    case .done:
      guard taker.remaining.isPositive else {
        // Prevention may have used up what was left.
        if taker.prevented.isPositive { events.append(.expired(taker, .selfTradePrevention)) }
        return
      }
      if !taker.type.hasLimitPrice {
        events.append(.expired(taker, .insufficientLiquidity))
      } else if taker.timeInForce != .goodTilCanceled {
        events.append(.expired(taker, .unfilledImmediateOrCancel))
      } else {
        rest(taker)
      }
    }
  }

  private enum MatchEnd { case done, spent, expired }

  private mutating func match(_ taker: inout BookOrder, _ events: inout [BookEvent]) -> MatchEnd {
    while taker.isByQuote || taker.remaining.isPositive {
      guard let level = opposite(of: taker.side).best, let makerID = level.orders.first, var maker = orders[makerID],
        taker.allows(level.price)
      else { return .done }
      if maker.account == taker.account, taker.selfTradePrevention != .none {
        if prevent(&taker, &maker, &events) { return .expired }
        continue
      }
      let quantity = min(affordable(taker, at: level.price), maker.remaining)
      guard quantity.isPositive else { return .spent }
      let quote = level.price.multiplied(by: quantity, rounding: .towardZero)
      taker.executed += quantity
      taker.cumulativeQuote += quote
      maker.executed += quantity
      maker.cumulativeQuote += quote
      settle(maker, reducedBy: quantity)
      if lastPriceFollowsTrades { lastPrice = level.price }
      events.append(
        .trade(
          BookTrade(id: TradeID(nextTradeID), price: level.price, quantity: quantity, quoteQuantity: quote, taker: taker, maker: maker)))
      nextTradeID &+= 1
    }
    return .done
  }

  /// The most the taker may trade at a price: its rest, or what its quote amount or budget pays for.
  private func affordable(_ taker: BookOrder, at price: Price) -> Quantity {
    var quantity = taker.isByQuote ? (taker.baseBudget ?? FixedDecimal(raw: .max)) - taker.executed : taker.remaining
    let quotes = [taker.isByQuote ? taker.quoteQuantity : nil, taker.side == .buy ? taker.quoteBudget : nil]
    for case let limit? in quotes {
      let pays = (limit - taker.cumulativeQuote).divided(by: price, rounding: .towardZero).roundedDown(toMultipleOf: stepSize)
      quantity = min(quantity, pays)
    }
    return quantity
  }

  /// Keeps an account from trading with itself. Returns whether the taker must expire.
  private mutating func prevent(_ taker: inout BookOrder, _ maker: inout BookOrder, _ events: inout [BookEvent]) -> Bool {
    switch taker.selfTradePrevention {
    case .none, .expireMaker:
      remove(maker)
      events.append(.expired(maker, .selfTradePrevention))
      return false
    case .expireTaker:
      return true
    case .expireBoth:
      remove(maker)
      events.append(.expired(maker, .selfTradePrevention))
      return true
    case .decrement:
      guard !taker.isByQuote else { return true }
      let quantity = min(taker.remaining, maker.remaining)
      taker.prevented += quantity
      maker.prevented += quantity
      settle(maker, reducedBy: quantity)
      events.append(maker.remaining.isPositive ? .prevented(maker, quantity: quantity) : .expired(maker, .selfTradePrevention))
      if taker.remaining.isPositive { events.append(.prevented(taker, quantity: quantity)) }
      return false
    }
  }

  /// Whether a fill-or-kill order finds its whole quantity. Own orders count as absent unless self-trades are allowed.
  private func canFill(_ order: BookOrder) -> Bool {
    var left = order.remaining
    for level in opposite(of: order.side).levels.reversed() {
      guard left.isPositive, order.allows(level.price) else { break }
      for id in level.orders {
        guard let maker = orders[id], maker.account != order.account || order.selfTradePrevention == .none else { continue }
        left -= maker.remaining
      }
    }
    return !left.isPositive
  }

  private mutating func rest(_ order: BookOrder) {
    orders[order.id] = order
    updateID &+= 1
    if order.side == .buy {
      bids.insert(order.id, price: order.price, quantity: order.remaining)
    } else {
      asks.insert(order.id, price: order.price, quantity: order.remaining)
    }
  }

  /// Writes a maker back after it lost `quantity`; drops it at zero.
  private mutating func settle(_ maker: BookOrder, reducedBy quantity: Quantity) {
    let gone = !maker.remaining.isPositive
    orders[maker.id] = gone ? nil : maker
    updateID &+= 1
    if maker.side == .buy {
      bids.reduce(maker.id, price: maker.price, by: quantity, removing: gone)
    } else {
      asks.reduce(maker.id, price: maker.price, by: quantity, removing: gone)
    }
  }

  private mutating func remove(_ order: BookOrder) {
    orders[order.id] = nil
    if order.waitsForTrigger {
      waiting.removeAll { $0 == order.id }
      recomputeWakes()
      return
    }
    updateID &+= 1
    if order.side == .buy {
      bids.reduce(order.id, price: order.price, by: order.remaining, removing: true)
    } else {
      asks.reduce(order.id, price: order.price, by: order.remaining, removing: true)
    }
  }

  /// Lets every order act whose trigger the last price has reached, and those that they trigger.
  private mutating func trigger(_ events: inout [BookEvent]) {
    while let last = lastPrice, last <= wakeBelow || last >= wakeAbove {
      guard let id = waiting.first(where: { orders[$0]?.isTriggered(by: last) == true }), var order = orders[id] else { return }
      remove(order)
      order.isTriggered = true
      events.append(.triggered(order))
      enter(order, &events)
    }
  }

  private mutating func recomputeWakes() {
    wakeBelow = .zero
    wakeAbove = FixedDecimal(raw: .max)
    for id in waiting {
      guard let order = orders[id] else { continue }
      if order.triggersAbove { wakeAbove = min(wakeAbove, order.stopPrice) } else { wakeBelow = max(wakeBelow, order.stopPrice) }
    }
  }
}
