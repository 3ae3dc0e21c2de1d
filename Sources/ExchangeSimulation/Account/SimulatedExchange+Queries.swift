public import Time
public import TradingModel
public import Venue

extension SimulatedExchange {
  /// An account's order by number, or by client order id: the open one of that id, else the youngest.
  /// Cost: O(1) by number and for open orders, else linear in the symbol's orders.
  public func order(account: Int, symbol: Symbol, orderID: Int64?, clientOrderID: String?) throws(ExchangeError) -> ExchangeOrder {
    guard let index = marketIndex[symbol] else { throw ExchangeError(-1121, "Invalid symbol.") }
    let market = markets[index]
    if let orderID {
      guard let order = market.orders[orderID], order.account == account else { throw ExchangeError(-2013, "Order does not exist.") }
      if let clientOrderID, order.clientOrderID != clientOrderID {
        throw ExchangeError(-2039, "Client order ID is not correct for this order ID.")
      }
      return order
    }
    guard let clientOrderID else {
      throw ExchangeError(-1102, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!")
    }
    if let key = openIDs[account]?[clientOrderID], key.market == index, let order = market.orders[key.orderID] { return order }
    for id in market.orderIDs.reversed() {
      if let order = market.orders[id], order.account == account, order.clientOrderID == clientOrderID { return order }
    }
    throw ExchangeError(-2013, "Order does not exist.")
  }

  /// Open orders, oldest first within a symbol; of all symbols where none is named.
  public func openOrders(account: Int, symbol: Symbol? = nil) -> [ExchangeOrder] {
    var keys: [OpenOrderKey] = []
    for key in (openIDs[account] ?? [:]).values {
      guard let symbol else {
        keys.append(key)
        continue
      }
      if marketIndex[symbol] == key.market { keys.append(key) }
    }
    keys.sort { ($0.market, $0.orderID) < ($1.market, $1.orderID) }
    return keys.compactMap { markets[$0.market].orders[$0.orderID] }
  }

  /// Every order of a symbol, oldest first.
  /// - Parameters:
  ///   - orderID: only this and later ones.
  ///   - from, to: only orders placed in this time, inclusive.
  ///   - limit: the first so many where a start is given, else the last.
  public func allOrders(
    account: Int, symbol: Symbol, orderID: Int64? = nil, from: Timestamp? = nil, to: Timestamp? = nil, limit: Int
  ) -> [ExchangeOrder] {
    guard let index = marketIndex[symbol] else { return [] }
    let market = markets[index]
    let found = market.orderIDs.lazy.compactMap { market.orders[$0] }.filter { order in
      order.account == account && order.orderID >= orderID ?? 0 && order.time >= from ?? .zero && order.time <= to ?? .distantFuture
    }
    return orderID != nil || from != nil ? Array(found.prefix(limit)) : Array(Array(found).suffix(limit))
  }

  /// An account's fills of a symbol, oldest first, under the same rules as ``allOrders(account:symbol:orderID:from:to:limit:)``.
  /// - Parameter fromID: only this trade and later ones.
  public func fills(
    account: Int, symbol: Symbol, orderID: Int64? = nil, fromID: Int64? = nil, from: Timestamp? = nil, to: Timestamp? = nil, limit: Int
  ) -> [ExchangeFill] {
    guard let index = marketIndex[symbol] else { return [] }
    let found = markets[index].fills.lazy.filter { entry in
      entry.account == account && entry.fill.orderID == orderID ?? entry.fill.orderID && entry.fill.tradeID >= fromID ?? .min
        && entry.fill.time >= from ?? .zero && entry.fill.time <= to ?? .distantFuture
    }.map(\.fill)
    return fromID != nil || from != nil ? Array(found.prefix(limit)) : Array(Array(found).suffix(limit))
  }

  /// All assets an account has ever held, in order of first appearance.
  public func balances(account: Int) -> [AssetBalance] {
    guard accounts.indices.contains(account) else { return [] }
    let funds = accounts[account]
    return funds.assets.map { AssetBalance(asset: $0, free: funds.free($0), locked: funds.locked($0)) }
  }
}
