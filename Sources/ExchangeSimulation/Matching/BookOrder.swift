public import TradingModel

/// What happens when an account's order meets another of its own. The taker's mode decides.
public enum SelfTradePrevention: UInt8, Hashable, Sendable, CaseIterable {
  case none = 1
  /// The incoming order expires.
  case expireTaker = 2
  /// The resting order expires; the exchange's default for major pairs.
  case expireMaker = 3
  case expireBoth = 4
  /// Both lose the smaller of their quantities; what reaches zero expires.
  case decrement = 5
}

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

  public init(
    id: Int64, account: Int, side: Side, type: OrderType, timeInForce: TimeInForce = .goodTilCanceled, price: Price = .zero,
    stopPrice: Price = .zero, quantity: Quantity = .zero, quoteQuantity: Amount = .zero, quoteBudget: Amount? = nil,
    baseBudget: Quantity? = nil, selfTradePrevention: SelfTradePrevention = .expireMaker
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
  }

  /// What may still trade, for orders by quantity.
  public var remaining: Quantity { quantity - executed - prevented }
  public var isByQuote: Bool { quoteQuantity.isPositive }
  public var waitsForTrigger: Bool { type.isContingent && !isTriggered }

  /// Stop-loss buys and take-profit sells trigger when the price rises to them, the others when it falls to them.
  public var triggersAbove: Bool {
    switch type {
    case .stopLoss, .stopLossLimit: side == .buy
    default: side == .sell
    }
  }

  /// Whether a last traded price reaches the trigger.
  public func isTriggered(by last: Price) -> Bool { triggersAbove ? last >= stopPrice : last <= stopPrice }

  /// Whether the limit allows a trade at `price`; always for types without a limit.
  public func allows(_ price: Price) -> Bool {
    guard type.hasLimitPrice else { return true }
    return side == .buy ? price <= self.price : price >= self.price
  }
}

/// One match. The orders are shown as they stand after it.
public struct BookTrade: Hashable, Sendable {
  public var id: TradeID
  public var price: Price
  public var quantity: Quantity
  /// price × quantity, cut to 8 digits.
  public var quoteQuantity: Amount
  public var taker: BookOrder
  public var maker: BookOrder
}

/// Why an order ended without being filled or canceled; the exchange's `expiryReason`.
public enum BookExpiry: String, Hashable, Sendable {
  case unfilledImmediateOrCancel = "UNFILLED_IOC_QUANTITY_EXPIRED"
  case unfilledFillOrKill = "UNFILLED_FOK_ORDER_EXPIRED"
  case insufficientLiquidity = "INSUFFICIENT_LIQUIDITY"
  case selfTradePrevention = "EXPIRED_IN_MATCH"
}

/// Why an order never entered the book.
public enum BookRejection: String, Hashable, Sendable {
  case wouldMatchImmediately = "WOULD_MATCH_IMMEDIATELY"
  case wouldTriggerImmediately = "STOP_PRICE_WOULD_TRIGGER_IMMEDIATELY"
}

/// What happened in the engine, in order.
public enum BookEvent: Hashable, Sendable {
  case accepted(BookOrder)
  case rejected(BookOrder, BookRejection)
  case triggered(BookOrder)
  case trade(BookTrade)
  /// Self-trade prevention took `quantity` off the order; it stays open.
  case prevented(BookOrder, quantity: Quantity)
  case canceled(BookOrder)
  case expired(BookOrder, BookExpiry)
  /// An order by quote amount has used what it could.
  case completed(BookOrder)
}
