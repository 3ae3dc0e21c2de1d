public import TradingCore
public import TradingModel
public import Time
public import Venue

/// Where the engine's entries become durable.
public protocol JournalSink: AnyObject, Sendable {
  /// Queues entries, which continue the sequence, and returns at once. `completion` comes once, on any thread, in the order of the calls:
  /// with the last sequence that is durable, or with why nothing will be.
  func append(_ entries: [JournalEntry], completion: @escaping @Sendable (Result<UInt64, JournalSinkError>) -> Void)
}

/// Why entries did not become durable.
public enum JournalSinkError: Error, Hashable, Sendable {
  /// The daemon stops; nothing is wrong.
  case closed
  /// The disk; nothing that is written later may be believed.
  case failed(String)
}

/// What changed in one go, with the state as of then.
public struct EngineCommit: Sendable {
  /// The sequence of its last entry.
  public var sequence: UInt64
  /// Core time.
  public var time: Timestamp
  public var entries: [JournalEntry]
  /// Bots that changed or were removed.
  public var bots: [BotChange]
  /// Orders that changed or are not open any more.
  public var orders: [OrderChange]
  public var risk: RiskView
  public var balances: [AssetBalance]
  /// False after the journal failed: the entries happened, and no restart will know of them. Their sequences will be given again.
  public var isRecorded: Bool
}

/// Hears what the engine does. Called on the core's loop: it must be quick, must not block, and must not call back into the engine.
public protocol EnginePublisher: AnyObject {
  /// Entries became durable, or, when ``EngineCommit/isRecorded`` is false, never will.
  func committed(_ commit: EngineCommit)
  /// The account's balances changed; they are the exchange's words, not the journal's.
  func balances(_ balances: [AssetBalance], at time: Timestamp)
  func market(_ event: MarketEvent)
  /// Closed candles from before now.
  func history(_ key: SeriesKey, _ candles: [Candle])
  /// A bot needs a series (``TradingEngine/warm(_:_:)`` delivers its past), or none does any more.
  func watch(_ key: SeriesKey)
  func unwatch(_ key: SeriesKey)
  /// Nothing is durable any more; told once.
  func journalFailed(_ message: String)
  /// The user data stream came up or went down.
  func executionStreamChanged(isLive: Bool, message: String)
  /// The venue had to try something again.
  func executionWarned(_ message: String)
}
