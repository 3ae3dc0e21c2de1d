import Accounting
public import Time
public import TradingCore
import Statistics
public import TradingModel
import Venue

/// Decides everything in a journal again and compares.
///
/// What came from outside (people's commands, the venue's words, the candles of the tape) is fed to a fresh core; what the core then decides
/// (entries with their sizes, denials, exits, stops, cancels, and every figure derived from a fill) must be what the journal says, entry for
/// entry. Prices between candles are not on the tape: an exit that a price triggered is fed the price that the journal names for it, and
/// must follow from it. Denials for reasons of the world (a stale feed, a stream that was down) are taken as they are.
public struct JournalReplay: Sendable {
  public struct Outcome: Sendable {
    public var fills: [FillRecord] = []
    public var trades: [RoundTrip] = []
    /// Of the bots that are there, positions at the last price; all quote assets together.
    public var equity: Amount = .zero
    /// By every bot ever, removed ones included; all quote assets together.
    public var realized: Amount = .zero
    public var entries = 0
    /// Decisions and derived figures that were compared.
    public var comparisons = 0
    /// The first entry that was decided otherwise, in words; `nil` when none was.
    public var firstDivergence: String?
    /// Its sequence.
    public var divergenceSequence: UInt64 = 0
  }

  /// Candles of a series as they were heard.
  public struct Tape: Sendable {
    public var key: SeriesKey
    /// With the event time each came with; `nil`: it came as history.
    public var candles: [(candle: Candle, heardAt: Timestamp?)]
    public init(key: SeriesKey, candles: [(candle: Candle, heardAt: Timestamp?)]) {
      self.key = key
      self.candles = candles
    }
  }

  private var core: TradingCore
  private let entries: [JournalEntry]
  private let tapes: [Tape]
  private var next: [Int]
  private var pending: [JournalEntry] = []
  private var effects: [Effect] = []
  private var outcome = Outcome()
  private var ledger = TradeLedger()
  private var book = Book()
  private var seriesOfBot: [BotID: SeriesKey] = [:]
  private var doubts: Set<CandleDoubt> = []
  /// The last entry that was sized by quantity, as programs up to 0.3 did; 0: none.
  private var lastByQuantity: UInt64 = 0
  /// The last stop before the first that rests with its target beside it, as those of programs up to 0.3 did not; `.max`: none does.
  private var lastAlone: UInt64 = .max
  /// The last stop that was cancelled before its exit was sent, as programs up to 0.3 did; 0: none.
  private var lastCanceledFirst: UInt64 = 0
  /// Where stops took the place of others.
  private var moves: Set<UInt64> = []

  public init(mode: TradingMode, entries: [JournalEntry], rules: [TradingRules], tapes: [Tape]) {
    var configuration = CoreConfiguration(mode: mode)
    configuration.equityEveryMilliseconds = .max
    configuration.recordsMarks = false
    core = TradingCore(configuration: configuration)
    self.entries = entries
    self.tapes = tapes
    next = Array(repeating: 0, count: tapes.count)
    core.step(.rules(rules), at: .zero, effects: &effects)
    core.step(.feed(nil, .live), at: .zero, effects: &effects)
    core.step(.executionStream(isLive: true), at: .zero, effects: &effects)
    core.leaveLossLimitsToTheJournal()
    core.takeAnswersFromTheJournal()
    core.takePricesFromTheJournal()
    effects.removeAll()
    var names: [UInt64: ClientOrderID] = [:]
    var alone: UInt64 = 0
    var waiting: Set<UInt64> = []
    var trailing: [UInt64: Int] = [:]
    for (index, entry) in entries.enumerated() {
      if case .candleDoubted(let doubt) = entry.record { doubts.insert(doubt) }
      if case .cancelRequested(let cancel) = entry.record, cancel.reason == "making room for the exit" {
        lastCanceledFirst = entry.sequence
      }
      guard case .orderIntent(let intent) = entry.record else { continue }
      names[entry.sequence] = intent.request.clientOrderID
      if intent.request.waitsFor != nil {
        waiting.insert(entry.sequence)
        continue
      }
      if intent.request.type.isContingent {
        if intent.purpose == .trailingStop { trailing[entry.sequence] = intent.request.trailingDelta }
        moves.formUnion(Self.move(before: index, entries))
      }
      if intent.request.linked != nil { lastAlone = min(lastAlone, alone) }
      if intent.purpose == .stopLoss { alone = entry.sequence }
      if intent.purpose == .entry, intent.request.type == .market, !intent.request.isByAmount { lastByQuantity = entry.sequence }
    }
    core.takeOrderNames(names)
    core.takeLists(waiting)
    core.takeStops(JournaledStops(trailing: trailing, moves: moves))
  }

  /// Where the move of a stop begins whose intent is at `index`: with the cancel of what it takes the place of, or the peak before that. Empty: it
  /// took the place of none.
  private static func move(before index: Int, _ entries: [JournalEntry]) -> [UInt64] {
    var found: [UInt64] = []
    for entry in entries[..<index].reversed() {
      switch entry.record {
      case .cancelRequested where found.count < 2: found.append(entry.sequence)
      case .peakRaised where !found.isEmpty: return found + [entry.sequence]
      default: return found
      }
    }
    return found
  }

  public mutating func run(progress: (Double) -> Void = { _ in }) -> Outcome {
    for (index, entry) in entries.enumerated() {
      if index % 4_096 == 0 { progress(Double(index) / Double(max(entries.count, 1))) }
      core.sizeByQuantity(entry.sequence <= lastByQuantity)
      core.watchTargets(entry.sequence <= lastAlone)
      core.cancelBeforeExits(entry.sequence <= lastCanceledFirst)
      outcome.entries += 1
      book.apply(entry)
      if outcome.firstDivergence == nil { follow(entry, index) } else { _ = core.adopt(entry) }
      if case .fill(let fill) = entry.record {
        outcome.fills.append(fill)
        ledger.add(fill, interval: fill.botID.flatMap { seriesOfBot[$0]?.interval } ?? .oneMinute)
      }
    }
    if outcome.firstDivergence == nil, let extra = pending.first {
      diverge(extra.sequence, "the replay decides what the journal does not have: \(JournalText.words(extra.record))")
    }
    return finish()
  }

  /// What is held is worth the last close, as in the daemon that wrote the journal; `nil`: the tape has none.
  private func price(of symbol: Symbol, _ core: TradingCore) -> Price? {
    let price = core.lastPrice(of: symbol)
    return price.isPositive ? price : nil
  }

  private mutating func follow(_ entry: JournalEntry, _ index: Int) {
    if pending.isEmpty { prepare(entry, index) }
    if let mine = pending.first {
      guard mine.record == entry.record else {
        return diverge(
          entry.sequence, "the journal has \(JournalText.words(entry.record)), the replay decides \(JournalText.words(mine.record))")
      }
      pending.removeFirst()
      outcome.comparisons += 1
      return
    }
    guard !Self.isDecision(entry) else {
      return diverge(entry.sequence, "the journal has \(JournalText.words(entry.record)), the replay decides nothing")
    }
    take(entry)
  }

  private mutating func diverge(_ sequence: UInt64, _ words: String) {
    outcome.firstDivergence = words
    outcome.divergenceSequence = sequence
    // From here on the journal is only folded: what the replay thought is undone by beginning anew.
    var folded = TradingCore(configuration: core.configuration)
    for entry in entries {
      guard entry.sequence <= sequence else { break }
      _ = folded.adopt(entry)
    }
    for tape in tapes { if let last = tape.candles.last { setPrice(&folded, tape.key, last.candle.close) } }
    core = folded
    pending.removeAll()
  }

  /// What only the core itself can have written. An order that a request caused is a person's: bought by hand.
  private static func isDecision(_ entry: JournalEntry) -> Bool {
    switch entry.record {
    case .orderIntent: entry.requestID.isEmpty
    case .orderDenied(let denial): !isOfTheWorld(denial.code)
    case .exitRequested(let exit): exit.purpose != .manual
    case .entriesLocked(let lock): lock.cause != .person
    default: false
    }
  }

  private static func isOfTheWorld(_ code: DenialCode) -> Bool {
    switch code {
    case .feedStale, .executionStreamDown, .noTradingRules, .symbolNotTrading, .journalUnavailable, .priceUnconfirmed, .notReconciled: true
    default: false
    }
  }

  // MARK: Feeding

  private mutating func prepare(_ entry: JournalEntry, _ index: Int) {
    switch entry.record {
    case .botCreated, .botUpdated, .botStateChanged, .botRemoved: feed(until: entry, including: true)
    case .orderDenied(let denial) where Self.isOfTheWorld(denial.code):
      feed(until: entry, including: false)
      step(.feed(nil, .stale), entry.time)
      feed(until: entry, including: true)
      step(.feed(nil, .live), entry.time)
      // The same signal was refused for another reason of the world.
      if let mine = pending.first, case .orderDenied(let ours) = mine.record, ours.botID == denial.botID, mine.record != entry.record {
        pending[0].record = entry.record
      }
    case .orderDenied, .orderIntent, .cancelRequested, .candleDoubted: feed(until: entry, including: true)
    case .exitRequested(let exit):
      feed(until: entry, including: exit.purpose == .exit || exit.purpose == .timeStop)
      if pending.isEmpty, exit.purpose != .manual, let symbol = seriesOfBot[exit.botID]?.symbol {
        step(.price(symbol, exit.decisionPrice), entry.time)
      }
    case .peakRaised(let peak):
      feed(until: entry, including: false)
      if pending.isEmpty, let symbol = seriesOfBot[peak.botID]?.symbol { step(.price(symbol, peak.price), entry.time) }
    case .fill(let record):
      feed(until: entry, including: false)
      if pending.isEmpty { report(record, entry, index) }
    case .orderUpdated(let update):
      feed(until: entry, including: false)
      if pending.isEmpty { report(update, entry) }
    case .signal(let signal):
      // Asked at the close of its candle, which was heard; whatever else closed before the answer was heard as well.
      feed(until: entry, including: true)
      if pending.isEmpty { step(.strategies(.recorded(signal)), entry.time) }
    // Its time is that of the machine, not of the market.
    case .opened, .accountBound, .started: break
    // Nothing is decided by them. Against an exchange a candle's event time is before the time at which it was heard: it may be the one that is
    // valued here, whose decisions come after.
    case .balances, .equity, .marked, .ratesTaken, .profitSampled: break
    case .tradingStateChanged, .alert, .riskLimitsChanged, .symbolAssets, .answered, .positionAdjusted, .entriesLocked, .entriesUnlocked:
      feed(until: entry, including: false)
    }
    if pending.isEmpty, Self.isDecision(entry) || moves.contains(entry.sequence) { step(.clock, entry.time) }
  }

  /// Hands over the candles that closed before an entry, until one of them makes the core decide something. Of those that closed with it
  /// only its bot's own (what a bot's orders did at that instant came after its candle), or all of them if `including`.
  private mutating func feed(until entry: JournalEntry, including: Bool) {
    while pending.isEmpty, let at = nextTape(entry) {
      let tape = tapes[at]
      let row = tape.candles[next[at]]
      let heard = Self.time(row, tape.key)
      let isOwn = tape.key == entry.record.bot.flatMap { seriesOfBot[$0] }
      guard heard < entry.time || (heard == entry.time && (including || isOwn)) else { return }
      next[at] += 1
      let close = tape.key.interval.nextOpenTime(after: row.candle.openTime)
      let doubt = CandleDoubt(symbol: tape.key.symbol, interval: tape.key.interval, closeTime: close, close: row.candle.close)
      if row.heardAt != nil, doubts.contains(doubt) {
        core.close(doubtful: row.candle, of: tape.key, at: max(heard, core.time), effects: &effects)
        collect()
      } else if row.heardAt != nil {
        setPrice(&core, tape.key, row.candle.close)
        step(
          .market(
            .candle(
              CandleUpdate(
                symbol: tape.key.symbol, interval: tape.key.interval, candle: row.candle, isClosed: true, eventTime: heard))), heard)
      } else {
        step(.history(tape.key, [row.candle]), core.time)
      }
    }
  }

  /// When a candle was heard; history counts from its close.
  private static func time(_ row: (candle: Candle, heardAt: Timestamp?), _ key: SeriesKey) -> Timestamp {
    row.heardAt ?? key.interval.nextOpenTime(after: row.candle.openTime)
  }

  private func setPrice(_ core: inout TradingCore, _ key: SeriesKey, _ price: Price) {
    if let handle = core.handle(for: key) { core.setPrice(price, of: handle) }
  }

  /// The tape whose next candle closes first; of those that close together the one of the bot that the entry is about.
  private func nextTape(_ entry: JournalEntry) -> Int? {
    let wanted = entry.record.bot.flatMap { seriesOfBot[$0] }
    var found: Int?
    var best = Timestamp.distantFuture
    for at in tapes.indices where next[at] < tapes[at].candles.count {
      let heard = Self.time(tapes[at].candles[next[at]], tapes[at].key)
      if heard < best || (heard == best && tapes[at].key == wanted) {
        best = heard
        found = at
      }
    }
    return found
  }

  private mutating func step(_ event: CoreEvent, _ time: Timestamp) {
    core.step(event, at: max(time, core.time), effects: &effects)
    collect()
  }

  private mutating func collect() {
    for effect in effects { if case .append(let entry) = effect { pending.append(entry) } }
    effects.removeAll(keepingCapacity: true)
  }

  // MARK: The venue's words

  private mutating func report(_ record: FillRecord, _ entry: JournalEntry, _ index: Int) {
    guard let id = record.clientOrderID, let order = core.order(id) else { return }
    var record = record
    // A trade of an order that bots share has a record for each of them.
    for next in entries[(index + 1)...] where order.isShared {
      guard next.time == entry.time else { break }
      guard case .fill(let other) = next.record else { continue }
      guard other.clientOrderID == id, other.fill.tradeID == record.fill.tradeID else { break }
      record.fill.quantity += other.fill.quantity
      record.fill.quoteQuantity += other.fill.quoteQuantity
      record.fill.commission += other.fill.commission
    }
    var status = order.status == .pendingCancel ? OrderStatus.partiallyFilled : order.status
    var executed = order.filledQuantity + record.fill.quantity
    var quote = order.filledQuote + record.fill.quoteQuantity
    var reason = ""
    var quantity = Quantity.zero
    // The report that brought a fill also said how the order stands.
    let following = entries[(index + 1)...].lazy.filter { $0.record.kind != .entriesLocked && (!order.isShared || $0.record.kind != .fill) }
    for next in following.prefix(4) {
      guard case .orderUpdated(let update) = next.record, update.clientOrderID == id, next.time == entry.time else { continue }
      (status, executed, quote, reason) = (update.status, update.executedQuantity, update.cumulativeQuote, update.reason)
      quantity = update.quantity
      break
    }
    core.takeFeeRate(record.commissionRate)
    step(
      .report(
        Self.report(order, status, record.fill.venueOrderID, executed, quote, record.fill, reason, entry.time, quantity: quantity)),
      entry.time)
  }

  private mutating func report(_ update: OrderUpdate, _ entry: JournalEntry) {
    guard let order = core.order(update.clientOrderID), update.status != .unknown else { return }
    let before = core
    if update.status == .rejected, update.reason.hasPrefix(SubmitOutcome.notSent) {
      return step(.submitted(update.clientOrderID, .notAttempted(message: update.reason)), entry.time)
    }
    step(
      .report(
        Self.report(
          order, update.status, update.venueOrderID, update.executedQuantity, update.cumulativeQuote, nil, update.reason, entry.time,
          quantity: update.quantity)),
      entry.time)
    if pending.first?.record != entry.record {
      // It was no report: the daemon itself gave the order up, or asked and heard.
      core = before
      pending.removeAll()
    }
  }

  private static func report(
    _ order: Order, _ status: OrderStatus, _ venueOrderID: VenueOrderID, _ executed: Quantity, _ quote: Amount, _ fill: Fill?,
    _ reason: String, _ time: Timestamp, quantity: Quantity
  ) -> ExecutionReport {
    let request = order.intent.request
    return ExecutionReport(
      clientOrderID: request.clientOrderID, venueOrderID: venueOrderID, symbol: request.symbol, side: request.side, type: request.type,
      timeInForce: request.timeInForce, quantity: quantity.isPositive ? quantity : request.quantity, price: request.price,
      stopPrice: request.stopPrice, status: status,
      executedQuantity: executed, cumulativeQuote: quote, fill: fill, reason: reason, time: time, source: .simulated)
  }

  /// Takes an entry from outside, and lets its bot go on from there.
  private mutating func take(_ entry: JournalEntry) {
    guard core.adopt(entry) else {
      return diverge(entry.sequence, "the journal's sequence has a hole before \(entry.sequence)")
    }
    switch entry.record {
    case .botCreated(let configuration), .botUpdated(let configuration): seriesOfBot[configuration.id] = configuration.series
    case .orderIntent(let intent):
      // Bought by hand, at a price between candles: stop and target are judged by it.
      if intent.purpose == .entry, let key = seriesOfBot[intent.botID] { setPrice(&core, key, intent.decisionPrice) }
    case .fill, .orderUpdated, .cancelRequested, .exitRequested:
      // The same of what is sold in part: the stop of the rest is judged by it.
      if case .exitRequested(let exit) = entry.record, exit.part?.isPositive == true, let key = seriesOfBot[exit.botID] {
        setPrice(&core, key, exit.decisionPrice)
      }
      guard let bot = entry.record.bot else { return }
      core.reconsider(bot, at: entry.time, effects: &effects)
      collect()
    default: break
    }
  }

  private mutating func finish() -> Outcome {
    for (at, tape) in tapes.enumerated() {
      let live = next[at] > 0 ? tape.candles[next[at] - 1] : tape.candles.first
      if let last = outcome.firstDivergence == nil ? tape.candles.last ?? live : live { setPrice(&core, tape.key, last.candle.close) }
    }
    outcome.equity = book.portfolios.indices.reduce(.zero) { sum, at in
      sum + book.figures(ofPortfolio: at, at: book.time, pricedBy: { [core] in price(of: $0, core) }).equity.equity
    }
    outcome.realized = book.portfolios.reduce(.zero) { $0 + $1.realized }
    outcome.trades = ledger.trades
    return outcome
  }
}
