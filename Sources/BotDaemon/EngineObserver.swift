import ControlPlane
import TradingCore
import TradingModel
import Venue

/// What became durable in one go, with the state as of then.
struct EngineCommit: Sendable {
  /// The last durable sequence.
  var sequence: UInt64
  var entries: [JournalEntry]
  var bots: [BotChange]
  var orders: [OrderChange]
  var risk: RiskView
  var balances: [AssetBalance]
}

/// Hears what the engine does; called on the core's thread, so it must be quick and must not block.
protocol EngineObserver: AnyObject {
  func committed(_ commit: EngineCommit)
  /// The account's balances changed; they are the exchange's words, not the journal's.
  func balances(_ balances: [AssetBalance])
  func market(_ event: MarketEvent)
  func history(_ key: SeriesKey, _ candles: [Candle])
  func watch(_ key: SeriesKey)
  func unwatch(_ key: SeriesKey)
  func journalFailed(_ message: String)
}
