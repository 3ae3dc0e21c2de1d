import Synchronization
import TradingModel
import Venue

/// What waits for Redis. Bounded: tickers, quotes and feed states keep the newest value; a series with too many candles waiting, or
/// any while Redis is away, is written anew from the store instead.
struct PendingUpdates: Sendable {
  static let candlesMaximum = 4_096

  var candles: [(series: SeriesKey, candle: Candle)] = []
  var refills: Set<SeriesKey> = []
  var tickers: [Symbol: Ticker] = [:]
  var quotes: [Symbol: Quote] = [:]
  var isFeedChanged = false

  var isEmpty: Bool { candles.isEmpty && refills.isEmpty && tickers.isEmpty && quotes.isEmpty && !isFeedChanged }
  /// Something that is written without waiting for the ticker's turn.
  var isUrgent: Bool { !candles.isEmpty || !refills.isEmpty || isFeedChanged }

  mutating func add(_ series: SeriesKey, _ candle: Candle) {
    if candles.count < Self.candlesMaximum {
      candles.append((series, candle))
    } else {
      for waiting in candles { refills.insert(waiting.series) }
      candles = []
      refills.insert(series)
    }
  }
}
