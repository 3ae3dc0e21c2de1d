public import Time
public import TradingModel
public import Venue

/// Where market data goes besides the core. Called on the core's thread: an implementation must return at once and never block.
public protocol MarketCache: AnyObject, Sendable {
  /// A candle closed; each once, in order of time.
  func closed(_ series: SeriesKey, _ candle: Candle)
  /// Rolling statistics changed.
  func updated(_ ticker: Ticker)
  /// Best bid or ask changed.
  func updated(_ quote: Quote)
  /// The feed of a symbol (`nil`: of all) changed its state.
  func feedState(_ symbol: Symbol?, _ state: FeedState, at time: Timestamp)
  /// History of a series arrived or was repaired: what the store now holds, oldest first.
  func seed(_ series: SeriesKey, _ candles: [Candle])
}
