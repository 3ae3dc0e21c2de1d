import Time
import ControlPlane
import Journal
import NIOCore
import ServiceRuntime
import Synchronization
import TradingCore
import TradingModel
import Venue
import PaperTrading

/// The driver of the trading core: owns it on one event loop, journals what it decides, and lets effects out only when what they depend
/// on is durable.
///
/// In the paper modes the market waits while an order becomes durable: events are held back until the simulated venue has taken it.
/// So the fills depend on the data alone, not on the speed of a disk, and equal those of a backtest.
///
/// Everything but ``perform(_:requestID:fingerprint:completion:)`` must be called on ``loop``.
final class TradingEngine: @unchecked Sendable {
  let loop: any EventLoop
  private(set) var core: TradingCore
  private let journal: Journal
  weak var observer: (any EngineObserver)?
  /// Where orders go in testnet and live mode; `nil` in the paper modes.
  var execution: (any VenueExecution)?

  private var paper: PaperVenue?
  /// The exchange's clock when it was last measured, and the monotonic clock then: from there on time only runs forward, whatever
  /// happens to the machine's clock.
  private var clockAnchor: (exchange: Timestamp, monotonic: Int64)
  private var isClockMeasured = false
  /// Simulated orders wait for the trading rules to be restored.
  private var isRestoreDue = false
  private var durable: UInt64 = 0
  private var depth = 0
  private var effects: [Effect] = []
  private var reports: [ExecutionReport] = []
  private var fresh: [JournalEntry] = []
  private var uncommitted: [EngineCommit] = []
  private var gated: [Effect] = []
  /// The market event in progress: where the simulated venue's price goes yet.
  private var walk: (prices: PriceWalk, event: MarketEvent, time: Timestamp)?
  private var heldBack: [Held] = []
  private var heldBackHead = 0

  /// What waits for the simulated venue, in order.
  private enum Held {
    case market(MarketEvent)
    case history(SeriesKey, [Candle])
  }

  private var replies: [UInt64: @Sendable (CommandResult) -> Void] = [:]
  private var nextCommandID: UInt64 = 1

  init(core: TradingCore, journal: Journal, loop: any EventLoop) {
    self.core = core
    self.journal = journal
    self.loop = loop
    clockAnchor = (WallClock.now(), MonotonicClock.nanoseconds())
    durable = core.nextSequence &- 1
    if core.configuration.mode.isPaper { paper = PaperVenue() }
  }

  var isPaper: Bool { paper != nil }
  /// Market events held back until an order is durable; simulated time waits for this to be empty.
  var isHoldingBack: Bool { heldBackHead < heldBack.count || walk != nil }

  // MARK: Events

  /// Core time for something that happens now: the exchange's clock, or market time in the paper modes, where time passes with the
  /// market alone.
  private func time(atLeast event: Timestamp = .zero) -> Timestamp {
    guard paper == nil else { return max(event, core.time) }
    let now = exchangeTime
    return max(min(event, now.advanced(byNanoseconds: Self.eventTimeLead)), now)
  }

  /// The exchange's clock was measured: it is this much ahead of the machine's now.
  func clockMeasured(offsetNanoseconds: Int64) {
    clockAnchor = (WallClock.now().advanced(byNanoseconds: offsetNanoseconds), MonotonicClock.nanoseconds())
    isClockMeasured = true
  }

  private var exchangeTime: Timestamp {
    clockAnchor.exchange.advanced(byNanoseconds: MonotonicClock.nanoseconds() - clockAnchor.monotonic)
  }

  /// An event's own time may run ahead of the exchange's clock as we know it, but not far.
  private static let eventTimeLead: Int64 = 5_000_000_000

  /// Core time of a command. In the paper modes the market may be silent, or far from our time: the exchange's clock where it is known.
  private var commandTime: Timestamp {
    guard paper != nil else { return exchangeTime }
    if !isClockMeasured, core.time != .zero { return core.time }
    return max(core.time, exchangeTime)
  }

  /// A market event from a feed.
  func received(_ event: MarketEvent) {
    if paper != nil, isHoldingBack || !gated.isEmpty {
      heldBack.append(.market(event))
      return
    }
    turn { self.deliver(event) }
  }

  private func deliver(_ event: MarketEvent) {
    var event = event
    var at = core.time
    switch event {
    case .candle(let update): at = update.eventTime
    case .trade(let trade): at = trade.time
    case .quote(var quote):
      if paper != nil { quote.time = core.time }
      event = .quote(quote)
    case .ticker: break
    }
    observer?.market(event)
    if paper != nil {
      reports.removeAll(keepingCapacity: true)
      let prices = paper?.walk(for: event, reports: &reports)
      takeReports(at: at)
      if let prices {
        walk = (prices, event, at)
        return followWalk()
      }
    }
    finish(event, at: at)
  }

  private func finish(_ event: MarketEvent, at time: Timestamp) {
    switch event {
    case .quote, .ticker: return
    case .candle, .trade: step(.market(event), at: self.time(atLeast: time))
    }
  }

  /// What the simulated venue did; a report may lead to an order that it takes at once, so the list is taken before.
  private func takeReports(at time: Timestamp) {
    guard !reports.isEmpty else { return }
    let batch = reports
    reports.removeAll(keepingCapacity: true)
    for report in batch { step(.report(report), at: max(time, core.time)) }
  }

  /// Takes the simulated venue's price further, until the next order has to become durable or the event is over.
  private func followWalk() {
    while gated.isEmpty, var current = walk {
      let symbol = current.prices.symbol
      var stop: Price?
      if let (from, to) = paper?.leg(of: current.prices) { stop = core.trigger(on: symbol, from: from, to: to) }
      guard let price = paper?.advance(&current.prices, stoppingAt: stop, reports: &reports) else {
        walk = nil
        return finish(current.event, at: current.time)
      }
      walk = current
      takeReports(at: current.time)
      step(.price(symbol, price), at: max(current.time, core.time))
    }
  }

  /// Closed candles from before now.
  func warm(_ key: SeriesKey, _ candles: [Candle]) {
    // Never ahead of a live candle that waits.
    if paper != nil, isHoldingBack || !gated.isEmpty {
      heldBack.append(.history(key, candles))
      return
    }
    turn { self.take(key, candles) }
  }

  private func take(_ key: SeriesKey, _ candles: [Candle]) {
    observer?.history(key, candles)
    step(.history(key, candles), at: core.time)
  }

  /// Anything else.
  func handle(_ event: CoreEvent) {
    var at = time()
    if case .command = event { at = commandTime }
    turn {
      self.step(event, at: at)
      if self.isRestoreDue, case .rules = event { self.restorePaper() }
    }
    if case .balances = event { observer?.balances(core.balances) }
  }

  func open(_ identity: JournalIdentity, at time: Timestamp) {
    turn {
      self.core.open(identity, at: time, effects: &self.effects)
      self.run()
    }
  }

  /// Restores the simulated venue's resting orders and watches every series again.
  func resume() {
    turn {
      if self.paper != nil { self.restorePaper() }
      self.core.resume(at: self.time(), effects: &self.effects)
      self.run()
    }
  }

  private func restorePaper() {
    var resting: [PaperOrder] = []
    var highest: Int64 = 0
    isRestoreDue = false
    for order in core.restingOrders {
      guard let rules = core.rules(for: order.intent.request.symbol) else {
        // Against an exchange the rules come later than this.
        isRestoreDue = true
        continue
      }
      resting.append(PaperOrder(request: order.intent.request, venueOrderID: order.venueOrderID, rules: rules))
    }
    highest = core.highestVenueOrderID.value
    paper?.restore(
      open: resting, nextVenueOrderID: highest &+ 1, nextTradeIDs: core.tradedSymbols.map { ($0.symbol, $0.lastTradeID.value &+ 1) })
  }

  // MARK: The turn

  /// Runs events and their consequences; hands the journal everything they appended in one batch.
  private func turn(_ body: () -> Void) {
    depth += 1
    body()
    depth -= 1
    guard depth == 0 else { return }
    flush()
    releaseMarket()
  }

  private func step(_ event: CoreEvent, at time: Timestamp) {
    core.step(event, at: time, effects: &effects)
    run()
  }

  /// Carries out effects; those that wait for the journal are kept in order.
  private func run() {
    guard !effects.isEmpty else { return }
    let batch = effects
    effects.removeAll(keepingCapacity: true)
    for effect in batch {
      switch effect {
      case .append(let entry):
        fresh.append(entry)
      case .submit(_, let after), .cancel(_, _, let after), .reply(_, _, let after):
        if after <= durable, gated.isEmpty {
          perform(effect)
        } else if core.journalIsHealthy {
          gated.append(effect)
        } else {
          performWithoutJournal(effect)
        }
      case .query, .listTrades, .watch, .unwatch: perform(effect)
      }
    }
  }

  private func perform(_ effect: Effect) {
    switch effect {
    case .append: break
    case .submit(let order, _):
      if paper != nil { submitOnPaper(order) } else { execution?.submit(order.request) }
    case .cancel(let id, let symbol, _):
      if paper != nil { cancelOnPaper(id, symbol) } else { execution?.cancel(clientOrderID: id, symbol: symbol) }
    case .query(let id, let symbol): execution?.query(clientOrderID: id, symbol: symbol)
    case .listTrades(let symbol, let from): execution?.listTrades(symbol: symbol, from: from)
    case .watch(let key): observer?.watch(key)
    case .unwatch(let key): observer?.unwatch(key)
    case .reply(let id, let result, _): replies.removeValue(forKey: id)?(result)
    }
  }

  /// After a disk failure nothing new is durable: cancels and sales go on unrecorded, so that positions can still be closed (RELIABILITY
  /// I17); callers hear that nothing was recorded; nothing is bought.
  private func performWithoutJournal(_ effect: Effect) {
    switch effect {
    case .submit(let order, _) where order.request.side == .sell: perform(effect)
    case .cancel: perform(effect)
    case .reply(let id, _, _): replies.removeValue(forKey: id)?(.failed(Self.journalUnavailable("it failed earlier")))
    default: break
    }
  }

  private static func journalUnavailable(_ message: String) -> CommandError {
    CommandError(.unavailable, reason: "JOURNAL_UNAVAILABLE", "the journal cannot be written (\(message)); nothing was changed durably")
  }

  private func submitOnPaper(_ order: ApprovedOrder) {
    guard let rules = core.rules(for: order.request.symbol) else {
      return step(.submitted(order.request.clientOrderID, .rejected(code: -1121, message: "Invalid symbol.")), at: core.time)
    }
    var answers: [ExecutionReport] = []
    paper?.submit(order.request, rules: rules, at: core.time, reports: &answers)
    for report in answers { step(.report(report), at: core.time) }
  }

  private func cancelOnPaper(_ id: ClientOrderID, _ symbol: Symbol) {
    var answers: [ExecutionReport] = []
    if paper?.cancel(clientOrderID: id, symbol: symbol, at: core.time, reports: &answers) == true {
      for report in answers { step(.report(report), at: core.time) }
    } else if let order = core.order(id), !order.status.isTerminal {
      // Nothing rests on this venue that it does not know.
      step(.report(ExecutionReport(canceled: order, at: core.time)), at: core.time)
    }
  }

  /// The whole state, for a board that knows nothing yet; the recovered journal is durable.
  func takeInitialUpdate() -> BoardUpdate {
    BoardUpdate(
      sequence: durable, time: core.time, bots: core.takeChanges(),
      orders: core.openOrders.map { OrderChange(id: $0.clientOrderID, order: $0) }, risk: RiskView(core),
      balances: core.balances)
  }

  // MARK: Durability

  private func flush() {
    guard !fresh.isEmpty else { return }
    let entries = fresh
    fresh.removeAll(keepingCapacity: true)
    guard let last = entries.last?.sequence else { return }
    uncommitted.append(
      EngineCommit(
        sequence: last, entries: entries, bots: core.takeChanges(), orders: core.takeOrderChanges(),
        risk: RiskView(core), balances: core.balances))
    journal.append(entries) { [loop, weak self] result in
      loop.execute { self?.journaled(result) }
    }
  }

  private func journaled(_ result: Result<UInt64, JournalError>) {
    switch result {
    case .success(let sequence):
      durable = max(durable, sequence)
      turn {
        self.publish()
        self.release()
      }
    case .failure(let error):
      if error.code == .closed {
        // The daemon stops: what is not durable does not leave.
        gated.removeAll()
        return
      }
      guard core.journalIsHealthy else { return }
      turn { self.step(.journalFailed(error.message), at: self.core.time) }
      observer?.journalFailed(error.message)
      failReplies(error.message)
    }
  }

  private func publish() {
    var count = 0
    while count < uncommitted.count, uncommitted[count].sequence <= durable {
      observer?.committed(uncommitted[count])
      count += 1
    }
    uncommitted.removeFirst(count)
  }

  private func release() {
    var count = 0
    while count < gated.count {
      switch gated[count] {
      case .submit(_, let after), .cancel(_, _, let after), .reply(_, _, let after):
        guard after <= durable else {
          gated.removeFirst(count)
          return
        }
      default: break
      }
      let effect = gated[count]
      count += 1
      perform(effect)
    }
    gated.removeFirst(count)
  }

  /// Lets held-back market events go on, until the next order has to become durable.
  private func releaseMarket() {
    guard isHoldingBack, gated.isEmpty else { return }
    depth += 1
    followWalk()
    while heldBackHead < heldBack.count, gated.isEmpty {
      let event = heldBack[heldBackHead]
      heldBackHead += 1
      switch event {
      case .market(let event): deliver(event)
      case .history(let key, let candles): take(key, candles)
      }
    }
    if heldBackHead == heldBack.count {
      heldBack.removeAll(keepingCapacity: true)
      heldBackHead = 0
    }
    depth -= 1
    flush()
  }

  /// After a failed commit nothing that waits for it will ever be durable: callers hear so, and only what closes positions goes on.
  private func failReplies(_ message: String) {
    let waiting = gated
    gated.removeAll()
    let callers = replies.sorted { $0.key < $1.key }
    replies.removeAll()
    for (_, reply) in callers { reply(.failed(Self.journalUnavailable(message))) }
    turn { for effect in waiting { self.performWithoutJournal(effect) } }
  }
}

extension TradingEngine: CoreGateway {
  /// Runs a command in the core. The completion comes on the core's thread once the outcome is durable.
  func perform(
    _ command: Command, requestID: String, fingerprint: UInt64, completion: @escaping @Sendable (CommandResult) -> Void
  ) {
    loop.execute {
      let id = self.nextCommandID
      self.nextCommandID += 1
      self.replies[id] = completion
      self.handle(
        .command(CommandEnvelope(id: id, requestID: requestID, fingerprint: fingerprint, command: command)))
    }
  }
}

/// What the engine asks of a real venue beyond orders.
protocol VenueExecution: ExecutionVenue {
  /// Lists the account's trades of a symbol from this id on and answers with `CoreEvent.trades`.
  func listTrades(symbol: Symbol, from: TradeID)
}

extension ExecutionReport {
  /// Says that the simulated venue does not have this order.
  fileprivate init(canceled order: Order, at time: Timestamp) {
    let request = order.intent.request
    self.init(
      clientOrderID: order.clientOrderID, venueOrderID: order.venueOrderID, symbol: request.symbol, side: request.side, type: request.type,
      timeInForce: request.timeInForce, quantity: request.quantity, price: request.price, stopPrice: request.stopPrice, status: .canceled,
      executedQuantity: order.executedQuantity, cumulativeQuote: order.cumulativeQuote, reason: "it does not rest on the simulated venue",
      time: time, source: .simulated)
  }
}
