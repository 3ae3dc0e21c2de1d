import Statistics
public import Time
public import TradingCore
public import TradingModel
import Venue

/// Puts a run's fills together into round trips. Exact; fees in the base asset count at their fill's price.
public struct TradeLedger: Sendable {
  public private(set) var fills: [FillRecord] = []
  /// Closed ones, in order of closing.
  public private(set) var trades: [RoundTrip] = []
  private var open: [Opening] = []

  private struct Opening {
    var bot: BotID
    var first: FillRecord
    var bought: Quantity = .zero
    var spent: Amount = .zero
    var sold: Quantity = .zero
    var received: Amount = .zero
    var fees: Amount = .zero
    var profit: Amount = .zero
    /// `nil`: nobody tells the prices.
    var excursion: TradeExcursion?

    mutating func add(_ record: FillRecord) {
      let fill = record.fill
      fees += FillFee(fill).inQuote(at: fill.price)
      excursion?.observe(low: fill.price, high: fill.price)
      switch record.side {
      case .buy:
        bought += fill.quantity
        spent += fill.quoteQuantity
      case .sell:
        sold += fill.quantity
        received += fill.quoteQuantity
        profit += record.realizedPnL
      }
    }
  }

  public init() {}

  /// Positions that are open.
  var openCount: Int { open.count }

  /// Adds a fill.
  /// - Parameters:
  ///   - interval: the bot's candles.
  ///   - followsPrices: whether ``observe(_:low:high:)`` is told all prices from here on; without, a trade has no excursion.
  public mutating func add(_ record: FillRecord, interval: Interval, followsPrices: Bool = false) {
    fills.append(record)
    guard let bot = record.botID else { return }
    let slot = open.firstIndex { $0.bot == bot }
    guard record.closesPosition else {
      if let slot { return open[slot].add(record) }
      guard record.side == .buy else { return }
      var opening = Opening(bot: bot, first: record)
      if followsPrices { opening.excursion = TradeExcursion(at: record.fill.price) }
      opening.add(record)
      return open.append(opening)
    }
    var trade: Opening
    if let slot { trade = open.remove(at: slot) } else if record.side == .buy { trade = Opening(bot: bot, first: record) } else { return }
    trade.add(record)
    trades.append(
      make(
        trade, number: trades.count + 1, closedAt: record.fill.time, exitPrice: Self.average(trade.received, trade.sold),
        profit: trade.profit, kind: record.purpose.description, reason: record.reason, interval: interval, isClosed: true))
  }

  /// A symbol traded between two prices. Cost: linear in open positions.
  mutating func observe(_ symbol: Symbol, low: Price, high: Price) {
    for slot in open.indices where open[slot].first.fill.symbol == symbol { open[slot].excursion?.observe(low: low, high: high) }
  }

  private static func average(_ amount: Amount, _ quantity: Quantity) -> Price {
    quantity.isPositive ? amount.divided(by: quantity, rounding: .nearestEven) : .zero
  }

  private func make(
    _ trade: Opening, number: Int, closedAt: Timestamp, exitPrice: Price, profit: Amount, kind: String, reason: String,
    interval: Interval, isClosed: Bool
  ) -> RoundTrip {
    let spent = trade.spent.statisticValue
    let entry = Self.average(trade.spent, trade.bought)
    return RoundTrip(
      number: number, botID: trade.bot, symbol: trade.first.fill.symbol, openedAt: trade.first.fill.time, closedAt: closedAt,
      entryPrice: entry, exitPrice: exitPrice, quantity: trade.bought, fees: trade.fees, profit: profit,
      fraction: spent > 0 ? profit.statisticValue / spent : 0,
      candles: Int(max(closedAt.nanoseconds(since: trade.first.fill.time), 0) / (interval.milliseconds * 1_000_000)),
      entryReason: trade.first.reason, exitKind: kind, exitReason: reason, isClosed: isClosed,
      adverseExcursion: trade.excursion?.adverse(entry: entry), favorableExcursion: trade.excursion?.favorable(entry: entry),
      // What happens between a candle's open and its close has no time of its own but that of the path assumed inside it.
      isExitTimeModelled: trade.excursion != nil && isClosed && interval.openTime(containing: closedAt) != closedAt)
  }

  /// The positions that are open still, valued at `price`, as trades that are not closed. In order of bots.
  public func openTrades(
    of bots: [BotSnapshot], at time: Timestamp, price: (Symbol) -> Price
  ) -> [RoundTrip] {
    var list: [RoundTrip] = []
    for bot in bots {
      guard let trade = open.first(where: { $0.bot == bot.configuration.id }) else { continue }
      let now = price(bot.configuration.symbol)
      list.append(
        make(
          trade, number: trades.count + list.count + 1, closedAt: time, exitPrice: now,
          profit: trade.profit + bot.position.unrealizedPnL(at: now), kind: "end_of_data", reason: "still open when the data ended",
          interval: bot.configuration.interval, isClosed: false))
    }
    return list
  }
}
