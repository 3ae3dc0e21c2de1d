import MarketData
import Accounting
import BotAPI
import FigureMessages
import Statistics
import Time
import TradingCore
import TradingModel
import Venue

extension BotValues {
  /// A bot's figures; `nil` when the book does not know it.
  func stats(_ entry: BoardBot, at now: Timestamp) -> V1.Stats? {
    let price = livePrice(of: entry.snapshot.configuration.symbol)
    let key = entry.snapshot.key
    let found = context.books.read { book -> (figures: PerformanceFigures, quantity: Quantity)? in
      guard let number = book.number(of: key) else { return nil }
      return (book.figures(of: book.accounts[number], at: now, price: price), book.accounts[number].position.quantity)
    }
    guard let found else { return nil }
    var stats = V1.Stats(found.figures)
    stats.mode = V1.TradingMode(context.configuration.mode)
    stats.botID = entry.id.text
    stats.state = Self.state(of: entry)
    stats.positionQuantity = found.quantity.description
    return stats
  }

  /// The last price of the market; `nil` when none is known here.
  func livePrice(of symbol: Symbol) -> Price? {
    if let price = context.market.trade(symbol)?.price ?? context.market.ticker(symbol)?.last { return price }
    let finest = context.market.allSeries().filter { $0.symbol == symbol }.min { $0.interval.milliseconds < $1.interval.milliseconds }
    return finest.flatMap { context.market.candles($0, limit: 1).last?.close }
  }
}
