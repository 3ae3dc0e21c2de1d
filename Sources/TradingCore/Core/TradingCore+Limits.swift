import Time
public import TradingModel
import Venue

extension TradingCore {
  /// What all bots together have in use, seen from one symbol. Cost: linear in symbols, open positions and unfinished orders.
  public func portfolioUse(of symbol: Symbol? = nil) -> PortfolioUse {
    var use = PortfolioUse()
    for at in symbols.indices where !symbols[at].bots.isEmpty {
      var value = Amount.zero
      let price = symbols[at].lastPrice
      for index in symbols[at].areHoldersStale ? symbols[at].bots : symbols[at].holders {
        guard let position = bots[index]?.position, position.isOpen else { continue }
        use.openPositions += 1
        value += price.isPositive ? position.quantity * price : position.cost
      }
      use.totalNotional += value
      if symbols[at].symbol == symbol { use.symbolNotional += value }
    }
    for key in orders.unsettled {
      guard let order = orders[key], order.intent.purpose == .entry else { continue }
      // What may still execute, and what did but is not booked yet.
      let executed = max(order.executedQuantity - order.filledQuantity, .zero)
      let rest = order.intent.decisionPrice * (order.status.isTerminal ? executed : order.remainingQuantity)
      guard rest.isPositive else { continue }
      use.totalNotional += rest
      if order.intent.request.symbol == symbol { use.symbolNotional += rest }
      if let index = owner(of: key), bots[index]?.position.isOpen == false { use.openPositions += 1 }
    }
    if riskLimits.openOrdersMaximum > 0 || symbol == nil { use.openOrders = openOrders.count }
    if riskLimits.ordersPerMinuteMaximum > 0 || symbol == nil { use.ordersLastMinute = recentOrders.count(at: now) }
    return use
  }

  /// Profit and loss of all bots there ever were, open positions at market price; `nil` while a position has no price, as just after a
  /// restart. Cost: linear in symbols and open positions.
  var profit: Amount? {
    var sum = portfolio.realized
    for at in symbols.indices where !symbols[at].bots.isEmpty {
      let price = symbols[at].lastPrice
      for index in symbols[at].areHoldersStale ? symbols[at].bots : symbols[at].holders {
        guard let position = bots[index]?.position, position.isOpen else { continue }
        guard price.isPositive else { return nil }
        sum += position.unrealizedPnL(at: price)
      }
    }
    return sum
  }

  /// Compares profit and loss with the limits, and stops trading when one is breached.
  mutating func watchPortfolio(_ effects: inout [Effect]) {
    guard journalIsHealthy, !lossLimitsAreOff, let profit else { return }
    watchedAt = now
    portfolio.observe(profit, at: now)
    guard tradingState.rawValue < riskLimits.breachState.rawValue else { return }
    let limits = riskLimits
    if limits.dailyLossMaximum.isPositive, portfolio.dayProfit <= .zero - limits.dailyLossMaximum {
      breach(
        "\(PortfolioWatch.breach)lost \(.zero - portfolio.dayProfit) since midnight UTC, max_daily_loss is \(limits.dailyLossMaximum)",
        &effects)
    } else if limits.drawdownMaximum.isPositive, portfolio.peakEquity.isPositive,
      portfolio.drawdown >= portfolio.peakEquity * limits.drawdownMaximum
    {
      breach(
        "\(PortfolioWatch.breach)equity fell by \(portfolio.drawdown) from its peak of \(portfolio.peakEquity), max_drawdown_fraction is \(limits.drawdownMaximum)",
        &effects)
    }
  }

  /// Prices are looked at once a second of core time; fills always.
  mutating func watchPrices(_ effects: inout [Effect]) {
    if now.nanoseconds(since: watchedAt) >= 1_000_000_000 { watchPortfolio(&effects) }
  }

  private mutating func breach(_ reason: String, _ effects: inout [Effect]) {
    append(.tradingStateChanged(TradingStateChange(state: riskLimits.breachState, reason: reason)), &effects)
    alert(.critical, nil, "trading is \(riskLimits.breachState): \(reason); when you have looked: botctl risk activate", &effects)
  }
}
