public import TradingModel

/// A price-time priority book of one symbol.
///
/// A taker trades with the best price first and, within a price, with the oldest order first, at the maker's price. Contingent
/// orders wait off the book until the last traded price reaches their trigger; then they act as market or limit orders, those with
/// lower ids first, and what they trade may trigger more. Of an iceberg order a part shows at a time; the next part queues behind all
/// others of its price. Of a pair, one leg that triggers or trades makes the other expire.
///
/// The engine is pure and knows neither funds nor filters; ``SimulatedExchange`` does. Cost: a match O(1) plus the levels it
/// empties, an insertion O(log levels) to find and O(levels) to shift.
public struct MatchingEngine: Sendable {
  /// Market orders by quote amount trade multiples of this.
  public let stepSize: Quantity
  /// Whether the engine's own trades set the last price (and so trigger stops). Off where a recording sets it.
  public let lastPriceFollowsTrades: Bool
  public internal(set) var lastPrice: Price?
  public internal(set) var nextTradeID: Int64
  /// Grows with every change of the book.
  public internal(set) var updateID: Int64 = 0

  var orders: [Int64: BookOrder] = [:]
  var bids = BookSide(side: .buy)
  var asks = BookSide(side: .sell)
  /// Ids of orders that wait for a trigger, ascending.
  var waiting: [Int64] = []
  /// Those of them that trail the price.
  var trailing: [Int64] = []
  var wakeBelow: Price = .zero
  var wakeAbove = FixedDecimal(raw: .max)
  /// Prevented matches that nobody has taken yet; see ``takePreventions()``.
  var preventions: [BookPrevention] = []
  var nextPreventionID: Int64 = 0

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
    return book.levels.reversed().prefix { book.isWorse(price, than: $0.price) }.reduce(.zero) { $0 + $1.total }
  }

  /// What buying or selling `quantity` at the market would exchange now: quote amount, and the quantity the book can serve.
  public func quote(forTaking quantity: Quantity, side: Side) -> (quote: Amount, quantity: Quantity) {
    var left = quantity
    var quote = Amount.zero
    for level in (side == .buy ? asks : bids).levels.reversed() where left.isPositive {
      let taken = min(left, level.total)
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
      let taken = min(level.total, left.divided(by: level.price, rounding: .towardZero).roundedDown(toMultipleOf: stepSize))
      quantity += taken
      left -= taken * level.price
      if taken < level.total { break }
    }
    return quantity
  }

  /// Why an order could not enter the book now; `nil`: it could.
  public func rejection(of order: BookOrder) -> BookRejection? {
    if order.waitsForTrigger {
      guard let lastPrice, order.stopPrice.isPositive || order.trailingDelta == 0, order.reachesStop(lastPrice) else { return nil }
      return .wouldTriggerImmediately
    }
    if order.type == .limitMaker, let best = opposite(of: order.side).best, order.allows(best.price) { return .wouldMatchImmediately }
    return nil
  }

  /// Takes an order in. Its id must be new.
  public mutating func submit(_ order: BookOrder, events: inout [BookEvent]) {
    if let reason = rejection(of: order) {
      events.append(.rejected(order, reason))
      return
    }
    events.append(.accepted(order))
    if order.waitsForTrigger {
      wait(order, &events)
      return
    }
    enter(order, &events)
    trigger(&events)
  }

  /// Takes a one-cancels-the-other pair in: contingent and limit-maker orders, with new ids. Either both enter or neither.
  public mutating func submitPair(_ first: BookOrder, _ second: BookOrder, events: inout [BookEvent]) {
    for order in [first, second] {
      guard let reason = rejection(of: order) else { continue }
      events.append(.rejected(order, reason))
      return
    }
    var legs = [first, second]
    legs[0].partner = second.id
    legs[1].partner = first.id
    for leg in legs { events.append(.accepted(leg)) }
    for leg in legs { if leg.waitsForTrigger { wait(leg, &events) } else { rest(leg) } }
  }

  /// Takes an open order off, and the other leg of its pair. Returns it, or `nil` when there is none.
  @discardableResult
  public mutating func cancel(_ id: Int64, events: inout [BookEvent]) -> BookOrder? {
    guard let order = orders[id] else { return nil }
    remove(order)
    events.append(.canceled(order))
    if let partner = order.partner.flatMap({ orders[$0] }) {
      remove(partner)
      events.append(.canceled(partner))
    }
    return order
  }

  /// Reduces an open order's quantity; it keeps its place. An iceberg order shows less only where less is left than it showed.
  /// - Parameter budget: what a buy may spend in all from now on; `nil`: as before.
  /// - Returns: whether it was possible: the order is open and by quantity, and `quantity` lies between what is used up and what it was.
  public mutating func amend(_ id: Int64, quantity: Quantity, budget: Amount?, events: inout [BookEvent]) -> Bool {
    guard var order = orders[id], !order.isByQuote, quantity < order.quantity, quantity > order.executed + order.prevented else {
      return false
    }
    let before = order
    order.quantity = quantity
    if let budget { order.quoteBudget = budget }
    if order.icebergQuantity.isPositive { order.visible = min(order.visible, order.remaining) }
    orders[id] = order
    if !order.waitsForTrigger {
      updateID &+= 1
      change(order.side) {
        $0.reduce(
          id, price: order.price, by: before.displayed - order.displayed, total: before.remaining - order.remaining, removing: false)
      }
    }
    events.append(.amended(order))
    return true
  }

  /// The prevented matches since the last call.
  public mutating func takePreventions() -> [BookPrevention] {
    guard !preventions.isEmpty else { return [] }
    defer { preventions.removeAll() }
    return preventions
  }

  /// Makes the next trade's number at least `next`.
  public mutating func skipTradeIDs(to next: Int64) { nextTradeID = max(nextTradeID, next) }

  /// A number for a trade that happens outside of the engine.
  public mutating func takeTradeID() -> Int64 {
    defer { nextTradeID &+= 1 }
    return nextTradeID
  }

  /// The market traded at `price` elsewhere: sets the last price and triggers what it reaches.
  public mutating func moveLastPrice(to price: Price, events: inout [BookEvent]) {
    lastPrice = price
    if !trailing.isEmpty { follow(price, &events) }
    trigger(&events)
  }
}
