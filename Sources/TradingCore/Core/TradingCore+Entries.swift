import Strategies
public import Time
import TradingModel
import Venue

/// An entry that takes the place of one that rests, as soon as that one is cancelled and nothing of it was filled.
struct NextEntry: Hashable, Sendable {
  var signal: Signal
  /// The close of the candle that it is decided at, and its price.
  var close: Timestamp
  var price: Price
  /// Not as the bot's plan says, but at the market.
  var isAtMarket: Bool
}

/// Entries that rest on the venue (``EntryPlan``): how long, what ends them early, and what follows.
///
/// One order at a time: a new one is sent only after the venue has said that the old one is cancelled. What was filled is watched while the
/// rest still waits, and protected as soon as the order is over.
extension TradingCore {
  /// When the lifetime of a resting entry ends: the close of the last of its candles.
  private func end(of order: Order, _ configuration: BotConfiguration) -> Timestamp {
    let interval = configuration.interval
    // It was decided at a close, and made a moment after or (by a clock that is behind) before it.
    let decided = interval.openTime(containing: order.createdAt.advanced(byMilliseconds: interval.milliseconds / 2))
    guard interval == .oneMonth else {
      return decided.advanced(byMilliseconds: interval.milliseconds * Int64(configuration.entry.lifetime))
    }
    var end = decided
    for _ in 0..<configuration.entry.lifetime { end = interval.nextOpenTime(after: end) }
    return end
  }

  /// The bot's entry that waits on the venue, if there is one.
  private mutating func waitingEntry(of index: Int) -> OrderKey? {
    waitingEntries.first { owner(of: $0) == index }
  }

  /// Whether a bot's entry waits on the venue.
  mutating func hasWaitingEntry(_ index: Int) -> Bool { !waitingEntries.isEmpty && waitingEntry(of: index) != nil }

  /// Why an entry that rests must go; `nil` while it may stay.
  mutating func endReason(ofEntry key: OrderKey, _ index: Int) -> String? {
    guard let bot = bots[index], let order = orders[key] else { return nil }
    if let exit = bot.exitRequest { return "the position is closed: \(exit.reason)" }
    if isStopping { return "botd stops" }
    if bot.state != .running { return "the bot is \(bot.state)" }
    if tradingState != .active { return "the trading state is \(tradingState)" }
    if !journalIsHealthy { return "the journal cannot be written" }
    if !locks.isEmpty, let reason = lockReason(bot.configuration.id, symbolNames[bot.symbolAt], at: now) {
      return "entries are locked: \(reason)"
    }
    if bot.position.isOpen, order.filledQuantity.isZero { return "the bot holds a position already" }
    let candles = bot.configuration.entry.lifetime
    guard now >= end(of: order, bot.configuration) else { return nil }
    return "not filled within \(candles) candle\(candles == 1 ? "" : "s")"
  }

  /// A candle of a series closed: entries whose lifetime is over go, and what follows is noted.
  mutating func endEntries(_ at: Int, close: Timestamp, price: Price, _ effects: inout [Effect]) {
    guard !waitingEntries.isEmpty else { return }
    for key in waitingEntries {
      guard let index = owner(of: key), let bot = bots[index], bot.seriesAt == at, let order = orders[key],
        order.status != .pendingCancel, now >= end(of: order, bot.configuration)
      else { continue }
      if bot.nextEntry == nil, bot.configuration.entry.sequel == .market {
        bots[index]?.nextEntry = NextEntry(
          signal: .buy(confidence: 0, reason: order.intent.reason), close: close, price: price, isAtMarket: true)
      }
      advance(index, &effects)
    }
  }

  /// A strategy wants to buy while its last entry waits: one whose lifetime is over is placed anew at the new price; any other stays.
  mutating func renewEntry(_ index: Int, _ signal: Signal, price: Price, close: Timestamp) {
    guard let key = waitingEntry(of: index), let order = orders[key], let bot = bots[index], now >= end(of: order, bot.configuration) else {
      return
    }
    bots[index]?.nextEntry = NextEntry(signal: signal, close: close, price: price, isAtMarket: false)
  }

  /// A strategy wants to sell while its entry waits and nothing is held: the entry goes.
  mutating func withdrawEntry(_ index: Int, reason: String, _ effects: inout [Effect]) {
    bots[index]?.nextEntry = nil
    guard let key = waitingEntry(of: index), orders.standing(of: key)?.isResting == true else { return }
    cancel(key, reason: "the strategy would sell: \(reason)", &effects)
  }

  /// Nothing protects what an entry buys while no process runs.
  mutating func stop(_ effects: inout [Effect]) {
    isStopping = true
    reviewEntries(&effects)
  }

  /// Whether an order is on its way, in doubt, or about to be withdrawn: what an end in order waits for.
  public var isBusy: Bool { orders.unsettledCount > 0 || (isStopping && !waitingEntries.isEmpty) }

  /// Entries that wait on the venue.
  public var restingEntries: [Order] { waitingEntries.compactMap { orders[$0] } }

  /// What a change of states means for entries that rest. Cost: linear in them.
  mutating func reviewEntries(_ effects: inout [Effect]) {
    for key in waitingEntries { if let index = owner(of: key) { advance(index, &effects) } }
  }

  /// Entries that rest and that a lock concerns go; others are not looked at, so that what one bot does never ends another's earlier.
  mutating func withdrawLocked(_ effects: inout [Effect]) {
    guard !locks.isEmpty else { return }
    for key in waitingEntries {
      guard let index = owner(of: key), let bot = bots[index], lockReason(botIDs[index], symbolNames[bot.symbolAt], at: now) != nil else {
        continue
      }
      advance(index, &effects)
    }
  }

  /// Time passes: the candle that would end an entry may not come.
  mutating func endOverdueEntries(_ effects: inout [Effect]) {
    guard !waitingEntries.isEmpty, !configuration.mode.isPaper else { return }
    for key in waitingEntries {
      guard let index = owner(of: key), let order = orders[key], let bot = bots[index],
        now.nanoseconds(since: end(of: order, bot.configuration)) > Self.lateCandle
      else { continue }
      advance(index, &effects)
    }
  }

  /// How long the candle that ends an entry may be late, in nanoseconds; 5 s.
  private static let lateCandle: Int64 = 5_000_000_000

  /// An entry is over: what takes its place is sent, if nothing of it was filled.
  mutating func entryEnded(_ key: OrderKey, _ index: Int, _ effects: inout [Effect]) {
    guard let order = orders.standing(of: key), order.purpose == .entry, order.status.isTerminal, let next = bots[index]?.nextEntry else {
      return
    }
    // Its list ends with it, as soon as that is heard of each order.
    if order.status == .canceled, !openLegs(of: order.clientOrderID, index).isEmpty { return }
    bots[index]?.nextEntry = nil
    guard order.status == .canceled, order.executedQuantity.isZero, let bot = bots[index]?.standing(), !bot.isOpen, !bot.isExiting,
      bot.state == .running, isFresh(next, series[bot.seriesAt].key.interval)
    else { return }
    enter(index, next.signal, price: next.price, at: next.close, isLate: false, atMarket: next.isAtMarket, &effects)
  }

  /// The word about a cancel may come late: after a whole candle its signal is gone.
  private func isFresh(_ next: NextEntry, _ interval: Interval) -> Bool {
    now.nanoseconds(since: next.close) <= max(interval.milliseconds, 5_000) * 1_000_000
  }

  /// An entry as maker was refused because it would have taken: it is tried a little lower. Returns whether it was.
  mutating func enterLower(_ key: OrderKey, _ index: Int, reason: String, _ effects: inout [Effect]) -> Bool {
    guard let order = orders[key], order.intent.purpose == .entry, order.intent.request.type == .limitMaker,
      reason.lowercased().contains("immediately match"), let bot = bots[index], bot.state == .running, tradingState == .active, !isStopping,
      let tick = symbols[bot.symbolAt].rules?.tickSize
    else { return false }
    let old = order.intent.request
    let planned = bot.configuration.entry.limit(at: order.intent.decisionPrice, tick: tick)
    let lower = (old.price - max(old.price * Self.makerStep, tick)).roundedDown(toMultipleOf: tick)
    guard lower.isPositive, lower >= planned - planned * Self.makerRange, mayRepeat(index), let id = nextClientOrderID(index, .entry) else {
      return false
    }
    let request = OrderRequest(
      clientOrderID: id, symbol: old.symbol, side: .buy, type: .limitMaker, quantity: old.quantity, price: lower)
    sendEntry(
      request, index, decisionPrice: order.intent.decisionPrice, reason: order.intent.reason, volatility: order.intent.volatility, &effects)
    return true
  }

  /// How much lower an entry as maker is tried after each refusal, at least a tick: 0.02 %; and how much at most: 0.1 %, five tries.
  private static let makerStep = FixedDecimal(raw: 20_000)
  private static let makerRange = FixedDecimal(raw: 100_000)

  /// The first instant at which an entry of a series ends, for drivers that skip candles; `.distantFuture` without one.
  public func entryEnd(of handle: SeriesHandle) -> Timestamp {
    var first = Timestamp.distantFuture
    for key in waitingEntries {
      guard let index = owner(of: key), let bot = bots[index], bot.seriesAt == handle.series, let order = orders[key] else { continue }
      first = min(first, end(of: order, bot.configuration))
    }
    return first
  }
}
