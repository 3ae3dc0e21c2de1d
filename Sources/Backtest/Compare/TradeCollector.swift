import Time
import TradingCore
import TradingModel
import Venue

/// Folds journal entries, those of a daemon or those of the backtest, into trades, and keeps what says why there was none.
///
/// Memory: about 1 kB for each trade, and ``notesMaximum`` notes of what was denied or refused, the first ones.
struct TradeCollector {
  /// Why a candle led to no trade.
  struct Note: Hashable {
    var part: DifferencePart
    var words: String
  }

  /// A time from which on a bot traded, or did not.
  struct StateMark: Hashable {
    var time: Timestamp
    var state: BotState
    var cause: BotStateChange.Cause
  }

  /// A time in which a bot did not try again.
  struct Wait: Hashable {
    var from: Timestamp
    /// `nil`: it never did.
    var until: Timestamp?
    var words: String
  }

  /// What is known of one bot.
  struct BotFacts {
    var configuration: BotConfiguration
    var createdAt: Timestamp
    var removedAt: Timestamp?
    /// Of decisions that became no order, and of orders that nothing was bought with, by the close of the candle.
    var notes: [Timestamp: Note] = [:]
    var states: [StateMark] = []
    /// From refusals of entries to the next try: a bot waits after one.
    var waits: [Wait] = []
    fileprivate var position = Position()
    fileprivate var open: ComparedTrade?
    fileprivate var exitRequest: (time: Timestamp, purpose: OrderPurpose)?
    fileprivate var saleRefusal = ""
  }

  static let notesMaximum = 200_000
  /// Refusals of one bot that are remembered as reasons to wait, the first ones.
  static let waitsMaximum = 10_000
  /// Orders that ended and may still have fills.
  private static let endedMaximum = 4_096

  private struct KnownOrder {
    var bot: ComparedBot
    var intent: OrderIntent
    var time: Timestamp
    var isByHand: Bool
    var isFilled = false
  }

  private(set) var trades: [ComparedTrade] = []
  private(set) var bots: [ComparedBot: BotFacts] = [:]
  /// When processes began to trade.
  private(set) var starts: [Timestamp] = []
  private(set) var notesLeftOut = 0
  private var current: [BotID: ComparedBot] = [:]
  private var counts: [BotID: Int] = [:]
  private var orders: [ClientOrderID: KnownOrder] = [:]
  private var ended: [ClientOrderID] = []
  private var notesCount = 0
  private let arrivals: [ClientOrderID: OrderArrival]
  private let tapes: [SeriesKey: JournalReplay.Tape]
  /// Entries of a symbol's bots at this time or later are left out; `nil`: its bots have no candles.
  private let end: (Symbol) -> Timestamp?

  init(
    tapes: [SeriesKey: JournalReplay.Tape], arrivals: [ClientOrderID: OrderArrival] = [:], end: @escaping (Symbol) -> Timestamp?
  ) {
    self.tapes = tapes
    self.arrivals = arrivals
    self.end = end
  }

  /// A bot of that name was created on the other side and cannot be here.
  mutating func skipCreation(_ id: BotID) { counts[id, default: 0] += 1 }

  mutating func add(_ entry: JournalEntry) {
    switch entry.record {
    case .botCreated(let configuration):
      counts[configuration.id, default: 0] += 1
      let bot = ComparedBot(id: configuration.id, number: counts[configuration.id] ?? 1)
      current[configuration.id] = bot
      bots[bot] = BotFacts(configuration: configuration, createdAt: entry.time)
    case .started: starts.append(entry.time)
    default:
      guard let id = entry.record.bot, let bot = current[id] else { return }
      guard let last = bots[bot].flatMap({ end($0.configuration.symbol) }), entry.time < last else { return }
      add(entry, bot)
    }
  }

  private mutating func add(_ entry: JournalEntry, _ bot: ComparedBot) {
    switch entry.record {
    case .botUpdated(let configuration): bots[bot]?.configuration = configuration
    case .botRemoved: bots[bot]?.removedAt = entry.time
    case .botStateChanged(let change):
      bots[bot]?.states.append(StateMark(time: entry.time, state: change.state, cause: change.cause))
    case .orderDenied(let denial) where denial.side == .buy:
      let part: DifferencePart = denial.code == .feedStale ? .feed : .refused
      note(bot, at: entry.time, denial.decisionPrice, part, "denied (\(denial.code)): \(denial.message)")
    case .orderIntent(let intent):
      if intent.purpose == .entry, let last = bots[bot]?.waits.indices.last, bots[bot]?.waits[last].until == nil {
        bots[bot]?.waits[last].until = entry.time
      }
      orders[intent.request.clientOrderID] = KnownOrder(
        bot: bot, intent: intent, time: entry.time, isByHand: !entry.requestID.isEmpty)
    case .orderUpdated(let update): updated(update, bot)
    case .exitRequested(let exit):
      guard let facts = bots[bot] else { return }
      let decidedAt = close(facts, entry.time, exit.decisionPrice)
      bots[bot]?.exitRequest = (decidedAt, exit.purpose)
    case .fill(let record): filled(record, bot)
    case .positionAdjusted(let adjustment): adjusted(adjustment, bot, at: entry.time)
    default: break
    }
  }

  // MARK: Orders

  private mutating func updated(_ update: OrderUpdate, _ bot: ComparedBot) {
    guard let order = orders[update.clientOrderID], update.status.isTerminal else { return }
    ended.append(update.clientOrderID)
    if ended.count > 2 * Self.endedMaximum {
      for id in ended[..<Self.endedMaximum] { orders[id] = nil }
      ended.removeFirst(Self.endedMaximum)
    }
    let request = order.intent.request
    let isRefusal = update.status == .rejected || update.cause == .givenUp
    if request.side == .sell {
      if isRefusal, request.isImmediate { bots[bot]?.saleRefusal = update.reason.isEmpty ? "refused" : update.reason }
      return
    }
    guard order.intent.purpose == .entry, !order.isFilled, !update.executedQuantity.isPositive, !order.isByHand else { return }
    if isRefusal {
      if bots[bot]?.waits.count ?? 0 < Self.waitsMaximum {
        bots[bot]?.waits.append(Wait(from: order.time, words: update.reason))
      }
      note(bot, at: order.time, order.intent.decisionPrice, .refused, "the exchange refused it: \(update.reason)")
    } else if request.isImmediate {
      note(
        bot, at: order.time, order.intent.decisionPrice, .fillPrice,
        "the order found nothing to buy\(update.reason.isEmpty ? "" : ": \(update.reason)")")
    } else {
      note(bot, at: order.time, order.intent.decisionPrice, .fillPrice, "the limit of \(request.price) was not reached")
    }
  }

  /// The close of the candle that was decided at.
  private func close(_ facts: BotFacts, _ time: Timestamp, _ price: Price) -> Timestamp {
    tapes[facts.configuration.series]?.decisionClose(at: time, price: price) ?? facts.configuration.interval.openTime(containing: time)
  }

  private mutating func note(
    _ bot: ComparedBot, at time: Timestamp, _ price: Price, _ part: DifferencePart, _ words: String
  ) {
    guard let facts = bots[bot] else { return }
    let close = close(facts, time, price)
    guard bots[bot]?.notes[close] == nil else { return }
    guard notesCount < Self.notesMaximum else { return notesLeftOut += 1 }
    notesCount += 1
    bots[bot]?.notes[close] = Note(part: part, words: words)
  }

  // MARK: Fills

  private mutating func filled(_ record: FillRecord, _ bot: ComparedBot) {
    guard var facts = bots[bot] else { return }
    defer { bots[bot] = facts }
    let id = record.clientOrderID
    let order = id.flatMap { orders[$0] }
    if let id, order != nil { orders[id]?.isFilled = true }
    let fill = record.fill
    let fee = FillFee(fill)
    _ = facts.position.apply(fill, side: record.side, fee: fee, closes: record.closesPosition)
    let decidedAt = close(facts, order?.time ?? fill.time, order?.intent.decisionPrice ?? .zero)
    var trade =
      facts.open
      ?? ComparedTrade(
        bot: bot, symbol: fill.symbol, interval: facts.configuration.interval, decidedAt: decidedAt,
        isByHand: order?.isByHand ?? true, entryReason: record.reason)
    if facts.open == nil, record.side == .sell { return }
    trade.profit += record.realizedPnL
    // A fee in a third asset is in no position; it counts at its worth when it was paid.
    if fee.base.isZero, fee.quote.isZero, record.commissionRate.isPositive { trade.profit -= fill.commission * record.commissionRate }
    switch record.side {
    case .buy:
      if let note = facts.notes[decidedAt], note.part == .refused { trade.entry.refusal = note.words }
      add(fill, order, id, to: &trade.entry)
    case .sell:
      trade.exit.refusal = facts.saleRefusal
      add(fill, order, id, to: &trade.exit)
      trade.exitPurpose = record.purpose
      trade.exitReason = record.reason
      let asked = facts.exitRequest.flatMap { $0.purpose == record.purpose ? $0.time : nil }
      trade.exitDecidedAt = asked ?? close(facts, order?.time ?? fill.time, order?.intent.decisionPrice ?? .zero)
    }
    guard record.closesPosition else { return facts.open = trade }
    trade.closedAt = fill.time
    end(trade, &facts)
  }

  private mutating func end(_ trade: ComparedTrade, _ facts: inout BotFacts) {
    trades.append(trade)
    facts.open = nil
    facts.exitRequest = nil
    facts.saleRefusal = ""
  }

  private func add(_ fill: Fill, _ order: KnownOrder?, _ id: ClientOrderID?, to leg: inout ComparedTrade.Leg) {
    leg.quantity += fill.quantity
    leg.amount += fill.quoteQuantity
    guard let order, order.intent.decisionPrice.isPositive else { return leg.decided += fill.quoteQuantity }
    let price = order.intent.decisionPrice
    let request = order.intent.request
    if leg.intended.isZero { leg.intended = request.isByAmount ? request.quoteQuantity : request.quantity * price }
    leg.decided += price * fill.quantity
    guard request.isImmediate else { return }
    if let arrival = id.flatMap({ arrivals[$0] }) {
      leg.drift += (arrival.arrived - arrival.decided) * fill.quantity
    } else {
      leg.withoutArrival += fill.quantity
    }
  }

  private mutating func adjusted(_ adjustment: PositionAdjustment, _ bot: ComparedBot, at time: Timestamp) {
    guard var facts = bots[bot] else { return }
    defer { bots[bot] = facts }
    _ = facts.position.apply(adjustment, at: time)
    var trade =
      facts.open
      ?? ComparedTrade(
        bot: bot, symbol: facts.configuration.symbol, interval: facts.configuration.interval,
        decidedAt: facts.configuration.interval.openTime(containing: time), isByHand: true, entryReason: "coins were \(adjustment.cause)")
    let amount = adjustment.price * adjustment.quantity
    if adjustment.isIncoming {
      trade.entry.quantity += adjustment.quantity
      trade.entry.amount += amount
      trade.entry.decided += amount
      facts.open = trade
      return
    }
    guard facts.open != nil else { return }
    trade.profit += adjustment.realizedPnL
    trade.exit.quantity += adjustment.quantity
    trade.exit.amount += amount
    trade.exit.decided += amount
    trade.exitPurpose = .manual
    trade.exitReason = "coins were \(adjustment.cause)"
    trade.exitDecidedAt = facts.configuration.interval.openTime(containing: time)
    guard adjustment.closesPosition else { return facts.open = trade }
    trade.closedAt = time
    end(trade, &facts)
  }

  // MARK: The end

  /// Values what is open at the last price of its symbol; nothing is added after it. Trades come in the order of their decisions.
  mutating func finish(price: (Symbol) -> Price?) {
    for (_, facts) in bots.sorted(by: { ($0.key.id, $0.key.number) < ($1.key.id, $1.key.number) }) {
      guard var trade = facts.open else { continue }
      if facts.position.quantity.isPositive, let price = price(trade.symbol) {
        let value = price * facts.position.quantity
        trade.profit += value - facts.position.cost
        trade.exit.quantity += facts.position.quantity
        trade.exit.amount += value
        trade.exit.decided += value
      }
      trades.append(trade)
    }
    trades.sort { ($0.decidedAt, $0.bot.id, $0.bot.number) < ($1.decidedAt, $1.bot.id, $1.bot.number) }
  }
}
