public import Time
public import TradingModel

/// An order's status in the exchange's words.
public enum ExchangeOrderStatus: String, Hashable, Sendable {
  /// It waits in its list for the working order to fill.
  case pendingNew = "PENDING_NEW"
  case new = "NEW"
  case partiallyFilled = "PARTIALLY_FILLED"
  case filled = "FILLED"
  case canceled = "CANCELED"
  case rejected = "REJECTED"
  case expired = "EXPIRED"
  case expiredInMatch = "EXPIRED_IN_MATCH"

  public var isOpen: Bool { self == .new || self == .partiallyFilled || self == .pendingNew }
}

/// An order as the exchange keeps it.
public struct ExchangeOrder: Hashable, Sendable {
  public var symbol: Symbol
  public var orderID: Int64
  public var account: Int
  public var clientOrderID: String
  public var side: Side
  public var type: OrderType
  public var timeInForce: TimeInForce
  public var price: Price
  public var stopPrice: Price
  public var quantity: Quantity
  public var quoteQuantity: Amount
  public var executed: Quantity = .zero
  public var cumulativeQuote: Amount = .zero
  public var prevented: Quantity = .zero
  public var status: ExchangeOrderStatus = .new
  public var selfTradePrevention: SelfTradePrevention
  /// Set when the order ended by expiry.
  public var expiryReason: BookExpiry?
  /// When it was accepted.
  public var time: Timestamp
  public var updateTime: Timestamp
  /// When it reached the book; `nil` while it waits for its trigger.
  public var workingTime: Timestamp?
  /// Still locked for it: quote asset of a buy, base asset of a sell.
  public var locked: Amount = .zero
  /// Its list, -1 where it is in none.
  public var listID: Int64 = -1
  /// Zero where none was sent.
  public var icebergQuantity: Quantity = .zero
  public var trailingDelta: Int64?
  /// Since when a trailing order follows the price.
  public var trailingTime: Timestamp?
  public var strategyID: Int64?
  public var strategyType: Int64?
  /// The last match of it that self-trade prevention kept from happening.
  public var preventedMatchID: Int64?
  /// What it needs locked for itself; a leg of a pair takes it from what the pair has locked when the other leg goes.
  var reserve: Amount = .zero
  /// How often it was amended.
  var amendments = 0

  /// What may still trade.
  public var remaining: Quantity { quantity - executed - prevented }
}

/// One amendment of an order's quantity.
public struct ExchangeAmendment: Hashable, Sendable {
  public var symbol: Symbol
  public var orderID: Int64
  public var executionID: Int64
  public var originalClientOrderID: String
  public var newClientOrderID: String
  public var originalQuantity: Quantity
  public var newQuantity: Quantity
  public var time: Timestamp
}

/// A match within one account that did not happen.
public struct ExchangePreventedMatch: Hashable, Sendable {
  public var symbol: Symbol
  public var account: Int
  public var match: BookPrevention
  public var time: Timestamp
}

/// One fill of an account's order.
public struct ExchangeFill: Hashable, Sendable {
  public var symbol: Symbol
  public var tradeID: Int64
  public var orderID: Int64
  /// The order's list, -1 where it is in none.
  public var orderListID: Int64 = -1
  public var clientOrderID: String
  public var price: Price
  public var quantity: Quantity
  public var quoteQuantity: Amount
  public var commission: Amount
  public var commissionAsset: String
  public var isBuyer: Bool
  public var isMaker: Bool
  public var time: Timestamp
}
