public import Time
public import TradingModel

/// A value of an equity series: what a bot or a portfolio was worth when something happened to it. Enough to draw curves and write rows.
public struct BookPoint: Hashable, Sendable {
  public enum Owner: Hashable, Sendable {
    /// ``BotAccount/number``.
    case bot(Int)
    /// Index in ``Book/portfolios``.
    case portfolio(Int)
  }

  public var owner: Owner
  public var time: Timestamp
  public var capital: Amount
  public var equity: Amount
  /// Realized and unrealized of everything ever.
  public var netProfit: Amount
  public var realized: Amount
  public var unrealized: Amount
  /// What is held at the last price.
  public var positionValue: Amount
  /// Equity put in, or, negative, taken out by this entry.
  public var flow: Amount

  init(_ account: BotAccount, at time: Timestamp, flow: Amount = .zero) {
    owner = .bot(account.number)
    self.time = time
    capital = account.capital
    equity = account.equity
    netProfit = account.netProfit
    realized = account.realized
    unrealized = account.unrealized
    positionValue = account.positionValue
    self.flow = flow
  }

  init(_ portfolio: PortfolioAccount, _ index: Int, at time: Timestamp, flow: Amount = .zero) {
    owner = .portfolio(index)
    self.time = time
    capital = portfolio.capital
    equity = portfolio.equity
    netProfit = portfolio.netProfit
    realized = portfolio.realized
    unrealized = portfolio.unrealized
    positionValue = portfolio.positionValue
    self.flow = flow
  }
}
