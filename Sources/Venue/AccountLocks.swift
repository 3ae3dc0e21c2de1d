public import Time
import TradingModel

/// What locks an account's coins, whoever placed it: its balances, read between two lists of its open orders.
///
/// An order that stands in both lists was open while the balances were read, and locked at least what the later list leaves of it.
/// Whatever else the balances show as locked is locked by an order that the lists do not tell of.
public struct AccountLocks: Hashable, Sendable {
  /// When the core asked for it: readings may overtake each other.
  public var askedAt: Timestamp
  /// Of every asset that is not zero.
  public var balances: [AssetBalance]
  /// Sells that stand in both lists, with what they lock for certain. A list of orders locks its coins once, so only its largest is here.
  public private(set) var sells: [AccountOrder] = []
  /// The client order ids of all orders of either list.
  public private(set) var names: Set<String>

  /// - Parameters:
  ///   - before: the open orders, asked for before the balances.
  ///   - after: the open orders, asked for when the balances had come.
  ///   - askedAt: when the core asked for all this.
  public init(before: [AccountOrder], balances: [AssetBalance], after: [AccountOrder], askedAt: Timestamp) {
    self.askedAt = askedAt
    self.balances = balances
    names = Set((before + after).map(\.clientOrderID))
    struct Name: Hashable {
      var symbol: String
      var id: String
    }
    let old = Dictionary(before.map { (Name(symbol: $0.symbol, id: $0.clientOrderID), $0) }, uniquingKeysWith: { first, _ in first })
    var places: [Int64: Int] = [:]
    for order in after where order.side == .sell && !order.isPending {
      guard let earlier = old[Name(symbol: order.symbol, id: order.clientOrderID)], !earlier.isPending else { continue }
      var order = order
      order.quantity = min(order.quantity, earlier.quantity)
      guard let list = order.list else {
        sells.append(order)
        continue
      }
      if let place = places[list] {
        if sells[place].quantity < order.quantity { sells[place] = order }
      } else {
        places[list] = sells.count
        sells.append(order)
      }
    }
  }
}
