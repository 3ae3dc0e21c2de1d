import Strategies
import TestSupport
import Time
import TradingCore
import TradingModel
import Venue

/// A journal written by hand, entry by entry, of bots that trade BTCUSDT unless another symbol is named.
struct MirrorLedger {
  private(set) var entries: [JournalEntry] = [Samples.opened()]
  private var orders = 0

  /// Hours after the journal's begin.
  static func time(_ hours: Int) -> Timestamp { Samples.start.advanced(byMilliseconds: Int64(hours) * 3_600_000) }

  static func bot(_ name: String) -> BotID { BotID(name) ?? Samples.botID }
  static func symbol(_ name: String) -> Symbol { Symbol(name) ?? Samples.symbol }

  @discardableResult mutating func add(_ record: Record, _ hour: Int) -> UInt64 {
    let sequence = UInt64(entries.count + 1)
    entries.append(JournalEntry(sequence: sequence, time: Self.time(hour), record: record))
    return sequence
  }

  static func configuration(_ name: String, _ symbol: String = "BTCUSDT", capital: String = "1000") -> BotConfiguration {
    BotConfiguration(
      id: bot(name), symbol: self.symbol(symbol), parameters: ["period": "14"], capital: Samples.decimal(capital))
  }

  /// Creates and starts it.
  @discardableResult mutating func create(_ name: String, _ symbol: String = "BTCUSDT", capital: String = "1000", hour: Int) -> UInt64 {
    let sequence = add(.botCreated(Self.configuration(name, symbol, capital: capital)), hour)
    add(
      .botStateChanged(
        BotStateChange(botID: Self.bot(name), state: .running, cause: .creation, reason: "", referencePrice: Samples.decimal("100"))),
      hour)
    return sequence
  }

  mutating func remove(_ name: String, _ hour: Int) { add(.botRemoved(Self.bot(name)), hour) }

  /// A decision, its order and one fill of it.
  mutating func trade(
    _ name: String, _ side: Side, _ quantity: String, at price: String, _ symbol: String = "BTCUSDT", realized: String = "0",
    fee: String = "0", in asset: String = "USDT", hour: Int
  ) {
    orders += 1
    let id = Samples.clientOrderID(orders)
    let (bot, pair) = (Self.bot(name), Self.symbol(symbol))
    let (amount, value) = (Samples.decimal(quantity), Samples.decimal(price))
    let purpose: OrderPurpose = side == .buy ? .entry : .exit
    let request = OrderRequest(clientOrderID: id, symbol: pair, side: side, type: .market, quantity: amount)
    add(.orderIntent(OrderIntent(request: request, botID: bot, purpose: purpose, reason: "", decisionPrice: value)), hour)
    let fill = Fill(
      symbol: pair, tradeID: TradeID(Int64(orders)), venueOrderID: VenueOrderID(Int64(orders)), price: value, quantity: amount,
      quoteQuantity: value * amount, commission: Samples.decimal(fee), commissionAsset: asset, isMaker: false, time: Self.time(hour))
    add(
      .fill(
        FillRecord(
          fill: fill, botID: bot, clientOrderID: id, side: side, purpose: purpose, reason: "", realizedPnL: Samples.decimal(realized),
          closesPosition: side == .sell)), hour)
    add(
      .orderUpdated(
        OrderUpdate(
          clientOrderID: id, botID: bot, status: .filled, venueOrderID: VenueOrderID(Int64(orders)), executedQuantity: amount,
          cumulativeQuote: value * amount, reason: "")), hour)
  }

  /// A candle of a minute closed.
  mutating func mark(_ symbol: String = "BTCUSDT", at price: String, _ hour: Int) {
    let close = Samples.decimal(price)
    add(
      .marked(
        MarkRecord(
          symbol: Self.symbol(symbol), interval: .oneMinute, closeTime: Self.time(hour), close: close, low: close, high: close)), hour)
  }
}
