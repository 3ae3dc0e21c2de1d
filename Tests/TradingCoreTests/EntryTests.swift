import PaperTrading
import Strategies
import Testing
import Time
import TradingModel
import Venue

@testable import TradingCore

/// Entries that rest: how long, what ends them early, what follows, and that there is never a second order beside the first.
@Suite struct EntryTests {
  private static func configuration(_ plan: EntryPlan) -> BotConfiguration {
    var configuration = Samples.configuration()
    configuration.entry = plan
    return configuration
  }

  // MARK: On paper

  /// A bot that has just placed its entry: RSI fell at 58,800.
  private static func paper(_ plan: EntryPlan) -> PaperBench {
    var bench = PaperBench()
    bench.command(.createBot(configuration(plan), start: true))
    for price in [60_000, 59_700, 59_400, 59_100, 58_800] { bench.minute(FixedDecimal(price)) }
    return bench
  }

  private static let planned = EntryPlan(kind: .limit, offset: Samples.decimal("0.001"), lifetime: 2)

  @Test func itRestsBelowThePriceAndFillsAsMaker() throws {
    var bench = PaperBench()
    bench.command(.createBot(Self.configuration(Self.planned), start: true))
    bench.minute(FixedDecimal(60_000))
    bench.minute(FixedDecimal(59_700))
    bench.minute(FixedDecimal(59_400))
    bench.minute(FixedDecimal(59_100))
    let intent = try #require(bench.intents.first)
    let limit = Samples.decimal("59100") - Samples.decimal("59.1")
    #expect(intent.request.type == .limit && intent.request.timeInForce == .goodTilCanceled && intent.request.price == limit)
    #expect(intent.request.quantity * limit <= FixedDecimal(1_000) && intent.request.quantity * limit > FixedDecimal(999))
    #expect(intent.decisionPrice == FixedDecimal(59_100) && bench.fills().isEmpty)
    let use = bench.core.portfolioUse(of: Samples.symbol)
    #expect(use.openPositions == 1 && use.symbolNotional >= intent.request.quantity * limit, "what it may buy counts in the limits")
    bench.trade(limit)
    #expect(bench.fills().isEmpty, "the price must go through it")
    bench.trade(limit - FixedDecimal(1))
    let fill = try #require(bench.fills().first)
    #expect(fill.fill.price == limit && fill.fill.isMaker && fill.purpose == .entry)
    #expect(bench.intents.dropFirst().map(\.request.type) == [.stopLoss, .limitMaker], "protected in the same moment")
    #expect(bench.core.portfolioUse().openOrders == 2)
  }

  /// Inside a candle the price is continuous: a fall through the entry and its stop sells at the stop, not at the low.
  @Test func aFallThroughEntryAndStopSellsAtTheStop() throws {
    var bench = PaperBench()
    bench.command(.createBot(Self.configuration(Self.planned), start: true))
    for price in [60_000, 59_700, 59_400, 59_100] { bench.minute(FixedDecimal(price)) }
    let limit = try #require(bench.intents.first).request.price
    // No trade is heard: the candle alone tells.
    let open = Interval.oneMinute.openTime(containing: bench.core.time.advanced(byMilliseconds: 59_999))
    let close = open.advanced(byMilliseconds: 60_000)
    let fall = Samples.candle(open, [59_100, 59_150, 55_000, 56_000].map { FixedDecimal($0) })
    bench.market(
      .candle(CandleUpdate(symbol: Samples.symbol, interval: .oneMinute, candle: fall, isClosed: true, eventTime: close)), at: close)
    let fills = bench.fills()
    #expect(fills.map(\.purpose) == [.entry, .stopLoss] && fills.first?.fill.price == limit)
    let stop = try #require(bench.intents.first { $0.request.type == .stopLoss }).request.stopPrice
    let worst = stop - stop * PaperConfiguration().slippage
    #expect(stop > FixedDecimal(57_000) && fills.last.map { $0.fill.price >= worst - Samples.decimal("0.01") } == true)
  }

  /// Nothing would protect what it buys while no process runs.
  @Test func anEndInOrderWithdrawsItAndMakesNoNewOne() throws {
    var bench = Self.paper(EntryPlan(kind: .maker, offset: Samples.decimal("0.01"), lifetime: 9))
    bench.step(.stopping)
    #expect(bench.canceled == [try #require(bench.intents.first).request.clientOrderID] && !bench.core.isBusy)
    bench.minute(FixedDecimal(58_500))
    #expect(bench.intents.count == 1 && bench.denials.count == 1)
  }

  @Test func aLockWithdrawsWhatItConcerns() throws {
    let plan = EntryPlan(kind: .maker, offset: Samples.decimal("0.01"), lifetime: 9)
    var bench = Self.paper(plan)
    bench.command(.lockEntries(.symbol(Samples.symbol("ETHUSDT")), forMilliseconds: 60_000, reason: ""))
    #expect(bench.canceled.isEmpty)
    bench.command(.lockEntries(.account, forMilliseconds: 60_000, reason: "holiday"))
    let entry = try #require(bench.intents.first).request.clientOrderID
    #expect(bench.canceled == [entry] && bench.core.restingEntries.isEmpty)
  }

  /// Nobody could end it, nor record what it buys.
  @Test func aJournalThatCannotBeWrittenWithdrawsIt() throws {
    var bench = Self.paper(EntryPlan(kind: .maker, offset: Samples.decimal("0.01"), lifetime: 9))
    bench.step(.journalFailed("no space left"))
    #expect(bench.canceled == [try #require(bench.intents.first).request.clientOrderID])
  }

  /// The bot holds what it was given: an entry beside that would be a second position, and no stop would rest while it waits.
  @Test func coinsThatABotIsGivenWithdrawIt() throws {
    var bench = Self.paper(EntryPlan(kind: .maker, offset: Samples.decimal("0.01"), lifetime: 9))
    bench.command(.adoptPosition(Samples.bot("one"), quantity: Samples.decimal("0.01"), entryPrice: .zero))
    #expect(bench.canceled == [try #require(bench.intents.first).request.clientOrderID])
    #expect(bench.intents.dropFirst().first?.request.type == .stopLoss)
  }

  @Test func aSecondSignalDoesNotPlaceASecondOrder() {
    let bench = Self.paper(EntryPlan(kind: .maker, offset: Samples.decimal("0.01"), lifetime: 9))
    #expect(bench.intents.count == 1 && bench.denials.isEmpty && bench.intents.first?.request.type == .limitMaker)
  }

  @Test func itsLifetimeEndsAtACloseAndItIsPlacedAnew() throws {
    // Placed at the fourth close, over at the sixth; the signal is there again, so a new one takes its place at the new price.
    var bench = Self.paper(EntryPlan(kind: .limit, offset: Samples.decimal("0.01"), lifetime: 2))
    #expect(bench.canceled.isEmpty)
    bench.minute(FixedDecimal(58_790))
    #expect(bench.canceled == [try #require(bench.intents.first).request.clientOrderID])
    #expect(bench.intents.map(\.decisionPrice) == [FixedDecimal(59_100), FixedDecimal(58_790)])
    let reasons = bench.journal.compactMap { if case .cancelRequested(let cancel) = $0.record { cancel.reason } else { nil } }
    #expect(reasons == ["not filled within 2 candles"])
  }

  @Test(arguments: EntryPlan.Sequel.allCases) func whatFollowsIsWhatThePlanSays(_ sequel: EntryPlan.Sequel) throws {
    var bench = PaperBench()
    bench.command(.createBot(Self.configuration(EntryPlan(kind: .maker, offset: Samples.decimal("0.01"), sequel: sequel)), start: true))
    for price in [60_000, 59_700, 59_400, 59_100] { bench.minute(FixedDecimal(price)) }
    // The next close is no signal.
    bench.minute(FixedDecimal(59_800))
    #expect(bench.canceled.count == 1)
    let next = Array(bench.intents.dropFirst())
    guard sequel == .market else { return #expect(next.isEmpty && bench.snapshot()?.openOrders == []) }
    let market = try #require(next.first)
    #expect(
      market.request.type == .market && market.request.quoteQuantity == FixedDecimal(1_000) && market.decisionPrice == FixedDecimal(59_800))
    #expect(bench.intents.first.map(\.reason) == market.reason && bench.snapshot()?.position.isOpen == true)
  }

  @Test(arguments: ["stop", "pause", "halt", "reduce"]) func whoeverEndsEntriesEndsTheOneThatRests(_ how: String) {
    var bench = Self.paper(EntryPlan(kind: .limit, offset: Samples.decimal("0.01"), lifetime: 9))
    switch how {
    case "stop": bench.command(.stopBot(Samples.bot("one")))
    case "pause": bench.command(.pauseBot(Samples.bot("one")))
    case "halt": bench.command(.setTradingState(.halted, reason: "a test"))
    default: bench.command(.setTradingState(.reducing, reason: "a test"))
    }
    #expect(bench.canceled.count == 1 && bench.snapshot()?.openOrders == [])
    bench.trade(FixedDecimal(50_000))
    #expect(bench.fills().isEmpty)
  }

  @Test func itOutlivesARestart() throws {
    var bench = Self.paper(EntryPlan(kind: .limit, offset: Samples.decimal("0.01"), lifetime: 9, sequel: .market))
    let folded = try bench.folded()
    #expect(folded.waitingEntries.count == 1 && folded.restingOrders.count == 1)
    var restored = TradingCore(configuration: folded.configuration)
    try restored.restore(folded.state)
    #expect(restored.waitingEntries == folded.waitingEntries)
    bench.core = restored
    #expect(bench.core.portfolioUse(of: Samples.symbol).openPositions == 1)
  }

  // MARK: On an exchange

  private typealias Bench = HeldBotTests.Bench

  /// A bot whose entry was sent to an exchange, and the entry.
  private static func live(_ plan: EntryPlan) throws -> (bench: Bench, entry: OrderRequest) {
    var bench = Bench(configuration: configuration(plan))
    for price in [60_000, 59_700, 59_400, 59_100] { bench.minute(FixedDecimal(price)) }
    let sent = bench.takeSent()
    try #require(sent.count == 1)
    return (bench, sent[0])
  }

  @Test func theNextOneWaitsForTheEndOfTheFirst() throws {
    var (bench, entry) = try Self.live(EntryPlan(kind: .limit, offset: Samples.decimal("0.001"), sequel: .market))
    bench.rest(entry, number: 9)
    bench.minute(FixedDecimal(59_800))
    #expect(bench.takeCanceled() == [entry.clientOrderID])
    bench.step(.clock, after: 300)
    #expect(bench.takeSent().isEmpty, "it may still be filled")
    bench.tell(entry, .canceled, number: 9)
    let next = try #require(bench.takeSent().first)
    #expect(next.type == .market && next.isByAmount)
  }

  /// Strategies that know of no position may want to sell one that is not there yet.
  @Test func aSellSignalWithdrawsIt() throws {
    var (bench, entry) = try Self.live(EntryPlan(kind: .limit, offset: Samples.decimal("0.001"), lifetime: 50, sequel: .market))
    bench.rest(entry, number: 9)
    let signal = CandleSignal(bot: 0, signal: .sell(confidence: 1, reason: "a test"), candlesHeld: 0)
    bench.core.decide(signal, price: FixedDecimal(59_200), at: bench.now, isLate: false, &bench.effects)
    #expect(bench.takeCanceled() == [entry.clientOrderID])
    bench.tell(entry, .canceled, number: 9)
    #expect(bench.takeSent().isEmpty && bench.bot?.openOrders == [])
  }

  @Test func aSignalIsGoneWhenTheCancelTakesACandle() throws {
    var (bench, entry) = try Self.live(EntryPlan(kind: .limit, offset: Samples.decimal("0.001"), sequel: .market))
    bench.rest(entry, number: 9)
    bench.minute(FixedDecimal(59_800))
    #expect(bench.takeCanceled() == [entry.clientOrderID])
    bench.step(.clock, after: 61_000)
    bench.tell(entry, .canceled, number: 9)
    #expect(bench.takeSent().isEmpty && bench.bot?.openOrders == [])
  }

  @Test func whatWasFilledInPartIsKeptAndProtected() throws {
    var (bench, entry) = try Self.live(EntryPlan(kind: .limit, offset: Samples.decimal("0.001"), sequel: .market))
    bench.rest(entry, number: 9)
    bench.fillPart(entry, Samples.decimal("0.005"), at: entry.price, number: 9)
    #expect(bench.bot?.position.quantity == Samples.decimal("0.005") && bench.takeSent().isEmpty)
    bench.minute(FixedDecimal(59_300))
    #expect(bench.takeCanceled() == [entry.clientOrderID])
    bench.tell(entry, .canceled, number: 9)
    let sent = bench.takeSent()
    #expect(sent.map(\.type) == [.stopLoss, .limitMaker] && sent.allSatisfy { $0.quantity == Samples.decimal("0.005") })
  }

  /// What no order could ever sell again would keep the bot from trading for ever.
  @Test(arguments: [EntryPlan.Sequel.drop, .market]) func aPartTooSmallToBeSoldLeavesTheBot(_ sequel: EntryPlan.Sequel) throws {
    var (bench, entry) = try Self.live(EntryPlan(kind: .limit, offset: Samples.decimal("0.001"), sequel: sequel))
    bench.rest(entry, number: 9)
    bench.fillPart(entry, Samples.decimal("0.00005"), at: entry.price, number: 9)
    #expect(bench.bot?.position.isOpen == true && bench.alerts(.positionAdjusted).isEmpty, "the rest may still come")
    bench.minute(FixedDecimal(59_300))
    #expect(bench.takeCanceled() == [entry.clientOrderID])
    bench.tell(entry, .canceled, number: 9)
    let bot = try #require(bench.bot)
    #expect(!bot.position.isOpen && bot.openOrders.isEmpty && bot.flows.isNegative && bench.takeSent().isEmpty)
    #expect(bench.alerts(.positionAdjusted).count == 1)
    for price in [60_000, 59_000, 58_000, 57_000, 56_000] { bench.minute(FixedDecimal(price)) }
    #expect(bench.takeSent().map(\.side) == [.buy], "it trades on")
  }

  /// While the rest still waits nothing rests for what came: it is watched, and sold as soon as the rest is cancelled.
  @Test func whatWasFilledInPartIsWatched() throws {
    var (bench, entry) = try Self.live(EntryPlan(kind: .limit, offset: Samples.decimal("0.001"), lifetime: 50))
    bench.rest(entry, number: 9)
    bench.fillPart(entry, Samples.decimal("0.005"), at: entry.price, number: 9)
    bench.price(FixedDecimal(57_000))
    bench.price(FixedDecimal(57_000))
    #expect(bench.takeCanceled() == [entry.clientOrderID] && bench.bot?.exitReason.contains("stop") == true)
    bench.tell(entry, .canceled, number: 9)
    let sale = try #require(bench.takeSent().first)
    #expect(sale.side == .sell && sale.type == .market && sale.quantity == Samples.decimal("0.005"))
  }

  @Test func aMakerThatWouldTakeIsTriedALittleLower() throws {
    var (bench, entry) = try Self.live(EntryPlan(kind: .maker))
    #expect(entry.type == .limitMaker && entry.price == FixedDecimal(59_100))
    var prices: [Price] = []
    var last = entry
    for _ in 0..<9 {
      prices.append(last.price)
      bench.refuse(last, -2_010, "Order would immediately match and take.")
      guard let next = bench.takeSent().first else { break }
      #expect(next.clientOrderID != last.clientOrderID && next.quantity == entry.quantity && next.type == .limitMaker)
      last = next
    }
    #expect(prices.count == 6 && zip(prices, prices.dropFirst()).allSatisfy { $0 > $1 })
    #expect(prices.last.map { $0 >= FixedDecimal(59_100) - FixedDecimal(60) } == true, "at most 0.1 % below")
    #expect(bench.bot?.hold != nil, "then it is a refusal like any other")
  }

  @Test func anEntryThatIsOverWithoutACandleIsEndedByTheClock() throws {
    var (bench, entry) = try Self.live(EntryPlan(kind: .limit, offset: Samples.decimal("0.001")))
    bench.rest(entry, number: 9)
    bench.step(.clock, after: 61_000)
    #expect(bench.takeCanceled().isEmpty)
    bench.step(.clock, after: 5_000)
    #expect(bench.takeCanceled() == [entry.clientOrderID])
  }

  // MARK: Settings

  @Test func whatIsWrongIsNamed() {
    func fields(_ plan: EntryPlan) -> [String] { Self.configuration(plan).violations(.unasked).map(\.field) }
    #expect(fields(EntryPlan(kind: .limit, offset: Samples.decimal("0.5"))) == ["entry_offset"])
    #expect(fields(EntryPlan(kind: .limit, offset: Samples.decimal("-0.1"))) == ["entry_offset"])
    #expect(fields(EntryPlan(kind: .maker, lifetime: 0)) == ["entry_lifetime"])
    #expect(fields(EntryPlan(offset: Samples.decimal("0.1"))) == ["entry"])
    #expect(fields(EntryPlan(kind: .limit, offset: Samples.decimal("0.499"), lifetime: 10_000, sequel: .market)).isEmpty)
    var text = BotSettingsText()
    (text.symbol, text.strategy, text.capital, text.entry, text.entryThen) = ("BTCUSDT", "rsi", "1000", "limits", "wait")
    #expect(text.configuration(id: nil, base: nil).violations.map(\.reason) == ["ENTRY_UNKNOWN", "ENTRY_THEN_UNKNOWN"])
    (text.entry, text.entryThen) = ("market", "")
    let base = Self.configuration(EntryPlan(kind: .maker, offset: Samples.decimal("0.1"), lifetime: 7, sequel: .market))
    #expect(text.configuration(id: nil, base: base).configuration.entry == .market, "back to the market takes the rest away")
    text.entry = ""
    text.entryLifetime = 3
    #expect(text.configuration(id: nil, base: base).configuration.entry.lifetime == 3)
    #expect(text.configuration(id: nil, base: base).configuration.entry.kind == .maker)
  }
}
