import Time
import TradingCore
import TradingModel

/// The candles of a report's price charts: those that traded, joined until there are few enough to draw.
public enum ChartCandles {
  public static let candlesMaximum = 1_500

  public static func make(_ markets: [BacktestMarket], settings: BacktestSettings) -> [BacktestReport.Chart] {
    markets.compactMap { market in
      guard settings.bots.contains(where: { $0.symbol == market.symbol }) else { return nil }
      let from = settings.from ?? Timestamp(nanoseconds: .min)
      let to = settings.to ?? .distantFuture
      let traded = market.candles.lazy.filter { $0.openTime >= from && $0.openTime < to }
      let count = traded.reduce(0) { total, _ in total + 1 }
      let size = max((count + candlesMaximum - 1) / candlesMaximum, 1)
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
