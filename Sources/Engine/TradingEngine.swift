public import NIOCore
import PaperTrading
import ServiceRuntime
public import Time
public import TradingCore
public import TradingModel
public import Venue

/// The driver of the trading core: owns it on one event loop, journals what it decides, and lets effects out only when what they depend
/// on is durable.
///
/// In the paper modes the market waits while an order becomes durable: events are held back until the simulated venue has taken it.
/// So the fills depend on the data alone, not on the speed of a disk, and equal those of a backtest. In the same way it waits for
/// strategies that other processes serve.
///
/// While the journal has failed, exits and cancels go on unrecorded and everything is still published, marked as not recorded. It is tried
/// again, and what happened meanwhile is recorded then. A disk that takes long is not waited for by what closes positions either, and
/// entries that waited too long are not sent (``DiskPatience``).
///
/// Everything but ``perform(_:requestID:fingerprint:completion:)`` must be called on ``loop``.
public final class TradingEngine: @unchecked Sendable {
  public let loop: any EventLoop
  public internal(set) var core: TradingCore
  public weak var publisher: (any EnginePublisher)?
  /// Processes that serve strategies; `nil`: there are none.
  public weak var strategies: (any StrategyProcesses)?
  /// Where orders go in testnet and live mode; `nil` in the paper modes.
  public var execution: (any ExecutionVenue)?

  let journal: any JournalSink
  private let replyLoop: any EventLoop
  var clock: EngineClock
  private var paper: PaperDriver?
  /// Simulated orders wait for the trading rules to be restored.
  private var isRestoreDue = false
  private var depth = 0
  var effects: [Effect] = []
  var fresh: [JournalEntry] = []
  var gate: DurabilityGate
  var disk = DiskWatch()
  private var heldBack: [Held] = []
  private var heldBackHead = 0

  /// What waits for the simulated venue, in order.
  private enum Held {
    case market(MarketEvent)
    case history(SeriesKey, [Candle])
  }

  var replies: [UInt64: @Sendable (CommandResult) -> Void] = [:]
  var completed: [(reply: @Sendable (CommandResult) -> Void, result: CommandResult)] = []
  private var nextCommandID: UInt64 = 1

  /// - Parameters:
  ///   - core: recovered; the engine journals from its next sequence on.
  ///   - loop: where the core lives.
  ///   - replyLoop: where completions of commands run: never the core's, so that no caller can delay an order.
  public init(core: TradingCore, journal: any JournalSink, loop: any EventLoop, replyLoop: any EventLoop, clocks: ClockReaders) {
    self.core = core
    self.journal = journal
    self.loop = loop
    self.replyLoop = replyLoop
    clock = EngineClock(clocks)
    gate = DurabilityGate(durable: core.nextSequence &- 1)
    if core.configuration.mode.isPaper { paper = PaperDriver() }
  }

  public var isPaper: Bool { paper != nil }
  /// The exchange's clock now, as far as it was measured.
  public var exchangeTime: Timestamp { clock.exchangeTime }
  /// Market events are held back until an order is durable; simulated time waits for them.
  public var isHoldingBack: Bool { heldBackHead < heldBack.count || paper?.isWalking == true || isAwaitingAnswers }
  /// The market waits for a strategy that another process serves, so that its answer comes in the instant of its candle.
  private var isAwaitingAnswers: Bool { isPaper && core.hasOpenQuestions }
  /// Why nothing is recorded any more; `nil` while everything is.
  public var journalFailure: String? {
    guard case .failed(let message) = gate.state else { return nil }
    return message
  }
  /// What the journal's disk does.
  public var diskState: DiskState {
    if let message = journalFailure { return .failed(message, isTriedAgain: gate.unrecorded != nil && !disk.isLost) }
    return disk.longest.map { .slow(nanoseconds: $0) } ?? .fine
  }

  /// How many effects, replies, commits and market events wait: for the journal, or for an order that waits for it.
  public var waitingCount: Int { gate.count + replies.count + completed.count + heldBack.count - heldBackHead + fresh.count }

  // MARK: Events

  /// The exchange's clock was measured: it is this much ahead of the machine's now.
  public func clockMeasured(offsetNanoseconds: Int64) {
    clock.measured(offsetNanoseconds: offsetNanoseconds)
    let ahead = core.time.nanoseconds(since: clock.exchangeTime)
    guard !isPaper, ahead > EngineClock.eventTimeLead * 2, !isTimeAhead else { return }
    isTimeAhead = true
    let words =
      "the journal's last entry is of \(core.time), \(ahead / 1_000_000_000) s ahead of the exchange's clock; what waits for a time (pauses, questions about orders, guards) waits until the clock gets there"
    turn { self.step(.warned(words), at: self.core.time) }
  }

  /// Core time was found ahead of the exchange's clock, and that was said.
  private var isTimeAhead = false

  /// Core time for something that happens now: the exchange's clock, or market time in the paper modes, where time passes with the
  /// market alone.
  func time(of event: Timestamp = .zero) -> Timestamp {
    // Before the exchange's clock is known time stands still: ours may be ahead of its events.
    isPaper ? max(event, core.time) : clock.isMeasured || event != .zero ? clock.time(of: event) : core.time
  }

  /// A market event from a feed.
  public func received(_ event: MarketEvent) {
    if mustWait {
      heldBack.append(.market(event))
      return
    }
    turn { self.deliver(event) }
  }

  private var mustWait: Bool { isPaper && (isHoldingBack || !gate.isEmpty) }

  private func deliver(_ event: MarketEvent) {
    var event = event
    var at = core.time
    switch event {
    case .candle(let update): at = update.eventTime
    case .trade(let trade): at = trade.time
    case .quote(var quote):
      if isPaper { quote.time = core.time }
      event = .quote(quote)
    case .ticker: break
    }
    publisher?.market(event)
    if isPaper {
      paper?.begin(event, at: at, core: &core, effects: &effects)
      run()
      return followWalk()
    }
    switch event {
    case .ticker: return
    case .quote: step(.market(event), at: time())
    case .candle, .trade: step(.market(event), at: time(of: at))
    }
  }

  /// Takes the simulated venue's price further, until the next order has to become durable or the event is over.
  private func followWalk() {
    while gate.isEmpty, !isAwaitingAnswers, paper?.isWalking == true {
      _ = paper?.advance(core: &core, effects: &effects)
      run()
    }
  }

  /// Closed candles from before now.
  public func warm(_ key: SeriesKey, _ candles: [Candle]) {
    // Never ahead of a live candle that waits.
    if mustWait {
      heldBack.append(.history(key, candles))
      return
    }
    turn { self.take(key, candles) }
  }

  private func take(_ key: SeriesKey, _ candles: [Candle]) {
    publisher?.history(key, candles)
    step(.history(key, candles), at: core.time)
  }

  /// Anything else.
  public func handle(_ event: CoreEvent) {
    var at = time()
    switch event {
    case .command: at = clock.commandTime(isPaper: isPaper, coreTime: core.time)
    case .started, .account: at = clock.exchangeTime
    default: break
    }
    turn {
      if case .clock = event { self.watchDisk() }
      self.step(event, at: at)
      if self.isRestoreDue, case .rules = event { self.restorePaper() }
    }
    if case .balances = event { publisher?.balances(core.balances, at: core.time) }
  }

  /// Writes the first entry of a new journal.
  public func open(_ identity: JournalIdentity, at time: Timestamp) {
    turn {
      self.core.open(identity, at: time, effects: &self.effects)
      self.run()
    }
  }

  /// Restores the simulated venue's resting orders and watches every series again.
  public func resume() {
    turn {
      if self.isPaper { self.restorePaper() }
      self.core.resume(at: self.time(), effects: &self.effects)
      self.run()
    }
  }

  /// Against an exchange the rules come later than this is called first; then it is called again.
  private func restorePaper() { isRestoreDue = paper?.restore(from: core) == false }

  // MARK: The turn

  /// Runs events and their consequences; hands the journal everything they appended in one batch.
  func turn(_ body: () -> Void) {
    depth += 1
    body()
    depth -= 1
    guard depth == 0 else { return }
    flush()
    releaseMarket()
    deliverReplies()
  }

  func step(_ event: CoreEvent, at time: Timestamp) {
    core.step(event, at: time, effects: &effects)
    run()
  }

  /// Carries out effects; those that wait for the journal are kept in order.
  func run() {
    guard !effects.isEmpty else { return }
    let batch = effects
    effects.removeAll(keepingCapacity: true)
    for effect in batch {
      switch effect {
      case .append(let entry):
        fresh.append(entry)
      case .submit(_, let after), .cancel(_, _, let after), .reply(_, _, let after):
        if gate.admits(after: after) {
          perform(effect)
        } else if gate.state == .recording {
          if effect.closesPositions, mustNotWait { perform(effect) } else { gate.hold(effect, at: clock.monotonic) }
        } else {
          performUnrecorded(effect)
        }
      case .query, .listTrades, .readAccount, .readLocks, .identify, .askQuote, .watch, .unwatch, .strategy: perform(effect)
      }
    }
  }

  func perform(_ effect: Effect) {
    if paper?.carryOut(effect, core: &core, effects: &effects) == true { return run() }
    switch effect {
    case .append: break
    case .submit(let order, _):
      FailPoint.reach(submitPlace(order, "send"))
      if let stop = order.stop {
        execution?.submit(entry: order.request, stop: stop, target: order.target)
      } else if let target = order.target {
        execution?.submit(stop: order.request, target: target)
      } else if let old = order.replaces {
        execution?.submit(order.request, replacing: old)
      } else {
        execution?.submit(order.request)
      }
      FailPoint.reach(submitPlace(order, "handed"))
    case .cancel(let id, let symbol, _):
      FailPoint.reach("cancel.send")
      execution?.cancel(clientOrderID: id, symbol: symbol)
      FailPoint.reach("cancel.handed")
    case .query(let id, let symbol):
      FailPoint.reach("query.send")
      execution?.query(clientOrderID: id, symbol: symbol)
    case .listTrades(let symbol, let from):
      FailPoint.reach("trades.send")
      execution?.listTrades(symbol: symbol, from: from)
    case .readAccount: execution?.readAccount()
    case .readLocks(let askedAt): execution?.readLocks(askedAt: askedAt)
    case .identify(let symbol, let id): execution?.identify(venueOrderID: id, symbol: symbol)
    case .askQuote(let symbol): execution?.askQuote(symbol: symbol)
    case .watch(let key): publisher?.watch(key)
    case .unwatch(let key): publisher?.unwatch(key)
    case .reply(let id, let result, _): reply(id, result)
    case .strategy(let request): strategies?.carryOut(request)
    }
  }

  private func submitPlace(_ order: ApprovedOrder, _ end: String) -> String {
    "submit.\(core.order(order.request.clientOrderID)?.intent.purpose.description ?? "").\(end)"
  }

  /// The whole state, for a board that knows nothing yet; the recovered journal is durable.
  public func takeInitialState() -> EngineCommit {
    var state = commit([], sequence: gate.durable, isRecorded: true)
    state.orders = core.openOrders.map { OrderChange(id: $0.clientOrderID, order: $0) }
    return state
  }

  func commit(_ entries: [JournalEntry], sequence: UInt64, isRecorded: Bool) -> EngineCommit {
    EngineCommit(
      sequence: sequence, time: entries.last?.time ?? core.time, entries: entries, bots: core.takeChanges(),
      orders: core.takeOrderChanges(), risk: RiskView(core), balances: core.balances, isRecorded: isRecorded)
  }

  // MARK: The market that waits

  /// Lets held-back market events go on, until the next order has to become durable.
  private func releaseMarket() {
    guard isHoldingBack, gate.isEmpty, !isAwaitingAnswers else { return }
    depth += 1
    followWalk()
    while heldBackHead < heldBack.count, gate.isEmpty, !isAwaitingAnswers, paper?.isWalking != true {
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

  // MARK: Replies

  func reply(_ id: UInt64, _ result: CommandResult) {
    guard let reply = replies.removeValue(forKey: id) else { return }
    completed.append((reply, result))
  }

  private func deliverReplies() {
    guard !completed.isEmpty else { return }
    let batch = completed
    completed.removeAll(keepingCapacity: true)
    FailPoint.reach("reply.send")
    replyLoop.execute { for (reply, result) in batch { reply(result) } }
  }

  /// Takes what processes that serve strategies do. From any thread; in order.
  public func report(_ event: StrategyEvent) {
    loop.execute { self.handle(.strategies(event)) }
  }

  /// Runs a command in the core. `completion` comes once, on the reply loop, when the outcome is durable and published, or has failed.
  /// May be called from any thread.
  public func perform(
    _ command: Command, requestID: String, fingerprint: UInt64, completion: @escaping @Sendable (CommandResult) -> Void
  ) {
    loop.execute {
      let id = self.nextCommandID
      self.nextCommandID += 1
      self.replies[id] = completion
      self.handle(.command(CommandEnvelope(id: id, requestID: requestID, fingerprint: fingerprint, command: command)))
    }
  }
}
