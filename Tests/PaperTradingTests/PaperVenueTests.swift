import Time
import Testing
import TradingModel
import Venue
import ExchangeSimulation
import PaperTrading

private func decimal(_ text: String) -> FixedDecimal { FixedDecimal(text: text) ?? FixedDecimal(raw: -1) }

@Suite struct PaperVenueTests {
  let symbol: Symbol
  let rules: TradingRules
  let start = Timestamp(milliseconds: 1_700_000_040_000)

  init() throws {
    symbol = try #require(Symbol("BTCUSDT"))
    rules = try #require(SimulatedInstrument(symbol: symbol)).rules
  }

  /// Half the spread plus the slippage is 0.1 %, the slippage alone 0.05 %.
  private func venue() -> PaperVenue {
    PaperVenue(configuration: PaperConfiguration(slippage: decimal("0.0005"), spread: decimal("0.001")))
  }

  private func request(
    _ id: String, _ side: Side, _ type: OrderType, quantity: String = "0.1", price: String = "0", stop: String = "0",
    force: TimeInForce = .goodTilCanceled
  ) throws -> OrderRequest {
    OrderRequest(
      clientOrderID: try #require(ClientOrderID(id)), symbol: symbol, side: side, type: type, timeInForce: force,
      quantity: decimal(quantity), price: decimal(price), stopPrice: decimal(stop))
  }

  private func candle(
    _ minute: Int64, _ open: String, _ high: String, _ low: String, _ close: String, isClosed: Bool = true, interval: Interval = .oneMinute
  ) -> MarketEvent {
    let open0 = start.advanced(byMilliseconds: minute * 60_000)
    return .candle(
      CandleUpdate(
        symbol: symbol, interval: interval,
        candle: Candle(openTime: open0, open: decimal(open), high: decimal(high), low: decimal(low), close: decimal(close), volume: .one),
        isClosed: isClosed, eventTime: open0.advanced(byMilliseconds: isClosed ? 60_000 : 30_000)))
  }

  private func trade(_ price: String, after milliseconds: Int64 = 0) -> MarketEvent {
    .trade(
      MarketTrade(
        symbol: symbol, id: TradeID(1), price: decimal(price), quantity: .one, time: start.advanced(byMilliseconds: milliseconds),
        isBuyerMaker: false))
  }

  private func run(_ venue: inout PaperVenue, _ events: MarketEvent...) -> [ExecutionReport] {
    var reports: [ExecutionReport] = []
    for event in events { venue.onMarket(event, reports: &reports) }
    return reports
  }

  private func submit(_ venue: inout PaperVenue, _ request: OrderRequest, linkedWith: String? = nil) -> [ExecutionReport] {
    var reports: [ExecutionReport] = []
    venue.submit(request, rules: rules, at: start, linkedWith: linkedWith.flatMap { ClientOrderID($0) }, reports: &reports)
    return reports
  }

  @Test func marketOrderMovesTheLastPriceAgainstUs() throws {
    var venue = venue()
    _ = run(&venue, trade("60000"))
    let buy = submit(&venue, try request("b", .buy, .market))
    #expect(buy.map(\.status) == [.accepted, .filled])
    #expect(buy.last?.fill?.price == decimal("60060"))
    #expect(buy.last?.fill?.commission == decimal("0.0001"))
    #expect(buy.last?.fill?.commissionAsset == "BTC")
    let sell = submit(&venue, try request("s", .sell, .market))
    #expect(sell.last?.fill?.price == decimal("59940"))
    #expect(sell.last?.fill?.commission == decimal("5.994"))
    #expect(sell.last?.fill?.commissionAsset == "USDT")
    #expect(sell.last?.fill?.tradeID == TradeID(2))
  }

  @Test func aFreshQuoteIsThePriceAndAStaleOneIsNot() throws {
    var venue = venue()
    func quote(_ age: Int64) -> MarketEvent {
      .quote(
        Quote(
          symbol: symbol, bidPrice: decimal("59990"), bidQuantity: .one, askPrice: decimal("60010"), askQuantity: .one,
          time: start.advanced(byMilliseconds: -age)))
    }
    _ = run(&venue, trade("60000"), quote(5_000))
    #expect(submit(&venue, try request("a", .buy, .market)).last?.fill?.price == decimal("60010"))
    _ = run(&venue, quote(5_001))
    #expect(submit(&venue, try request("b", .buy, .market)).last?.fill?.price == decimal("60060"))
  }

  @Test func anOrderByAmountGetsWhatTheExchangeGives() throws {
    var random = SeededRandom(seed: 7)
    for step in ["0.00001", "0.01", "1"] {
      var rules = rules
      rules.stepSize = decimal(step)
      rules.quantityMinimum = decimal(step)
      for round in 0..<200 {
        let price = FixedDecimal(raw: Int128(1 + random.integer(below: 900_000)) * 1_000_000)
        let amount = FixedDecimal(raw: Int128(500_000_000 + random.integer(below: 2_000_000_000_000)))
        var venue = PaperVenue()
        let quote = Quote(symbol: symbol, bidPrice: price, bidQuantity: .one, askPrice: price, askQuantity: .one, time: start)
        #expect(run(&venue, .quote(quote)).isEmpty)
        var order = try request("e\(round)", .buy, .market, quantity: "0")
        order.quoteQuantity = amount
        var reports: [ExecutionReport] = []
        venue.submit(order, rules: rules, at: start, reports: &reports)
        var engine = MatchingEngine(stepSize: decimal(step))
        var events: [BookEvent] = []
        engine.submit(
          BookOrder(id: 1, account: 1, side: .sell, type: .limit, price: price, quantity: FixedDecimal(1_000_000_000)), events: &events)
        engine.submit(BookOrder(id: 2, account: 2, side: .buy, type: .market, quoteQuantity: amount), events: &events)
        if case .completed(let taken)? = events.last {
          let fill = try #require(reports.last?.fill, "\(reports)")
          #expect(fill.quantity == taken.executed && fill.quoteQuantity == taken.cumulativeQuote && fill.quoteQuantity <= amount)
          #expect(reports.last?.status == .filled && reports.last?.executedQuantity == fill.quantity)
        } else {
          #expect(reports.map(\.status) == [.rejected] && reports[0].reason.contains("LOT_SIZE"), "\(amount) at \(price): \(reports)")
        }
      }
    }
  }

  @Test func notionalIsJudgedByTheAmount() throws {
    var venue = venue()
    _ = run(&venue, trade("60000"))
    var order = try request("few", .buy, .market, quantity: "0")
    order.quoteQuantity = decimal("4.99")
    #expect(submit(&venue, order).first?.reason.contains("NOTIONAL") == true)
    order.quoteQuantity = decimal("5")
    let filled = try #require(submit(&venue, order).last)
    #expect(filled.status == .filled && filled.cumulativeQuote < decimal("5"), "it keeps whole steps")
    order = try request("sale", .sell, .market, quantity: "0")
    order.quoteQuantity = decimal("50")
    #expect(submit(&venue, order).first?.status == .rejected)
  }

  @Test func withoutAPriceAMarketOrderIsRejected() throws {
    var venue = venue()
    let reports = submit(&venue, try request("a", .buy, .market))
    #expect(reports.map(\.status) == [.rejected])
    #expect(reports.first?.reason == "No market price is known yet.")
  }

  @Test func stopInsideACandleFillsAtTheStopMovedBySlippage() throws {
    var venue = venue()
    _ = run(&venue, trade("60000", after: -1))
    #expect(submit(&venue, try request("s", .sell, .stopLoss, stop: "59000")).map(\.status) == [.accepted])
    let reports = run(&venue, candle(0, "60000", "60500", "58000", "60100"))
    // 59,000 less 0.05 % is 58,970.5.
    #expect(reports.last?.fill?.price == decimal("58970.5"))
    #expect(venue.openOrders.isEmpty)
  }

  @Test func stopBehindAnOpeningGapFillsAtTheGap() throws {
    var venue = venue()
    _ = run(&venue, trade("60000", after: -1))
    _ = submit(&venue, try request("s", .sell, .stopLoss, stop: "59000"))
    let reports = run(&venue, candle(0, "58000", "58100", "57900", "58050"))
    #expect(reports.last?.fill?.price == decimal("57971"))
  }

  @Test func linkedOrdersLeaveOneExecution() throws {
    var venue = venue()
    _ = run(&venue, trade("60000", after: -1))
    _ = submit(&venue, try request("stop", .sell, .stopLoss, stop: "59000"))
    _ = submit(&venue, try request("take", .sell, .takeProfit, stop: "61000"), linkedWith: "stop")
    // Both lie inside; the low comes first.
    let reports = run(&venue, candle(0, "60000", "62000", "58000", "61500"))
    #expect(reports.map(\.clientOrderID.text) == ["take", "stop"])
    #expect(reports.map(\.status) == [.expired, .filled])
    #expect(reports.first?.reason == "OCO_TRIGGER")
  }

  /// A stop at 59,000 and a target at 61,000 on a venue at 60,000, taken as one pair.
  private func pair(_ venue: inout PaperVenue) throws -> [ExecutionReport] {
    _ = run(&venue, trade("60000", after: -1))
    var stop = try request("stop", .sell, .stopLoss, stop: "59000")
    var target = try request("take", .sell, .limitMaker, price: "61000")
    stop.linked = target.clientOrderID
    target.linked = stop.clientOrderID
    var reports: [ExecutionReport] = []
    venue.submit(stop: stop, target: target, rules: rules, at: start, reports: &reports)
    return reports
  }

  @Test func aTargetOfAPairFillsAsMakerAtItsLimitOnceThePriceGoesThrough() throws {
    var venue = venue()
    #expect(try pair(&venue).map(\.status) == [.accepted, .accepted])
    #expect(run(&venue, trade("61000", after: 1)).isEmpty)
    let reports = run(&venue, trade("61000.01", after: 2))
    #expect(reports.map(\.clientOrderID.text) == ["stop", "take"] && reports.map(\.status) == [.expired, .filled])
    #expect(reports.first?.reason == "OCO_TRIGGER")
    #expect(reports.last?.fill?.price == decimal("61000") && reports.last?.fill?.isMaker == true)
    #expect(venue.openOrders.isEmpty)
  }

  @Test func insideOneCandleTheStopOfAPairComesFirst() throws {
    var venue = venue()
    _ = try pair(&venue)
    let reports = run(&venue, candle(0, "60000", "62000", "58000", "61500"))
    #expect(reports.map(\.clientOrderID.text) == ["take", "stop"] && reports.map(\.status) == [.expired, .filled])
  }

  @Test func aPairIsTakenWholeOrNotAtAll() throws {
    for price in ["58000", "61500"] {
      var venue = venue()
      _ = run(&venue, trade(price, after: -2))
      var last = venue
      _ = run(&last, trade(price, after: -1))
      var stop = try request("stop", .sell, .stopLoss, stop: "59000")
      var target = try request("take", .sell, .limitMaker, price: "61000")
      stop.linked = target.clientOrderID
      target.linked = stop.clientOrderID
      var reports: [ExecutionReport] = []
      last.submit(stop: stop, target: target, rules: rules, at: start, reports: &reports)
      #expect(reports.map(\.status) == [.rejected, .rejected])
      #expect(reports.allSatisfy { $0.reason == "The relationship of the prices for the orders is not correct." })
      #expect(last.openOrders.isEmpty)
    }
  }

  @Test func cancellingOneOfAPairEndsBoth() throws {
    var venue = venue()
    _ = try pair(&venue)
    var reports: [ExecutionReport] = []
    let id = try #require(ClientOrderID("take"))
    #expect(venue.cancel(clientOrderID: id, symbol: symbol, at: start, reports: &reports))
    #expect(reports.map(\.clientOrderID.text) == ["take", "stop"] && reports.allSatisfy { $0.status == .canceled })
    #expect(venue.openOrders.isEmpty)
  }

  @Test func takeProfitTriggersAboveAndNeverFillsBetterThanItsStop() throws {
    var venue = venue()
    _ = run(&venue, trade("60000"))
    _ = submit(&venue, try request("t", .sell, .takeProfit, stop: "61000"))
    #expect(run(&venue, trade("60999.99", after: 1)).isEmpty)
    #expect(run(&venue, trade("61200", after: 2)).last?.fill?.price == decimal("60969.5"))
  }

  @Test func limitFillsOnlyWhenThePriceGoesThroughIt() throws {
    var venue = venue()
    _ = run(&venue, trade("60000"))
    #expect(submit(&venue, try request("l", .buy, .limit, price: "59000")).map(\.status) == [.accepted])
    #expect(run(&venue, trade("59000", after: 1)).isEmpty)
    let reports = run(&venue, trade("58999.99", after: 2))
    #expect(reports.last?.fill?.price == decimal("59000"))
    #expect(reports.last?.fill?.isMaker == true)
  }

  @Test func marketableLimitFillsAsTakerAndMakerOnlyIsRejected() throws {
    var venue = venue()
    _ = run(&venue, trade("60000"))
    let taken = submit(&venue, try request("l", .buy, .limit, price: "60100"))
    #expect(taken.last?.fill?.price == decimal("60060"))
    #expect(taken.last?.fill?.isMaker == false)
    #expect(submit(&venue, try request("m", .buy, .limitMaker, price: "60100")).map(\.status) == [.rejected])
    #expect(
      submit(&venue, try request("i", .buy, .limit, price: "59000", force: .immediateOrCancel)).map(\.status) == [.accepted, .expired])
  }

  @Test func anUpdateOfTheSameCandleShowsOnlyItsNews() throws {
    var venue = venue()
    _ = run(&venue, candle(0, "60000", "60100", "58000", "60000", isClosed: false))
    // The low of 58,000 is past when the stop is placed.
    _ = submit(&venue, try request("s", .sell, .stopLoss, stop: "59000"))
    #expect(run(&venue, candle(0, "60000", "60200", "58000", "60150")).isEmpty)
    #expect(run(&venue, candle(1, "60150", "60200", "58500", "60150")).last?.status == .filled)
  }

  @Test func longerCandlesAndCandlesBesideTradesMoveNothingTwice() throws {
    var venue = venue()
    _ = run(&venue, candle(0, "60000", "60100", "58000", "60000"), trade("60000", after: 60_500))
    _ = submit(&venue, try request("s", .sell, .stopLoss, stop: "59000"))
    #expect(run(&venue, candle(0, "60000", "60100", "58000", "60000", interval: .fiveMinutes)).isEmpty)
    #expect(run(&venue, candle(1, "60000", "60100", "58000", "60000")).isEmpty)
    #expect(run(&venue, trade("58990", after: 61_000)).last?.status == .filled)
  }

  @Test func restoredOrdersActAsBefore() throws {
    var venue = venue()
    _ = run(&venue, trade("60000"))
    _ = submit(&venue, try request("f", .buy, .market))
    _ = submit(&venue, try request("s", .sell, .stopLoss, stop: "59000"))
    _ = submit(&venue, try request("t", .sell, .takeProfit, stop: "61000"), linkedWith: "s")
    var restored = self.venue()
    restored.restore(
      open: venue.openOrders, nextVenueOrderID: venue.nextVenueOrderID, nextTradeIDs: [(symbol, venue.nextTradeID(of: symbol))])
    #expect(restored.openOrders == venue.openOrders)
    let events = [trade("60000", after: 1), trade("61500", after: 2)]
    var first: [ExecutionReport] = []
    var second: [ExecutionReport] = []
    for event in events {
      venue.onMarket(event, reports: &first)
      restored.onMarket(event, reports: &second)
    }
    #expect(first == second)
    #expect(first.map(\.status) == [.expired, .filled])
  }

  @Test func cancelAnswersOnceAndFiltersRefuse() throws {
    var venue = venue()
    _ = run(&venue, trade("60000"))
    _ = submit(&venue, try request("s", .sell, .stopLoss, stop: "59000"))
    #expect(submit(&venue, try request("s", .sell, .stopLoss, stop: "59000")).first?.reason == "Duplicate order sent.")
    var reports: [ExecutionReport] = []
    let id = try #require(ClientOrderID("s"))
    #expect(venue.cancel(clientOrderID: id, symbol: symbol, at: start, reports: &reports))
    #expect(!venue.cancel(clientOrderID: id, symbol: symbol, at: start, reports: &reports))
    #expect(reports.map(\.status) == [.canceled])
    #expect(submit(&venue, try request("n", .buy, .market, quantity: "0.00001")).first?.reason.contains("NOTIONAL") == true)
    #expect(submit(&venue, try request("l", .buy, .market, quantity: "0.000001")).first?.reason.contains("LOT_SIZE") == true)
    #expect(submit(&venue, try request("w", .sell, .stopLoss, stop: "60000")).first?.reason == "Order would trigger immediately.")
  }
}
