import MarketTape
import Testing
import Time
import TradingCore
import TradingModel
import Venue

@testable import BotDaemon

/// Where the market was when an order was decided, and when it was executed.
@Suite struct OrderArrivalsTests {
  private static let close = Timestamp(milliseconds: 1_764_547_200_000)

  private static func symbol() throws -> Symbol { try #require(Symbol("BTCUSDT")) }
  private static func price(_ text: String) throws -> Price { try #require(FixedDecimal(text: text)) }

  private static func quote(_ bid: String, _ ask: String) throws -> MarketEvent {
    .quote(
      Quote(symbol: try symbol(), bidPrice: try price(bid), bidQuantity: .one, askPrice: try price(ask), askQuantity: .one, time: .zero))
  }

  private static func intent(_ id: String, _ side: Side, at milliseconds: Int64, type: OrderType = .market) throws -> JournalEntry {
    let request = OrderRequest(
      clientOrderID: try #require(ClientOrderID(id)), symbol: try symbol(), side: side, type: type, timeInForce: .goodTilCanceled,
      quantity: .one, price: .zero, stopPrice: .zero)
    return JournalEntry(
      sequence: 1, time: close.advanced(byMilliseconds: milliseconds),
      record: .orderIntent(
        OrderIntent(
          request: request, botID: try #require(BotID("bot")), purpose: side == .buy ? .entry : .exit, reason: "",
          decisionPrice: FixedDecimal(100))))
  }

  private static func fill(_ id: String, _ side: Side, at milliseconds: Int64) throws -> JournalEntry {
    let fill = Fill(
      symbol: try symbol(), tradeID: TradeID(1), venueOrderID: VenueOrderID(1), price: FixedDecimal(100), quantity: .one,
      quoteQuantity: FixedDecimal(100), commission: .zero, commissionAsset: "USDT", isMaker: false,
      time: close.advanced(byMilliseconds: milliseconds))
    return JournalEntry(
      sequence: 2, time: fill.time,
      record: .fill(
        FillRecord(
          fill: fill, botID: BotID("bot"), clientOrderID: ClientOrderID(id), side: side, purpose: .entry, reason: "", realizedPnL: .zero,
          closesPosition: false)))
  }

  @Test func aCandlesDecisionCountsFromItsClose() throws {
    var arrivals = OrderArrivals()
    let candle = Candle(
      openTime: Self.close.advanced(byMilliseconds: -60_000), open: FixedDecimal(100), high: FixedDecimal(100), low: FixedDecimal(100),
      close: FixedDecimal(100), volume: .one)
    for (milliseconds, bid, ask) in [(-500, "99", "100"), (200, "101", "102"), (900, "103", "104"), (1_500, "105", "106")] {
      arrivals.take(try Self.quote(bid, ask), at: Self.close.advanced(byMilliseconds: Int64(milliseconds)))
    }
    arrivals.take(
      .candle(
        CandleUpdate(symbol: try Self.symbol(), interval: .oneMinute, candle: candle, isClosed: true, eventTime: Self.close)),
      at: Self.close)
    let id = try #require(ClientOrderID("one"))
    #expect(arrivals.take([try Self.intent("one", .buy, at: 300)]).isEmpty)
    // The ask at the close and the ask at the trade, not those at the order or at the report.
    #expect(
      arrivals.take([try Self.fill("one", .buy, at: 1_000)])
        == [TapeArrival(order: id, decided: FixedDecimal(100), arrived: FixedDecimal(104))])
    // Told once, at the first trade.
    #expect(arrivals.take([try Self.fill("one", .buy, at: 1_200)]).isEmpty)
  }

  @Test func aSaleSellsAtTheBidAndRestingOrdersAreNotAsked() throws {
    var arrivals = OrderArrivals()
    arrivals.take(try Self.quote("99", "100"), at: Self.close)
    arrivals.take(try Self.quote("97", "98"), at: Self.close.advanced(byMilliseconds: 100))
    _ = arrivals.take([try Self.intent("sale", .sell, at: 50), try Self.intent("stop", .sell, at: 50, type: .stopLoss)])
    let told = arrivals.take([try Self.fill("sale", .sell, at: 200), try Self.fill("stop", .sell, at: 200)])
    #expect(
      told == [TapeArrival(order: try #require(ClientOrderID("sale")), decided: FixedDecimal(99), arrived: FixedDecimal(97))])
  }

  /// Prices without end take no more room, and the oldest kept one stands in for those that are gone.
  @Test func memoryIsBounded() throws {
    var arrivals = OrderArrivals()
    for step in 0..<10_000 {
      arrivals.take(try Self.quote("\(1_000 + step)", "\(1_001 + step)"), at: Self.close.advanced(byMilliseconds: Int64(step) * 20))
    }
    _ = arrivals.take([try Self.intent("late", .buy, at: 10)])
    let told = arrivals.take([try Self.fill("late", .buy, at: 1_000_000)])
    let oldest = FixedDecimal(1_001 + 10_000 - OrderArrivals.trailMaximum)
    #expect(
      told == [TapeArrival(order: try #require(ClientOrderID("late")), decided: oldest, arrived: FixedDecimal(11_000))])
  }
}
