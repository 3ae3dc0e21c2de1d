import Accounting
import Statistics
import Time
import Testing
import TradingCore
import TradingModel
import Venue
import PaperTrading

/// Statistics against a plain recomputation, and money that is conserved.
@Suite struct StatisticsTests {
  private static func run(seed: UInt64, hours: Int, configuration: BotConfiguration = Samples.configuration()) -> PaperBench {
    var driver = PaperBench()
    driver.command(.createBot(configuration, start: true))
    driver.play(Samples.market(seed: seed, hours: hours, volatility: 2))
    return driver
  }

  private func close(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-9 * max(1, abs(a), abs(b)) }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func statisticsEqualTheNaiveTwin(seed: UInt64) throws {
    let driver = Self.run(seed: seed, hours: 60)
    let snapshot = try #require(driver.snapshot())
    let account = try #require(driver.book.account(of: Samples.bot("one")))
    let mine = account.trades.figures
    let fills = driver.fills(of: "one")
    let twin = NaiveStatistics(fills, base: "BTC", quote: "USDT")
    #expect(account.activity.fills == fills.count && mine.count > 20, "\(mine.count) trades: too few to prove anything")
    #expect(snapshot.results.fillCount == fills.count && snapshot.results.tradeCount == mine.count)
    #expect(mine.count == twin.trades.count)
    #expect(account.realized == twin.realized && snapshot.results.realizedPnL == twin.realized)
    #expect(mine.wins == twin.trades.count { $0.isPositive } && mine.wins > 0)
    #expect(mine.losses == twin.trades.count { $0.isNegative } && mine.losses > 0)
    #expect(close(mine.winRate ?? -1, Double(mine.wins) / Double(twin.trades.count)))
    let profit = twin.trades.filter(\.isPositive).reduce(FixedDecimal.zero, +)
    let loss = twin.trades.filter(\.isNegative).reduce(FixedDecimal.zero, +)
    #expect(mine.grossProfit == profit && mine.grossLoss == loss)
    #expect(close(mine.profitFactor ?? -1, profit.statisticValue / -loss.statisticValue))
    #expect(mine.expectancy == (profit + loss).divided(by: FixedDecimal(twin.trades.count), rounding: .nearestEven))
    #expect(mine.best == twin.trades.max() && mine.worst == twin.trades.min())
    #expect(mine.longestWinStreak == twin.winStreak && mine.longestLossStreak == twin.lossStreak)
    #expect(account.presence.held(at: driver.core.time) >= twin.exposed)
    for fee in account.activity.fees { #expect(twin.fees[fee.asset] == fee.amount) }
    #expect(account.activity.fees.count == twin.fees.count)
  }

  @Test(arguments: [4, 5] as [UInt64])
  func moneyIsConserved(seed: UInt64) throws {
    let driver = Self.run(seed: seed, hours: 30, configuration: Samples.configuration(takeProfit: "0.01", trailing: "0.01"))
    let snapshot = try #require(driver.snapshot())
    let twin = NaiveStatistics(driver.fills(of: "one"), base: "BTC", quote: "USDT")
    // Quote in the bot's purse = capital + Σ flows = capital + realized − what the inventory cost. To the last digit.
    #expect(snapshot.availableCapital == snapshot.configuration.capital + twin.quoteFlow)
    #expect(snapshot.position.quantity == twin.inventory)
    #expect(snapshot.position.cost == twin.inventoryCost)
    let account = try #require(driver.book.account(of: Samples.bot("one")))
    #expect(account.trades.count > 5)
    // Gross − fees = net, with fees in base valued at their fill.
    var fees = FixedDecimal.zero
    for record in driver.fills(of: "one") {
      fees += record.fill.commissionAsset == "USDT" ? record.fill.commission : record.fill.commission * record.fill.price
    }
    #expect(account.activity.feesInQuote == fees)
  }

  @Test func everyPurposeOccursOnGeneratedMarkets() {
    var seen: Set<OrderPurpose> = []
    for seed in 6...8 as ClosedRange<UInt64> {
      let driver = Self.run(
        seed: seed, hours: 30, configuration: Samples.configuration(stopLoss: "0.01", takeProfit: "0.01", trailing: "0.008"))
      seen.formUnion(driver.fills().map(\.purpose))
    }
    #expect(seen == [.entry, .exit, .stopLoss, .takeProfit, .trailingStop])
  }

  @Test func costOfASmallPartIsExact() {
    var position = Position()
    func fill(_ quantity: String, _ quote: String) -> Fill {
      Fill(
        symbol: Samples.symbol, tradeID: TradeID(1), venueOrderID: VenueOrderID(1), price: Samples.decimal("50000"),
        quantity: Samples.decimal(quantity), quoteQuantity: Samples.decimal(quote), commission: .zero, commissionAsset: "BNB",
        isMaker: false,
        time: Samples.start)
    }
    _ = position.apply(fill("0.00003", "1.5"), side: .buy, baseAsset: "BTC", quoteAsset: "USDT", closes: false)
    let realized = position.apply(fill("0.00001", "0.6"), side: .sell, baseAsset: "BTC", quoteAsset: "USDT", closes: false)
    #expect(realized == Samples.decimal("0.1"))
    #expect(position.cost == Samples.decimal("1"))
  }

  @Test func absurdVenueTimesDoNotTrap() {
    var driver = TradingTests.holding()
    for index in 0..<4 {
      let side: Side = index % 2 == 0 ? .sell : .buy
      guard let order = driver.core.openOrders.first ?? driver.intents.first.flatMap({ driver.core.order($0.request.clientOrderID) }) else {
        return
      }
      let fill = Fill(
        symbol: Samples.symbol, tradeID: TradeID(.max - Int64(index)), venueOrderID: VenueOrderID(.max), price: FixedDecimal(raw: .max),
        quantity: FixedDecimal(raw: .max), quoteQuantity: FixedDecimal(raw: .max), commission: FixedDecimal(raw: .max),
        commissionAsset: "BTC",
        isMaker: false, time: Timestamp(nanoseconds: index % 2 == 0 ? .max : .min))
      driver.step(
        .report(
          ExecutionReport(
            clientOrderID: order.clientOrderID, venueOrderID: VenueOrderID(.min), symbol: Samples.symbol, side: side, type: .market,
            quantity: FixedDecimal(raw: .max), status: .filled, executedQuantity: FixedDecimal(raw: .max),
            cumulativeQuote: FixedDecimal(raw: .max), fill: fill, time: Timestamp(nanoseconds: .max), source: .stream)))
      driver.step(.clock, at: Timestamp(nanoseconds: .max))
    }
    driver.trade(FixedDecimal(raw: .max))
    driver.trade(FixedDecimal(raw: 1))
    #expect(driver.core.equity().equity > FixedDecimal(raw: .min))
  }
}
