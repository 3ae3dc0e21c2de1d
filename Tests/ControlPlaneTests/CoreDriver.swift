import Time
import ControlPlane
import Foundation
import Journal
import MarketData
import ServiceRuntime
import Strategies
import Synchronization
import TestSupport
import TradingCore
import TradingModel
import Venue
import ExchangeSimulation
import PaperTrading

/// A real core with a real journal and the simulated venue, driven one event at a time on a thread of its own: what the daemon's engine
/// does, without its asynchrony.
final class CoreDriver: CoreGateway, @unchecked Sendable {
  let thread: PinnedThread
  let journal: Journal
  let board: StateBoard
  let books: BookKeeper
  let tail: JournalTail
  let market: MarketDataStore
  // On the thread only.
  private var paper = PaperRun(core: TradingCore(configuration: CoreConfiguration(mode: .paper)))
  private var replies: [UInt64: @Sendable (CommandResult) -> Void] = [:]
  private var nextID: UInt64 = 1
  private var time = Samples.start
  private var minute = 0
  let commands = Atomic<Int>(0)
  /// Serves strategies of other processes.
  private weak var strategies: StrategyHub?

  static let journalID = "k3v9x2mq"
  static let symbols = ["BTCUSDT", "ETHUSDT", "SOLUSDT"].compactMap { Symbol($0) }

  init(journal: Journal, board: StateBoard, books: BookKeeper, tail: JournalTail, market: MarketDataStore) throws {
    self.journal = journal
    self.board = board
    self.books = books
    self.tail = tail
    self.market = market
    thread = try PinnedThread(name: "test-core")
  }

  /// Opens the journal, teaches the rules and sets the feed live.
  func open() async throws {
    try await run { driver in
      driver.paper.open(JournalIdentity(id: Self.journalID, mode: .paper), at: driver.time)
      try driver.carryOut()
      let rules = Self.symbols.compactMap { SimulatedInstrument(symbol: $0)?.rules }
      driver.board.setRules(rules)
      try driver.process(.rules(rules))
      try driver.process(.feed(nil, .live))
      driver.market.feedState(nil, .live, at: driver.time)
    }
  }

  func perform(_ command: Command, requestID: String, fingerprint: UInt64, completion: @escaping @Sendable (CommandResult) -> Void) {
    commands.add(1, ordering: .relaxed)
    thread.submit {
      let id = self.nextID
      self.nextID += 1
      self.replies[id] = completion
      try? self.process(.command(CommandEnvelope(id: id, requestID: requestID, fingerprint: fingerprint, command: command)))
    }
  }

  func report(_ event: StrategyEvent) {
    thread.submit { try? self.process(.strategies(event)) }
  }

  /// Where the core's requests to processes that serve strategies go from now on.
  func serve(_ hub: StrategyHub) async throws { try await run { $0.strategies = hub } }

  /// The market trades at `price` and a minute candle of it closes.
  func close(_ symbol: Symbol, at price: FixedDecimal) async throws {
    try await run { try $0.pass(symbol, at: price) }
  }

  private func pass(_ symbol: Symbol, at price: FixedDecimal) throws {
    minute += 1
    let opens = Samples.start.advanced(byMilliseconds: Int64(minute) * 60_000)
    time = opens.advanced(byMilliseconds: 59_999)
    try feed(
      .trade(
        MarketTrade(symbol: symbol, id: TradeID(Int64(minute)), price: price, quantity: .one, time: time, isBuyerMaker: false)))
    let candle = Candle(openTime: opens, open: price, high: price, low: price, close: price, volume: .one)
    time = opens.advanced(byMilliseconds: 60_000)
    try feed(.candle(CandleUpdate(symbol: symbol, interval: .oneMinute, candle: candle, isClosed: true, eventTime: time)))
  }

  /// Prices that make `rsi` of a short period buy.
  func fall(_ symbol: Symbol, from price: Int, candles: Int = 6) async throws {
    for step in 0..<candles { try await close(symbol, at: FixedDecimal(price - step * price / 500)) }
  }

  private func feed(_ event: MarketEvent) throws {
    market.take(event)
    paper.begin(event, at: time)
    repeat { try carryOut() } while paper.advance() != .over
    try carryOut()
  }

  /// Runs work on the core's thread.
  func run(_ body: @escaping @Sendable (CoreDriver) throws -> Void) async throws {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      thread.submit { continuation.resume(with: Result { try body(self) }) }
    }
  }

  private func process(_ event: CoreEvent) throws {
    paper.step(event, at: time)
    try carryOut()
  }

  private func carryOut() throws {
    var entries: [JournalEntry] = []
    var done: [(reply: @Sendable (CommandResult) -> Void, result: CommandResult)] = []
    while let effect = paper.next() {
      switch effect {
      case .append(let entry): entries.append(entry)
      case .reply(let id, let result, _): if let reply = replies.removeValue(forKey: id) { done.append((reply, result)) }
      case .strategy(let request): strategies?.carryOut(request)
      case .submit, .cancel, .query, .listTrades, .readAccount, .readLocks, .identify, .askQuote, .watch, .unwatch: break
      }
    }
    if let last = entries.last {
      journal.append(entries) { _ in }
      _ = try journal.flush()
      board.publish(
        BoardUpdate(
          sequence: last.sequence, time: last.time, bots: paper.core.takeChanges(), orders: paper.core.takeOrderChanges(),
          risk: RiskView(paper.core), balances: paper.core.balances))
      books.committed(entries)
      tail.committed(entries)
    }
    for (reply, result) in done { reply(result) }
  }
}
