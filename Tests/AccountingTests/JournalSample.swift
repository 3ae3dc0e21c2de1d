import Accounting
import Statistics
import Strategies
import Time
import TradingCore
import TradingModel
import Venue

/// A journal written by hand, entry by entry.
struct JournalSample {
  static let midnight = Timestamp(milliseconds: 19_783 * 86_400_000)

  static func amount(_ text: String) -> Amount { FixedDecimal(text: text) ?? FixedDecimal(raw: .max) }
  static func time(_ day: Int, _ hour: Int = 0) -> Timestamp { midnight.advanced(byMilliseconds: Int64(day * 24 + hour) * 3_600_000) }
  static func bot(_ name: String) -> BotID { BotID(name) ?? .placeholder }
  static func symbol(_ name: String) -> Symbol { Symbol(name) ?? .placeholder }

  private(set) var entries: [JournalEntry] = []
  private var trades: Int64 = 0
  private var orders: UInt64 = 0

  @discardableResult mutating func add(_ record: Record, at time: Timestamp) -> UInt64 {
    let sequence = UInt64(entries.count + 1)
    entries.append(JournalEntry(sequence: sequence, time: time, record: record))
    return sequence
  }

  @discardableResult mutating func create(
    _ name: String, _ symbol: String = "BTCUSDT", capital: String = "1000", interval: Interval = .oneMinute, at time: Timestamp
  ) -> UInt64 {
    add(.botCreated(configuration(name, symbol, capital: capital, interval: interval)), at: time)
  }

  func configuration(_ name: String, _ symbol: String = "BTCUSDT", capital: String = "1000", interval: Interval = .oneMinute)
    -> BotConfiguration
  {
    BotConfiguration(
      id: Self.bot(name), symbol: Self.symbol(symbol), interval: interval, parameters: [:], capital: Self.amount(capital))
  }

  mutating func start(_ name: String, price: String = "0", at time: Timestamp) {
    add(
      .botStateChanged(BotStateChange(botID: Self.bot(name), state: .running, reason: "", referencePrice: Self.amount(price))), at: time)
  }

  mutating func buy(
    _ name: String, _ quantity: String, at price: String, _ symbol: String = "BTCUSDT", decided: String? = nil, fee: String = "0",
    in asset: String = "USDT", rate: String = "0", time: Timestamp
  ) {
    trade(name, .buy, quantity, price, symbol, decided: decided, fee, asset, rate: rate, realized: "0", closes: false, time)
  }

  mutating func sell(
    _ name: String, _ quantity: String, at price: String, _ symbol: String = "BTCUSDT", realized: String, closes: Bool = true,
    fee: String = "0", in asset: String = "USDT", time: Timestamp
  ) {
    trade(name, .sell, quantity, price, symbol, decided: nil, fee, asset, rate: "0", realized: realized, closes: closes, time)
  }

  private mutating func trade(
    _ name: String, _ side: Side, _ quantity: String, _ price: String, _ symbol: String, decided: String?, _ fee: String, _ asset: String,
    rate: String, realized: String, closes: Bool, _ time: Timestamp
  ) {
    trades += 1
    orders += 1
    let id = ClientOrderID(prefix: "order", number: orders, suffix: "")
    if let id {
      let request = OrderRequest(
        clientOrderID: id, symbol: Self.symbol(symbol), side: side, type: .market, quantity: Self.amount(quantity))
      add(
        .orderIntent(
          OrderIntent(
            request: request, botID: Self.bot(name), purpose: side == .buy ? .entry : .exit, reason: "",
            decisionPrice: Self.amount(decided ?? price))), at: time)
    }
    let quote = Self.amount(price).multiplied(by: Self.amount(quantity), rounding: .nearest)
    let fill = Fill(
      symbol: Self.symbol(symbol), tradeID: TradeID(trades), venueOrderID: VenueOrderID(trades), price: Self.amount(price),
      quantity: Self.amount(quantity), quoteQuantity: quote, commission: Self.amount(fee), commissionAsset: asset, isMaker: false,
      time: time)
    add(
      .fill(
        FillRecord(
          fill: fill, botID: Self.bot(name), clientOrderID: id, side: side, purpose: side == .buy ? .entry : .exit, reason: "",
          realizedPnL: Self.amount(realized), closesPosition: closes, commissionRate: Self.amount(rate))), at: time)
  }

  mutating func remove(_ name: String, at time: Timestamp) { add(.botRemoved(Self.bot(name)), at: time) }

  mutating func resize(_ name: String, to capital: String, at time: Timestamp) {
    add(.botUpdated(configuration(name, capital: capital)), at: time)
  }

  var book: Book { entries.reduce(into: Book()) { $0.apply($1) } }
}
