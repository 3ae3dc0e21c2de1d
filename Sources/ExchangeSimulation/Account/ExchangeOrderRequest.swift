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
  /// What shows of it at a time.
  public var icebergQuantity: Quantity?
  /// Contingent orders only: hundredths of a percent that the price must turn by.
  public var trailingDelta: Int64?
  /// Labels that come back as they were sent.
  public var strategyID: Int64?
  public var strategyType: Int64?

  public init(
    symbol: Symbol, side: Side, type: OrderType, timeInForce: TimeInForce? = nil, quantity: Quantity? = nil, quoteQuantity: Amount? = nil,
    price: Price? = nil, stopPrice: Price? = nil, clientOrderID: String? = nil, selfTradePrevention: SelfTradePrevention? = nil,
    icebergQuantity: Quantity? = nil, trailingDelta: Int64? = nil, strategyID: Int64? = nil, strategyType: Int64? = nil
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
    self.icebergQuantity = icebergQuantity
    self.trailingDelta = trailingDelta
    self.strategyID = strategyID
    self.strategyType = strategyType
  }
}

/// Which order to cancel: by number or by client order id; where both are given they must belong together.
public struct ExchangeCancelRequest: Hashable, Sendable {
  /// Binance: `cancelRestrictions`.
  public enum Restriction: String, Hashable, Sendable {
    case onlyNew = "ONLY_NEW"
    case onlyPartiallyFilled = "ONLY_PARTIALLY_FILLED"
  }
  public var symbol: Symbol
  public var orderID: Int64?
  public var clientOrderID: String?
  /// The name of the cancel; `nil`: the exchange makes one up.
  public var cancelClientOrderID: String?
  public var restriction: Restriction?

  public init(
    symbol: Symbol, orderID: Int64? = nil, clientOrderID: String? = nil, cancelClientOrderID: String? = nil,
    restriction: Restriction? = nil
  ) {
    self.symbol = symbol
    self.orderID = orderID
    self.clientOrderID = clientOrderID
    self.cancelClientOrderID = cancelClientOrderID
    self.restriction = restriction
  }
}
