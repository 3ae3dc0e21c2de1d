import TradingModel
import Venue

/// What the core knows of a symbol.
struct SymbolState: Sendable {
  let symbol: Symbol
  var rules: TradingRules?
  var feed: FeedState = .connecting
  var lastPrice: Price = .zero
  var lastTradeTime: Timestamp = .zero
  /// Bots on this symbol, by index.
  var bots: [Int] = []
  /// Bots with an open position, by index: they watch prices between candles. Out of date while ``areHoldersStale``.
  var holders: [Int] = []
  /// A position or a rule changed since ``holders`` and the wake prices were computed; the next price or tick computes them again.
  var areHoldersStale = false
  /// The price at or above which some holder's target may be hit, and the one at or below which some stop or trail may.
  var wakeAbove = FixedDecimal(raw: .max)
  var wakeBelow: Price = .zero
  /// Our account's trades that were booked.
  var trades = RecentTrades()
  /// Our account's fills that no known order claims yet.
  var unclaimed: [AccountTrade] = []

  /// Highest trade id booked for our account; 0 = none.
  var lastTradeID: TradeID { trades.last }
}

/// Candles of one series and who listens.
struct SeriesState: Sendable {
  let key: SeriesKey
  let symbolIndex: Int
  var bots: [Int] = []
  /// The last closed candles, oldest first; at most `historyCandles`, trimmed in halves.
  var history: [Candle] = []

  var lastOpenTime: Timestamp { history.last?.openTime ?? Timestamp(nanoseconds: .min) }

  mutating func keep(_ candle: Candle, limit: Int) {
    if history.count >= limit * 2 { history.removeFirst(history.count - limit) }
    history.append(candle)
  }
}
