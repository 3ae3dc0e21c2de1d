public import TradingModel

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
  /// The other leg of its pair was triggered, or traded.
  case oneCancelsOther = "OCO_TRIGGER"
  /// The working order of its list ended unfilled.
  case workingOrderExpired = "OTO_PHASE_ONE_EXPIRED"
  /// It could not be placed when its turn in the list came.
  case rejected = "REJECTED"
  /// The exchange took it off: the symbol was delisted.
  case exchangeCanceled = "EXCHANGE_CANCELED"
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
  /// A trailing order began to follow the price.
  case tracking(BookOrder)
  // Two orders: apart, so that the many events of one order stay small.
  indirect case trade(BookTrade)
  /// Self-trade prevention took `quantity` off the order; it stays open.
  case prevented(BookOrder, quantity: Quantity)
  case canceled(BookOrder)
  case expired(BookOrder, BookExpiry)
  /// The order's quantity was reduced; it kept its place.
  case amended(BookOrder)
  /// An order by quote amount has used what it could.
  case completed(BookOrder)
}
