import Accounting
import CoreTestSupport
import ExchangeSimulation
import Testing
import Time
import TradingModel
import Venue

@testable import TradingCore

/// What a person sells of a position: the rest is under its stop before the part is sold, and one order is all there is.
@Suite struct PartSaleTests {
  private typealias Bench = HeldBotTests.Bench
  private static let one = Samples.bot("one")
  private static func d(_ text: String) -> FixedDecimal { Samples.decimal(text) }

  private static func sell(_ quantity: String) -> Command { .sellPart(one, .quantity(d(quantity)), reason: "by hand", isPlan: false) }

  /// A bot that holds 0.1 BTC bought at 50,000; its stop rests as 50, the target beside it as 51.
  private static func held(takeProfit: String = "0") throws -> (Bench, [OrderRequest]) {
    var bench = Bench(takeProfit: takeProfit)
    try bench.buy()
    let resting = bench.takeSent().filter { $0.side == .sell }
    for (number, request) in resting.enumerated() { bench.rest(request, number: 50 + Int64(number)) }
    bench.effects = []
    return (bench, resting)
  }

  private static func ask(_ bench: inout Bench, _ command: Command, as id: String = "r9") {
    bench.step(.command(CommandEnvelope(id: 9, requestID: id, fingerprint: 1, command: command)))
  }

  /// Up to where the stop of the rest is on its way.
  private static func shrinking(_ bench: inout Bench, _ old: OrderRequest) throws -> OrderRequest {
    ask(&bench, sell("0.04"))
    let sent = bench.takeSubmitted()
    #expect(sent.count == 1 && sent.first?.replaces == old.clientOrderID)
    let stop = try #require(sent.first?.request)
    #expect(stop.type == .stopLoss && stop.quantity == d("0.06") && stop.stopPrice == old.stopPrice)
    bench.tell(old, .canceled, number: 50)
    #expect(bench.takeSent().isEmpty, "nothing is sold before the rest is covered")
    return stop
  }

  /// Up to where the part is on its way.
  private static func selling(_ bench: inout Bench, _ old: OrderRequest) throws -> (stop: OrderRequest, sale: OrderRequest) {
    let stop = try shrinking(&bench, old)
    bench.rest(stop, number: 60)
    let sent = bench.takeSent()
    let sale = try #require(sent.first)
    #expect(sent.count == 1 && sale.type == .market && sale.side == .sell && sale.quantity == d("0.04"))
    return (stop, sale)
  }

  /// The word about the rest's stop comes first after a long silence, as after a night without botd: nothing is sold of the wish, and the stop
  /// covers all again.
  @Test func anOldWishSellsNothing() throws {
    var (bench, resting) = try Self.held()
    let stop = try Self.shrinking(&bench, resting[0])
    bench.now = bench.now.advanced(byMilliseconds: 61_000)
    bench.rest(stop, number: 60)
    #expect(bench.takeSent().isEmpty)
    bench.step(.clock, after: 250)
    let sent = bench.takeSent()
    #expect(sent.map(\.type) == [.stopLoss] && sent.first?.quantity == Self.d("0.1"), "\(sent)")
  }

  @Test func firstTheStopCoversTheRestThenThePartIsSold() throws {
    var (bench, resting) = try Self.held()
    let (stop, sale) = try Self.selling(&bench, resting[0])
    bench.fill(sale, at: FixedDecimal(51_000))
    #expect(bench.takeSent().isEmpty)
    let bot = try #require(bench.bot)
    #expect(bot.position.isOpen && bot.position.quantity == Self.d("0.06") && bot.position.cost == Self.d("3000"))
    #expect(bot.results.realizedPnL == Self.d("40") && bot.results.tradeCount == 0 && bot.exitReason == "")
    #expect(bot.openOrders == [stop.clientOrderID])
    // The rest ends by its stop, as one round trip with what the part brought.
    bench.fill(stop, at: FixedDecimal(49_000), number: 60)
    #expect(bench.bot?.position.isOpen == false && bench.bot?.results.tradeCount == 1)
    #expect(bench.bot?.results.lastTradePnL == Self.d("-20"))
    try Self.checkFolding(bench)
  }

  /// One request would end both orders of a pair: the stop of the rest is alone, its target is watched.
  @Test func aPairIsReplacedByTheStopOfTheRest() throws {
    var (bench, resting) = try Self.held(takeProfit: "0.04")
    Self.ask(&bench, Self.sell("0.04"))
    let sent = bench.takeSubmitted()
    #expect(sent.first?.replaces == resting[0].clientOrderID && sent.first?.request.quantity == Self.d("0.06"))
    bench.tell(resting[0], .canceled, number: 50)
    bench.tell(resting[1], .canceled, number: 51)
    bench.rest(try #require(sent.first?.request), number: 60)
    bench.fill(try #require(bench.takeSent().first), at: FixedDecimal(50_000))
    bench.price(FixedDecimal(52_000))
    #expect(bench.bot?.exitReason.contains("target") == true)
    #expect(bench.takeSent().first?.quantity == Self.d("0.06"))
  }

  @Test func aRefusedSaleIsNotTriedAgainAndTheStopCoversAll() throws {
    var (bench, resting) = try Self.held()
    let (stop, sale) = try Self.selling(&bench, resting[0])
    bench.refuse(sale, -2_010, "This action is disabled on this account.")
    let sent = bench.takeSubmitted()
    #expect(sent.map(\.request.quantity) == [Self.d("0.1")] && sent.first?.replaces == stop.clientOrderID)
    bench.tell(stop, .canceled, number: 60)
    bench.rest(try #require(sent.first?.request), number: 61)
    for _ in 0..<300 { bench.step(.clock, after: 1_000) }
    #expect(!bench.takeSent().contains { $0.type == .market })
    #expect(bench.bot?.hold == nil && bench.alerts(.orderRefused).count == 1, "\(bench.alerts(.orderRefused))")
    // A stop-loss is not held up by it, also while trading is halted.
    bench.step(.command(CommandEnvelope(id: 3, requestID: "", fingerprint: 0, command: .setTradingState(.halted, reason: ""))))
    Self.ask(&bench, .closePosition(Self.one), as: "r10")
    #expect(bench.takeSent().contains { $0.type == .market && $0.quantity == Self.d("0.1") })
    try Self.checkFolding(bench)
  }

  @Test func whatIsNotFilledIsCoveredAgain() throws {
    var (bench, resting) = try Self.held()
    let (stop, sale) = try Self.selling(&bench, resting[0])
    bench.fillPart(sale, Self.d("0.01"), at: FixedDecimal(50_000), number: 70)
    var ended = bench.report(sale, .expired, number: 70)
    ended.executedQuantity = Self.d("0.01")
    ended.cumulativeQuote = Self.d("500")
    bench.step(.report(ended))
    let sent = bench.takeSubmitted()
    #expect(sent.map(\.request.quantity) == [Self.d("0.09")] && sent.first?.replaces == stop.clientOrderID, "\(sent)")
  }

  @Test func aStopThatActsMeanwhileSellsAll() throws {
    var (bench, resting) = try Self.held()
    Self.ask(&bench, Self.sell("0.04"))
    let sent = bench.takeSubmitted()
    bench.step(.canceled(resting[0].clientOrderID, .notOpen(message: "Unknown order sent.")))
    bench.step(.submitted(try #require(sent.first).request.clientOrderID, .notAttempted(message: "not sent: nothing was cancelled")))
    bench.effects = []
    bench.fill(resting[0], at: FixedDecimal(48_900), number: 50)
    #expect(bench.bot?.position.isOpen == false && bench.takeSent().isEmpty)
    for _ in 0..<90 { bench.step(.clock, after: 1_000) }
    #expect(bench.takeSent().isEmpty)
    try Self.checkFolding(bench)
  }

  /// The exchange never says what became of the stop: after a minute nobody wants the sale any more.
  @Test func whatCannotBeSoldWithinAMinuteIsGivenUp() throws {
    var (bench, resting) = try Self.held()
    let stop = try Self.shrinking(&bench, resting[0])
    for _ in 0..<61 { bench.step(.clock, after: 1_000) }
    #expect(bench.alerts(.orderReleased).contains { $0.message.contains("0.04 was not sold within 60 s") })
    bench.effects = []
    bench.rest(stop, number: 60)
    let sent = bench.takeSubmitted()
    #expect(sent.map(\.request.quantity) == [Self.d("0.1")] && sent.first?.replaces == stop.clientOrderID, "\(sent)")
    try Self.checkFolding(bench)
  }

  /// A process that dies between the two steps goes on; the wish is in the journal.
  @Test func aRestartGoesOn() throws {
    var (bench, resting) = try Self.held()
    let stop = try Self.shrinking(&bench, resting[0])
    bench.rest(stop, number: 60)
    // Its order was decided and never left.
    let sale = try #require(bench.takeSent().first)
    try bench.restart()
    _ = bench.answerNothingKnown(held: "0.1")
    var rests = bench.report(stop, .accepted, number: 60)
    rests.source = .query
    bench.step(.queried(stop.clientOrderID, .found(rests)))
    for _ in 0..<120 {
      bench.step(.clock, after: 1_000)
      for request in bench.answerNothingKnown(held: "0.1") { #expect(request.type != .market, "no second sale") }
    }
    #expect(bench.core.order(sale.clientOrderID)?.status.isTerminal ?? true)
    try Self.checkFolding(bench)
  }

  @Test func allOfItEndsThePart() throws {
    var (bench, resting) = try Self.held()
    let stop = try Self.shrinking(&bench, resting[0])
    Self.ask(&bench, .closePosition(Self.one), as: "r10")
    bench.effects = []
    bench.rest(stop, number: 60)
    let sent = bench.takeSubmitted()
    #expect(sent.map(\.request.quantity) == [Self.d("0.1")] && sent.first?.replaces == stop.clientOrderID)
  }

  // MARK: On paper

  private static func paper() -> PaperBench {
    var bench = PaperBench()
    bench.trade(d("60000"))
    bench.command(.createBot(Samples.configuration(), start: true))
    bench.command(.openPosition(one, amount: d("600"), isPlan: false), requestID: "buy")
    bench.trade(d("60000"))
    return bench
  }

  @Test func onPaperItIsDoneAtOnceAndOnce() throws {
    var bench = Self.paper()
    let held = try #require(bench.snapshot()).position.quantity
    let part = Command.sellPart(Self.one, .fraction(Self.d("0.5")), reason: "by hand", isPlan: false)
    #expect(bench.command(part, requestID: "r1", fingerprint: 1).bots == ["one"])
    bench.trade(Self.d("60000"))
    let sold = bench.fills().filter { $0.side == .sell }
    #expect(sold.count == 1 && sold[0].purpose == .manual && sold[0].reason == "by hand" && !sold[0].closesPosition)
    let after = try #require(bench.snapshot())
    #expect(after.position.quantity == held - sold[0].fill.quantity && after.position.isOpen)
    let stop = try #require(bench.core.openOrders.first { $0.intent.isStop })
    #expect(stop.intent.request.quantity == Samples.rules().quantityRoundedDown(after.position.quantity, isMarket: true))
    // The same request again sells nothing more.
    #expect(bench.command(part, requestID: "r1", fingerprint: 1).bots == ["one"])
    bench.trade(Self.d("60000"))
    #expect(bench.fills().count { $0.side == .sell } == 1)
    #expect(bench.snapshot()?.results.realizedPnL == bench.book.portfolios[0].realized)
    let twin = try bench.folded()
    #expect(twin.nextSequence == bench.core.nextSequence)
    #expect(twin.bots[0]?.position == bench.core.bots[0]?.position && twin.bots[0]?.partExit == bench.core.bots[0]?.partExit)
  }

  @Test func whatCannotBeSoldIsRefusedAndNotJournaled() throws {
    func reasons(_ size: PartSize, _ bench: PaperBench = Self.paper(), isPlan: Bool = false) -> [String] {
      var bench = bench
      let before = bench.journal.count
      let reasons = bench.command(.sellPart(Self.one, size, reason: "", isPlan: isPlan), requestID: "r").reasons
      #expect(bench.journal.count == before)
      return reasons
    }
    let held = try #require(Self.paper().snapshot()).position.quantity
    #expect(reasons(.quantity(held)) == ["PART_TOO_LARGE"] && reasons(.quantity(held * FixedDecimal(2))) == ["PART_TOO_LARGE"])
    #expect(reasons(.quote(Self.d("999999999999999999"))) == ["PART_TOO_LARGE"])
    #expect(reasons(.quantity(Self.d("0.00000001"))) == ["QUANTITY_STEP"])
    #expect(reasons(.quantity(Self.d("0.00001"))) == ["QUANTITY_UNSELLABLE"], "below the least notional")
    #expect(reasons(.quote(Self.d("0.00000001"))) == ["QUANTITY_UNSELLABLE"])
    #expect(reasons(.fraction(.one)) == ["OUT_OF_RANGE"] && reasons(.fraction(.zero)) == ["OUT_OF_RANGE"])
    #expect(reasons(.fraction(Self.d("0.995"))) == ["REST_UNSELLABLE"], "dust would be left")
    #expect(reasons(.quantity(.zero)) == ["OUT_OF_RANGE"])
    var flat = PaperBench()
    flat.trade(Self.d("60000"))
    flat.command(.createBot(Samples.configuration(), start: true))
    #expect(reasons(.fraction(Self.d("0.5")), flat) == ["NO_POSITION"])
    // A plan changes nothing.
    var bench = Self.paper()
    let before = bench.journal.count
    guard case .planned(let order, let price) = bench.command(.sellPart(Self.one, .quote(Self.d("300")), reason: "", isPlan: true)) else {
      Issue.record("no plan")
      return
    }
    #expect(order.side == .sell && order.quantity == Self.d("0.005") && price == Self.d("60000") && bench.journal.count == before)
  }

  // MARK: Any sequence

  /// Parts are sold now and then on an exchange that loses, repeats and refuses, by a process that dies: no promise is broken.
  @Test(arguments: 0..<6 as Range<UInt64>) func onABadExchangeNothingIsSoldTwice(part: UInt64) {
    var sold = 0
    for seed in stride(from: part, to: 24, by: 6) { sold += Self.run(seed) }
    #expect(sold > 0)
  }

  /// Returns how many trades were sales by hand.
  private static func run(_ seed: UInt64) -> Int {
    var rules = Samples.rules()
    if seed % 3 == 1 { rules.openAlgorithmicOrdersMaximum = 2 }
    var random = SeededRandom(seed: seed &* 977 &+ 5)
    let exchange = ScriptedExchange(seed: seed, rules: rules, faults: seed % 4 == 0 ? .none : .bad)
    let bots = ["a", "b", "c", "d"].map { Samples.configuration($0, stopLoss: "0.01", takeProfit: seed % 2 == 0 ? "0.01" : "0") }
    let driver = ScriptedDriver(exchange: exchange, bots: bots)
    if seed % 2 == 1 { driver.diesAt = [40 + random.integer(below: 400)] }
    driver.losesTail = seed % 4 == 3
    let end = Samples.start.advanced(byMilliseconds: 40 * 60_000)
    for (index, step) in Samples.market(seed: seed % 3, hours: 1, volatility: 3).enumerated() where step.0 <= end {
      driver.play([step])
      guard index % 11 == 0, driver.isUp else { continue }
      let id = bots[random.integer(below: bots.count)].id
      guard driver.core.snapshot(of: id)?.position.isOpen == true else { continue }
      driver.command(.sellPart(id, .fraction(d(["0.2", "0.5", "0.7"][random.integer(below: 3)])), reason: "by hand", isPlan: false))
    }
    exchange.faults = .none
    driver.restUntilInOrder(seconds: 420)
    for words in Promises.broken(by: driver) { Issue.record("seed \(seed): \(words)") }
    #expect(Promises.belief(of: driver) == [])
    #expect(driver.core.bots.allSatisfy { $0?.partExit == nil })
    return driver.journal.count { if case .fill(let fill) = $0.record { fill.purpose == .manual } else { false } }
  }

  /// Folding the journal gives the same.
  private static func checkFolding(_ bench: Bench) throws {
    var twin = TradingCore(configuration: bench.core.configuration)
    for entry in bench.journal { try twin.recover(entry) }
    let (mine, live) = (try #require(twin.bots[0]), try #require(bench.core.bots[0]))
    #expect(mine.position == live.position && mine.partExit == live.partExit && mine.exitRequest == live.exitRequest)
    #expect(mine.openOrders.count == live.openOrders.count && twin.nextSequence == bench.core.nextSequence)
  }
}
