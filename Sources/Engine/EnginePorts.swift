public import TradingCore
public import TradingModel
public import Time
public import Venue

/// Where the engine's entries become durable.
public protocol JournalSink: AnyObject, Sendable {
  /// Queues entries, which continue the sequence, and returns at once. `completion` comes once, on any thread, in the order of the calls:
  /// with the last sequence that is durable, or with why nothing will be.
  func append(_ entries: [JournalEntry], completion: @escaping @Sendable (Result<UInt64, JournalSinkError>) -> Void)

  /// After a failure: looks at what is really on the disk, appends those of `entries` that are not, and takes more from then on. `entries` are
  /// all that were appended after the last that was reported as durable, and what happened since. Returns at once; `completion` as
  /// in ``append(_:completion:)``, with ``JournalSinkError/lost(_:)`` where trying again is of no use.
  func recover(_ entries: [JournalEntry], completion: @escaping @Sendable (Result<UInt64, JournalSinkError>) -> Void)
}

/// Why entries did not become durable.
public enum JournalSinkError: Error, Hashable, Sendable {
  /// The daemon stops; nothing is wrong.
  case closed
  /// The disk; nothing that is written later may be believed before ``JournalSink/recover(_:completion:)``.
  case failed(String)
  /// What is on the disk is not what was reported as durable.
  case lost(String)
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
  /// False while the journal has failed: the entries happened, and a restart will know of them only if the disk recovers before it. Else
  /// their sequences will be given again.
  public var isRecorded: Bool
}

/// Hears what the engine does. Called on the core's loop: it must be quick, must not block, and must not call back into the engine.
public protocol EnginePublisher: AnyObject {
  /// Entries became durable, or, when ``EngineCommit/isRecorded`` is false, did not (yet).
  func committed(_ commit: EngineCommit)
  /// The account's balances changed; they are the exchange's words, not the journal's.
  func balances(_ balances: [AssetBalance], at time: Timestamp)
  func market(_ event: MarketEvent)
  /// Closed candles from before now.
  func history(_ key: SeriesKey, _ candles: [Candle])
  /// A bot needs a series (``TradingEngine/warm(_:_:)`` delivers its past), or none does any more.
  func watch(_ key: SeriesKey)
  func unwatch(_ key: SeriesKey)
  /// Nothing is durable any more; told once for each failure.
  func journalFailed(_ message: String)
  /// The journal's disk takes long, or no longer does; told once for each condition.
  func journalWarned(_ message: String)
  /// The disk is back: everything up to `sequence`, published as not recorded before, is durable now.
  func journalRecovered(upTo sequence: UInt64)
  /// The user data stream came up or went down.
  func executionStreamChanged(isLive: Bool, message: String)
  /// The venue had to try something again.
  func executionWarned(_ message: String)
}

/// Hands what the core wants of strategies to the processes that serve them. Called on the core's loop: it must be quick, must not block,
/// and must not call back into the engine; events come later, through ``TradingEngine/handle(_:)``.
public protocol StrategyProcesses: AnyObject, Sendable {
  func carryOut(_ request: StrategyRequest)
}
