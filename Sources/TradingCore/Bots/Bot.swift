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
  var openOrders: [ClientOrderID] = []
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

  /// No entry at the close of candles up to and including this time: a trade lost and the bot cools down. Folded from the journal.
  var coolsUntil: Timestamp = .zero

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
