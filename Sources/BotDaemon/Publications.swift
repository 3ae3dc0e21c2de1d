import ControlPlane
import Engine
import Logging
import MarketData
import MarketTape
import Time
import TradingCore
import TradingModel
import Venue

extension BoardUpdate {
  init(_ commit: EngineCommit) {
    self.init(
      sequence: commit.sequence, time: commit.time, bots: commit.bots, orders: commit.orders, risk: commit.risk, balances: commit.balances,
      isRecorded: commit.isRecorded)
  }
}

/// Carries what the engine says to those who show, store or follow it. On the core's loop.
final class Publications: EnginePublisher {
  private let engine: TradingEngine
  private let board: StateBoard
  private let tail: JournalTail
  private let stores: StoreAssembly
  private let marketData: MarketDataStore
  private let tape: MarketTapeWriter?
  private let health: HealthRegistry
  private let log: Logger
  /// Set before the loop runs anything.
  var console: Console?
  var feed: (any MarketFeed)?

  init(
    engine: TradingEngine, board: StateBoard, tail: JournalTail, stores: StoreAssembly, marketData: MarketDataStore,
    tape: MarketTapeWriter?,
    health: HealthRegistry, log: Logger
  ) {
    self.engine = engine
    self.board = board
    self.tail = tail
    self.stores = stores
    self.marketData = marketData
    self.tape = tape
    self.health = health
    self.log = log
  }

  func committed(_ commit: EngineCommit) {
    board.publish(BoardUpdate(commit))
    tail.committed(commit.entries, isRecorded: commit.isRecorded)
    if commit.isRecorded { stores.committed(commit.sequence) }
    console?.show(commit)
  }

  func balances(_ balances: [AssetBalance], at time: Timestamp) {
    board.publish(BoardUpdate(sequence: board.sequence, time: time, balances: balances))
  }

  func market(_ event: MarketEvent) {
    marketData.take(event)
    if case .candle(let update) = event, update.isClosed {
      tape?.closed(update.candle, of: SeriesKey(symbol: update.symbol, interval: update.interval), at: update.eventTime)
    }
  }

  func history(_ key: SeriesKey, _ candles: [Candle]) {
    marketData.seed(key, candles)
    if let rules = engine.core.rules(for: key.symbol) { tape?.learn(rules) }
    tape?.history(candles, of: key)
  }

  func watch(_ key: SeriesKey) {
    if let rules = engine.core.rules(for: key.symbol) { tape?.learn(rules) }
    feed?.watch(key)
  }

  func unwatch(_ key: SeriesKey) { feed?.unwatch(key) }

  func journalFailed(_ message: String) {
    log.critical("the journal failed; entries are stopped", metadata: ["error": "\(message)"])
    health.set("journal", .down, message)
  }

  func executionStreamChanged(isLive: Bool, message: String) {
    health.set("user_stream", isLive ? .ok : .down, message)
  }

  func executionWarned(_ message: String) { log.warning("\(message)") }
}
