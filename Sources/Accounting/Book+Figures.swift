public import Statistics
public import Time
import TradingCore
public import TradingModel

extension Book {
  /// The figures of a bot at `time`; those of a removed one end with it. Constant cost.
  /// - Parameters:
  ///   - number: ``BotAccount/number``.
  ///   - price: the symbol's price now, for the market change; `nil`: the last that the journal knows.
  public func figures(ofBot number: Int, at time: Timestamp, price: Price? = nil) -> PerformanceFigures {
    guard accounts.indices.contains(number) else { return PerformanceFigures() }
    let account = accounts[number]
    let end = account.end(time)
    var figures = PerformanceFigures()
    figures.quoteAsset = portfolios[account.portfolioAt].quoteAsset
    figures.equity = account.record.figures(at: end)
    // A price of another series moves the value between two points of its own.
    figures.equity.netProfit = account.netProfit
    figures.equity.equity = account.equity
    figures.trades = account.trades.figures
    figures.activity = account.activity
    figures.realized = account.realized
    figures.unrealized = account.unrealized
    figures.positionValue = account.positionValue
    figures.openPositions = account.removedAt == nil && account.position.isOpen ? 1 : 0
    figures.timeInMarket = account.presence.fraction(at: end)
    let last = account.removedAt == nil ? price ?? symbols[account.symbolAt].price : account.lastPrice
    figures.marketChange = PerformanceFigures.marketChange(first: account.firstPrice, last: last)
    return figures
  }

  /// The figures of a portfolio at `time`. Cost: linear in all bots, for the mean of their times in the market.
  /// - Parameters:
  ///   - index: in ``portfolios``.
  ///   - price: a symbol's price now, for the market change; `nil`: the last that the journal knows.
  public func figures(
    ofPortfolio index: Int, at time: Timestamp, price: (Symbol) -> Price? = { _ in nil }
  ) -> PerformanceFigures {
    guard portfolios.indices.contains(index) else { return PerformanceFigures() }
    let portfolio = portfolios[index]
    var figures = PerformanceFigures()
    figures.quoteAsset = portfolio.quoteAsset
    figures.equity = portfolio.record.figures(at: time)
    figures.trades = portfolio.trades.figures
    figures.activity = portfolio.activity
    figures.realized = portfolio.realized
    figures.unrealized = portfolio.unrealized
    figures.positionValue = portfolio.positionValue
    figures.openPositions = portfolio.openPositions
    figures.timeInMarket = portfolio.presence.fraction(at: time)
    var times = Mean()
    for account in accounts where account.portfolioAt == index { times.add(account.presence.fraction(at: account.end(time))) }
    figures.meanTimeInMarket = times.value
    var changes = Mean()
    for symbol in symbols where symbol.portfolioAt == index {
      changes.add(PerformanceFigures.marketChange(first: symbol.firstPrice, last: price(symbol.symbol) ?? symbol.price))
    }
    figures.marketChange = changes.value
    return figures
  }

  /// The mean of what is known.
  private struct Mean {
    private var sum = 0.0
    private var count = 0.0

    mutating func add(_ value: Double?) {
      guard let value else { return }
      sum += value
      count += 1
    }

    var value: Double? { count > 0 ? sum / count : nil }
  }

  /// What all quote assets come to in `currency`. A quote asset without a rate is named and left out of the sums.
  /// - Parameter rate: what one unit of an asset is worth in the currency, and since when; not asked for the currency itself.
  public func total(in currency: String, rate: (String) -> AccountTotal.Rate?) -> AccountTotal {
    var total = AccountTotal(currency: currency)
    for portfolio in portfolios {
      var price = Price.one
      if portfolio.quoteAsset != currency {
        guard let known = rate(portfolio.quoteAsset), known.price.isPositive else {
          total.withoutRate.append(portfolio.quoteAsset)
          continue
        }
        price = known.price
        total.rates.append(known)
      }
      func worth(_ amount: Amount) -> Amount { amount.multiplied(by: price, rounding: .nearestEven) }
      total.equity += worth(portfolio.equity)
      total.capital += worth(portfolio.capital)
      total.netProfit += worth(portfolio.netProfit)
      total.realized += worth(portfolio.realized)
      total.unrealized += worth(portfolio.unrealized)
      total.positionValue += worth(portfolio.positionValue)
    }
    return total
  }
}
