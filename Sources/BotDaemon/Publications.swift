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
  /// The account's balances are left out: a commit waits for the disk, and what was heard of them meanwhile is newer.
  init(_ commit: EngineCommit) {
    self.init(
      sequence: commit.sequence, time: commit.time, bots: commit.bots, orders: commit.orders, risk: commit.risk,
      isRecorded: commit.isRecorded)
  }
}

/// Carries what the engine says to those who show, store or follow it. On the core's loop.
final class Publications: EnginePublisher {
  private let engine: TradingEngine
  private let board: StateBoard
  private let books: BookKeeper
  private let tail: JournalTail
  private let stores: StoreAssembly
  private let marketData: MarketDataStore
  private let tape: MarketTapeWriter?
  private let health: HealthRegistry
  private let log: Logger
  private var trades: TradingLog
  private let counts: TradingCounts
  private var arrivals = OrderArrivals()
  private(set) var standing = TradingStanding()
  /// Set before the loop runs anything.
  var console: Console?
  var feed: (any MarketFeed)?

  init(
    engine: TradingEngine, board: StateBoard, books: BookKeeper, tail: JournalTail, stores: StoreAssembly, marketData: MarketDataStore,
    tape: MarketTapeWriter?,
    health: HealthRegistry, log: Logger, trades: TradingLog, counts: TradingCounts
  ) {
    self.counts = counts
    self.engine = engine
    self.board = board
    self.books = books
    self.tail = tail
    self.stores = stores
    self.marketData = marketData
    self.tape = tape
    self.health = health
    self.log = log
    self.trades = trades
  }

  /// Takes over the state that the journal left.
  func begin(_ state: EngineCommit) {
    var update = BoardUpdate(state)
    update.balances = state.balances
    board.publish(update)
    show(state)
  }

  private func show(_ commit: EngineCommit) {
    standing.take(commit.risk, commit.bots, at: commit.time)
    let (status, message) = standing.health
    health.set("trading", status, message)
  }

  /// Called a few times a second.
  func tick(at now: Int64) { trades.tick(at: now) }

  /// Says what was still to be said of the trading.
  func end() { trades.end() }

  func committed(_ commit: EngineCommit) {
    var update = BoardUpdate(commit)
    update.missingCoins = engine.core.missingCoins
    board.publish(update)
    books.committed(commit.entries)
    counts.take(commit.entries)
    tail.committed(commit.entries, isRecorded: commit.isRecorded)
    if commit.isRecorded { stores.committed(commit.sequence) }
    show(commit)
    trades.take(commit.entries, isRecorded: commit.isRecorded)
    if !engine.isPaper { for arrival in arrivals.take(commit.entries) { tape?.arrived(arrival) } }
    console?.show(commit)
  }

  func balances(_ balances: [AssetBalance], at time: Timestamp) {
    board.publish(BoardUpdate(sequence: board.sequence, time: time, balances: balances, missingCoins: engine.core.missingCoins))
  }

  func market(_ event: MarketEvent) {
    marketData.take(event)
    if !engine.isPaper { arrivals.take(event, at: engine.exchangeTime) }
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

  func journalWarned(_ message: String) { log.warning("\(message)") }

  func journalRecovered(upTo sequence: UInt64) {
    log.notice("the journal is written again; what happened meanwhile is recorded", metadata: ["sequence": "\(sequence)"])
    board.publish(BoardUpdate(sequence: sequence, time: .zero))
    tail.recovered(upTo: sequence)
    stores.committed(sequence)
  }

  func executionStreamChanged(isLive: Bool, message: String) {
    health.set("user_stream", isLive ? .ok : .down, message)
    if isLive {
      log.info("the account's events arrive", metadata: ["reason": "\(message)"])
    } else {
      log.warning("the account's events do not arrive; entries wait", metadata: ["reason": "\(message)"])
    }
  }

  func executionWarned(_ message: String) { log.warning("the venue had to try again", metadata: ["reason": "\(message)"]) }
}
