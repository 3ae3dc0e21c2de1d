import Strategies
import Testing
import Time
import TradingCore
import TradingModel
import Venue

/// No price is believed alone: one wrong price of the feed neither sells, nor moves a level, nor ends trading.
@Suite struct PriceGuardTests {
  /// A bot that bought at 58,800 on a market that is traded and quoted there.
  private static func holding(
    _ configuration: BotConfiguration = Samples.configuration(), rules: TradingRules = Samples.rules(), limits: RiskLimits? = nil,
    isQuoted: Bool = true
  ) throws -> LiveBench {
    var bench = LiveBench(configuration, rules: rules, price: "58800")
    if let limits { bench.command(.setRiskLimits(limits, only: nil)) }
    for price in ["60000", "59700", "59400", "59100", "58800"] { bench.minute(price) }
    if isQuoted { bench.quote("58799.99", "58800.01") }
    try #require(bench.snapshot?.position.isOpen == true)
    #expect(bench.core.lastPrice(of: Samples.symbol) == Samples.decimal("58800"))
    return bench
  }

  /// No stop rests: one at 2 % below breaks PRICE_FILTER.
  private static var watchedHere: TradingRules {
    var rules = Samples.rules()
    rules.priceMinimum = Samples.decimal("58000")
    return rules
  }

  @Test func oneWildPrintReachesNoTarget() throws {
    var rules = Samples.rules()
    rules.takesPairs = false
    var bench = try Self.holding(rules: rules)
    bench.trade("66000")
    #expect(bench.exits.isEmpty)
    let alert = try #require(bench.alerts.last)
    #expect(alert.code == .priceDoubted && alert.message.contains("66000") && alert.message.contains("58799.99"))
    bench.trade("58800")
    bench.trade("66000")
    #expect(bench.exits.isEmpty, "the doubt ended with the trade in between")
    #expect(bench.alerts.count { $0.code == .priceDoubted } == 1, "one alert a minute")
    bench.trade("66010")
    #expect(bench.exits.map(\.purpose) == [.takeProfit], "a second trade confirms")
  }

  @Test func oneWildPrintRaisesNoPeak() throws {
    var bench = try Self.holding(Samples.configuration(takeProfit: "0", trailing: "0.05"))
    bench.trade("66000")
    bench.trade("58810")
    #expect(bench.snapshot?.position.peakPrice == Samples.decimal("58810"))
    #expect(bench.exits.isEmpty)
  }

  @Test func oneWildPrintStrikesNoWatchedStop() throws {
    var bench = try Self.holding(rules: Self.watchedHere)
    #expect(bench.requests.allSatisfy { $0.type != .stopLoss }, "the stop is watched here")
    bench.trade("40000")
    bench.wait(milliseconds: 1_500)
    #expect(bench.exits.isEmpty, "the best bid disagrees")
    bench.quote("57000", "57001")
    #expect(bench.exits.isEmpty, "the bid agrees with neither the print nor the last price")
    bench.trade("57000")
    #expect(bench.exits.map(\.purpose) == [.stopLoss], "a trade and the best bid agree")
  }

  @Test func aSecondTradeStrikesAWatchedStop() throws {
    var bench = try Self.holding(rules: Self.watchedHere)
    bench.trade("57000")
    #expect(bench.exits.isEmpty)
    bench.trade("56990")
    #expect(bench.exits.map(\.purpose) == [.stopLoss])
  }

  @Test func theBestBidStrikesAWatchedStop() throws {
    var bench = try Self.holding(rules: Self.watchedHere)
    let stop = try #require(bench.snapshot?.stopPrice)
    for bid in ["58400", "58000", "57700"] {
      bench.trade(bid)
      bench.quote(bid, "58850")
    }
    #expect(bench.exits.isEmpty)
    // Nobody trades, and the bid falls to the stop.
    bench.quote("\(stop)", "58000")
    #expect(bench.exits.map(\.purpose) == [.stopLoss])
    #expect(bench.exits.first?.decisionPrice == stop)
  }

  @Test func withOneSourceLeftAStopWaitsASecond() throws {
    var bench = try Self.holding(Samples.configuration(takeProfit: "0.01"), rules: Self.watchedHere, isQuoted: false)
    bench.trade("66000")
    #expect(bench.questions == 1)
    bench.wait(milliseconds: 1_500)
    #expect(bench.exits.isEmpty, "a target needs a confirmation")
    bench.trade("57000")
    #expect(bench.questions == 2)
    bench.wait(milliseconds: 900)
    #expect(bench.exits.isEmpty)
    bench.wait(milliseconds: 200)
    #expect(bench.exits.map(\.purpose) == [.stopLoss])
    #expect(bench.core.lastPrice(of: Samples.symbol) == Samples.decimal("58800"), "values do not go by it")
  }

  @Test func aQuoteThatWasAskedForConfirmsOrContradicts() throws {
    var bench = try Self.holding(rules: Self.watchedHere, isQuoted: false)
    bench.trade("40000")
    bench.quote("58799", "58801")
    bench.wait(milliseconds: 20_000)
    #expect(bench.exits.isEmpty, "it speaks against the price, for good")
    bench.wait(milliseconds: 1_100)
    let questions = bench.questions
    bench.wait(milliseconds: 1_100)
    bench.trade("57000")
    #expect(bench.questions == questions + 1)
    bench.quote("56999", "57001")
    #expect(bench.exits.map(\.purpose) == [.stopLoss])
  }

  @Test func aSilentMarketIsAskedAboutWhileAStopIsWatched() throws {
    var bench = try Self.holding(rules: Self.watchedHere)
    var questions = bench.questions
    func tick(_ count: Int) { for _ in 0..<count { bench.wait(milliseconds: 250) } }
    tick(1)
    #expect(bench.questions == questions)
    tick(1)
    #expect(bench.questions == questions + 1)
    tick(3)
    #expect(bench.questions == questions + 2, "not more often than every half second")
    // The exchange's clock stepped back: core time stands still, and questions go on.
    for _ in 0..<4 { bench.step(.clock) }
    #expect(bench.questions == questions + 4)
    // What says nothing new is a quiet market.
    bench.quote("58799.99", "58800.01")
    questions = bench.questions
    tick(3)
    #expect(bench.questions == questions)
    tick(1)
    #expect(bench.questions == questions + 1)
    // The market fell by 3 % unheard. One bid alone could be wrong; said again a second later, with no trade between, it counts.
    bench.quote("57000", "57001")
    tick(4)
    #expect(bench.exits.isEmpty && bench.questions == questions + 3)
    bench.quote("56990", "56991")
    #expect(bench.exits.map(\.purpose) == [.stopLoss])
    #expect(bench.exits.first?.decisionPrice == Samples.decimal("56990"))
  }

  @Test func aTradeContradictsALoneBid() throws {
    var bench = try Self.holding(rules: Self.watchedHere)
    bench.quote("57000", "57001")
    bench.trade("58800")
    bench.wait(milliseconds: 1_600)
    bench.quote("57000", "57001")
    #expect(bench.exits.isEmpty)
  }

  @Test func whereTheStopRestsItIsAskedAfterASecondAndAQuarter() throws {
    var bench = try Self.holding()
    let questions = bench.questions
    for _ in 0..<4 { bench.wait(milliseconds: 250) }
    #expect(bench.questions == questions)
    bench.wait(milliseconds: 250)
    #expect(bench.questions == questions + 1)
    // The market is quiet: as often as before.
    bench.quote("58800", "58801")
    bench.quote("58800", "58801")
    for _ in 0..<5 { bench.wait(milliseconds: 250) }
    #expect(bench.questions == questions + 2)
  }

  @Test func oneWildPrintBreachesNoLimit() throws {
    let limits = RiskLimits(dailyLossMaximum: Samples.decimal("100"), drawdownMaximum: Samples.decimal("0.01"))
    var bench = try Self.holding(Samples.configuration(stopLoss: "0.5", takeProfit: "0", maximum: "0.5", risk: "1"), limits: limits)
    bench.wait(milliseconds: 1_100)
    bench.trade("5880")
    bench.wait(milliseconds: 1_100)
    bench.wait(milliseconds: 1_100)
    #expect(bench.core.tradingState == .active)
    bench.trade("57000")
    bench.trade("57000")
    bench.wait(milliseconds: 1_100)
    #expect(bench.core.tradingState == .reducing, "a real loss")
  }

  @Test func aCandleThatEndsWhereNobodyTradesIsNotBoughtOn() throws {
    var bench = LiveBench(price: "60000")
    for price in ["60000", "60010", "60000", "60010"] { bench.minute(price) }
    bench.wait(milliseconds: 55_000)
    bench.quote("59999.99", "60000.01")
    bench.minute("6000", isTraded: false)
    #expect(bench.requests.isEmpty)
    let denial = try #require(bench.denials.last)
    #expect(denial.code == .priceUnconfirmed && denial.decisionPrice == Samples.decimal("6000"))
    #expect(denial.message.contains("6000") && denial.message.contains("60000.01") && denial.message.contains("60010"))
  }

  @Test func aRealFallIsBought() throws {
    var bench = LiveBench(price: "54000")
    for price in ["60000", "60010", "60000", "60010"] { bench.minute(price) }
    bench.quote("59999.99", "60000.01")
    // The quote's stream is slow; two trades are enough.
    bench.minute("54000")
    #expect(bench.requests.first?.quoteQuantity == Samples.decimal("1000"))
  }

  @Test func aDoubtfulCandleMakesNoFigure() throws {
    var bench = try Self.holding()
    let before = bench.marks.count
    bench.minute("5880", isTraded: false)
    #expect(bench.marks.count == before && bench.exits.isEmpty)
    bench.minute("58800")
    #expect(bench.marks.count == before + 1)
  }

  @Test func aLateAnswerOfAServedStrategyIsDecidedAtThePriceOfTheMoment() throws {
    var bench = LiveBench(ServedStrategyTests.configuration(), price: "60000")
    bench.step(.strategies(.served(["mine"])))
    bench.step(.strategies(.ready(instance: 1)))
    bench.quote("59999.99", "60000.01")
    bench.minute("60000")
    bench.quote("61999.99", "62000.01")
    bench.trade("62000")
    bench.step(.strategies(.answered(instance: 1, number: 1, .buy(confidence: 1, reason: "go"), delayNanoseconds: 1)))
    #expect(bench.denials.map(\.code) == [.priceUnconfirmed] && bench.requests.isEmpty)
    bench.minute("62000")
    bench.step(.strategies(.answered(instance: 1, number: 2, .buy(confidence: 1, reason: "go"), delayNanoseconds: 1)))
    #expect(bench.requests.count { $0.side == .buy } == 1)
  }

  @Test func aWrongPriceOfAFeedOfCandlesAloneBuysNoMoreThanTheCap() throws {
    // Candles are all there is, and the last one is wrong: the amount holds all the same.
    var bench = LiveBench(price: "60000")
    for price in ["60000", "60010", "60000", "60010", "600"] { bench.minute(price, isTraded: false) }
    let bought = try #require(bench.fills.first).fill
    #expect(bought.quoteQuantity <= Samples.decimal("1000") && bought.price == Samples.decimal("60000"))
  }

  @Test func aSymbolThatTakesNoAmountsIsBoughtInsideABand() throws {
    var rules = Samples.rules()
    rules.takesQuoteAmounts = false
    var bench = LiveBench(rules: rules, price: "59105")
    for price in ["60000", "59700", "59400", "59100", "58800"] { bench.minute(price) }
    let entry = try #require(bench.requests.first)
    #expect(entry.type == .limit && entry.timeInForce == .immediateOrCancel && entry.quoteQuantity.isZero)
    #expect(entry.price == Samples.decimal("59395.5"), "0.5 % above 59,100")
    #expect(entry.quantity == (Samples.decimal("1000") / entry.price).roundedDown(toMultipleOf: rules.stepSize))
    #expect(bench.snapshot?.position.isOpen == true)
    rules.buyPriceMultiplierMaximum = Samples.decimal("1.001")
    bench = LiveBench(rules: rules, price: "59105")
    for price in ["60000", "59700", "59400", "59100", "58800"] { bench.minute(price) }
    #expect(bench.requests.first?.price == Samples.decimal("59159.1"), "inside PERCENT_PRICE_BY_SIDE")
  }

  @Test(arguments: [true, false]) func anEntryThatExpiredWithSomethingBoughtIsAnEntry(takesAmounts: Bool) throws {
    var rules = Samples.rules()
    rules.takesQuoteAmounts = takesAmounts
    var bench = LiveBench(rules: rules, price: "59100")
    bench.fillsHalf = true
    for price in ["60000", "59700", "59400", "59100"] { bench.minute(price) }
    let entry = try #require(bench.requests.first)
    #expect(bench.core.order(entry.clientOrderID)?.status == .expired)
    #expect(bench.snapshot?.position.isOpen == true && bench.alerts.isEmpty)
    #expect(bench.requests.last?.type == .limitMaker && bench.requests.last?.quantity == bench.fills.first?.fill.quantity)
    #expect(bench.core.portfolioUse().totalNotional < Samples.decimal("501"), "nothing more is on its way")
  }

  @Test func whatMayBeSpentIsWhatLimitsCount() throws {
    // The first entry is on its way: its amount is taken, whatever the prices say.
    var core = TradingCore(configuration: CoreConfiguration(mode: .testnet))
    var effects: [Effect] = []
    core.open(JournalIdentity(id: "abcd1234", mode: .testnet), at: Samples.start, effects: &effects)
    core.step(.rules([Samples.rules()]), at: Samples.start, effects: &effects)
    core.step(.feed(nil, .live), at: Samples.start, effects: &effects)
    core.step(.executionStream(isLive: true), at: Samples.start, effects: &effects)
    func command(_ command: Command) {
      core.step(.command(CommandEnvelope(id: 1, requestID: "", fingerprint: 0, command: command)), at: Samples.start, effects: &effects)
    }
    command(.setRiskLimits(RiskLimits(totalNotionalMaximum: Samples.decimal("1500")), only: nil))
    for name in ["one", "two", "three"] { command(.createBot(Samples.configuration(name), start: true)) }
    for (index, price) in ["60000", "59700", "59400", "59100", "58800"].enumerated() {
      let open = Samples.start.advanced(byMilliseconds: Int64(index) * 60_000)
      let close = open.advanced(byMilliseconds: 60_000)
      core.step(
        .market(
          .candle(
            CandleUpdate(
              symbol: Samples.symbol, interval: .oneMinute, candle: Samples.candle(open, [Samples.decimal(price)]), isClosed: true,
              eventTime: close))), at: close, effects: &effects)
    }
    let amounts = effects.compactMap { if case .submit(let order, _) = $0 { order.request.quoteQuantity } else { nil } }
    #expect(amounts == [Samples.decimal("1000"), Samples.decimal("500")])
    #expect(core.portfolioUse().totalNotional == Samples.decimal("1500"))
  }
}
