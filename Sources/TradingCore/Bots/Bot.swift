public import Time
public import TradingModel
import Venue

/// A bot as the core holds it. Everything but the strategy's indicators is folded from the journal.
struct Bot: Sendable, Codable {
  var configuration: BotConfiguration
  var state: BotState = .stopped
  /// `nil` while it was never changed.
  var stateCause: BotStateChange.Cause?
  var stateReason = ""
  /// Why this build does not take its settings; its strategy is not asked then.
  var settingsProblem: String?
  var createdAt: Timestamp
  /// The journal sequence that made it: orders of an earlier bot of the same id are not its own.
  var createdSequence: UInt64
  var updatedAt: Timestamp
  var position = Position()
  var results = BotResults()
  /// Value of adopted coins, less that of coins that left without an order.
  var flows: Amount = .zero
  /// The wish to close the position, until it is closed; see ``exitRequest``.
  var requestedExit: ExitRequest?
  /// A person's wish to sell a part of it.
  var partExit: PartExit?
  /// Orders that are not terminal, or whose fills are not complete.
  var openOrders: [OrderKey] = []
  var lastSignal: SignalRecord?
  /// The peak since the entry that the journal knows: that of the entry, or of the last `peakRaised`.
  var journaledPeak: Price = .zero

  // Not journaled: rebuilt from the venue's answers. The strategy is with its series (``CandleListener``).
  /// How often its orders were refused.
  var pace = RefusalPace()
  /// Why it may not do what it should; `nil` while nothing stands in its way.
  var hold: BotHold?
  /// No entry and no exit is sent before.
  var retryAt: Timestamp = .zero
  /// A stop is known to rest on the venue: its price need not be watched here.
  var stopRests = false
  /// Its stop stays where it is until then.
  var movesAgainAt: Timestamp = .zero
  /// Since when the price is at or below a stop that is taken for resting.
  var stopReachedAt: Timestamp?
  /// When it was last asked for because of that.
  var stopAskedAt: Timestamp?
  /// Its target is known to rest on the venue beside the stop.
  var targetRests = false
  /// The venue takes no target beside a stop for the position: it is watched here.
  var isTargetWatched = false
  /// The venue takes no stop for the position: the price is watched here instead.
  var isProtectionImpossible = false
  /// Why, where it was not even tried.
  var watchReason: WatchReason?
  /// The entry that takes the place of the one that rests.
  var nextEntry: NextEntry?
  /// When to try again to rest a stop that the venue refused.
  var protectAgainAt: Timestamp = .distantFuture

  /// Its strategy, where another process serves it; `nil` for one that is built in.
  var instance: ServedInstance?

  /// Indices of its symbol and its series.
  var symbolAt: Int
  var seriesAt: Int
  /// Why its stops exist.
  var stopReason: String

  /// No entry at the close of candles up to and including this time: a trade lost and the bot cools down. Folded from the journal.
  var coolsUntil: Timestamp = .zero
  /// Its last trades, while it has guards.
  var closedTrades = ClosedTrades(capacity: TradeGuard.tradesMaximum)

  /// What is folded from the journal; the rest begins anew.
  private enum CodingKeys: String, CodingKey {
    case configuration, state, stateCause, stateReason, createdAt, createdSequence, updatedAt, position, results, flows
    case requestedExit = "exitRequest"
    case partExit, openOrders, lastSignal, journaledPeak, retryAt, symbolAt, seriesAt, stopReason, coolsUntil, closedTrades
  }

  init(configuration: BotConfiguration, sequence: UInt64, at time: Timestamp, symbol: Int, series: Int) {
    self.configuration = configuration
    createdAt = time
    createdSequence = sequence
    updatedAt = time
    symbolAt = symbol
    seriesAt = series
    stopReason = Self.stopReason(configuration)
  }

  /// The reason of a stop order.
  static func stopReason(_ configuration: BotConfiguration) -> String { "stop \(configuration.stopLoss) below the average entry" }

  /// An order is not open any more; false when it was not.
  mutating func close(_ order: OrderKey) -> Bool {
    guard let position = openOrders.firstIndex(of: order) else { return false }
    openOrders.remove(at: position)
    if partExit?.order == order { partExit = nil }
    return true
  }

  /// One of the open orders, counted from 0, read in place; `nil` behind the last.
  mutating func openOrder(_ number: Int) -> OrderKey? { number < openOrders.count ? openOrders[number] : nil }

  /// An order that was not open any more is open again, if it was not.
  mutating func reopen(_ order: OrderKey) { if !openOrders.contains(order) { openOrders.append(order) } }

  /// What decisions look at; plain numbers.
  struct Standing {
    var state: BotState
    var isOpen: Bool
    /// What it holds, less what a person sells of it.
    var quantity: Quantity
    /// What a person sells of it, as long as no order was made for that.
    var part: Quantity
    var isExiting: Bool
    var retryAt: Timestamp
    var isProtectionImpossible: Bool
    var isTargetWatched: Bool
    var stopLoss: FixedDecimal
    var hasTrailingStop: Bool
    var symbolAt: Int
    var seriesAt: Int
    /// An order was refused because of the account's balance.
    var isBalanceRefused: Bool
    /// Its last exit was refused.
    var isExitRefused: Bool
  }

  /// Where it stands. Mutating, so that it is looked at in place: reading out of an array would copy the whole bot.
  mutating func standing() -> Standing {
    let part = partWanted
    return Standing(
      state: state, isOpen: position.isOpen, quantity: position.quantity - part, part: part, isExiting: exitRequest != nil,
      retryAt: retryAt,
      isProtectionImpossible: isProtectionImpossible, isTargetWatched: isTargetWatched, stopLoss: configuration.stopLoss,
      hasTrailingStop: configuration.hasTrailingStop, symbolAt: symbolAt, seriesAt: seriesAt,
      isBalanceRefused: hold?.cause == .refused(.balance),
      isExitRefused: hold?.concern == .exit && hold?.cause != .missingCoins && exitRequest?.purpose != .manual)
  }

  /// What decides about an entry.
  struct EntryInputs {
    var configuration: BotConfiguration
    var state: BotState
    /// Quote asset not tied up in the position.
    var availableCapital: Amount
    var coolsUntil: Timestamp
    var openOrderCount: Int
    var firstOpenOrder: OrderKey?
    var symbolAt: Int
    var seriesAt: Int

    var needsVolatility: Bool { configuration.needsVolatility }
  }

  /// What decides about an entry, read in place.
  mutating func entryInputs() -> EntryInputs {
    EntryInputs(
      configuration: configuration, state: state, availableCapital: configuration.capital + flows + results.realizedPnL - position.cost,
      coolsUntil: coolsUntil, openOrderCount: openOrders.count, firstOpenOrder: openOrders.first, symbolAt: symbolAt, seriesAt: seriesAt)
  }

  /// What its guards look at, beside its trades.
  struct Guarded {
    var guards: [TradeGuard]
    /// Positions at cost.
    var equity: Amount
    var interval: Interval
    var symbolAt: Int
  }

  /// What its guards look at, read in place.
  mutating func guarded() -> Guarded {
    Guarded(guards: configuration.guards, equity: equityAtCost, interval: configuration.interval, symbolAt: symbolAt)
  }

  /// What it has, positions at cost, in quote asset.
  var equityAtCost: Amount { configuration.capital + flows + results.realizedPnL }

  /// The trade that was closed last, read in place.
  mutating func closing() -> (profit: Amount, cost: Amount, symbolAt: Int, hasGuards: Bool) {
    (results.lastTradePnL, results.lastTradeCost, symbolAt, !configuration.guards.isEmpty)
  }

  /// The stop is tried again once its time has come.
  mutating func tryProtectionAgain(at time: Timestamp) {
    guard isProtectionImpossible, time >= protectAgainAt else { return }
    isProtectionImpossible = false
    protectAgainAt = .distantFuture
  }

  /// Learns from a closed candle of before now what the journal does not know of an open position after a restart: its peak.
  mutating func onHistory(_ candle: Candle) {
    guard position.isOpen, configuration.hasTrailingStop, candle.openTime >= position.openedAt else { return }
    position.peakPrice = max(position.peakPrice, candle.high)
  }

  /// Changes it in place.
  mutating func update(at time: Timestamp, _ body: (inout Bot) -> Void) {
    body(&self)
    updatedAt = time
  }

  /// Takes an order of its own that is about to be sent.
  mutating func add(_ order: OrderKey, _ intent: OrderIntent, sentAt time: Timestamp) {
    openOrders.append(order)
    if intent.purpose == .manual, partExit?.order == nil { partExit?.order = order }
    guard intent.purpose == .entry else { return }
    lastSignal = SignalRecord(side: .buy, confidence: 0, reason: intent.reason, time: time)
  }

  /// Books a fill of one of its orders, which was decided at a volatility.
  mutating func apply(_ record: FillRecord, volatility: Price) {
    let fee = FillFee(record.fill)
    let openedAt = position.openedAt
    _ = position.apply(record.fill, side: record.side, fee: fee, closes: record.closesPosition)
    results.book(record, fee)
    if openedAt != position.openedAt {
      journaledPeak = position.peakPrice
      position.entryVolatility = volatility
    }
    if record.closesPosition, configuration.cooldownCandles > 0, results.lastTradePnL.isNegative {
      let interval = configuration.interval
      coolsUntil = interval.openTime(containing: record.fill.time).advanced(
        byMilliseconds: interval.milliseconds * Int64(clamping: configuration.cooldownCandles))
    }
    if record.closesPosition { endExits() }
    if record.side == .buy || record.closesPosition { isTargetWatched = false }
    if record.side == .buy { isProtectionImpossible = false }
    pace.accepted()
  }

  /// What was refused is tried again as soon as the bound of its refusals allows.
  mutating func tryAgain() {
    retryAt = pace.notBefore
    if isProtectionImpossible { protectAgainAt = pace.notBefore }
  }

  /// Whether something stood in its way since an order of it was taken.
  mutating func isHindered() -> Bool { hold != nil || pace.count > 0 || pace.notBefore != .zero }

  /// What it holds; `nil` when nothing.
  mutating func heldQuantity() -> Quantity? { position.isOpen && position.quantity.isPositive ? position.quantity : nil }

  /// Books coins that come or leave without an order.
  mutating func apply(_ adjustment: PositionAdjustment, at time: Timestamp) {
    let wasOpen = position.isOpen
    _ = position.apply(adjustment, at: time)
    flows += adjustment.flow
    results.book(adjustment)
    if !wasOpen { journaledPeak = position.peakPrice }
    if adjustment.closesPosition { endExits() }
    isProtectionImpossible = false
    isTargetWatched = false
  }

  /// What a fill would realize, and what would be left, without booking it.
  mutating func preview(_ fill: Fill, _ side: Side) -> (realized: Amount, left: Quantity, isOpen: Bool) {
    var position = self.position
    let realized = position.apply(fill, side: side, fee: FillFee(fill), closes: false)
    return (realized, position.quantity, position.isOpen)
  }

  /// What a price is compared with; plain numbers.
  struct Watched {
    var peak: Price
    var journaledPeak: Price
    var hasTrailingStop: Bool
    var trail: Price
    var target: Price
    var stop: Price
    var isProtectionImpossible: Bool
    var retryAt: Timestamp
  }

  /// What a price is compared with, read in place; `nil` when nothing is held or it is being sold already.
  mutating func watched(tick: Price) -> Watched? {
    guard position.isOpen, exitRequest == nil else { return nil }
    return Watched(
      peak: position.peakPrice, journaledPeak: journaledPeak, hasTrailingStop: configuration.hasTrailingStop, trail: trailingPrice,
      target: targetRests ? .zero : takeProfitPrice, stop: isStopWatched ? stopPrice(tick: tick) : .zero,
      isProtectionImpossible: isStopWatched, retryAt: .zero)
  }

  /// Whether its stop is watched here, since none is known to rest.
  private var isStopWatched: Bool { (isProtectionImpossible || !stopRests) && configuration.stopLoss.isPositive }

  /// Whether a price is at or below its stop, which is taken for resting on the venue.
  mutating func isRestingStopReached(by price: Price, tick: Price) -> Bool {
    guard position.isOpen, exitRequest == nil, stopRests, !isStopWatched, price.isPositive else { return false }
    return price <= stopPrice(tick: tick)
  }

  /// Whether it holds something whose stop is watched here and not being sold already.
  mutating func watchesStop() -> Bool { position.isOpen && exitRequest == nil && isStopWatched }

  /// Where the stop belongs, zero without one, and why it exists.
  mutating func stop(tick: Price) -> StopLevel { StopLevel(price: stopPrice(tick: tick), purpose: .stopLoss, reason: stopReason) }

  /// Where the trailing stop belongs, zero without one, and why it exists.
  mutating func trailingLevel(tick: Price) -> StopLevel {
    let words =
      configuration.trailingStop.isPositive && !configuration.trailingStopRanges.isPositive ? " \(configuration.trailingStop)" : ""
    return StopLevel(
      price: trailingPrice.roundedDown(toMultipleOf: tick), purpose: .trailingStop,
      reason: "trailing stop\(words) below the peak \(position.peakPrice)")
  }

  /// Where its stop was at the entry, for what must not move, and never above where it is now: zero without one.
  mutating func firstStop(tick: Price) -> Price {
    if configuration.stopLoss.isPositive { return stopPrice(tick: tick) }
    return min(trail(from: position.averageEntryPrice), trailingPrice).roundedDown(toMultipleOf: tick)
  }

  /// Its peak, and the one that the journal knows.
  mutating func peaks() -> (peak: Price, journaled: Price) { (position.peakPrice, journaledPeak) }

  /// Where a target rests, on the tick at or above its exact level; zero without one. And why it exists.
  mutating func target(tick: Price) -> (price: Price, reason: String) {
    (takeProfitPrice.roundedUp(toMultipleOf: tick), "target \(configuration.takeProfit) above the average entry")
  }

  /// What its strategy is shown, and the index of its series.
  mutating func shown() -> (series: Int, position: Position) { (seriesAt, position) }

  /// Narrows the prices between which nothing happens to an open position; false when there is none.
  mutating func narrow(below: inout Price, above: inout Price, tick: Price) -> Bool {
    guard position.isOpen else { return false }
    let average = position.averageEntryPrice
    let reference = position.stopReference
    if configuration.takeProfit.isPositive {
      let target = average + average * configuration.takeProfit
      if target.isPositive { above = min(above, target) }
    }
    if configuration.stopLoss.isPositive {
      below = max(below, (reference - reference * configuration.stopLoss).roundedDown(toMultipleOf: tick))
    }
    if configuration.hasTrailingStop {
      above = min(above, position.peakPrice)
      below = max(below, trailingPrice)
    }
    return true
  }

  /// Adds what it has and holds, at `price`.
  @inline(__always) func value(at price: Price, into point: inout EquityPoint) {
    let exposure = position.quantity * price
    let unrealized = position.quantity.isPositive && price.isPositive ? exposure - position.cost : .zero
    point.realized += results.realizedPnL
    point.unrealized += unrealized
    point.exposure += exposure
    point.equity += configuration.capital + flows + results.realizedPnL + unrealized
  }

  /// Where the stop belongs; zero without one.
  func stopPrice(tick: Price) -> Price {
    guard position.isOpen, configuration.stopLoss.isPositive else { return .zero }
    let average = position.stopReference
    return (average - average * configuration.stopLoss).roundedDown(toMultipleOf: tick)
  }

  /// The price at or below which the trailing stop closes the position: the nearer of the two kinds; zero without one.
  var trailingPrice: Price {
    trail(from: position.peakPrice)
  }

  private func trail(from peak: Price) -> Price {
    guard position.isOpen else { return .zero }
    var level = Price.zero
    if configuration.trailingStop.isPositive { level = peak - peak * configuration.trailingStop }
    if configuration.trailingStopRanges.isPositive, position.entryVolatility.isPositive {
      level = max(level, peak - position.entryVolatility * configuration.trailingStopRanges)
    }
    return max(level, .zero)
  }

  /// Where the target lies; zero without one.
  var takeProfitPrice: Price {
    guard position.isOpen, configuration.takeProfit.isPositive else { return .zero }
    let average = position.averageEntryPrice
    return average + average * configuration.takeProfit
  }
}

/// Where a stop belongs, and why.
struct StopLevel: Hashable, Sendable {
  /// Zero: nowhere.
  var price: Price
  var purpose: OrderPurpose
  var reason: String
  /// The venue moves it (``OrderRequest/trailingDelta``).
  var trailingDelta = 0
}

/// The last signal that mattered, for people.
public struct SignalRecord: Hashable, Sendable, Codable {
  public var side: Side
  /// 0…1.
  public var confidence: Double
  public var reason: String
  public var time: Timestamp
  public init(side: Side, confidence: Double, reason: String, time: Timestamp) {
    self.side = side
    self.confidence = confidence
    self.reason = reason
    self.time = time
  }
}

/// What readers see of a bot: a value, published after each durable change.
public struct BotSnapshot: Hashable, Sendable {
  public var configuration: BotConfiguration
  /// The journal sequence that made it.
  public var createdSequence: UInt64
  public var state: BotState
  /// Why it is in that state; `nil` while it was never changed.
  public var stateCause: BotStateChange.Cause?
  /// The same in words; empty where the cause says it all.
  public var stateReason: String
  public var createdAt: Timestamp
  public var updatedAt: Timestamp
  public var position: Position
  public var results: BotResults
  public var stopPrice: Price
  public var takeProfitPrice: Price
  /// Where the levels of its position act; empty for one that holds nothing.
  public var protection: [ProtectionLevel]
  /// Value of adopted coins, less that of coins that left without an order.
  public var flows: Amount
  public var openOrders: [ClientOrderID]
  public var exitReason: String
  public var lastSignal: SignalRecord?
  /// Why it may not do what it should; `nil` while nothing stands in its way.
  public var hold: BotHold?
  /// Closed candles since the entry; 0 when flat.
  public var candlesHeld: Int
  public var baseAsset: String
  public var quoteAsset: String

  /// Who it is, for ever.
  public var key: BotKey { BotKey(configuration.id, createdSequence: createdSequence) }

  /// Quote asset not tied up in the position.
  public var availableCapital: Amount { configuration.capital + flows + results.realizedPnL - position.cost }
}

/// A bot as it is now, or as it was when it was removed.
public struct BotChange: Hashable, Sendable {
  public var snapshot: BotSnapshot
  public var isRemoved: Bool
  public var id: BotID { snapshot.configuration.id }

  public init(snapshot: BotSnapshot, isRemoved: Bool = false) {
    self.snapshot = snapshot
    self.isRemoved = isRemoved
  }
}
