public import Time
public import TradingModel
import Venue

/// A bot as the core holds it. Everything but the strategy's indicators is folded from the journal.
struct Bot: Sendable {
  var configuration: BotConfiguration
  var state: BotState = .stopped
  var stateReason = ""
  var createdAt: Timestamp
  /// The journal sequence that made it: orders of an earlier bot of the same id are not its own.
  var createdSequence: UInt64
  var updatedAt: Timestamp
  var position = Position()
  var statistics = BotStatistics()
  /// The wish to close the position, until it is closed.
  var exitRequest: ExitRequest?
  /// Orders that are not terminal, or whose fills are not complete.
  var openOrders: [OrderKey] = []
  var lastSignal: SignalRecord?
  /// The peak since the entry that the journal knows: that of the entry, or of the last `peakRaised`.
  var journaledPeak: Price = .zero

  // Not journaled: rebuilt from the venue's answers. The strategy is with its series (``CandleListener``).
  /// Exit or protection attempts the venue refused in a row.
  var refusals = 0
  /// Nothing is sent for this bot before.
  var retryAt: Timestamp = .zero
  /// The venue takes no stop for the position: the price is watched here instead.
  var isProtectionImpossible = false
  /// When to try again to rest a stop that the venue refused.
  var protectAgainAt: Timestamp = .distantFuture

  /// Indices of its symbol and its series.
  var symbolAt: Int
  var seriesAt: Int
  /// Why its stops exist.
  var stopReason: String

  /// No entry at the close of candles up to and including this time: a trade lost and the bot cools down. Folded from the journal.
  var coolsUntil: Timestamp = .zero

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
    var quantity: Quantity
    var isExiting: Bool
    var retryAt: Timestamp
    var isProtectionImpossible: Bool
    var stopLoss: FixedDecimal
    var symbolAt: Int
    var seriesAt: Int
  }

  /// Where it stands. Mutating, so that it is looked at in place: reading out of an array would copy the whole bot.
  mutating func standing() -> Standing {
    Standing(
      state: state, isOpen: position.isOpen, quantity: position.quantity, isExiting: exitRequest != nil, retryAt: retryAt,
      isProtectionImpossible: isProtectionImpossible, stopLoss: configuration.stopLoss, symbolAt: symbolAt,
      seriesAt: seriesAt)
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
      configuration: configuration, state: state, availableCapital: configuration.capital + statistics.realizedPnL - position.cost,
      coolsUntil: coolsUntil, openOrderCount: openOrders.count, firstOpenOrder: openOrders.first, symbolAt: symbolAt, seriesAt: seriesAt)
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
    guard intent.purpose == .entry else { return }
    statistics.signalCount += 1
    // A bot that was started before its symbol had a price is measured from its first decision.
    if statistics.firstStartPrice.isZero { statistics.firstStartPrice = intent.decisionPrice }
    lastSignal = SignalRecord(side: .buy, confidence: 0, reason: intent.reason, time: time)
  }

  /// Books a fill of one of its orders, which was decided at a price and a volatility.
  mutating func apply(_ record: FillRecord, decisionPrice: Price, volatility: Price) {
    let fee = FillFee(record.fill)
    let openedAt = position.openedAt
    _ = position.apply(record.fill, side: record.side, fee: fee, closes: record.closesPosition)
    statistics.book(
      record, realized: record.realizedPnL, commissionInQuote: fee.inQuote(at: record.fill.price), capital: configuration.capital,
      decisionPrice: decisionPrice, openedAt: openedAt)
    if openedAt != position.openedAt {
      journaledPeak = position.peakPrice
      position.entryVolatility = volatility
    }
    if record.closesPosition, configuration.cooldownCandles > 0, statistics.lastTradePnL.isNegative {
      let interval = configuration.interval
      coolsUntil = interval.openTime(containing: record.fill.time).advanced(
        byMilliseconds: interval.milliseconds * Int64(clamping: configuration.cooldownCandles))
    }
    if record.closesPosition { exitRequest = nil }
    if record.side == .buy { isProtectionImpossible = false }
    refusals = 0
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
      target: takeProfitPrice, stop: isProtectionImpossible ? stopPrice(tick: tick) : .zero,
      isProtectionImpossible: isProtectionImpossible, retryAt: retryAt)
  }

  /// The wish to close the position, read in place.
  mutating func exit() -> ExitRequest? { exitRequest }

  /// Where the stop belongs, zero without one, and why it exists.
  mutating func stop(tick: Price) -> (price: Price, reason: String) { (stopPrice(tick: tick), stopReason) }

  /// What its strategy is shown, and the index of its series.
  mutating func shown() -> (series: Int, position: Position) { (seriesAt, position) }

  /// Narrows the prices between which nothing happens to an open position; false when there is none.
  mutating func narrow(below: inout Price, above: inout Price, tick: Price) -> Bool {
    guard position.isOpen else { return false }
    let average = position.averageEntryPrice
    if configuration.takeProfit.isPositive {
      let target = average + average * configuration.takeProfit
      if target.isPositive { above = min(above, target) }
    }
    if configuration.stopLoss.isPositive {
      below = max(below, (average - average * configuration.stopLoss).roundedDown(toMultipleOf: tick))
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
    point.realized += statistics.realizedPnL
    point.unrealized += unrealized
    point.exposure += exposure
    point.equity += configuration.capital + statistics.realizedPnL + unrealized
  }

  /// Where the stop belongs; zero without one.
  func stopPrice(tick: Price) -> Price {
    guard position.isOpen, configuration.stopLoss.isPositive else { return .zero }
    let average = position.averageEntryPrice
    return (average - average * configuration.stopLoss).roundedDown(toMultipleOf: tick)
  }

  /// The price at or below which the trailing stop closes the position: the nearer of the two kinds; zero without one.
  var trailingPrice: Price {
    guard position.isOpen else { return .zero }
    var level = Price.zero
    let peak = position.peakPrice
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

/// The last signal that mattered, for people.
public struct SignalRecord: Hashable, Sendable {
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
  public var state: BotState
  public var stateReason: String
  public var createdAt: Timestamp
  public var updatedAt: Timestamp
  public var position: Position
  public var statistics: BotStatistics
  public var stopPrice: Price
  public var takeProfitPrice: Price
  public var openOrders: [ClientOrderID]
  public var exitReason: String
  public var lastSignal: SignalRecord?
  /// Closed candles since the entry; 0 when flat.
  public var candlesHeld: Int
  public var baseAsset: String
  public var quoteAsset: String

  /// Quote asset not tied up in the position.
  public var availableCapital: Amount { configuration.capital + statistics.realizedPnL - position.cost }
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

/// An order that changed; without a value it is not open any more.
public struct OrderChange: Hashable, Sendable {
  public var id: ClientOrderID
  public var order: Order?

  public init(id: ClientOrderID, order: Order?) {
    self.id = id
    self.order = order
  }
}
