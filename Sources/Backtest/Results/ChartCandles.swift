import Time
import TradingCore
import TradingModel

/// The candles of a report's price charts: those that traded, joined until there are few enough to draw.
public enum ChartCandles {
  /// Of all symbols together; as many symbols as there are, each has at least ``symbolMinimum``.
  public static let candlesMaximum = 12_000
  public static let symbolMinimum = 480

  public static func make(_ markets: [BacktestMarket], settings: BacktestSettings) -> [BacktestReport.Chart] {
    let limit = max(candlesMaximum / max(markets.count, 1), symbolMinimum)
    return markets.compactMap { market in
      guard settings.bots.contains(where: { $0.symbol == market.symbol }) else { return nil }
      let from = settings.from ?? Timestamp(nanoseconds: .min)
      let to = settings.to ?? .distantFuture
      let traded = market.candles.lazy.filter { $0.openTime >= from && $0.openTime < to }
      let count = traded.reduce(0) { total, _ in total + 1 }
      let size = max((count + limit - 1) / limit, 1)
      var joined: [Candle] = []
      joined.reserveCapacity(count / size + 1)
      var inLast = size
      for candle in traded {
        if inLast == size {
          joined.append(candle)
          inLast = 1
        } else if let last = joined.popLast() {
          joined.append(last.joined(with: candle))
          inLast += 1
        }
      }
      return BacktestReport.Chart(symbol: market.symbol, candles: joined)
    }
  }
}
