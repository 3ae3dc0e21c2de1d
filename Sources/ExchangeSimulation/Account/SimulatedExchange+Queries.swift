public import Time
public import TradingModel
public import Venue

extension SimulatedExchange {
  /// An account's order by number, or by client order id: the open one of that id, else the youngest.
  /// Cost: O(1) by number and for open orders, else linear in the symbol's orders.
  /// - Parameter time: now; `nil`: nothing is archived.
  /// - Throws: ``ExchangeError`` -2013 where there is none, -2026 where it ended unfilled over 90 days ago.
  public func order(
    account: Int, symbol: Symbol, orderID: Int64?, clientOrderID: String?, at time: Timestamp? = nil
  ) throws(ExchangeError) -> ExchangeOrder {
    let found = try foundOrder(account: account, symbol: symbol, orderID: orderID, clientOrderID: clientOrderID)
    guard !isArchived(found, at: time) else {
      throw ExchangeError(-2026, "Order was canceled or expired with no executed qty over 90 days ago and has been archived.")
    }
    return found
  }

  /// Binance: errors.md, -2026.
  private static let archiveMilliseconds: Int64 = 90 * 86_400_000

  private func isArchived(_ order: ExchangeOrder, at time: Timestamp?) -> Bool {
    guard let time, !order.status.isOpen, !order.executed.isPositive else { return false }
    return order.updateTime < time.advanced(byMilliseconds: -Self.archiveMilliseconds)
  }

  private func foundOrder(
    account: Int, symbol: Symbol, orderID: Int64?, clientOrderID: String?
  ) throws(ExchangeError) -> ExchangeOrder {
    let index = try market(of: symbol)
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
  ///   - time: now, for what is archived and not shown; `nil`: nothing is.
  public func allOrders(
    account: Int, symbol: Symbol, orderID: Int64? = nil, from: Timestamp? = nil, to: Timestamp? = nil, limit: Int,
    at time: Timestamp? = nil
  ) -> [ExchangeOrder] {
    guard let index = marketIndex[symbol] else { return [] }
    let market = markets[index]
    let found = market.orderIDs.lazy.compactMap { market.orders[$0] }.filter { order in
      order.account == account && order.orderID >= orderID ?? 0 && order.time >= from ?? .zero && order.time <= to ?? .distantFuture
        && !isArchived(order, at: time)
    }
    return orderID != nil || from != nil ? Array(found.prefix(limit)) : Array(Array(found).suffix(limit))
  }

  /// An account's fills of a symbol, oldest first, under the same rules as ``allOrders(account:symbol:orderID:from:to:limit:at:)``.
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

extension SimulatedExchange {
  /// The documents name no code for a list that is not there; this one is what the exchange is seen to answer.
  public static let unknownList = ExchangeError(-2018, "Order list does not exist.")

  /// An account's list by number, or by its client id: the open one of that id, else the youngest.
  /// - Throws: ``ExchangeError``: ``unknownList`` where there is none.
  public func orderList(account: Int, listID: Int64?, listClientOrderID: String?) throws(ExchangeError) -> ExchangeOrderList {
    guard listID != nil || listClientOrderID != nil else {
      throw ExchangeError(-1102, "Param 'orderListId' or 'origClientOrderId' must be sent, but both were empty/null!")
    }
    let wanted =
      listID ?? openListIDs[account]?[listClientOrderID ?? ""]
      ?? listIDs.last { lists[$0]?.account == account && lists[$0]?.clientID == listClientOrderID }
    guard let wanted, let list = listed(wanted), list.account == account, listClientOrderID == nil || list.clientID == listClientOrderID
    else { throw Self.unknownList }
    return list
  }

  /// Open lists of an account, oldest first.
  public func openOrderLists(account: Int) -> [ExchangeOrderList] {
    (openListIDs[account] ?? [:]).values.sorted().compactMap { listed($0) }
  }

  /// All lists of an account, oldest first, under the rules of ``allOrders(account:symbol:orderID:from:to:limit:at:)``.
  public func allOrderLists(
    account: Int, fromID: Int64? = nil, from: Timestamp? = nil, to: Timestamp? = nil, limit: Int
  ) -> [ExchangeOrderList] {
    let found = listIDs.lazy.compactMap { lists[$0] }.filter { list in
      list.account == account && list.id >= fromID ?? 0 && list.time >= from ?? .zero && list.time <= to ?? .distantFuture
    }
    let page = fromID != nil || from != nil ? Array(found.prefix(limit)) : Array(Array(found).suffix(limit))
    return page.compactMap { listed($0.id) }
  }
}
