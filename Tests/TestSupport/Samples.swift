public import Time
import Strategies
public import TradingCore
public import TradingModel
import Venue

/// Plain values for tests, and a coherent session of bots, orders and fills.
public enum Samples {
  public static let symbol = make(Symbol("BTCUSDT"))
  public static let botID = make(BotID("alpha"))
  public static let start = Timestamp(milliseconds: 1_733_011_200_000)

  public static func clientOrderID(_ number: Int) -> ClientOrderID { make(ClientOrderID("k3v9x2mq-\(number)")) }
  public static func bot(_ number: Int) -> BotID { make(BotID("bot\(number)")) }
  public static func pair(_ number: Int) -> Symbol { make(Symbol("COIN\(number)USDT")) }
  public static func decimal(_ text: String) -> FixedDecimal { make(FixedDecimal(text: text)) }

  private static func make<Value>(_ value: Value?) -> Value {
    guard let value else { preconditionFailure("a sample is malformed") }
    return value
  }

  public static func opened(mode: TradingMode = .paper, id: String = "k3v9x2mq") -> JournalEntry {
    JournalEntry(sequence: 1, time: start, record: .opened(JournalIdentity(id: id, mode: mode)))
  }

  public static func configuration(_ number: Int) -> BotConfiguration {
    BotConfiguration(
      id: bot(number), symbol: pair(number % 7), parameters: ["period": "14", "oversold": "30"], capital: FixedDecimal(10_000 + number))
  }

  /// `count` entries from sequence 1: the journal is opened, `bots` bots are made, then orders come and are filled.
  public static func session(count: Int, bots: Int = 5, seed: UInt64 = 1, id: String = "k3v9x2mq") -> [JournalEntry] {
    var session = Session(bots: max(1, bots), seed: seed)
    session.entries.append(opened(id: id))
    for number in 0..<session.bots {
      session.add(.botCreated(configuration(number)))
      session.add(
        .botStateChanged(BotStateChange(botID: bot(number), state: .running, reason: "asked to start", referencePrice: decimal("64000"))))
    }
    while session.entries.count < count { session.addOrder() }
    return Array(session.entries.prefix(count))
  }

  private struct Session {
    let bots: Int
    var random: SeededRandom
    var entries: [JournalEntry] = []
    var orders = 0
    var held: [FixedDecimal]

    init(bots: Int, seed: UInt64) {
      self.bots = bots
      random = SeededRandom(seed: seed)
      held = Array(repeating: .zero, count: bots)
    }

    mutating func add(_ record: Record) {
      let number = UInt64(entries.count + 1)
      entries.append(
        JournalEntry(
          sequence: number, time: start.advanced(byMilliseconds: Int64(number) * 137),
          requestID: number % 5 == 0 ? "request-\(number)" : "",
          requestFingerprint: number % 5 == 0 ? number &* 977 : 0, record: record))
    }

    mutating func addOrder() {
      let number = random.below(bots)
      orders += 1
      let id = clientOrderID(orders)
      let isSell = held[number].isPositive
      let quantity = isSell ? held[number] : FixedDecimal(raw: Int128(1_000 + random.below(90_000_000)))
      let price = FixedDecimal(raw: 6_400_000_000_000 + Int128(random.below(100_000_000_000)))
      let request = OrderRequest(
        clientOrderID: id, symbol: pair(number % 7), side: isSell ? .sell : .buy, type: .market, quantity: quantity)
      add(
        .orderIntent(
          OrderIntent(
            request: request, botID: bot(number), purpose: isSell ? .exit : .entry, reason: "RSI 28.41 below 30", decisionPrice: price)))
      add(update(id, number, .accepted, .zero, .zero))
      let first = FixedDecimal(raw: quantity.raw / 3)
      for part in first.isPositive ? [first, quantity - first] : [quantity] {
        add(.fill(fill(id, number, isSell: isSell, price: price, quantity: part, closes: isSell && part != first)))
      }
      add(update(id, number, .filled, quantity, price * quantity))
      held[number] = isSell ? .zero : quantity
      if orders % 10 == 0 {
        add(.equity(EquityPoint(equity: FixedDecimal(50_000 + orders), realized: FixedDecimal(orders), unrealized: .zero, exposure: price)))
      }
    }

    func update(_ id: ClientOrderID, _ number: Int, _ status: OrderStatus, _ quantity: FixedDecimal, _ quote: FixedDecimal) -> Record {
      .orderUpdated(
        OrderUpdate(
          clientOrderID: id, botID: bot(number), status: status, venueOrderID: VenueOrderID(Int64(9_000_000 + orders)),
          executedQuantity: quantity, cumulativeQuote: quote, reason: ""))
    }

    func fill(_ id: ClientOrderID, _ number: Int, isSell: Bool, price: FixedDecimal, quantity: FixedDecimal, closes: Bool) -> FillRecord {
      let fill = Fill(
        symbol: pair(number % 7), tradeID: TradeID(Int64(entries.count + 1)), venueOrderID: VenueOrderID(Int64(9_000_000 + orders)),
        price: price, quantity: quantity, quoteQuantity: price * quantity, commission: decimal("0.00075"), commissionAsset: "BNB",
        isMaker: false, time: start.advanced(byMilliseconds: Int64(entries.count) * 137))
      return FillRecord(
        fill: fill, botID: bot(number), clientOrderID: id, side: isSell ? .sell : .buy, purpose: isSell ? .exit : .entry,
        reason: "RSI 28.41 below 30", realizedPnL: isSell ? decimal("1.25") : .zero, closesPosition: closes)
    }
  }
}
