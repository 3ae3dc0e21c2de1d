public import NIOCore
import PaperTrading
public import Time
public import TradingCore
public import TradingModel
public import Venue

/// The driver of the trading core: owns it on one event loop, journals what it decides, and lets effects out only when what they depend
/// on is durable.
///
/// In the paper modes the market waits while an order becomes durable: events are held back until the simulated venue has taken it.
/// So the fills depend on the data alone, not on the speed of a disk, and equal those of a backtest.
///
/// After the journal failed, exits and cancels go on unrecorded and everything is still published, marked as not recorded; nothing is kept
/// for the disk.
///
/// Everything but ``perform(_:requestID:fingerprint:completion:)`` must be called on ``loop``.
public final class TradingEngine: @unchecked Sendable {
  public let loop: any EventLoop
  public private(set) var core: TradingCore
  public weak var publisher: (any EnginePublisher)?
  /// Where orders go in testnet and live mode; `nil` in the paper modes.
  public var execution: (any ExecutionVenue)?

  private let journal: any JournalSink
  private let replyLoop: any EventLoop
  private var clock: EngineClock
  private var paper: PaperDriver?
  /// Simulated orders wait for the trading rules to be restored.
  private var isRestoreDue = false
  private var depth = 0
  private var effects: [Effect] = []
  private var fresh: [JournalEntry] = []
  private var gate: DurabilityGate
  private var heldBack: [Held] = []
  private var heldBackHead = 0

  /// What waits for the simulated venue, in order.
  private enum Held {
    case market(MarketEvent)
    case history(SeriesKey, [Candle])
  }

  private var replies: [UInt64: @Sendable (CommandResult) -> Void] = [:]
  private var completed: [(reply: @Sendable (CommandResult) -> Void, result: CommandResult)] = []
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
  /// Market events are held back until an order is durable; simulated time waits for them.
  public var isHoldingBack: Bool { heldBackHead < heldBack.count || paper?.isWalking == true }
  /// Why nothing is recorded any more; `nil` while everything is.
  public var journalFailure: String? {
    guard case .failed(let message) = gate.state else { return nil }
    return message
  }

  /// How many effects, replies, commits and market events wait: for the journal, or for an order that waits for it.
  public var waitingCount: Int { gate.count + replies.count + completed.count + heldBack.count - heldBackHead + fresh.count }

  // MARK: Events

  /// The exchange's clock was measured: it is this much ahead of the machine's now.
  public func clockMeasured(offsetNanoseconds: Int64) { clock.measured(offsetNanoseconds: offsetNanoseconds) }

  /// Core time for something that happens now: the exchange's clock, or market time in the paper modes, where time passes with the
  /// market alone.
  private func time(of event: Timestamp = .zero) -> Timestamp {
    isPaper ? max(event, core.time) : clock.time(of: event)
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
    case .quote, .ticker: return
    case .candle, .trade: step(.market(event), at: time(of: at))
    }
  }

  /// Takes the simulated venue's price further, until the next order has to become durable or the event is over.
  private func followWalk() {
    while gate.isEmpty, paper?.isWalking == true {
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
    if case .command = event { at = clock.commandTime(isPaper: isPaper, coreTime: core.time) }
    turn {
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
  private func turn(_ body: () -> Void) {
    depth += 1
    body()
    depth -= 1
    guard depth == 0 else { return }
    flush()
    releaseMarket()
    deliverReplies()
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
        if gate.admits(after: after) {
          perform(effect)
        } else if gate.state == .recording {
          gate.hold(effect)
        } else {
          performUnrecorded(effect)
        }
      case .query, .listTrades, .watch, .unwatch: perform(effect)
      }
    }
  }

  private func perform(_ effect: Effect) {
    if paper?.carryOut(effect, core: &core, effects: &effects) == true { return run() }
    switch effect {
    case .append: break
    case .submit(let order, _): execution?.submit(order.request)
    case .cancel(let id, let symbol, _): execution?.cancel(clientOrderID: id, symbol: symbol)
    case .query(let id, let symbol): execution?.query(clientOrderID: id, symbol: symbol)
    case .listTrades(let symbol, let from): execution?.listTrades(symbol: symbol, from: from)
    case .watch(let key): publisher?.watch(key)
    case .unwatch(let key): publisher?.unwatch(key)
    case .reply(let id, let result, _): reply(id, result)
    }
  }

  /// After a disk failure nothing new is durable: cancels and sales go on unrecorded, so that positions can still be closed (RELIABILITY
  /// I17); callers hear that nothing was recorded; nothing is bought. While the daemon stops, nothing leaves at all.
  private func performUnrecorded(_ effect: Effect) {
    guard case .failed = gate.state else { return }
    switch effect {
    case .submit(let order, _) where order.request.side == .sell: perform(effect)
    case .cancel: perform(effect)
    case .reply(let id, _, _): reply(id, .failed(Self.journalUnavailable("it failed earlier")))
    default: break
    }
  }

  private static func journalUnavailable(_ message: String) -> CommandError {
    CommandError(.unavailable, reason: "JOURNAL_UNAVAILABLE", "the journal cannot be written (\(message)); nothing was changed durably")
  }

  /// The whole state, for a board that knows nothing yet; the recovered journal is durable.
  public func takeInitialState() -> EngineCommit {
    var state = commit([], sequence: gate.durable, isRecorded: true)
    state.orders = core.openOrders.map { OrderChange(id: $0.clientOrderID, order: $0) }
    return state
  }

  private func commit(_ entries: [JournalEntry], sequence: UInt64, isRecorded: Bool) -> EngineCommit {
    EngineCommit(
      sequence: sequence, time: entries.last?.time ?? core.time, entries: entries, bots: core.takeChanges(),
      orders: core.takeOrderChanges(), risk: RiskView(core), balances: core.balances, isRecorded: isRecorded)
  }

  // MARK: Durability

  private func flush() {
    guard let last = fresh.last?.sequence else { return }
    let entries = fresh
    fresh.removeAll(keepingCapacity: true)
    switch gate.state {
    case .closed: return
    case .failed:
      publisher?.committed(commit(entries, sequence: last, isRecorded: false))
    case .recording:
      gate.hold(commit(entries, sequence: last, isRecorded: true))
      journal.append(entries) { [loop, weak self] result in
        let engine = self
        loop.execute { engine?.journaled(result) }
      }
    }
  }

  private func journaled(_ result: Result<UInt64, JournalSinkError>) {
    switch result {
    case .success(let sequence):
      turn {
        for commit in self.gate.durable(upTo: sequence) { self.publisher?.committed(commit) }
        while let effect = self.gate.next() { self.perform(effect) }
      }
    case .failure(.closed):
      if gate.state == .recording { _ = gate.end(.closed) }
    case .failure(.failed(let message)):
      guard gate.state == .recording else { return }
      fail(message)
    }
  }

  /// Nothing that waits will ever be durable: callers hear so, and only what closes positions goes on.
  private func fail(_ message: String) {
    let (waiting, lost) = gate.end(.failed(message))
    turn {
      for commit in lost { self.publisher?.committed(commit) }
      self.step(.journalFailed(message), at: self.core.time)
      self.publisher?.journalFailed(message)
      for (_, reply) in self.replies.sorted(by: { $0.key < $1.key }) {
        self.completed.append((reply, .failed(Self.journalUnavailable(message))))
      }
      self.replies.removeAll()
      for effect in waiting { self.performUnrecorded(effect) }
    }
  }

  /// Lets held-back market events go on, until the next order has to become durable.
  private func releaseMarket() {
    guard isHoldingBack, gate.isEmpty else { return }
    depth += 1
    followWalk()
    while heldBackHead < heldBack.count, gate.isEmpty, paper?.isWalking != true {
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

  private func reply(_ id: UInt64, _ result: CommandResult) {
    guard let reply = replies.removeValue(forKey: id) else { return }
    completed.append((reply, result))
  }

  private func deliverReplies() {
    guard !completed.isEmpty else { return }
    let batch = completed
    completed.removeAll(keepingCapacity: true)
    replyLoop.execute { for (reply, result) in batch { reply(result) } }
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

extension TradingEngine: ExecutionVenueDelegate {
  public func submitted(_ clientOrderID: ClientOrderID, symbol: Symbol, outcome: SubmitOutcome) {
    handle(.submitted(clientOrderID, outcome))
  }

  public func canceled(_ clientOrderID: ClientOrderID, symbol: Symbol, outcome: CancelOutcome) {
    handle(.canceled(clientOrderID, outcome))
  }

  public func queried(_ clientOrderID: ClientOrderID, symbol: Symbol, outcome: QueryOutcome) {
    handle(.queried(clientOrderID, outcome))
  }

  public func reported(_ report: ExecutionReport) { handle(.report(report)) }

  public func balancesChanged(_ balances: [AssetBalance], isComplete: Bool) { handle(.balances(balances, isComplete: isComplete)) }

  public func tradesListed(_ symbol: Symbol, trades: [AccountTrade]) { handle(.trades(symbol, trades)) }

  public func executionStreamChanged(isLive: Bool, message: String) {
    publisher?.executionStreamChanged(isLive: isLive, message: message)
    handle(.executionStream(isLive: isLive))
  }

  public func executionWarned(_ message: String) { publisher?.executionWarned(message) }
}
