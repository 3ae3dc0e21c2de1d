public import Time
public import TradingCore
public import TradingModel
import Venue

/// Puts a run's fills together into round trips. Exact; fees in the base asset count at their fill's price.
public struct TradeLedger: Sendable {
  public private(set) var fills: [FillRecord] = []
  /// Closed ones, in order of closing.
  public private(set) var trades: [RoundTrip] = []
  private var open: [BotID: Opening] = [:]

  private struct Opening {
    var first: FillRecord
    var bought: Quantity = .zero
    var spent: Amount = .zero
    var sold: Quantity = .zero
    var received: Amount = .zero
    var fees: Amount = .zero
    var profit: Amount = .zero
  }

  public init() {}

  /// Positions that are open.
  var openCount: Int { open.count }

  public mutating func add(_ record: FillRecord, interval: Interval) {
    fills.append(record)
    guard let bot = record.botID else { return }
    let fill = record.fill
    if record.side == .sell, open[bot] == nil { return }
    var trade = open[bot] ?? Opening(first: record)
    let isBaseFee = record.side == .buy && fill.symbol.text.hasPrefix(fill.commissionAsset) && !fill.commissionAsset.isEmpty
    let isQuoteFee = fill.symbol.text.hasSuffix(fill.commissionAsset) && !fill.commissionAsset.isEmpty
    if isBaseFee { trade.fees += fill.commission * fill.price } else if isQuoteFee { trade.fees += fill.commission }
    switch record.side {
    case .buy:
      trade.bought += fill.quantity
      trade.spent += fill.quoteQuantity
    case .sell:
      trade.sold += fill.quantity
      trade.received += fill.quoteQuantity
      trade.profit += record.realizedPnL
    }
    guard record.closesPosition else {
      open[bot] = trade
      return
    }
    open[bot] = nil
    trades.append(
      make(
        trade, number: trades.count + 1, bot: bot, closedAt: fill.time, exitPrice: Self.average(trade.received, trade.sold),
        profit: trade.profit, kind: record.purpose.description, reason: record.reason, interval: interval, isClosed: true))
  }

  private static func average(_ amount: Amount, _ quantity: Quantity) -> Price {
    quantity.isPositive ? amount.divided(by: quantity, rounding: .nearest) : .zero
  }

  private func make(
    _ trade: Opening, number: Int, bot: BotID, closedAt: Timestamp, exitPrice: Price, profit: Amount, kind: String, reason: String,
    interval: Interval, isClosed: Bool
  ) -> RoundTrip {
    let spent = trade.spent.statisticValue
    return RoundTrip(
      number: number, botID: bot, symbol: trade.first.fill.symbol, openedAt: trade.first.fill.time, closedAt: closedAt,
      entryPrice: Self.average(trade.spent, trade.bought), exitPrice: exitPrice, quantity: trade.bought, fees: trade.fees, profit: profit,
      fraction: spent > 0 ? profit.statisticValue / spent : 0,
      candles: Int(max(closedAt.nanoseconds(since: trade.first.fill.time), 0) / (interval.milliseconds * 1_000_000)),
      entryReason: trade.first.reason, exitKind: kind, exitReason: reason, isClosed: isClosed)
  }

  /// The positions that are open still, valued at `price`, as trades that are not closed. In order of bots.
  public func openTrades(
    of bots: [BotSnapshot], at time: Timestamp, price: (Symbol) -> Price
  ) -> [RoundTrip] {
    var list: [RoundTrip] = []
    for bot in bots {
      guard let trade = open[bot.configuration.id] else { continue }
      let now = price(bot.configuration.symbol)
      list.append(
        make(
          trade, number: trades.count + list.count + 1, bot: bot.configuration.id, closedAt: time, exitPrice: now,
          profit: trade.profit + bot.position.unrealizedPnL(at: now), kind: "end_of_data", reason: "still open when the data ended",
          interval: bot.configuration.interval, isClosed: false))
    }
    return list
  }
}
