public import TradingModel

/// An open order of the account as the exchange lists it, whoever placed it: its names may be none that we could give.
public struct AccountOrder: Hashable, Sendable {
  /// As the exchange writes it.
  public var symbol: String
  /// As the exchange writes it.
  public var clientOrderID: String
  public var side: Side
  /// The exchange's word, for example `LIMIT_MAKER`.
  public var type: String
  /// What may still execute, in base asset.
  public var quantity: Quantity
  /// The limit price, or the stop price of an order without one; zero: neither.
  public var price: Price
  /// The exchange's number of the order list that it belongs to; `nil`: none.
  public var list: Int64?
  /// Its list has not placed it yet: it locks nothing.
  public var isPending: Bool

  /// An open order.
  public init(
    symbol: String, clientOrderID: String, side: Side, type: String, quantity: Quantity, price: Price, list: Int64? = nil,
    isPending: Bool = false
  ) {
    self.symbol = symbol
    self.clientOrderID = clientOrderID
    self.side = side
    self.type = type
    self.quantity = quantity
    self.price = price
    self.list = list
    self.isPending = isPending
  }
}
