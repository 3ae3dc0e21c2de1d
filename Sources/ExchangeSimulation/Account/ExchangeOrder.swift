public import Time
public import TradingModel

/// An order request as it reaches the exchange, already parsed.
public struct ExchangeOrderRequest: Hashable, Sendable {
  public var symbol: Symbol
  public var side: Side
  public var type: OrderType
  /// `nil` where the sender gave none.
  public var timeInForce: TimeInForce?
  public var quantity: Quantity?
  /// Market orders only, instead of a quantity.
  public var quoteQuantity: Amount?
  public var price: Price?
  public var stopPrice: Price?
  /// `nil`: the exchange makes one up.
  public var clientOrderID: String?
  /// `nil`: the symbol's default, ``SelfTradePrevention/expireMaker``.
  public var selfTradePrevention: SelfTradePrevention?

  public init(
    symbol: Symbol, side: Side, type: OrderType, timeInForce: TimeInForce? = nil, quantity: Quantity? = nil, quoteQuantity: Amount? = nil,
    price: Price? = nil, stopPrice: Price? = nil, clientOrderID: String? = nil, selfTradePrevention: SelfTradePrevention? = nil
  ) {
    self.symbol = symbol
    self.side = side
    self.type = type
    self.timeInForce = timeInForce
    self.quantity = quantity
    self.quoteQuantity = quoteQuantity
    self.price = price
    self.stopPrice = stopPrice
    self.clientOrderID = clientOrderID
    self.selfTradePrevention = selfTradePrevention
  }
}

/// An order's status in the exchange's words.
public enum ExchangeOrderStatus: String, Hashable, Sendable {
  case new = "NEW"
  case partiallyFilled = "PARTIALLY_FILLED"
  case filled = "FILLED"
  case canceled = "CANCELED"
  case rejected = "REJECTED"
  case expired = "EXPIRED"
  case expiredInMatch = "EXPIRED_IN_MATCH"

  public var isOpen: Bool { self == .new || self == .partiallyFilled }
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
}

/// One fill of an account's order.
public struct ExchangeFill: Hashable, Sendable {
  public var symbol: Symbol
  public var tradeID: Int64
  public var orderID: Int64
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

/// A refusal in the exchange's words: code and message as its REST API answers them.
public struct ExchangeError: Error, Hashable, Sendable {
  public var code: Int
  public var message: String
  public init(_ code: Int, _ message: String) {
    self.code = code
    self.message = message
  }
}

/// What an account or the public can hear from the exchange, in order.
public enum ExchangeEvent: Hashable, Sendable {
  /// A change of an account's order.
  case execution(ExchangeExecution)
  /// Assets of an account that changed: absolute values.
  case balances(account: Int, assets: [String], time: Timestamp)
  /// A public trade made by the matching engine.
  case trade(MarketTradeRecord)
}

/// A public trade.
public struct MarketTradeRecord: Hashable, Sendable {
  public var symbol: Symbol
  public var id: Int64
  public var price: Price
  public var quantity: Quantity
  public var quoteQuantity: Amount
  public var time: Timestamp
  /// True when the buyer rested on the book.
  public var isBuyerMaker: Bool

  public init(
    symbol: Symbol, id: Int64, price: Price, quantity: Quantity, quoteQuantity: Amount, time: Timestamp, isBuyerMaker: Bool
  ) {
    self.symbol = symbol
    self.id = id
    self.price = price
    self.quantity = quantity
    self.quoteQuantity = quoteQuantity
    self.time = time
    self.isBuyerMaker = isBuyerMaker
  }
}

/// One execution report: the order as it stands after the change, and the change.
public struct ExchangeExecution: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable {
    case new = "NEW"
    case canceled = "CANCELED"
    case rejected = "REJECTED"
    case trade = "TRADE"
    case expired = "EXPIRED"
    case tradePrevention = "TRADE_PREVENTION"
  }
  public var kind: Kind
  public var order: ExchangeOrder
  /// Name of the cancel, where the order was canceled under one.
  public var cancelClientOrderID: String?
  public var fill: ExchangeFill?
  /// Number of this report, growing over the whole exchange.
  public var executionID: Int64
  public var time: Timestamp
}

/// What reached the exchange, whether or not it was taken.
public struct TruthRecord: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable { case place, test, cancel, cancelAll }
  /// Dense, from 1.
  public var sequence: Int64
  public var kind: Kind
  public var symbol: String
  public var clientOrderID: String
  /// As sent: side, type and numbers in the exchange's words; empty for cancels.
  public var order: String
  /// When it arrived, on the clock of the machine that runs the exchange.
  public var arrival: Timestamp
  /// When it arrived, in market time.
  public var marketTime: Timestamp
  /// 0 when it was accepted, else the error code.
  public var code: Int
  /// The order's number, 0 if there is none.
  public var orderID: Int64
  /// The error's message, or the order's status right after the request.
  public var outcome: String
}
