public import TradingModel
import Venue

extension TradingCore {
  /// What all bots together have in use, seen from one symbol. Cost: linear in open positions and unfinished orders.
  public func portfolioUse(of symbol: Symbol? = nil) -> PortfolioUse {
    var use = PortfolioUse()
    for state in symbols {
      var value = Amount.zero
      let holders = state.areHoldersStale ? state.bots : state.holders
      for index in holders {
        guard let bot = bots[index], bot.position.isOpen else { continue }
        use.openPositions += 1
        value += bot.position.quantity * state.lastPrice
      }
      use.totalNotional += value
      if state.symbol == symbol { use.symbolNotional += value }
    }
    for id in unsettled.elements {
      guard let order = orders[id], order.intent.purpose == .entry, !order.status.isTerminal else { continue }
      let rest = order.intent.decisionPrice * order.remainingQuantity
      use.totalNotional += rest
      if order.intent.request.symbol == symbol { use.symbolNotional += rest }
      if let index = owner(of: order), bots[index]?.position.isOpen == false { use.openPositions += 1 }
    }
    if riskLimits.openOrdersMaximum > 0 || symbol == nil { use.openOrders = openOrders.count }
    use.ordersLastMinute = portfolio.orderTimes.count(at: now)
    return use
  }

  /// Profit and loss of all bots, open positions at market price. Cost: linear in open positions.
  var profit: Amount {
    var sum = portfolio.realized
    for state in symbols where state.lastPrice.isPositive {
      for index in state.areHoldersStale ? state.bots : state.holders {
        guard let bot = bots[index], bot.position.isOpen else { continue }
        sum += bot.position.unrealizedPnL(at: state.lastPrice)
      }
    }
    return sum
  }

  /// Compares profit and loss with the limits, and stops trading when one is breached.
  mutating func watchPortfolio(_ effects: inout [Effect]) {
    guard journalIsHealthy else { return }
    portfolio.observe(profit, at: now)
    guard tradingState.rawValue < riskLimits.breachState.rawValue else { return }
    let limits = riskLimits
    if limits.dailyLossMaximum.isPositive, portfolio.dayProfit <= .zero - limits.dailyLossMaximum {
      breach("lost \(.zero - portfolio.dayProfit) since midnight UTC, max_daily_loss is \(limits.dailyLossMaximum)", &effects)
    } else if limits.drawdownMaximum.isPositive, portfolio.peakEquity.isPositive,
      portfolio.drawdown >= portfolio.peakEquity * limits.drawdownMaximum
    {
      breach(
        "equity fell by \(portfolio.drawdown) from its peak of \(portfolio.peakEquity), max_drawdown_fraction is \(limits.drawdownMaximum)",
        &effects)
    }
  }

  private mutating func breach(_ reason: String, _ effects: inout [Effect]) {
    append(.tradingStateChanged(TradingStateChange(state: riskLimits.breachState, reason: reason)), &effects)
    alert(.critical, nil, "trading is \(riskLimits.breachState): \(reason); when you have looked: botctl risk activate", &effects)
  }
}
