import Testing
import Time
import TradingModel
import Venue

@testable import TradingCore

/// A stop and a target that rest together: when one acts, or is cancelled, both end.
@Suite struct PairTests {
  private typealias Bench = HeldBotTests.Bench

  /// A bot that holds 0.1 BTC bought at 50,000, its stop at 49,000 and its target at 52,000.
  private func holding(rules: TradingRules = Samples.rules()) throws -> Bench {
    var bench = Bench(takeProfit: "0.04", rules: rules)
    try bench.buy()
    return bench
  }

  /// The same with the pair resting.
  private func resting() throws -> (bench: Bench, stop: OrderRequest, target: OrderRequest) {
    var bench = try holding()
    let sent = bench.takeSent()
    try #require(sent.count == 2)
    bench.rest(sent[0], number: 50)
    bench.rest(sent[1], number: 51)
    #expect(bench.takeSent().isEmpty)
    return (bench, sent[0], sent[1])
  }

  @Test func bothAreSentAtOnceAndNameEachOther() throws {
    var bench = try holding()
    let pairs = bench.effects.filter { if case .submit(let order, _) = $0 { order.target != nil } else { false } }
    #expect(pairs.count == 1)
    let sent = bench.takeSent()
    let stop = try #require(sent.first)
    let target = try #require(sent.last)
    #expect(sent.count == 2 && stop.type == .stopLoss && target.type == .limitMaker)
    #expect(stop.stopPrice == FixedDecimal(49_000) && target.price == FixedDecimal(52_000) && stop.quantity == target.quantity)
    #expect(stop.linked == target.clientOrderID && target.linked == stop.clientOrderID && stop.clientOrderID != target.clientOrderID)
    #expect(OrderName(target.clientOrderID)?.purpose == .takeProfit)
    // Before the exchange has taken them both levels are watched here.
    bench.price(FixedDecimal(52_000))
    #expect(bench.bot?.exitReason.contains("target") == true)
  }

  @Test func aTargetThatRestsIsNotWatched() throws {
    var (bench, stop, target) = try resting()
    bench.price(FixedDecimal(52_000))
    bench.price(FixedDecimal(53_000))
    #expect(bench.bot?.exitReason == "" && bench.takeCanceled().isEmpty)
    bench.tell(stop, .expired, number: 50, reason: "OCO_TRIGGER")
    #expect(bench.takeCanceled().isEmpty, "the word about the target is due")
    bench.fill(target, at: FixedDecimal(52_000))
    #expect(bench.bot?.position.isOpen == false && bench.bot?.hold == nil && bench.bot?.openOrders == [])
    #expect(bench.alerts(.orderRefused).isEmpty, "that the other one ended is no refusal")
  }

  /// An order in its place is only sent where nothing was filled.
  @Test func anExitOfWhatIsLeftCancelsOneAndWaitsForBoth() throws {
    var (bench, stop, target) = try resting()
    bench.fillPart(target, Samples.decimal("0.00001"), at: target.price, number: 51)
    bench.effects = []
    let close = CommandEnvelope(id: 2, requestID: "", fingerprint: 0, command: .closePosition(Samples.bot("one")))
    bench.step(.command(close))
    #expect(bench.takeSent().isEmpty)
    bench.tell(stop, .canceled, number: 50)
    #expect(bench.takeSent().isEmpty, "the target may still sell")
    bench.tell(target, .canceled, number: 51)
    let sale = try #require(bench.takeSent().last)
    #expect(sale.type == .market && sale.quantity == stop.quantity - Samples.decimal("0.00001"))
  }

  /// The word about the other one is lost: it is asked for.
  @Test func theOtherOneIsAskedForAfterACancel() throws {
    var (bench, stop, target) = try resting()
    bench.step(.command(CommandEnvelope(id: 2, requestID: "", fingerprint: 0, command: .closePosition(Samples.bot("one")))))
    bench.effects = []
    bench.step(
      .canceled(
        stop.clientOrderID,
        .canceled(
          ExecutionReport(
            clientOrderID: stop.clientOrderID, venueOrderID: VenueOrderID(50), symbol: stop.symbol, side: .sell, type: .stopLoss,
            quantity: stop.quantity, stopPrice: stop.stopPrice, status: .canceled, executedQuantity: .zero, cumulativeQuote: .zero,
            time: bench.now, source: .answer))))
    #expect(bench.asked == [target.clientOrderID])
  }

  /// The word about the target that acted is lost: it is asked for.
  @Test func aDueWordIsAskedFor() throws {
    var (bench, stop, target) = try resting()
    bench.tell(stop, .expired, number: 50, reason: "OCO_TRIGGER")
    bench.effects = []
    bench.step(.clock, after: 600)
    #expect(bench.asked == [target.clientOrderID])
  }

  /// After a restart the stop's word comes, the target's does not: the exchange took both, whatever the account says, since a pair locks its
  /// coins once. Nothing is sold beside it.
  @Test(arguments: [false, true]) func aTargetWhoseStopIsKnownIsNotTakenForLost(isStopLate: Bool) throws {
    var bench = try holding()
    let sent = bench.takeSent()
    let (stop, target) = (sent[0], sent[1])
    try bench.restart()
    if !isStopLate { bench.tell(stop, .accepted, number: 50) }
    var again: [OrderRequest] = []
    for round in 0..<100 {
      while !bench.effects.isEmpty {
        let asked = bench.effects
        again += bench.takeSent()
        for effect in asked {
          switch effect {
          case .query(let id, _): if id == target.clientOrderID { bench.step(.queried(id, .notFound)) }
          case .listTrades(let symbol, _): bench.step(.trades(symbol, []))
          case .readAccount: bench.account("0", locked: "0.1")
          case .readLocks: bench.locks("0", locked: "0.1")
          default: break
          }
        }
      }
      bench.step(.clock, after: 100)
      if round == 50 {
        bench.tell(stop, .accepted, number: 50)
        bench.tell(stop, .expired, number: 50, reason: "OCO_TRIGGER")
      }
    }
    #expect(again.isEmpty, "the pair may have sold")
    bench.fill(target, at: FixedDecimal(52_000))
    #expect(bench.bot?.position.isOpen == false && bench.takeSent().isEmpty)
  }

  /// A target that found buyers for a part ended its stop: the rest is cancelled and put under a new pair.
  @Test func aTargetFilledInPartIsProtectedAnew() throws {
    var (bench, stop, target) = try resting()
    bench.tell(stop, .expired, number: 50, reason: "OCO_TRIGGER")
    let part = Samples.decimal("0.04")
    let price = FixedDecimal(52_000)
    bench.step(
      .report(
        ExecutionReport(
          clientOrderID: target.clientOrderID, venueOrderID: VenueOrderID(51), symbol: target.symbol, side: .sell, type: .limitMaker,
          quantity: target.quantity, price: target.price, status: .partiallyFilled, executedQuantity: part, cumulativeQuote: price * part,
          fill: Fill(
            symbol: target.symbol, tradeID: TradeID(90), venueOrderID: VenueOrderID(51), price: price, quantity: part,
            quoteQuantity: price * part, commission: .zero, commissionAsset: "BNB", isMaker: true, time: bench.now),
          time: bench.now, source: .stream)))
    #expect(bench.takeCanceled().last == target.clientOrderID)
    bench.price(FixedDecimal(51_900))
    bench.tell(target, .canceled, number: 51)
    let again = bench.takeSent()
    #expect(again.map(\.type) == [.stopLoss, .limitMaker] && again.allSatisfy { $0.quantity == Samples.decimal("0.06") })
  }

  @Test(arguments: [
    (-1013, "Filter failure: MAX_NUM_ORDER_LISTS"), (-1116, "Invalid orderType."), (-2010, "OCO orders are not supported for this symbol."),
    (-9999, "anything"),
  ])
  func whereNoPairIsTakenTheStopRestsAlone(code: Int, message: String) throws {
    var bench = try holding()
    for request in bench.takeSent() { bench.refuse(request, code, message) }
    #expect(bench.alerts(.orderRefused).count == 1, "the stop speaks for both")
    bench.step(.clock, after: 1_100)
    let again = bench.takeSent()
    #expect(again.map(\.type) == [.stopLoss] && again.first?.linked == nil)
    bench.rest(again[0], number: 60)
    #expect(bench.bot?.hold == nil)
    bench.price(FixedDecimal(52_000))
    #expect(bench.bot?.exitReason.contains("target") == true, "the target is watched here")
  }

  @Test func aPriceRelationThatIsRefusedIsALevelReached() throws {
    for (price, words) in [(52_100, "target"), (48_900, "stop")] {
      var bench = try holding()
      let sent = bench.takeSent()
      // The exchange knows a price that has not arrived here.
      for request in sent { bench.refuse(request, -2010, "The relationship of the prices for the orders is not correct.") }
      if price < 49_000 {
        #expect(bench.bot?.exitReason.contains(words) == true)
      }
      let sale = bench.takeSent()
      #expect(sale.map(\.type) == [.market])
    }
  }

  @Test func symbolsWithoutPairsAndTargetsOutsideTheBandsAreWatched() throws {
    var rules = Samples.rules()
    rules.takesPairs = false
    var bench = try holding(rules: rules)
    #expect(bench.takeSent().map(\.type) == [.stopLoss])
    rules.takesPairs = true
    rules.sellPriceMultiplierMaximum = Samples.decimal("1.03")
    bench = try holding(rules: rules)
    #expect(bench.takeSent().map(\.type) == [.stopLoss], "52,000 is above 1.03 times 50,000")
  }

  /// While trading is halted a target that is reached already sells nothing; the stop rests alone.
  @Test func aHaltPlacesNoSaleAtTheTarget() throws {
    var bench = Bench(takeProfit: "0.04")
    bench.step(
      .command(CommandEnvelope(id: 3, requestID: "", fingerprint: 0, command: .setTradingState(.halted, reason: "test"))))
    try bench.buy()
    var sent = bench.takeSent()
    #expect(sent.map(\.type) == [.stopLoss, .limitMaker])
    for (number, request) in sent.enumerated() { bench.tell(request, .canceled, number: 50 + Int64(number)) }
    bench.effects = []
    bench.price(FixedDecimal(53_000))
    bench.step(.clock, after: 100)
    sent = bench.takeSent()
    #expect(bench.bot?.exitReason == "")
  }
}
