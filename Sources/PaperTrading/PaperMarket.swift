import Time
import TradingModel
import Venue

/// What the simulated venue knows of one symbol, and the orders that rest on it in order of age.
struct PaperMarket: Sendable {
  var last: Price?
  var quote: Quote?
  var nextTradeID: Int64 = 1
  private(set) var orders: [PaperOrder] = []
  /// No order acts above this price on the way down, or below ``wakeAbove`` on the way up.
  private(set) var wakeBelow: Price = .zero
  private(set) var wakeAbove = FixedDecimal(raw: .max)
  /// The latest instant the market has been heard of.
  private var coveredUntil = Timestamp(nanoseconds: .min)
  /// The candle being followed.
  private var followed: (interval: Interval, candle: Candle)?

  /// How a candle update moves the market.
  enum Movement: Equatable {
    case skip
    case whole
    case changes(newLow: Bool, newHigh: Bool)
  }

  /// When the last trade was heard of.
  private var lastTradeTime = Timestamp(nanoseconds: .min)

  /// A trade was heard: candles that opened before it are told by trades already, and the one being followed reaches its price.
  mutating func traded(_ price: Price, at time: Timestamp) {
    lastTradeTime = max(lastTradeTime, time)
    coveredUntil = max(coveredUntil, time.advanced(byNanoseconds: 1))
    guard var candle = followed?.candle, time >= candle.openTime else { return }
    guard price < candle.low || price > candle.high else { return }
    candle.low = min(candle.low, price)
    candle.high = max(candle.high, price)
    followed?.candle = candle
  }

  /// Whether trades are fresher than a candle's update, which then says nothing new.
  private func isToldByTrades(_ update: CandleUpdate) -> Bool {
    let silence = min(5_000_000_000, update.interval.milliseconds * 1_000_000 / 6)
    return lastTradeTime.nanoseconds != .min && update.eventTime.nanoseconds(since: lastTradeTime) <= silence
  }

  /// Decides what of an update is news, and remembers it.
  mutating func follow(_ update: CandleUpdate, until time: Timestamp) -> Movement {
    let isTold = isToldByTrades(update)
    if let known = followed, known.interval == update.interval, known.candle.openTime == update.candle.openTime {
      coveredUntil = max(coveredUntil, time)
      var candle = update.candle
      candle.low = min(candle.low, known.candle.low)
      candle.high = max(candle.high, known.candle.high)
      followed = (update.interval, candle)
      return isTold ? .skip : .changes(newLow: candle.low < known.candle.low, newHigh: candle.high > known.candle.high)
    }
    guard update.candle.openTime >= coveredUntil else { return .skip }
    // Of a candle in progress whose beginning nobody heard, only where it is now.
    let isJoined = coveredUntil.nanoseconds == .min && !update.isClosed
    coveredUntil = time
    followed = (update.interval, update.candle)
    return isTold ? .skip : isJoined ? .changes(newLow: false, newHigh: false) : .whole
  }

  func wakes(at price: Price) -> Bool { price <= wakeBelow || price >= wakeAbove }

  /// Position of the order that acts first at `price`: stop-losses, then by age.
  func firstActing(at price: Price) -> Int? {
    var found: Int?
    for (position, order) in orders.enumerated() where order.acts(at: price) {
      if order.request.type == .stopLoss || order.request.type == .stopLossLimit { return position }
      if found == nil { found = position }
    }
    return found
  }

  /// A tick below the first waiting buy that a fall goes through before its end; `nil` when there is none.
  func firstBuyPassed(from: Price, to end: Price) -> Price? {
    var first: Price?
    for order in orders where order.request.side == .buy && !order.waitsForTrigger {
      let through = order.request.price - order.rules.tickSize
      if through < from, through > end, first.map({ through > $0 }) ?? true { first = through }
    }
    return first
  }

  mutating func insert(_ order: PaperOrder) {
    orders.append(order)
    recomputeWakes()
  }

  /// The oldest waiting limit order that the opposite side of a quote has reached.
  func firstReached(by quote: Quote) -> PaperOrder? {
    orders.first { order in
      guard !order.waitsForTrigger, order.request.type.hasLimitPrice else { return false }
      return order.request.side == .buy ? quote.askPrice <= order.request.price : quote.bidPrice >= order.request.price
    }
  }

  /// An order that must expire when `order` executes.
  func firstLinked(with id: ClientOrderID, _ other: ClientOrderID?) -> PaperOrder? {
    if orders.isEmpty { return nil }
    return orders.first { $0.request.clientOrderID != id && ($0.linkedWith == id || $0.request.clientOrderID == other) }
  }

  /// Whether an order of that name rests here.
  func holds(_ id: ClientOrderID) -> Bool { orders.contains { $0.request.clientOrderID == id } }

  /// How many of the orders wait, or waited, for a trigger.
  var contingentCount: Int { orders.count { $0.request.type.isContingent } }

  mutating func replace(_ order: PaperOrder) {
    guard let position = orders.firstIndex(where: { $0.venueOrderID == order.venueOrderID }) else { return }
    orders[position] = order
    recomputeWakes()
  }

  mutating func remove(_ id: ClientOrderID) -> PaperOrder? {
    guard let position = orders.firstIndex(where: { $0.request.clientOrderID == id }) else { return nil }
    let order = orders.remove(at: position)
    recomputeWakes()
    return order
  }

  private mutating func recomputeWakes() {
    wakeBelow = .zero
    wakeAbove = FixedDecimal(raw: .max)
    for order in orders {
      let request = order.request
      let price = order.waitsForTrigger ? request.stopPrice : request.price
      let above = order.waitsForTrigger ? request.triggersAbove : request.side == .sell
      if above { wakeAbove = min(wakeAbove, price) } else { wakeBelow = max(wakeBelow, price) }
    }
  }
}

/// A market of the simulated venue, found once: for drivers that hand over millions of candles.
public struct PaperMarketHandle: Hashable, Sendable {
  let market: Int
}
