import Testing
import Time
import TradingModel
import Venue

@testable import TradingCore

/// Entries that take their protection along: what waits protects nothing, what was placed is the position's stop and target, and whatever
/// happens to one of the three there is never a second protection beside the first.
@Suite struct ListTests {
  private typealias Bench = HeldBotTests.Bench
  private static let limit = Samples.decimal("59040.9")

  /// A bot whose entry left, with what waits for it.
  private static func sent(
    _ plan: EntryPlan = EntryPlan(kind: .limit, offset: Samples.decimal("0.001"), lifetime: 9), takeProfit: String = "0.04",
    mode: TradingMode = .testnet, free: String? = "0", _ change: (inout TradingRules) -> Void = { _ in }
  ) -> (bench: Bench, sent: [OrderRequest]) {
    var configuration = Samples.configuration(takeProfit: takeProfit)
    configuration.entry = plan
    var rules = Samples.rules()
    rules.takesProtectedEntries = true
    change(&rules)
    var bench = Bench(mode: mode, configuration: configuration, rules: rules)
    if let free { bench.account(free) }
    for price in [60_000, 59_700, 59_400, 59_100] { bench.minute(FixedDecimal(price)) }
    let sent = bench.takeSent()
    return (bench, sent)
  }

  /// The same, taken by the exchange.
  private static func resting(
    _ plan: EntryPlan = EntryPlan(kind: .limit, offset: Samples.decimal("0.001"), lifetime: 9)
  ) throws -> (bench: Bench, entry: OrderRequest, stop: OrderRequest, target: OrderRequest) {
    var (bench, sent) = sent(plan)
    try #require(sent.count == 3)
    bench.rest(sent[0], number: 9)
    for (number, leg) in zip([10, 11] as [Int64], sent[1...]) { bench.tell(leg, .waiting, number: number) }
    #expect(bench.takeSent().isEmpty && bench.asked.isEmpty)
    return (bench, sent[0], sent[1], sent[2])
  }

  /// An order was placed that had waited, for this much.
  private static func place(_ request: OrderRequest, _ quantity: Quantity, number: Int64, _ bench: inout Bench) {
    var placed = request
    placed.quantity = quantity
    bench.tell(placed, .accepted, number: number)
  }

  private static func status(_ request: OrderRequest, _ bench: Bench) -> OrderStatus? { bench.core.order(request.clientOrderID)?.status }

  // MARK: Sending

  @Test func stopAndTargetGoAlongInOneRequest() throws {
    let (bench, sent) = Self.sent()
    try #require(sent.count == 3)
    let (entry, stop, target) = (sent[0], sent[1], sent[2])
    #expect(entry.type == .limit && entry.side == .buy && entry.price == Self.limit && entry.waitsFor == nil)
    #expect(stop.type == .stopLoss && stop.stopPrice == Samples.decimal("57860.08") && stop.waitsFor == entry.clientOrderID)
    #expect(target.type == .limitMaker && target.price == Samples.decimal("61402.54") && target.waitsFor == entry.clientOrderID)
    #expect(stop.linked == target.clientOrderID && target.linked == stop.clientOrderID && stop.side == .sell && target.side == .sell)
    #expect([stop, target].map { OrderName($0.clientOrderID)?.purpose } == [.stopLoss, .takeProfit])
    let intents = bench.journal.filter { if case .orderIntent = $0.record { true } else { false } }
    #expect(intents.count == 3 && Set(intents.map(\.time)).count == 1, "all are journaled before anything leaves")
    // What waits counts neither as an order of the limits nor as something that is sold.
    #expect(bench.core.portfolioUse(of: Samples.symbol).openPositions == 1)
  }

  @Test func withoutATargetTheStopGoesAlongAlone() {
    let (_, sent) = Self.sent(takeProfit: "0")
    #expect(sent.map(\.type) == [.limit, .stopLoss] && sent.last?.linked == nil)
    let (_, maker) = Self.sent(EntryPlan(kind: .maker, lifetime: 9)) { $0.takesPairs = false }
    #expect(maker.map(\.type) == [.limitMaker, .stopLoss], "a symbol that takes no pairs")
  }

  @Test func whereItCannotBeTheEntryGoesAlone() {
    #expect(Self.sent { $0.takesProtectedEntries = false }.sent.map(\.type) == [.limit])
    #expect(Self.sent { $0.openAlgorithmicOrdersMaximum = 1 }.sent.count == 3)
    #expect(Self.sent(.market).sent.map(\.type) == [.market], "what is over at once needs nothing along")
    #expect(Self.sent(mode: .paper).sent.map(\.type) == [.limit], "on paper the pair is placed at the fill")
  }

  /// A stop that waits never takes the place of one that a position of another bot needs.
  @Test func whereBotsOutnumberStopsItGoesAlone() throws {
    var (bench, sent) = Self.sent { $0.openAlgorithmicOrdersMaximum = 1 }
    bench.refuse(sent[0], -2_010, "Account has insufficient balance for requested action.")
    for leg in sent[1...] { bench.refuse(leg, -2_010, "Account has insufficient balance for requested action.") }
    let other = CommandEnvelope(
      id: 3, requestID: "", fingerprint: 0, command: .createBot(Samples.configuration("two"), start: false))
    bench.step(.command(other))
    for price in [58_800, 58_500, 58_200] { bench.minute(FixedDecimal(price)) }
    sent = bench.takeSent()
    #expect(sent.first?.side == .buy && sent.count == 1)
  }

  // MARK: A full fill

  @Test func whatWasPlacedIsTheStopAndTheTarget() throws {
    var (bench, entry, stop, target) = try Self.resting()
    #expect(Self.status(stop, bench) == .waiting && bench.core.restingOrders.map(\.clientOrderID) == [entry.clientOrderID])
    #expect(bench.core.restingSales(of: "BTC").isZero)
    bench.fill(entry, at: entry.price, number: 9)
    #expect(bench.takeSent().isEmpty && bench.core.bots[0]?.stopRests == false, "before they are placed the price is watched")
    Self.place(stop, entry.quantity, number: 10, &bench)
    Self.place(target, entry.quantity, number: 11, &bench)
    #expect(bench.takeSent().isEmpty && bench.takeCanceled().isEmpty && bench.core.bots[0]?.stopRests == true)
    let levels = try #require(bench.bot?.protection)
    #expect(levels.map(\.order) == [stop.clientOrderID, target.clientOrderID] && levels.first?.price == stop.stopPrice)
    for _ in 0..<4 { bench.step(.clock, after: 1_000) }
    #expect(bench.takeSent().isEmpty && bench.takeCanceled().isEmpty)
    bench.tell(stop, .expired, number: 10, reason: "OCO_TRIGGER")
    bench.fill(target, at: target.price, number: 11)
    #expect(bench.bot?.position.isOpen == false && bench.bot?.openOrders == [] && bench.alerts(.orderRefused).isEmpty)
  }

  /// The exchange sells what remains after its fee; that is known after a restart too.
  @Test func theirQuantityIsTheExchangesWord() throws {
    var (bench, entry, stop, target) = try Self.resting()
    bench.fill(entry, at: entry.price, fee: Samples.decimal("0.00002"), number: 9)
    let kept = entry.quantity - Samples.decimal("0.00002")
    Self.place(stop, kept, number: 10, &bench)
    Self.place(target, kept, number: 11, &bench)
    #expect(bench.bot?.position.quantity == kept && bench.takeCanceled().isEmpty && bench.takeSent().isEmpty)
    try bench.restart()
    bench.step(.trades(Samples.symbol, []))
    #expect(bench.core.order(stop.clientOrderID)?.remainingQuantity == kept)
    #expect(bench.takeCanceled().isEmpty && bench.core.bots[0]?.stopRests == true)
  }

  /// The exchange would take the fee from free coins beside what is bought, and sell as many of the owner's: the entry goes alone.
  @Test func freeCoinsBesideItSendItAlone() {
    #expect(Self.sent(free: "0.000001").sent.count == 3, "less than a fee")
    #expect(Self.sent(free: "0.5").sent.map(\.side) == [.buy])
    #expect(Self.sent(free: nil).sent.map(\.side) == [.buy], "what is free is not known")
  }

  /// A fee that was paid in another asset takes no coins.
  @Test func feesInAnotherAssetLeaveThemAlone() throws {
    var (bench, sent) = Self.sent(takeProfit: "0", free: "0.5")
    let entry = try #require(sent.first)
    bench.rest(entry, number: 9)
    bench.fill(entry, at: entry.price, number: 9)
    #expect(bench.core.symbols[0].paysFeesApart)
    sent = bench.takeSent()
    bench.fill(try #require(sent.first { $0.type == .stopLoss }), at: FixedDecimal(57_000), number: 10)
    for price in [60_000, 59_700, 59_400, 59_100] { bench.minute(FixedDecimal(price)) }
    #expect(bench.takeSent().count { $0.waitsFor != nil } == 1)
  }

  /// The exchange may take its fee from coins beside those that were bought: more would be sold than the bot has.
  @Test func whatWouldSellTooMuchIsPlacedAnew() throws {
    var (bench, entry, stop, target) = try Self.resting()
    bench.fill(entry, at: entry.price, fee: Samples.decimal("0.00002"), number: 9)
    Self.place(stop, entry.quantity, number: 10, &bench)
    Self.place(target, entry.quantity, number: 11, &bench)
    let sent = bench.takeSubmitted()
    #expect(
      sent.map(\.replaces) == [stop.clientOrderID], "one request, so that a stop rests all the time; its target is watched from then on")
    #expect(sent.allSatisfy { $0.request.type == .stopLoss && $0.request.quantity < entry.quantity && $0.request.waitsFor == nil })
    bench.tell(stop, .canceled, number: 10)
    bench.tell(target, .canceled, number: 11)
    bench.rest(try #require(sent.first?.request), number: 12)
    #expect(bench.takeSent().isEmpty && bench.takeCanceled().isEmpty)
  }

  /// The words about what was placed are lost: they are asked for, and asked for again while the answer is old.
  @Test func theirWordIsAskedFor() throws {
    var (bench, entry, stop, target) = try Self.resting()
    bench.fill(entry, at: entry.price, number: 9)
    bench.effects = []
    bench.step(.clock, after: 600)
    #expect(bench.asked == [stop.clientOrderID, target.clientOrderID])
    func answer(_ request: OrderRequest, _ status: OrderStatus, number: Int64) {
      bench.effects = []
      bench.step(
        .queried(
          request.clientOrderID,
          .found(
            ExecutionReport(
              clientOrderID: request.clientOrderID, venueOrderID: VenueOrderID(number), symbol: request.symbol, side: .sell,
              type: request.type, quantity: status == .waiting ? .zero : request.quantity, price: request.price,
              stopPrice: request.stopPrice, status: status, executedQuantity: .zero, cumulativeQuote: .zero, time: bench.now,
              source: .query))))
    }
    answer(stop, .waiting, number: 10)
    answer(target, .waiting, number: 11)
    #expect(bench.takeSent().isEmpty)
    bench.step(.clock, after: 5_000)
    #expect(bench.asked == [stop.clientOrderID, target.clientOrderID])
    answer(stop, .accepted, number: 10)
    answer(target, .accepted, number: 11)
    #expect(bench.takeSent().isEmpty && bench.core.bots[0]?.stopRests == true && bench.core.orders.unsettledCount == 0)
  }

  /// All of it is booked, and the word that it is filled does not come: it is asked for.
  @Test func aLostEndOfTheEntryIsAskedFor() throws {
    var (bench, entry, _, _) = try Self.resting()
    bench.fillPart(entry, entry.quantity, at: entry.price, number: 9)
    bench.effects = []
    bench.step(.clock, after: 600)
    #expect(bench.asked == [entry.clientOrderID] && bench.takeSent().isEmpty)
  }

  /// The price went through the stop with the entry: the exchange places nothing.
  @Test func whatIsNotPlacedIsProtectedAnew() throws {
    var (bench, entry, stop, target) = try Self.resting()
    bench.fill(entry, at: entry.price, number: 9)
    bench.tell(stop, .expired, number: 10, reason: "REJECTED")
    #expect(bench.takeSent().isEmpty, "the target may rest still")
    bench.tell(target, .expired, number: 11, reason: "REJECTED")
    #expect(bench.takeSent().map(\.type) == [.stopLoss, .limitMaker] && bench.bot?.hold == nil)
    #expect(bench.alerts(.orderRefused).count == 1)
  }

  /// What was bought and sold may be heard the wrong way round: it is booked in order.
  @Test func theSaleIsBookedAfterTheEntry() throws {
    var (bench, entry, stop, target) = try Self.resting()
    bench.fill(stop, at: Samples.decimal("57800"), number: 10)
    #expect(bench.bot?.position.isOpen == false && bench.bot?.results.tradeCount == 0 && bench.asked.contains(entry.clientOrderID))
    bench.tell(target, .expired, number: 11, reason: "OCO_TRIGGER")
    bench.nextTrade = 100
    bench.fill(entry, at: entry.price, number: 9)
    let fills = bench.journal.compactMap { if case .fill(let fill) = $0.record { fill.purpose } else { nil } }
    #expect(fills == [.entry, .stopLoss] && bench.bot?.position.isOpen == false && bench.bot?.openOrders == [])
    #expect(bench.bot?.results.realizedPnL.isNegative == true && bench.takeSent().isEmpty)
  }

  // MARK: A part, an end

  @Test func aPartIsWatchedAndSoldWhenTheListIsGone() throws {
    var (bench, entry, stop, target) = try Self.resting()
    bench.fillPart(entry, Samples.decimal("0.005"), at: entry.price, number: 9)
    #expect(bench.takeSent().isEmpty && bench.core.bots[0]?.stopRests == false)
    for _ in 0..<2 { bench.price(FixedDecimal(57_000)) }
    #expect(bench.takeCanceled() == [entry.clientOrderID], "one request ends the list")
    bench.tell(entry, .canceled, number: 9)
    bench.tell(stop, .canceled, number: 10)
    #expect(bench.takeSent().isEmpty, "the target may rest still")
    bench.tell(target, .canceled, number: 11)
    let sale = try #require(bench.takeSent().first)
    #expect(sale.type == .market && sale.quantity == Samples.decimal("0.005"))
  }

  @Test func whatFollowsWaitsForTheEndOfTheList() throws {
    let plan = EntryPlan(kind: .limit, offset: Samples.decimal("0.001"), sequel: .market)
    var (bench, entry, stop, target) = try Self.resting(plan)
    bench.minute(FixedDecimal(59_800))
    #expect(bench.takeCanceled() == [entry.clientOrderID])
    bench.tell(entry, .canceled, number: 9)
    bench.tell(stop, .canceled, number: 10)
    #expect(bench.takeSent().isEmpty)
    bench.tell(target, .canceled, number: 11)
    #expect(bench.takeSent().map(\.type) == [.market])
  }

  @Test func aPartIsPutUnderAPairWhenALifetimeEnds() throws {
    var (bench, entry, stop, target) = try Self.resting(EntryPlan(kind: .limit, offset: Samples.decimal("0.001")))
    bench.fillPart(entry, Samples.decimal("0.005"), at: entry.price, number: 9)
    bench.minute(FixedDecimal(59_300))
    #expect(bench.takeCanceled() == [entry.clientOrderID])
    for (leg, number) in [(target, 11), (stop, 10), (entry, 9)] as [(OrderRequest, Int64)] { bench.tell(leg, .canceled, number: number) }
    let pair = bench.takeSent()
    #expect(pair.map(\.type) == [.stopLoss, .limitMaker] && pair.allSatisfy { $0.quantity == Samples.decimal("0.005") })
  }

  /// A part that is too small to be sold leaves the bot when all three are over.
  @Test func aPartTooSmallLeavesTheBot() throws {
    var (bench, entry, stop, target) = try Self.resting(EntryPlan(kind: .limit, offset: Samples.decimal("0.001")))
    bench.fillPart(entry, Samples.decimal("0.00005"), at: entry.price, number: 9)
    bench.minute(FixedDecimal(59_300))
    for (leg, number) in [(entry, 9), (stop, 10), (target, 11)] as [(OrderRequest, Int64)] { bench.tell(leg, .canceled, number: number) }
    #expect(bench.bot?.position.isOpen == false && bench.bot?.openOrders == [] && bench.alerts(.positionAdjusted).count == 1)
  }

  /// A person cancels one of the three: all are gone.
  @Test func aPersonsCancelEndsAll() throws {
    var (bench, entry, stop, target) = try Self.resting()
    bench.tell(stop, .canceled, number: 10)
    bench.tell(target, .canceled, number: 11)
    bench.tell(entry, .canceled, number: 9)
    #expect(bench.bot?.openOrders == [] && bench.takeSent().isEmpty && bench.alerts(.orderRefused).isEmpty && bench.bot?.hold == nil)
  }

  // MARK: Refusals, doubt

  @Test func aSymbolThatDoesNotTakeItGetsTheEntryAlone() throws {
    var (bench, sent) = Self.sent()
    try #require(sent.count == 3)
    for request in sent { bench.refuse(request, -2_010, "OPO orders are not supported for this symbol") }
    let alone = bench.takeSent()
    #expect(alone.map(\.type) == [.limit] && alone.first?.price == sent[0].price && alone.first?.clientOrderID != sent[0].clientOrderID)
    #expect(bench.alerts(.orderRefused).count == 1 && bench.bot?.hold == nil && bench.bot?.openOrders.count == 1)
    bench.rest(alone[0], number: 20)
    bench.fill(alone[0], at: alone[0].price, number: 20)
    #expect(bench.takeSent().map(\.type) == [.stopLoss, .limitMaker])
  }

  @Test func whatIsNoReasonOfTheListEndsTheEntry() throws {
    var (bench, sent) = Self.sent()
    for request in sent { bench.refuse(request, -2_010, "Account has insufficient balance for requested action.") }
    #expect(bench.takeSent().isEmpty && bench.bot?.hold != nil && bench.bot?.openOrders == [])
  }

  @Test func aMakerThatWouldTakeIsTriedLowerWithItsProtection() throws {
    var (bench, sent) = Self.sent(EntryPlan(kind: .maker, lifetime: 9))
    for request in sent { bench.refuse(request, -2_010, "Order would immediately match and take.") }
    let next = bench.takeSent()
    #expect(next.map(\.type) == [.limitMaker, .stopLoss, .limitMaker] && next[0].price < sent[0].price)
    #expect(next[1].stopPrice < sent[1].stopPrice && next[1].waitsFor == next[0].clientOrderID)
  }

  /// The answer is lost: each is asked for, nothing is sent, and one alert says so.
  @Test func aListInDoubtIsAskedFor() throws {
    var (bench, sent) = Self.sent()
    for request in sent { bench.step(.submitted(request.clientOrderID, .unknown(message: "reset"))) }
    #expect(bench.alerts(.answerLost).count == 1)
    bench.effects = []
    bench.step(.clock, after: 600)
    #expect(Set(bench.asked) == Set(sent.map(\.clientOrderID)) && bench.takeSent().isEmpty)
    bench.rest(sent[0], number: 9)
    for (number, leg) in zip([10, 11] as [Int64], sent[1...]) { bench.tell(leg, .waiting, number: number) }
    #expect(bench.core.orders.unsettledCount == 0 && bench.takeSent().isEmpty)
  }

  /// Killed before anything was heard: nothing of it arrived, so all three are given up, and the bot goes on.
  @Test func aListThatNeverArrivedIsGivenUp() throws {
    var (bench, sent) = Self.sent()
    try bench.restart()
    var again: [OrderRequest] = []
    for _ in 0..<60 {
      again += bench.answerNothingKnown(held: "0")
      bench.step(.clock, after: 1_000)
    }
    #expect(sent.allSatisfy { Self.status($0, bench) == .expired } && again.isEmpty && bench.bot?.openOrders == [])
    #expect(bench.alerts(.orderReleased).count == 1)
  }

  /// Filled, placed and sold while no process ran.
  @Test func whatHappenedMeanwhileIsBooked() throws {
    var (bench, entry, stop, target) = try Self.resting()
    try bench.restart()
    #expect(Set(bench.asked) == [entry.clientOrderID, stop.clientOrderID, target.clientOrderID])
    #expect(Self.status(stop, bench) == .waiting && bench.core.bots[0]?.stopRests == false)
    func trade(_ id: Int64, _ order: Int64, _ side: Side, _ price: String) -> AccountTrade {
      let price = Samples.decimal(price)
      return AccountTrade(
        fill: Fill(
          symbol: Samples.symbol, tradeID: TradeID(id), venueOrderID: VenueOrderID(order), price: price, quantity: entry.quantity,
          quoteQuantity: price * entry.quantity, commission: .zero, commissionAsset: "BNB", isMaker: true, time: bench.now), side: side)
    }
    bench.effects = []
    bench.step(.trades(Samples.symbol, [trade(5, 9, .buy, "59040.9"), trade(6, 10, .sell, "57800")]))
    bench.tell(target, .expired, number: 11, reason: "OCO_TRIGGER")
    for (request, number) in [(stop, 10), (entry, 9)] as [(OrderRequest, Int64)] {
      bench.step(
        .queried(
          request.clientOrderID,
          .found(
            ExecutionReport(
              clientOrderID: request.clientOrderID, venueOrderID: VenueOrderID(number), symbol: request.symbol, side: request.side,
              type: request.type, quantity: entry.quantity, price: request.price, stopPrice: request.stopPrice, status: .filled,
              executedQuantity: entry.quantity, cumulativeQuote: entry.quantity * request.price, time: bench.now, source: .query))))
    }
    #expect(bench.bot?.position.isOpen == false && bench.bot?.openOrders == [] && bench.takeSent().isEmpty)
  }

  // MARK: What people see

  @Test func whatGoesAlongIsSaid() throws {
    var configuration = Samples.configuration()
    configuration.entry = EntryPlan(kind: .limit)
    var rules = Samples.rules()
    rules.takesProtectedEntries = true
    let levels = configuration.expectedProtection(rules, price: FixedDecimal(60_000), restingStops: 0)
    let words = levels.map { $0.explanation(of: Samples.symbol, isPaper: false, isExpected: true) }
    #expect(words.count == 2 && words.allSatisfy { $0.contains("with the entry") })
    let paper = levels.map { $0.explanation(of: Samples.symbol, isPaper: true, isExpected: true) }
    #expect(paper.allSatisfy { !$0.contains("with the entry") })
  }
}

extension HeldBotTests.Bench {
  /// The exchange fills an order of the bot whole, and takes its fee from what was bought.
  mutating func fill(_ request: OrderRequest, at price: Price, fee: Quantity, number: Int64) {
    nextTrade += 1
    step(
      .report(
        ExecutionReport(
          clientOrderID: request.clientOrderID, venueOrderID: VenueOrderID(number), symbol: request.symbol, side: request.side,
          type: request.type, quantity: request.quantity, price: request.price, status: .filled, executedQuantity: request.quantity,
          cumulativeQuote: price * request.quantity,
          fill: Fill(
            symbol: request.symbol, tradeID: TradeID(nextTrade), venueOrderID: VenueOrderID(number), price: price,
            quantity: request.quantity, quoteQuantity: price * request.quantity, commission: fee, commissionAsset: "BTC", isMaker: true,
            time: now), time: now, source: .stream)))
  }
}
