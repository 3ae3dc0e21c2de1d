public import Time
import Strategies
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
  /// Why the trading state is what it is; empty before its first change.
  public internal(set) var tradingStateReason = ""
  public internal(set) var riskLimits = RiskLimits()
  /// The portfolio's profit and loss as the limits see it.
  public internal(set) var portfolio = PortfolioWatch()
  /// When the last orders were made.
  var recentOrders = RecentOrders()
  var watchedAt: Timestamp = .zero
  /// A replay takes breaches from the journal.
  var lossLimitsAreOff = false
  public internal(set) var balances: [AssetBalance] = []
  public internal(set) var executionIsLive: Bool
  public internal(set) var journalIsHealthy = true

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
  /// The highest order number that any venue report named.
  public internal(set) var highestVenueOrderID = VenueOrderID(0)

  // The step in progress.
  var now: Timestamp = .zero
  var currentRequestID = ""
  var currentFingerprint: UInt64 = 0
  /// Bots whose snapshot changed since the driver last asked.
  var dirtyBots: [Int] = []
  /// Which bots are among them.
  var dirtyMarks: [Bool] = []
  /// Room for the signals of one candle.
  var signals: [CandleSignal] = []

  public init(configuration: CoreConfiguration) {
    self.configuration = configuration
    executionIsLive = configuration.mode.isPaper
  }

  /// Advances the machine by one event at core time `at`. Cost: constant for ticks no bot waits for; linear in the bots of a series
  /// for a closed candle.
  public mutating func step(_ event: CoreEvent, at time: Timestamp, effects: inout [Effect]) {
    now = max(now, time)
    switch event {
    case .command(let envelope): handle(envelope, &effects)
    case .market(let market): handle(market, &effects)
    case .price(let symbol, let price):
      if let at = symbolAt(symbol), price.isPositive { priceMoved(at, to: price, &effects) }
    case .history(let key, let candles): warm(key, candles)
    case .report(let report): handle(report, &effects)
    case .submitted(let id, let outcome): submitted(id, outcome, &effects)
    case .canceled(let id, let outcome): canceled(id, outcome, &effects)
    case .queried(let id, let outcome): queried(id, outcome, &effects)
    case .trades(let symbol, let trades): listed(symbol, trades, &effects)
    case .rules(let rules): for rule in rules { learn(rule, &effects) }
    case .feed(let symbol, let state): feedChanged(symbol, state)
    case .executionStream(let isLive): executionStreamChanged(isLive, &effects)
    case .balances(let list, let isComplete): balancesChanged(list, isComplete: isComplete)
    case .journalFailed: journalIsHealthy = false
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
      let isOpen = owner(of: key).flatMap { bots[$0]?.openOrders.contains(key) } ?? false
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
      configuration: bot.configuration, state: bot.state, stateReason: bot.stateReason, createdAt: bot.createdAt,
      updatedAt: bot.updatedAt, position: bot.position, statistics: bot.statistics,
      stopPrice: bot.stopPrice(tick: rules?.tickSize ?? .zero),
      takeProfitPrice: bot.takeProfitPrice, openOrders: bot.openOrders.compactMap { orders[$0]?.clientOrderID },
      exitReason: bot.exitRequest?.reason ?? "",
      lastSignal: bot.lastSignal, candlesHeld: candlesHeld ?? 0, baseAsset: rules?.baseAsset ?? "", quoteAsset: rules?.quoteAsset ?? "")
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
    for bot in bots { for key in bot?.openOrders ?? [] { if let order = orders[key] { open.append(order) } } }
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
struct RingOfOrders: Sendable {
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

/// Which mutations were already done: `request_id` → fingerprint, the last 10,000.
struct RequestMemory: Sendable {
  static let capacity = 10_000
  private var fingerprints: [String: UInt64] = [:]
  private var order: [String] = []
  private var head = 0

  func fingerprint(of id: String) -> UInt64? { fingerprints[id] }

  mutating func remember(_ id: String, _ fingerprint: UInt64) {
    guard !id.isEmpty, fingerprints.updateValue(fingerprint, forKey: id) == nil else { return }
    if order.count < Self.capacity {
      order.append(id)
    } else {
      fingerprints[order[head]] = nil
      order[head] = id
      head = (head + 1) % Self.capacity
    }
  }
}
