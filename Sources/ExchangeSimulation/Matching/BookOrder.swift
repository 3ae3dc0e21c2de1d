public import TradingModel

/// An order as the matching engine sees it.
public struct BookOrder: Hashable, Sendable {
  /// Unique within the engine's symbol; chosen by the caller.
  public var id: Int64
  /// Whose it is; self-trade prevention compares it.
  public var account: Int
  public var side: Side
  public var type: OrderType
  public var timeInForce: TimeInForce
  /// Limit price; zero for types without one.
  public var price: Price
  /// Trigger price; zero for types without one.
  public var stopPrice: Price
  /// Ordered quantity. Zero for an order by quote amount until it ends; then what was executed.
  public var quantity: Quantity
  /// For market orders by quote amount: what to spend or to receive; else zero.
  public var quoteQuantity: Amount
  /// The most quote a buy may spend: it expires rather than go beyond. `nil`: no bound.
  public var quoteBudget: Amount?
  /// The most base an order by quote amount may sell. `nil`: no bound.
  public var baseBudget: Quantity?
  public var selfTradePrevention: SelfTradePrevention
  public var executed: Quantity
  public var cumulativeQuote: Amount
  /// Taken off by self-trade prevention.
  public var prevented: Quantity
  /// A contingent order whose trigger was reached.
  public var isTriggered: Bool
  /// What an iceberg order shows at a time; zero: all of it.
  public var icebergQuantity: Quantity
  /// What it shows now.
  var visible: Quantity = .zero
  /// Hundredths of a percent that the price must turn by before the order triggers; 0: it does not trail.
  public var trailingDelta: Int64
  /// Where a trailing order has begun to follow the price: the best price since.
  public internal(set) var trailingPeak: Price?
  /// A trailing order whose price has turned far enough.
  var isDue = false
  /// The other leg of its one-cancels-the-other pair, while both are open.
  public internal(set) var partner: Int64?

  public init(
    id: Int64, account: Int, side: Side, type: OrderType, timeInForce: TimeInForce = .goodTilCanceled, price: Price = .zero,
    stopPrice: Price = .zero, quantity: Quantity = .zero, quoteQuantity: Amount = .zero, quoteBudget: Amount? = nil,
    baseBudget: Quantity? = nil, selfTradePrevention: SelfTradePrevention = .expireMaker, icebergQuantity: Quantity = .zero,
    trailingDelta: Int64 = 0
  ) {
    self.id = id
    self.account = account
    self.side = side
    self.type = type
    self.timeInForce = timeInForce
    self.price = price
    self.stopPrice = stopPrice
    self.quantity = quantity
    self.quoteQuantity = quoteQuantity
    self.quoteBudget = quoteBudget
    self.baseBudget = baseBudget
    self.selfTradePrevention = selfTradePrevention
    executed = .zero
    cumulativeQuote = .zero
    prevented = .zero
    isTriggered = false
    self.icebergQuantity = icebergQuantity
    self.trailingDelta = trailingDelta
  }

  /// What may still trade, for orders by quantity.
  public var remaining: Quantity { quantity - executed - prevented }
  /// What others see of it on the book.
  var displayed: Quantity { icebergQuantity.isPositive ? visible : remaining }
  public var isByQuote: Bool { quoteQuantity.isPositive }
  public var waitsForTrigger: Bool { type.isContingent && !isTriggered }

  /// Stop-loss buys and take-profit sells trigger when the price rises to them, the others when it falls to them.
  public var triggersAbove: Bool {
    switch type {
    case .stopLoss, .stopLossLimit: side == .buy
    default: side == .sell
    }
  }

  /// Whether a last traded price reaches the stop price.
  public func reachesStop(_ last: Price) -> Bool { triggersAbove ? last >= stopPrice : last <= stopPrice }

  /// Whether a last traded price triggers the order.
  func isTriggered(by last: Price) -> Bool { trailingDelta > 0 ? isDue : reachesStop(last) }

  /// Follows a traded price. Returns whether tracking began with it.
  ///
  /// Buys follow the price down and trigger when it rises by the delta from the lowest, sells the other way round; with a stop price only
  /// once that has been reached. Binance: trailing-stop-faq.md.
  mutating func follow(_ price: Price) -> Bool {
    guard let peak = trailingPeak else {
      guard !stopPrice.isPositive || reachesStop(price) else { return false }
      trailingPeak = price
      return true
    }
    let better = side == .buy ? min(peak, price) : max(peak, price)
    trailingPeak = better
    let scale = Int128(10_000)
    let (now, isTooLarge) = price.raw.multipliedReportingOverflow(by: scale)
    let (turn, isTooFar) = better.raw.multipliedReportingOverflow(
      by: side == .buy ? scale + Int128(trailingDelta) : scale - Int128(trailingDelta))
    guard !isTooLarge, !isTooFar else { return false }
    if side == .buy ? now >= turn : now <= turn { isDue = true }
    return false
  }

  /// Whether the limit allows a trade at `price`; always for types without a limit.
  public func allows(_ price: Price) -> Bool {
    guard type.hasLimitPrice else { return true }
    return side == .buy ? price <= self.price : price >= self.price
  }
}
