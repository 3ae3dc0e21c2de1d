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
  let tail: JournalTail
  let market: MarketDataStore
  // On the thread only.
  private var core = TradingCore(configuration: CoreConfiguration(mode: .paper))
  private var paper = PaperVenue()
  private var replies: [UInt64: @Sendable (CommandResult) -> Void] = [:]
  private var nextID: UInt64 = 1
  private var time = Samples.start
  private var minute = 0
  let commands = Atomic<Int>(0)

  static let journalID = "k3v9x2mq"
  static let symbols = ["BTCUSDT", "ETHUSDT", "SOLUSDT"].compactMap { Symbol($0) }

  init(journal: Journal, board: StateBoard, tail: JournalTail, market: MarketDataStore) throws {
    self.journal = journal
    self.board = board
    self.tail = tail
    self.market = market
    thread = try PinnedThread(name: "test-core")
  }

  /// Opens the journal, teaches the rules and sets the feed live.
  func open() async throws {
    try await run { driver in
      var effects: [Effect] = []
      driver.core.open(JournalIdentity(id: Self.journalID, mode: .paper), at: driver.time, effects: &effects)
      try driver.carryOut(effects)
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

  /// The market trades at `price` and a minute candle of it closes.
  func close(_ symbol: Symbol, at price: FixedDecimal) async throws {
    try await run { driver in
      driver.minute += 1
      let opens = Samples.start.advanced(byMilliseconds: Int64(driver.minute) * 60_000)
      driver.time = opens.advanced(byMilliseconds: 59_999)
      let trade = MarketTrade(
        symbol: symbol, id: TradeID(Int64(driver.minute)), price: price, quantity: .one, time: driver.time, isBuyerMaker: false)
      try driver.feed(.trade(trade))
      let candle = Candle(openTime: opens, open: price, high: price, low: price, close: price, volume: .one)
      driver.time = opens.advanced(byMilliseconds: 60_000)
      try driver.feed(
        .candle(CandleUpdate(symbol: symbol, interval: .oneMinute, candle: candle, isClosed: true, eventTime: driver.time)))
    }
  }

  /// Prices that make `rsi` of a short period buy.
  func fall(_ symbol: Symbol, from price: Int, candles: Int = 6) async throws {
    for step in 0..<candles { try await close(symbol, at: FixedDecimal(price - step * price / 500)) }
  }

  private func feed(_ event: MarketEvent) throws {
    market.take(event)
    var reports: [ExecutionReport] = []
    var walk = paper.walk(for: event, reports: &reports)
    for report in reports { try process(.report(report)) }
    while let symbol = walk?.symbol {
      reports.removeAll()
      guard let price = walk.flatMap({ advance($0, &walk, &reports) }) else { break }
      for report in reports { try process(.report(report)) }
      try process(.price(symbol, price))
    }
    try process(.market(event))
  }

  private func advance(_ current: PriceWalk, _ walk: inout PriceWalk?, _ reports: inout [ExecutionReport]) -> Price? {
    var current = current
    defer { walk = current }
    let stop = paper.leg(of: current).flatMap { core.trigger(on: current.symbol, from: $0.from, to: $0.to) }
    return paper.advance(&current, stoppingAt: stop, reports: &reports)
  }

  /// Runs work on the core's thread.
  func run(_ body: @escaping @Sendable (CoreDriver) throws -> Void) async throws {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      thread.submit { continuation.resume(with: Result { try body(self) }) }
    }
  }

  private func process(_ event: CoreEvent) throws {
    var effects: [Effect] = []
    core.step(event, at: time, effects: &effects)
    try carryOut(effects)
  }

  private func carryOut(_ effects: [Effect]) throws {
    let entries = effects.compactMap { effect -> JournalEntry? in
      if case .append(let entry) = effect { return entry }
      return nil
    }
    if let last = entries.last {
      journal.append(entries) { _ in }
      _ = try journal.flush()
      board.publish(
        BoardUpdate(
          sequence: last.sequence, time: last.time, bots: core.takeChanges(), orders: core.takeOrderChanges(), risk: RiskView(core),
          balances: core.balances))
      tail.committed(entries)
    }
    for effect in effects {
      var reports: [ExecutionReport] = []
      switch effect {
      case .submit(let order, _):
        guard let rules = core.rules(for: order.request.symbol) else { continue }
        paper.submit(order.request, rules: rules, at: time, reports: &reports)
      case .cancel(let id, let symbol, _): paper.cancel(clientOrderID: id, symbol: symbol, at: time, reports: &reports)
      case .reply(let id, let result, _): replies.removeValue(forKey: id)?(result)
      default: break
      }
      for report in reports { try process(.report(report)) }
    }
  }
}
