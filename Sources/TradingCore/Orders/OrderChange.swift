public import TradingModel

/// An order that changed; without a value it is not open any more.
public struct OrderChange: Hashable, Sendable {
  public var id: ClientOrderID
  public var order: Order?

  public init(id: ClientOrderID, order: Order?) {
    self.id = id
    self.order = order
  }
}
