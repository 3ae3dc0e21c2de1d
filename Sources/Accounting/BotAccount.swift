public import Statistics
public import Time
public import TradingCore
public import TradingModel
import Venue

/// The money of one bot that is or was, from its creation to its removal: folded from the journal alone.
///
/// A bot that is created again under an old name is another account and inherits nothing. Equity = capital + realized + unrealized, what is
/// held at the last price that the journal knows (a fill or a mark). Size: about 1 kB.
public struct BotAccount: Hashable, Sendable, Codable {
  /// Its number in the book: from 0 in order of creation, never given again.
  public let number: Int
  /// Who it is, for ever.
  public let key: BotKey
  public let createdAt: Timestamp
  /// `nil`: it is still there.
  public internal(set) var removedAt: Timestamp?
  public internal(set) var symbol: Symbol
  public internal(set) var interval: Interval
  public internal(set) var capital: Amount
  /// What of the capital came as coins, less what left as coins, at their market value then.
  public internal(set) var flows: Amount = .zero
  public internal(set) var position = Position()
  /// Realized ever, after fees; those in a third asset as far as their rate was known. What a removed bot still held counts at its last price.
  public internal(set) var realized: Amount = .zero
  /// What is held at the last price, less what it cost.
  public internal(set) var unrealized: Amount = .zero
  /// What is held at the last price.
  public internal(set) var positionValue: Amount = .zero
  /// Its equity over time; begins at its first start.
  public internal(set) var record = EquityStatistics()
  public internal(set) var trades = TradeStatistics()
  public internal(set) var activity = ActivityStatistics()
  public internal(set) var presence = PresenceStatistics()
  /// The symbol's price at the first start, or at the first decision where it was not known then; zero before. The base of market change.
  public internal(set) var firstPrice: Price = .zero
  /// Profit of the round trip in progress.
  public internal(set) var openTradeProfit: Amount = .zero

  var symbolAt: Int
  /// Where its money is summed up, in ``Book/portfolios``.
  public let portfolioAt: Int
  /// The symbol's price when it was removed; zero before.
  var lastPrice: Price = .zero
  var isHolder = false

  init(number: Int, sequence: UInt64, at time: Timestamp, _ configuration: BotConfiguration, symbol: Int, portfolio: Int) {
    self.number = number
    key = BotKey(configuration.id, createdSequence: sequence)
    createdAt = time
    self.symbol = configuration.symbol
    interval = configuration.interval
    capital = configuration.capital
    symbolAt = symbol
    portfolioAt = portfolio
    record.flow(equity: capital, capital: capital, at: time)
  }

  public var id: BotID { key.id }
  /// Realized and unrealized.
  public var netProfit: Amount { realized + unrealized }
  /// Capital and net profit; what a removed bot had when it was removed.
  public var equity: Amount { capital + netProfit }
  /// Where its figures end: now, or when it was removed.
  public func end(_ now: Timestamp) -> Timestamp { removedAt.map { min($0, now) } ?? now }

  /// Values what is held at a price; returns by how much value and unrealized changed.
  @inline(__always) mutating func revalue(at price: Price) -> (value: Amount, unrealized: Amount) {
    let value = position.quantity.isPositive ? price * position.quantity : .zero
    let profit = position.quantity.isPositive && price.isPositive ? value - position.cost : .zero
    let change = (value: value - positionValue, unrealized: profit - unrealized)
    positionValue = value
    unrealized = profit
    return change
  }

  @inline(__always) mutating func observe(at time: Timestamp) { record.observe(netProfit: realized + unrealized, at: time) }

  /// Books coins that come or leave without an order.
  mutating func adjust(_ adjustment: PositionAdjustment, at time: Timestamp) {
    let wasOpen = position.isOpen
    _ = position.apply(adjustment, at: time)
    capital += adjustment.flow
    flows += adjustment.flow
    realized += adjustment.realizedPnL
    openTradeProfit += adjustment.realizedPnL
    if position.isOpen, !wasOpen { presence.open(at: time) }
    if wasOpen, !position.isOpen {
      presence.close(at: time)
      openTradeProfit = .zero
    }
  }

  /// Books a fill of its own; returns what it realized and the round trip that it ended.
  mutating func book(_ fill: FillRecord, _ cost: BookedFee, decisionPrice: Price) -> (gain: Amount, ended: EndedTrade?) {
    let wasOpen = position.isOpen
    let openedAt = position.openedAt
    _ = position.apply(fill.fill, side: fill.side, fee: cost.split, closes: fill.closesPosition)
    let gain = fill.realizedPnL - cost.third
    realized += gain
    openTradeProfit += gain
    activity.add(fill, cost, decisionPrice: decisionPrice)
    if position.isOpen, !wasOpen { presence.open(at: fill.fill.time) }
    guard fill.side == .sell, fill.closesPosition else { return (gain, nil) }
    let ended = EndedTrade(profit: openTradeProfit, openedAt: openedAt, closedAt: fill.fill.time)
    openTradeProfit = .zero
    trades.add(profit: ended.profit, openedAt: ended.openedAt, closedAt: ended.closedAt)
    if wasOpen { presence.close(at: fill.fill.time) }
    return (gain, ended)
  }
}

/// A round trip that a fill ended.
struct EndedTrade {
  var profit: Amount
  var openedAt: Timestamp
  var closedAt: Timestamp
}

/// A fill's fee, split and valued once.
struct BookedFee {
  /// What of it is in the pair's own assets; taken off by the position.
  var split: FillFee
  /// All of it in quote asset; `nil` without a rate.
  var inQuote: Amount?
  /// What of it is in a third asset, in quote asset; zero without a rate.
  var third: Amount

  init(_ record: FillRecord) {
    let fill = record.fill
    split = FillFee(fill)
    if !split.base.isZero || !split.quote.isZero || fill.commission.isZero {
      inQuote = split.inQuote(at: fill.price)
      third = .zero
    } else {
      inQuote = Self.rate(of: record).map { fill.commission.multiplied(by: $0, rounding: .nearestEven) }
      third = inQuote ?? .zero
    }
  }

  /// What one unit of a fee in a third asset was worth then.
  private static func rate(of record: FillRecord) -> Price? { record.commissionRate.isPositive ? record.commissionRate : nil }
}

extension ActivityStatistics {
  mutating func add(_ record: FillRecord, _ fee: BookedFee, decisionPrice: Price) {
    let fill = record.fill
    add(
      side: record.side, price: fill.price, quantity: fill.quantity, quoteQuantity: fill.quoteQuantity, decisionPrice: decisionPrice,
      fee: nil, isMaker: fill.isMaker)
    if !fill.commission.isZero {
      add(fee: fill.commissionAsset, amount: fill.commission, inQuote: fee.inQuote, isMaker: fill.isMaker)
    }
  }
}
