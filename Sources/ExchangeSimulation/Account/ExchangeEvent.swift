public import Time
public import TradingModel

/// What an account or the public can hear from the exchange, in order.
public enum ExchangeEvent: Hashable, Sendable {
  /// A change of an account's order.
  case execution(ExchangeExecution)
  /// Assets of an account that changed: absolute values.
  case balances(account: Int, assets: [String], time: Timestamp)
  /// An order list was placed, changed or is done; `updateTime` is when.
  case list(ExchangeOrderList, ExchangeListStatusType)
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
    case replaced = "REPLACED"
  }
  public var kind: Kind
  public var order: ExchangeOrder
  /// Name of the cancel, where the order was canceled under one.
  public var cancelClientOrderID: String?
  /// The id it had before it was amended.
  public var originalClientOrderID: String?
  /// The match that was kept from happening, with kind ``Kind/tradePrevention``.
  public var prevention: BookPrevention?
  public var fill: ExchangeFill?
  /// Number of this report, growing over the whole exchange.
  public var executionID: Int64
  public var time: Timestamp
}

/// What reached the exchange, whether or not it was taken.
public struct TruthRecord: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable { case place, test, cancel, cancelAll, placeList, cancelList, amend, hand }
  /// Dense, from 1.
  public var sequence: Int64
  public var kind: Kind
  public var symbol: String
  public var clientOrderID: String
  /// Of a list: the client order ids that its orders were sent with, one each; else empty.
  public var memberClientOrderIDs: [String] = []
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
