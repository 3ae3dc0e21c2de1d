import Accounting
import BotAPI
import FigureMessages
import MarketData
import Statistics
import Time
import TradingCore
import TradingModel
import Venue

/// The portfolio as clients see it. Returns, drawdown and ratios are those of the quote asset with the most capital; amounts of other quote
/// assets are converted into it.
struct PortfolioValues {
  let context: ControlContext

  func stats(at now: Timestamp) -> V1.Stats {
    let values = BotValues(context: context)
    var prices: [Symbol: Price?] = [:]
    func price(_ symbol: Symbol) -> Price? {
      if let known = prices[symbol] { return known }
      let price = values.livePrice(of: symbol)
      prices[symbol] = .some(price)
      return price
    }
    return context.books.read { book in
      let mode = V1.TradingMode(context.configuration.mode)
      guard let main = book.mainPortfolio else { return V1.Stats(mode: mode) }
      let figures = book.figures(ofPortfolio: main, at: now, pricedBy: price)
      var stats = V1.Stats(figures)
      stats.mode = mode
      convert(book, main: main, at: now, price, into: &stats, figures)
      return stats
    }
  }

  /// Adds what bots of other quote assets have, where a rate is known.
  private func convert(
    _ book: Book, main: Int, at now: Timestamp, _ price: (Symbol) -> Price?, into stats: inout V1.Stats, _ figures: PerformanceFigures
  ) {
    let currency = book.portfolios[main].quoteAsset
    let others = book.portfolios.indices.filter { $0 != main }
    guard !others.isEmpty else { return }
    var equity = figures.equity.equity
    var capital = figures.equity.capital
    var (realized, unrealized, positionValue) = (figures.realized, figures.unrealized, figures.positionValue)
    var net = figures.equity.netProfit
    for index in others {
      let asset = book.portfolios[index].quoteAsset
      guard let rate = rate(of: asset, in: currency) else {
        stats.unconvertedAssets.append(asset)
        continue
      }
      let other = book.figures(ofPortfolio: index, at: now, pricedBy: price)
      func worth(_ amount: Amount) -> Amount { amount.multiplied(by: rate.price, rounding: .nearestEven) }
      equity += worth(other.equity.equity)
      capital += worth(other.equity.capital)
      realized += worth(other.realized)
      unrealized += worth(other.unrealized)
      positionValue += worth(other.positionValue)
      net += worth(other.equity.netProfit)
      stats.rates.append(V1.ConversionRate(asset: asset, rate: rate.price.description, timeNs: rate.time.nanoseconds, path: rate.path))
    }
    stats.equity = equity.description
    stats.capital = capital.description
    stats.realizedPnL = realized.description
    stats.unrealizedPnL = unrealized.description
    stats.positionValue = positionValue.description
    stats.netPnL = net.description
  }

  /// What one unit of an asset is worth in another, by the last trade of the pair that is followed here.
  private func rate(of asset: String, in currency: String) -> (price: Price, time: Timestamp, path: String)? {
    let view = context.board.view
    if view.currency == currency, let known = view.conversions.first(where: { $0.asset == asset }) {
      return (known.worth(.one), known.pricedAt, known.path)
    }
    if let pair = Symbol(asset + currency), let trade = context.market.trade(pair), trade.price.isPositive {
      return (trade.price, trade.time, pair.text)
    }
    if let pair = Symbol(currency + asset), let trade = context.market.trade(pair), trade.price.isPositive {
      return (FixedDecimal.one.divided(by: trade.price, rounding: .nearestEven), trade.time, "1/\(pair)")
    }
    return nil
  }
}
