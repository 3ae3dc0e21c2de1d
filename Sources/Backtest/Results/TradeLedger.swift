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

    mutating func add(_ record: FillRecord) {
      let fill = record.fill
      let asset = fill.commissionAsset
      let isBaseFee = record.side == .buy && !asset.isEmpty && fill.symbol.hasPrefix(asset)
      let isQuoteFee = !asset.isEmpty && fill.symbol.hasSuffix(asset)
      if isBaseFee { fees += fill.commission * fill.price } else if isQuoteFee { fees += fill.commission }
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

  public mutating func add(_ record: FillRecord, interval: Interval) {
    fills.append(record)
    guard let bot = record.botID else { return }
    let fill = record.fill
    if !record.closesPosition {
      if record.side == .buy { open[bot, default: Opening(first: record)].add(record) } else { open[bot]?.add(record) }
      return
    }
    guard var trade = record.side == .sell ? open.removeValue(forKey: bot) : open.removeValue(forKey: bot) ?? Opening(first: record) else {
      return
    }
    trade.add(record)
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
