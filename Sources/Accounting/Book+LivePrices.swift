public import Statistics
public import Time
public import TradingModel
import TradingCore

extension PerformanceFigures {
  /// Values what is held at the prices of now: amounts, return and exposure. Drawdown and ratios stay at the last point of the series.
  mutating func revalue(
    _ record: EquityStatistics, realized: Amount, unrealized: Amount, positionValue: Amount, at time: Timestamp
  ) {
    guard realized + unrealized != equity.netProfit || positionValue != self.positionValue else { return }
    var record = record
    record.observe(netProfit: realized + unrealized, at: time)
    let now = record.figures(at: time)
    self.unrealized = unrealized
    self.positionValue = positionValue
    equity.equity = now.equity
    equity.netProfit = now.netProfit
    equity.chainedReturn = now.chainedReturn
    equity.returnOnCapital = now.returnOnCapital
  }
}

extension Book {
  /// The figures of a bot, what it holds valued at `price` (`nil`: at the last that the journal knows).
  public func figures(of account: BotAccount, at time: Timestamp, price: Price?) -> PerformanceFigures {
    var figures = figures(ofBot: account.number, at: time, price: price)
    guard let price, account.removedAt == nil, account.position.quantity.isPositive else { return figures }
    figures.revalue(
      account.record, realized: account.realized, unrealized: account.position.unrealizedPnL(at: price),
      positionValue: price * account.position.quantity, at: time)
    return figures
  }

  /// The figures of a portfolio, its positions valued at `price` where that is known. Cost: linear in bots.
  public func figures(
    ofPortfolio at: Int, at time: Timestamp, pricedBy price: (Symbol) -> Price?
  ) -> PerformanceFigures {
    var figures = figures(ofPortfolio: at, at: time, price: price)
    var unrealized = Amount.zero
    var value = Amount.zero
    for account in accounts where account.removedAt == nil && account.position.quantity.isPositive && account.portfolioAt == at {
      let mark = price(account.symbol) ?? self.price(of: account.symbol)
      unrealized += account.position.unrealizedPnL(at: mark)
      value += mark * account.position.quantity
    }
    let portfolio = portfolios[at]
    figures.revalue(portfolio.record, realized: portfolio.realized, unrealized: unrealized, positionValue: value, at: time)
    return figures
  }
}
