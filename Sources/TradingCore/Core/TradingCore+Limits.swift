import Time
public import TradingModel
import Venue

extension TradingCore {
  /// What all bots together have in use, seen from one symbol, in the account's currency; amounts without a rate are left out (entries
  /// are denied then). Cost: linear in symbols, open positions and unfinished orders.
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
      value = rate(of: quoteAsset(at)).worth(value) ?? .zero
      use.totalNotional += value
      if symbols[at].symbol == symbol { use.symbolNotional += value }
    }
    for key in waitingEntries + orders.unsettled.filter({ !waitingEntries.contains($0) }) {
      guard let order = orders[key], order.intent.purpose == .entry else { continue }
      let rest = worth(order)
      guard rest.isPositive else { continue }
      use.totalNotional += rest
      if order.intent.request.symbol == symbol { use.symbolNotional += rest }
      if let index = owner(of: key), bots[index]?.position.isOpen == false { use.openPositions += 1 }
    }
    if riskLimits.openOrdersMaximum > 0 || symbol == nil { use.openOrders = openOrders.count { $0.status != .waiting } }
    if riskLimits.ordersPerMinuteMaximum > 0 || symbol == nil { use.ordersLastMinute = recentOrders.count(at: now) }
    return use
  }

  /// What an order has still to buy, in the account's currency.
  private func worth(_ order: Order) -> Amount {
    let asset = symbolAt(order.intent.request.symbol).map { quoteAsset($0) } ?? ""
    return rate(of: asset).worth(order.outstandingValue) ?? .zero
  }

  /// Profit and loss of all bots there ever were, by quote asset, open positions at market price; `nil` while a position has no price, as
  /// just after a restart. Cost: linear in symbols and open positions.
  var profits: [(asset: String, profit: Amount)]? {
    var sums = portfolios.list.map { (asset: $0.asset, profit: $0.watch.realized) }
    for at in symbols.indices where !symbols[at].bots.isEmpty {
      let price = symbols[at].lastPrice
      for index in symbols[at].areHoldersStale ? symbols[at].bots : symbols[at].holders {
        guard let position = bots[index]?.position, position.isOpen else { continue }
        guard price.isPositive else { return nil }
        let slot = sums.count == 1 ? 0 : sums.firstIndex { $0.asset == quoteAsset(at) } ?? sums.count
        if slot < sums.count { sums[slot].profit += position.unrealizedPnL(at: price) }
      }
    }
    return sums
  }

  /// The portfolio's profit and loss, of the quote asset that came first.
  public var portfolio: PortfolioWatch { portfolios.list.first?.watch ?? PortfolioWatch() }

  /// Compares profit and loss with the limits, and stops trading when one is breached. While a rate between quote assets is not known,
  /// nothing is compared, and entries are denied.
  mutating func watchPortfolio(_ effects: inout [Effect]) {
    guard journalIsHealthy, !lossLimitsAreOff, let profits else { return }
    watchedAt = now
    for (asset, profit) in profits { portfolios[asset].observe(profit, at: now) }
    guard tradingState.rawValue < riskLimits.breachState.rawValue, let totals = portfolioTotals else { return }
    let limits = riskLimits
    if limits.dailyLossMaximum.isPositive, totals.dayProfit <= .zero - limits.dailyLossMaximum {
      breach(
        .dailyLoss, "lost \(.zero - totals.dayProfit) since midnight UTC, max_daily_loss is \(limits.dailyLossMaximum)",
        &effects)
    } else if limits.drawdownMaximum.isPositive, totals.peakEquity.isPositive,
      totals.drawdown >= totals.peakEquity * limits.drawdownMaximum
    {
      breach(
        .drawdown,
        "equity fell by \(totals.drawdown) from its peak of \(totals.peakEquity), max_drawdown_fraction is \(limits.drawdownMaximum)",
        &effects)
    }
  }

  /// Prices are looked at once a second of core time; fills always.
  mutating func watchPrices(_ effects: inout [Effect]) {
    if now.nanoseconds(since: watchedAt) >= 1_000_000_000 { watchPortfolio(&effects) }
  }

  private mutating func breach(_ cause: TradingStateChange.Cause, _ reason: String, _ effects: inout [Effect]) {
    append(.tradingStateChanged(TradingStateChange(state: riskLimits.breachState, cause: cause, reason: reason)), &effects)
    reviewEntries(&effects)
    alert(
      .critical, .limitBreached, nil, "trading is \(riskLimits.breachState): \(reason); when you have looked: botctl risk activate",
      &effects)
  }
}
