import MarketModel
import Time
import TradingModel

/// Assets of accounts whose funds changed, in order.
typealias TouchedFunds = [(account: Int, asset: String)]

extension SimulatedExchange {
  /// Turns what the engine did into changes of orders, lists and funds, and into events.
  mutating func apply(_ book: [BookEvent], market index: Int, at time: Timestamp, _ events: inout [ExchangeEvent]) {
    var touched: TouchedFunds = []
    var prevented = recordPreventions(market: index, at: time)
    for event in book {
      switch event {
      case .accepted(let order):
        report(order.id, of: order.account, .new, market: index, at: time, &events) {
          $0.status = .new
          $0.workingTime = order.waitsForTrigger ? nil : time
        }
      case .triggered(let order):
        claim(order.id, market: index, &touched)
        change(order.id, of: order.account, market: index, at: time) { $0.workingTime = time }
      case .tracking(let order):
        change(order.id, of: order.account, market: index, at: time) { $0.trailingTime = time }
      case .trade(let trade):
        settle(trade, market: index, at: time, &touched, &events)
      case .canceled(let order):
        finish(order, .canceled, .canceled, nil, market: index, at: time, &touched, &events)
      case .expired(let order, let reason):
        let status: ExchangeOrderStatus = reason == .selfTradePrevention ? .expiredInMatch : .expired
        let match = reason == .selfTradePrevention ? prevented.takeFirst(of: order.id) : nil
        // Without a match of now, an earlier one had taken a part and a trade took the rest: the trade's report tells the end.
        let kind: ExchangeExecution.Kind? = reason != .selfTradePrevention ? .expired : match == nil ? nil : .tradePrevention
        finish(order, status, kind, reason, prevention: match, market: index, at: time, &touched, &events)
      case .prevented(let order, let quantity):
        let match = prevented.takeFirst(of: order.id)
        // Market buys may spend up to what was locked for them; theirs stays.
        if order.account >= 0, order.side == .sell || order.type.hasLimitPrice {
          reduceLock(of: order.id, from: order.remaining + quantity, to: order.remaining, market: index, &touched)
        }
        report(order.id, of: order.account, .tradePrevention, market: index, at: time, prevention: match, &events) {
          $0.prevented = order.prevented
          if let match { $0.preventedMatchID = match.id }
        }
      case .completed(let order):
        finish(order, .filled, nil, nil, market: index, at: time, &touched, &events)
      case .amended, .rejected: continue
      }
    }
    publishBalances(touched, at: time, &events)
    progressLists(at: time, &events)
  }

  /// One balance event per account, naming each asset once, in order of first change.
  func publishBalances(_ touched: TouchedFunds, at time: Timestamp, _ events: inout [ExchangeEvent]) {
    var accounts: [Int] = []
    for entry in touched where !accounts.contains(entry.account) { accounts.append(entry.account) }
    for account in accounts {
      var assets: [String] = []
      for entry in touched where entry.account == account && !assets.contains(entry.asset) { assets.append(entry.asset) }
      events.append(.balances(account: account, assets: assets, time: time))
    }
  }

  /// Changes an account's order; house orders have no record.
  @discardableResult
  mutating func change(
    _ id: Int64, of account: Int, market index: Int, at time: Timestamp, _ body: (inout ExchangeOrder) -> Void
  ) -> ExchangeOrder? {
    guard account >= 0, var record = markets[index].orders[id] else { return nil }
    record.updateTime = time
    body(&record)
    markets[index].orders[id] = record
    return record
  }

  mutating func report(
    _ id: Int64, of account: Int, _ kind: ExchangeExecution.Kind, market index: Int, at time: Timestamp, fill: ExchangeFill? = nil,
    originalClientOrderID: String? = nil, prevention: BookPrevention? = nil, _ events: inout [ExchangeEvent],
    _ body: (inout ExchangeOrder) -> Void
  ) {
    guard let record = change(id, of: account, market: index, at: time, body) else { return }
    events.append(
      .execution(
        ExchangeExecution(
          kind: kind, order: record, originalClientOrderID: originalClientOrderID, prevention: prevention, fill: fill,
          executionID: nextExecutionID, time: time)))
    nextExecutionID &+= 1
  }

  private mutating func settle(
    _ trade: BookTrade, market index: Int, at time: Timestamp, _ touched: inout TouchedFunds, _ events: inout [ExchangeEvent]
  ) {
    noteForAverage(price: trade.price, quantity: trade.quantity, market: index, at: time)
    if configuration.house.mode == .generated {
      events.append(
        .trade(
          MarketTradeRecord(
            symbol: markets[index].rules.symbol, id: trade.id.value, price: trade.price, quantity: trade.quantity,
            quoteQuantity: trade.quoteQuantity, time: time, isBuyerMaker: trade.maker.side == .buy)))
    }
    for (order, isMaker) in [(trade.maker, true), (trade.taker, false)] {
      settle(trade, order, isMaker: isMaker, market: index, at: time, &touched, &events)
    }
  }

  /// Keeps a trade for the average price, where a filter asks for one.
  mutating func noteForAverage(price: Price, quantity: Quantity, market index: Int, at time: Timestamp) {
    let minutes = markets[index].instrument.terms.filters.averagePriceMinutes
    if minutes > 0 { markets[index].average.add(price: price, quantity: quantity, at: time, keeping: min(minutes, 60)) }
  }

  /// Books one side of a trade.
  private mutating func settle(
    _ trade: BookTrade, _ order: BookOrder, isMaker: Bool, market index: Int, at time: Timestamp, _ touched: inout TouchedFunds,
    _ events: inout [ExchangeEvent]
  ) {
    let rules = markets[index].rules
    let (paid, paidAmount) = order.side == .buy ? (rules.quoteAsset, trade.quoteQuantity) : (rules.baseAsset, trade.quantity)
    let (received, amount) = order.side == .buy ? (rules.baseAsset, trade.quantity) : (rules.quoteAsset, trade.quoteQuantity)
    guard order.account >= 0 else {
      house[paid, default: .zero] -= paidAmount
      house[received, default: .zero] += amount
      return
    }
    claim(order.id, market: index, &touched)
    accounts[order.account].spend(paid, paidAmount)
    touched.append((order.account, rules.baseAsset))
    touched.append((order.account, rules.quoteAsset))
    let listID = markets[index].orders[order.id]?.listID ?? -1
    let charge = receive(amount, of: received, side: order.side, isMaker: isMaker, account: order.account, order: order.id, listID: listID)
    if charge.asset != received { touched.append((order.account, charge.asset)) }
    accounts[order.account].updateTime = time
    guard let record = markets[index].orders[order.id] else { return }
    let fill = ExchangeFill(
      symbol: rules.symbol, tradeID: trade.id.value, orderID: order.id, orderListID: record.listID, clientOrderID: record.clientOrderID,
      price: trade.price, quantity: trade.quantity, quoteQuantity: trade.quoteQuantity, commission: charge.amount,
      commissionAsset: charge.asset, isBuyer: order.side == .buy, isMaker: isMaker, time: time)
    markets[index].fills.append((order.account, fill))
    let isFilled = !order.isByQuote && order.executed == order.quantity
    report(order.id, of: order.account, .trade, market: index, at: time, fill: fill, &events) {
      $0.executed = order.executed
      $0.cumulativeQuote = order.cumulativeQuote
      $0.locked -= paidAmount
      $0.status = isFilled ? .filled : .partiallyFilled
      if order.isByQuote { $0.quantity = order.executed }
    }
    if isFilled { release(order.id, market: index, at: time) }
  }

  /// A trade tells at most its two orders and the public.
  private static let reportsOfATrade = 3

  /// Ends an order and gives back what was locked for it.
  private mutating func finish(
    _ order: BookOrder, _ status: ExchangeOrderStatus, _ kind: ExchangeExecution.Kind?, _ reason: BookExpiry?,
    prevention: BookPrevention? = nil, market index: Int, at time: Timestamp, _ touched: inout TouchedFunds,
    _ events: inout [ExchangeEvent]
  ) {
    guard order.account >= 0 else { return }
    let update: (inout ExchangeOrder) -> Void = {
      $0.status = status
      $0.expiryReason = reason
      $0.executed = order.executed
      $0.cumulativeQuote = order.cumulativeQuote
      $0.prevented = order.prevented
      if let prevention { $0.preventedMatchID = prevention.id }
      if order.isByQuote { $0.quantity = order.quantity }
    }
    touched.append((order.account, lockedAsset(order.side, market: index)))
    if let kind {
      report(order.id, of: order.account, kind, market: index, at: time, prevention: prevention, &events, update)
    } else {
      change(order.id, of: order.account, market: index, at: time, update)
      // The last fill's report said PARTIALLY_FILLED; the order turned out to be complete.
      for position in events.indices.suffix(Self.reportsOfATrade).reversed() {
        guard case .execution(var last) = events[position], last.kind == .trade, last.order.orderID == order.id else { continue }
        last.order.status = status
        events[position] = .execution(last)
        break
      }
    }
    release(order.id, market: index, at: time)
  }

  /// Gives back what is locked for an order that has ended, and frees its client order id.
  mutating func release(_ id: Int64, market index: Int, at time: Timestamp) {
    guard var record = markets[index].orders[id] else { return }
    accounts[record.account].unlock(lockedAsset(record.side, market: index), record.locked)
    accounts[record.account].updateTime = time
    record.locked = .zero
    markets[index].orders[id] = record
    openIDs[record.account, default: [:]][record.clientOrderID] = nil
    markets[index].openCount[record.account, default: 0] -= 1
    markets[index].openTotal -= 1
    if record.listID >= 0 { listsToProgress.append(record.listID) }
  }
}
