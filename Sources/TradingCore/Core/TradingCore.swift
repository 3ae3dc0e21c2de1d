public import Time
public import Strategies
public import TradingModel
public import Venue

/// The deterministic heart: everything that decides, as one state machine.
///
/// Events in, effects out; no clock, no randomness, no I/O. Journal entries it appends are its own state changes: folding them again
/// (``recover(_:)``) gives the same state. Effects that leave the process carry the sequence that must be durable first; the driver
/// holds them back until then. Owned by one thread.
public struct TradingCore: Sendable {
  public internal(set) var configuration: CoreConfiguration
  public internal(set) var identity: JournalIdentity?
  public internal(set) var nextSequence: UInt64 = 1
  public internal(set) var tradingState: TradingState = .active
  /// Why the trading state is what it is, in words; empty before its first change.
  public internal(set) var tradingStateReason = ""
  public internal(set) var tradingStateCause = TradingStateChange.Cause.request
  /// A limit was breached since trading was last made active.
  var wasBreached = false
  public internal(set) var riskLimits = RiskLimits()
  /// The portfolio's profit and loss as the limits see it, for each quote asset.
  var portfolios = PortfolioWatches()
  /// What other quote assets are worth in the account's currency, as it was taken last.
  var rates = ConversionRates()
  var ratesTakenAt: Timestamp = .zero
  /// When rates are looked for next.
  var nextRates: Timestamp = .zero
  /// When the last orders were made.
  var recentOrders = RecentOrders()
  var watchedAt: Timestamp = .zero
  /// A replay takes breaches from the journal.
  var lossLimitsAreOff = false
  /// A replay takes the names of orders from the journal, by the sequence of their intents.
  var orderNames: [UInt64: ClientOrderID] = [:]
  /// A replay takes from the journal which entries took their protection along: the sequences of the orders that waited for them.
  var waitingOfJournal: Set<UInt64>?
  /// A replay takes from the journal where trailing stops rested, and which stops were moved.
  var journaledStops: JournaledStops?
  /// A replay takes the prices that did something from the journal.
  var pricesComeFromTheJournal = false
  /// A replay of an old journal sizes entries as they were sized then.
  var sizesByQuantity = false
  /// Targets rest beside their stops; a replay of an old journal watches them, as programs up to 0.3 did.
  var targetsRest = true
  /// Exits take the place of stops that rest; false for replays of journals from before that.
  var replacesStops = true
  /// A replay takes the rates of fees from the journal.
  var feeRateOfJournal: Price?
  public internal(set) var balances: [AssetBalance] = []
  /// All balances were read since the start.
  var knowsAccount = false
  /// When all balances were asked for, while no answer came; and when those that came last were asked for.
  var accountAskedAt: Timestamp?
  var accountReadAt: Timestamp = .zero
  /// The day (UTC) whose balances were written down by this process; `nil`: none.
  var balancesRecordedOn: Timestamp?
  /// When the newest fill was booked.
  var filledAt: Timestamp = .zero
  /// Assets of which the account has less than its bots' books.
  var shortfalls: [Shortfall] = []
  /// What locked the account's coins when it was last asked for because of a sale in doubt; when that, and the last one, was asked.
  var accountLocks: AccountLocks?
  var locksReadAt: Timestamp = .zero
  var locksAskedAt: Timestamp?
  /// Trades of all bots that closed, for guards of symbols and of the account.
  var closedTrades = ClosedTrades(capacity: 10_000)
  /// What stops entries until a time.
  public internal(set) var locks = EntryLocks()
  /// Orders that follow a refusal, of all bots.
  var repeats = RepeatBudget()
  public internal(set) var executionIsLive: Bool
  public internal(set) var journalIsHealthy = true
  /// The account that the journal belongs to; `nil` before the exchange told it, and in the paper modes.
  public internal(set) var account: AccountBinding?
  /// The processes that traded with the journal.
  public internal(set) var starts = KnownStarts()
  /// What `reconciled` told last.
  public internal(set) var isCompared = true

  var bots: [Bot?] = []
  /// Their names; those of removed bots stay.
  var botIDs: [BotID] = []
  var isBotThere: [Bool] = []
  /// Bots by name.
  var botTable = NumberTable()
  var symbols: [SymbolState] = []
  var symbolNames: [Symbol] = []
  var symbolTable = NumberTable()
  var series: [SeriesState] = []
  var seriesKeys: [SeriesKey] = []
  var seriesTable = NumberTable()
  var orders = OrderTable()
  /// Terminal orders, oldest first: kept for late fills, then forgotten.
  var finished: RingOfOrders = RingOfOrders()
  var requests = RequestMemory()
  var nextEquityAt: Timestamp = .zero
  /// When some symbol's trades may be listed next on no other ground than time, and whose turn it is.
  var nextListing: Timestamp = .zero
  var listingTurn = 0
  /// The midnight up to which positions of long candles were valued.
  var markedMidnight: Timestamp = .zero
  /// The highest order number that any venue report named.
  public internal(set) var highestVenueOrderID = VenueOrderID(0)

  // The step in progress.
  var now: Timestamp = .zero
  var currentRequestID = ""
  var currentFingerprint: UInt64 = 0
  /// Makes the strategies that other processes serve where the driver has them in this process (backtests); `nil`: they are asked.
  let localStrategies: (@Sendable (BotConfiguration) -> (any Strategy)?)?
  /// Strategies that some process serves now, by name, in order of their coming.
  var servedNames: [String] = []
  /// A replay takes answers from the journal.
  var answersComeFromTheJournal = false
  /// The number of the next candle that is shown to a process.
  var nextQuestion: Int64 = 1
  /// Bots by the instance of their strategy.
  var instances = NumberedInstances()
  /// Entries that may rest on the venue and are not over, oldest first.
  var waitingEntries: [OrderKey] = []
  /// Orders that a person amended, by the name that the venue gave them.
  var renamedOrders: [ClientOrderID: OrderKey] = [:]
  /// Which symbol is next to be asked about in a silent market.
  var silenceTurn = 0
  /// The process is about to end.
  var isStopping = false
  /// Bots whose strategy was asked and has not answered, or answered while others have not: in paper modes the market waits for them.
  var askedBots: [Int] = []
  /// Bots whose snapshot changed since the driver last asked.
  var dirtyBots: [Int] = []
  /// Which bots are among them.
  var dirtyMarks: [Bool] = []
  /// Room for the signals of one candle.
  var signals: [CandleSignal] = []

  /// - Parameter localStrategies: makes strategies that other processes serve in this one; without it they are asked by effects.
  public init(
    configuration: CoreConfiguration, localStrategies: (@Sendable (BotConfiguration) -> (any Strategy)?)? = nil
  ) {
    self.configuration = configuration
    self.localStrategies = localStrategies
    executionIsLive = configuration.mode.isPaper
  }

  /// Advances the machine by one event at core time `at`. Cost: constant for ticks no bot waits for; linear in the bots of a series
  /// for a closed candle.
  public mutating func step(_ event: CoreEvent, at time: Timestamp, effects: inout [Effect]) {
    switch event {
    // Of the machine's time, before the exchange's is known: they do not move core time.
    case .started(let start): return started(start, at: time, &effects)
    case .account(let account): return bind(account, at: time, &effects)
    default: now = max(now, time)
    }
    switch event {
    case .command(let envelope): handle(envelope, &effects)
    case .market(let market): handle(market, &effects)
    case .price(let symbol, let price):
      if let at = symbolAt(symbol), price.isPositive { priceMoved(at, to: price, &effects) }
    case .history(let key, let candles): warm(key, candles, &effects)
    case .candlesSkipped(let key, let candles): skipped(key, candles, &effects)
    case .report(let report): handle(report, &effects)
    case .submitted(let id, let outcome): submitted(id, outcome, &effects)
    case .canceled(let id, let outcome): canceled(id, outcome, &effects)
    case .queried(let id, let outcome): queried(id, outcome, &effects)
    case .trades(let symbol, let trades): listed(symbol, trades, &effects)
    case .rules(let rules): for rule in rules { learn(rule, &effects) }
    case .feed(let symbol, let state): feedChanged(symbol, state)
    case .executionStream(let isLive): executionStreamChanged(isLive, &effects)
    case .locks(let read): locksRead(read)
    case .balances(let list, let isComplete): balancesChanged(list, isComplete: isComplete, &effects)
    case .identified(let symbol, let id, let outcome): identified(symbol, id, outcome, &effects)
    case .reconciled(let isCompared): self.isCompared = isCompared
    case .stopping: stop(&effects)
    case .started, .account: break
    case .journalFailed(let message): journalChanged(isHealthy: false, message, &effects)
    case .journalRecovered: journalChanged(isHealthy: true, "", &effects)
    case .warned(let message): alert(.warning, .other, nil, message, &effects)
    case .strategies(let event): handle(event, &effects)
    case .clock: tick(&effects)
    }
  }

  /// Writes the journal's first entry for a new state directory. Its time is that of the machine and does not move core time, which may
  /// be that of a market long ago.
  public mutating func open(_ identity: JournalIdentity, at time: Timestamp, effects: inout [Effect]) {
    guard nextSequence == 1 else { return }
    let entry = JournalEntry(sequence: nextSequence, time: time, record: .opened(identity))
    apply(entry)
    effects.append(.append(entry))
  }

  /// Appends a record: it is applied at once, and handed to the journal.
  @discardableResult
  mutating func append(_ record: Record, _ effects: inout [Effect]) -> UInt64 {
    let entry = JournalEntry(
      sequence: nextSequence, time: now, requestID: currentRequestID, requestFingerprint: currentFingerprint, record: record)
    apply(entry)
    if case .fill = record { filledAt = now }
    effects.append(.append(entry))
    return entry.sequence
  }

  mutating func markDirty(_ index: Int) {
    guard configuration.tracksChanges, !dirtyMarks[index] else { return }
    dirtyMarks[index] = true
    dirtyBots.append(index)
  }

  // MARK: Reading

  /// The bots that changed or were removed since the last call, in the order to apply them.
  public mutating func takeChanges() -> [BotChange] {
    guard !dirtyBots.isEmpty else { return [] }
    // Removals first: an id may have been given again since.
    var changes = removedBots.map { BotChange(snapshot: $0, isRemoved: true) }
    for index in dirtyBots {
      if let bot = bots[index] { changes.append(BotChange(snapshot: snapshot(of: bot, index), isRemoved: false)) }
    }
    removedBots.removeAll()
    for index in dirtyBots { dirtyMarks[index] = false }
    dirtyBots.removeAll(keepingCapacity: true)
    return changes
  }

  var removedBots: [BotSnapshot] = []

  mutating func markOrder(_ key: OrderKey) {
    if configuration.tracksChanges { orders.mark(key) }
  }

  /// The orders that changed since the last call, each once. What recovery folds is no change: ``openOrders`` has it.
  public mutating func takeOrderChanges() -> [OrderChange] {
    guard orders.hasChanges else { return [] }
    return orders.takeChanged().map { id, key in
      let isOpen = owner(of: key).flatMap { bots[$0]?.openOrders.contains(key) } ?? false || isSharedOrderOpen(key)
      return OrderChange(id: id, order: isOpen ? orders[key] : nil)
    }
  }

  public func snapshot(of id: BotID) -> BotSnapshot? {
    guard let index = botAt(id), let bot = bots[index] else { return nil }
    return snapshot(of: bot, index)
  }

  func snapshot(of bot: Bot, _ index: Int) -> BotSnapshot {
    let at = bot.seriesAt
    let candlesHeld = series[at].listenerIndex(of: index).map { series[at].listeners[$0].position.barsHeld }
    let rules = symbols[bot.symbolAt].rules
    return BotSnapshot(
      configuration: bot.configuration, createdSequence: bot.createdSequence, state: bot.state, stateCause: bot.stateCause,
      stateReason: bot.stateReason, createdAt: bot.createdAt, updatedAt: bot.updatedAt, position: bot.position, results: bot.results,
      stopPrice: bot.stopPrice(tick: rules?.tickSize ?? .zero),
      takeProfitPrice: bot.takeProfitPrice, protection: protection(of: bot), flows: bot.flows,
      openOrders: bot.openOrders.compactMap { orders[$0]?.clientOrderID },
      exitReason: bot.exitRequest?.reason ?? "",
      lastSignal: bot.lastSignal, hold: bot.hold, candlesHeld: candlesHeld ?? 0, baseAsset: rules?.baseAsset ?? "",
      quoteAsset: rules?.quoteAsset ?? "")
  }

  public func order(_ id: ClientOrderID) -> Order? { orders[id] }

  /// The bot that made an order; `nil` once it is removed, although its id may have been given again.
  @inline(__always) func owner(of order: OrderKey) -> Int? {
    guard let index = orders.bot(of: order), isBotThere[index] else { return nil }
    return index
  }

  /// Index of a bot; `nil` when there is none of that name.
  @inline(__always) func botAt(_ id: BotID) -> Int? {
    botTable.number(of: id.fingerprint) { botIDs[$0] == id }
  }

  /// Index of a symbol that the core has heard of.
  @inline(__always) func symbolAt(_ symbol: Symbol) -> Int? {
    symbolTable.number(of: symbol.fingerprint) { symbolNames[$0] == symbol }
  }

  /// Index of a series that some bot has used.
  @inline(__always) func seriesAt(_ key: SeriesKey) -> Int? {
    seriesTable.number(of: Self.fingerprint(of: key)) { seriesKeys[$0] == key }
  }

  static func fingerprint(of key: SeriesKey) -> UInt64 {
    (key.symbol.fingerprint ^ UInt64(bitPattern: key.interval.milliseconds)) &* 0x9e37_79b9_7f4a_7c15
  }

  /// Core time: the latest `at` of any step or recovered entry.
  public var time: Timestamp { now }

  /// Orders that are not terminal, oldest first. Cost: linear in bots and orders.
  public var openOrders: [Order] {
    var open: [Order] = []
    for (index, bot) in bots.enumerated() {
      // One that several bots share is listed once.
      for key in bot?.openOrders ?? [] { if let order = orders[key], isListed(order, of: index) { open.append(order) } }
    }
    return open.sorted { $0.sequence < $1.sequence }
  }

  public func rules(for symbol: Symbol) -> TradingRules? { symbolAt(symbol).flatMap { symbols[$0].rules } }
  public func lastPrice(of symbol: Symbol) -> Price { symbolAt(symbol).map { symbols[$0].lastPrice } ?? .zero }
  public var botCount: Int { botTable.count }
  /// Every series that some bot needs, in order of first use.
  public var watchedSeries: [SeriesKey] { series.filter { !$0.listeners.isEmpty }.map(\.key) }
  /// Symbols our account has ever traded through a bot, with the highest trade id booked.
  public var tradedSymbols: [(symbol: Symbol, lastTradeID: TradeID)] {
    symbols.filter { !$0.bots.isEmpty || $0.lastTradeID.value > 0 }.map { ($0.symbol, $0.lastTradeID) }
  }
}

/// The last finished orders, bounded.
struct RingOfOrders: Sendable, Codable {
  static let capacity = 10_000
  private var ids: [OrderKey] = []
  private var head = 0

  /// Remembers an order; returns the one that falls out.
  mutating func add(_ id: OrderKey) -> OrderKey? {
    if ids.count < Self.capacity {
      ids.append(id)
      return nil
    }
    let old = ids[head]
    ids[head] = id
    head = (head + 1) % Self.capacity
    return old
  }
}

/// The last ``capacity`` mutations that were done, by request id, with what they were answered.
struct RequestMemory: Sendable {
  static let capacity = 10_000

  struct Known: Sendable {
    var fingerprint: UInt64
    /// `nil` until it was answered, and where the answer was too long.
    var response: [UInt8]?
  }

  private var known: [String: Known] = [:]
  private var order: [String] = []
  private var head = 0

  func find(_ id: String) -> Known? { known[id] }

  mutating func remember(_ id: String, _ fingerprint: UInt64) {
    guard !id.isEmpty, known[id] == nil else { return }
    known[id] = Known(fingerprint: fingerprint, response: nil)
    if order.count < Self.capacity {
      order.append(id)
    } else {
      known[order[head]] = nil
      order[head] = id
      head = (head + 1) % Self.capacity
    }
  }

  /// The first answer counts.
  mutating func answer(_ id: String, _ response: [UInt8]?) {
    if let entry = known[id], entry.response == nil { known[id]?.response = response }
  }
}

extension RequestMemory: Codable {
  /// A mutation as a snapshot keeps it.
  private struct Kept: Codable {
    var id: String
    var fingerprint: UInt64
    var response: [UInt8]?
  }

  private enum CodingKeys: CodingKey { case kept, head }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    let kept = order.map { id in Kept(id: id, fingerprint: known[id]?.fingerprint ?? 0, response: known[id]?.response) }
    try container.encode(kept, forKey: .kept)
    try container.encode(head, forKey: .head)
  }

  /// - Throws: `DecodingError` where there are more than fit.
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let kept = try container.decode([Kept].self, forKey: .kept)
    head = try container.decode(Int.self, forKey: .head)
    guard kept.count <= Self.capacity, head >= 0, head == 0 || head < kept.count else {
      throw DecodingError.dataCorrupted(DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "requests do not fit"))
    }
    order = kept.map(\.id)
    for one in kept { known[one.id] = Known(fingerprint: one.fingerprint, response: one.response) }
  }
}
