import MarketModel
import Time
import TradingModel

extension SimulatedExchange {
  /// Turns what the engine did into changes of orders and funds, and into events.
  mutating func apply(_ book: [BookEvent], market index: Int, at time: Timestamp, _ events: inout [ExchangeEvent]) {
    var touched: [(account: Int, asset: String)] = []
    for event in book {
      switch event {
      case .accepted(let order):
        report(order, .new, market: index, at: time, &events) { $0.workingTime = order.waitsForTrigger ? nil : time }
      case .triggered(let order):
        change(order, market: index, at: time) { $0.workingTime = time }
      case .trade(let trade):
        settle(trade, market: index, at: time, &touched, &events)
      case .canceled(let order):
        finish(order, .canceled, .canceled, nil, market: index, at: time, &touched, &events)
      case .expired(let order, let reason):
        let status: ExchangeOrderStatus = reason == .selfTradePrevention ? .expiredInMatch : .expired
        let kind: ExchangeExecution.Kind = reason == .selfTradePrevention ? .tradePrevention : .expired
        finish(order, status, kind, reason, market: index, at: time, &touched, &events)
      case .prevented(let order, _):
        report(order, .tradePrevention, market: index, at: time, &events) { $0.prevented = order.prevented }
      case .completed(let order):
        finish(order, .filled, nil, nil, market: index, at: time, &touched, &events)
      case .rejected: continue
      }
    }
    publishBalances(touched, at: time, &events)
  }

  /// One balance event per account, naming each asset once, in order of first change.
  func publishBalances(_ touched: [(account: Int, asset: String)], at time: Timestamp, _ events: inout [ExchangeEvent]) {
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
  private mutating func change(
    _ order: BookOrder, market index: Int, at time: Timestamp, _ body: (inout ExchangeOrder) -> Void
  ) -> ExchangeOrder? {
    guard order.account >= 0, var record = markets[index].orders[order.id] else { return nil }
    record.updateTime = time
    body(&record)
    markets[index].orders[order.id] = record
    return record
  }

  private mutating func report(
    _ order: BookOrder, _ kind: ExchangeExecution.Kind, market index: Int, at time: Timestamp, fill: ExchangeFill? = nil,
    _ events: inout [ExchangeEvent], _ body: (inout ExchangeOrder) -> Void
  ) {
    guard let record = change(order, market: index, at: time, body) else { return }
    events.append(
      .execution(ExchangeExecution(kind: kind, order: record, fill: fill, executionID: nextExecutionID, time: time)))
    nextExecutionID &+= 1
  }

  private mutating func settle(
    _ trade: BookTrade, market index: Int, at time: Timestamp, _ touched: inout [(account: Int, asset: String)],
    _ events: inout [ExchangeEvent]
  ) {
    let symbol = markets[index].rules.symbol
    if configuration.house.mode == .generated {
      events.append(
        .trade(
          MarketTradeRecord(
            symbol: symbol, id: trade.id.value, price: trade.price, quantity: trade.quantity, quoteQuantity: trade.quoteQuantity,
            time: time, isBuyerMaker: trade.maker.side == .buy)))
    }
    for (order, isMaker) in [(trade.maker, true), (trade.taker, false)] {
      settle(trade, order, isMaker: isMaker, market: index, at: time, &touched, &events)
    }
  }

  /// Books one side of a trade.
  private mutating func settle(
    _ trade: BookTrade, _ order: BookOrder, isMaker: Bool, market index: Int, at time: Timestamp,
    _ touched: inout [(account: Int, asset: String)], _ events: inout [ExchangeEvent]
  ) {
    let rules = markets[index].rules
    let (paid, paidAmount) = order.side == .buy ? (rules.quoteAsset, trade.quoteQuantity) : (rules.baseAsset, trade.quantity)
    let (received, amount) = order.side == .buy ? (rules.baseAsset, trade.quantity) : (rules.quoteAsset, trade.quoteQuantity)
    guard order.account >= 0 else {
      house[paid, default: .zero] -= paidAmount
      house[received, default: .zero] += amount
      return
    }
    let commission = Commission.amount(
      side: order.side, quantity: trade.quantity, quoteQuantity: trade.quoteQuantity,
      rate: isMaker ? configuration.makerFee : configuration.takerFee)
    commissions[received, default: .zero] += commission
    accounts[order.account].spend(paid, paidAmount)
    accounts[order.account].credit(received, amount - commission)
    accounts[order.account].updateTime = time
    touched.append((order.account, rules.baseAsset))
    touched.append((order.account, rules.quoteAsset))
    guard let record = markets[index].orders[order.id] else { return }
    let fill = ExchangeFill(
      symbol: rules.symbol, tradeID: trade.id.value, orderID: order.id, clientOrderID: record.clientOrderID, price: trade.price,
      quantity: trade.quantity, quoteQuantity: trade.quoteQuantity, commission: commission, commissionAsset: received,
      isBuyer: order.side == .buy, isMaker: isMaker, time: time)
    markets[index].fills.append((order.account, fill))
    let isFilled = !order.isByQuote && order.executed == order.quantity
    report(order, .trade, market: index, at: time, fill: fill, &events) {
      $0.executed = order.executed
      $0.cumulativeQuote = order.cumulativeQuote
      $0.locked -= paidAmount
      $0.status = isFilled ? .filled : .partiallyFilled
      if order.isByQuote { $0.quantity = order.executed }
    }
    if isFilled { release(order, market: index, at: time) }
  }

  /// Ends an order and gives back what was locked for it.
  private mutating func finish(
    _ order: BookOrder, _ status: ExchangeOrderStatus, _ kind: ExchangeExecution.Kind?, _ reason: BookExpiry?, market index: Int,
    at time: Timestamp, _ touched: inout [(account: Int, asset: String)], _ events: inout [ExchangeEvent]
  ) {
    guard order.account >= 0 else { return }
    let update: (inout ExchangeOrder) -> Void = {
      $0.status = status
      $0.expiryReason = reason
      $0.executed = order.executed
      $0.cumulativeQuote = order.cumulativeQuote
      $0.prevented = order.prevented
      if order.isByQuote { $0.quantity = order.quantity }
    }
    touched.append((order.account, order.side == .buy ? markets[index].rules.quoteAsset : markets[index].rules.baseAsset))
    if let kind {
      report(order, kind, market: index, at: time, &events, update)
    } else {
      change(order, market: index, at: time, update)
      // The last fill's report said PARTIALLY_FILLED; the order turned out to be complete.
      if case .execution(var last)? = events.last, last.kind == .trade, last.order.orderID == order.id {
        last.order.status = status
        events[events.count - 1] = .execution(last)
      }
    }
    release(order, market: index, at: time)
  }

  private mutating func release(_ order: BookOrder, market index: Int, at time: Timestamp) {
    guard var record = markets[index].orders[order.id] else { return }
    let asset = record.side == .buy ? markets[index].rules.quoteAsset : markets[index].rules.baseAsset
    accounts[record.account].unlock(asset, record.locked)
    accounts[record.account].updateTime = time
    record.locked = .zero
    markets[index].orders[order.id] = record
    openIDs[record.account, default: [:]][record.clientOrderID] = nil
    markets[index].openCount[record.account, default: 0] -= 1
    markets[index].openTotal -= 1
  }
}
