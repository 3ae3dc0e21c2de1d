import ExchangeSimulation
import Testing
@testable import TradingCore
import TradingModel
import Venue

/// Where bots outnumber the stops that the exchange takes, some share one.
@Suite struct UmbrellaTests {
  /// Bots `b1`, `b2`, … on one symbol of few places, each bought at its own price; the exchange answers by hand.
  private struct Bench {
    var bench: HeldBotTests.Bench
    let rules: TradingRules
    private var number: Int64 = 500

    /// - Parameter places: MAX_NUM_ALGO_ORDERS.
    init(bots: Int, places: Int, distance: String = "0.1", change: (inout TradingRules) -> Void = { _ in }) {
      var rules = Samples.rules()
      rules.openAlgorithmicOrdersMaximum = places
      change(&rules)
      self.rules = rules
      bench = HeldBotTests.Bench(configuration: Samples.configuration("b1", stopLoss: "0.02", takeProfit: "0"), rules: rules)
      bench.core.configuration.umbrellaDistance = Samples.decimal(distance)
      for bot in 2..<max(bots + 1, 2) {
        bench.step(
          .command(
            CommandEnvelope(
              id: UInt64(bot), requestID: "", fingerprint: 0,
              command: .createBot(Samples.configuration("b\(bot)", stopLoss: "0.02", takeProfit: "0"), start: true))))
      }
      bench.effects = []
    }

    func bot(_ number: Int) -> BotSnapshot? { bench.core.snapshot(of: Samples.bot("b\(number)")) }

    /// Bot `bot` buys 0.1 at a price: an unrecorded order of its own is found.
    mutating func buy(_ bot: Int, at price: Int, quantity: Int128 = 10_000_000) throws {
      bench.price(FixedDecimal(price))
      let snapshot = try #require(self.bot(bot))
      let name = OrderName(journal: "abcd1234", epoch: "t0", bot: snapshot.createdSequence, purpose: .entry, number: 7)
      bench.fill(
        OrderRequest(
          clientOrderID: try #require(name.id), symbol: Samples.symbol, side: .buy, type: .market, quantity: FixedDecimal(raw: quantity)),
        at: FixedDecimal(price))
    }

    /// What rests on the exchange.
    private(set) var resting: [OrderRequest] = []
    private(set) var numbers: [ClientOrderID: Int64] = [:]
    var umbrellas: [OrderRequest] { resting.filter { intent($0)?.shares.isEmpty == false } }
    var own: [OrderRequest] { resting.filter { intent($0)?.shares.isEmpty == true } }
    /// Sales at the market that were sent.
    private(set) var sales: [OrderRequest] = []
    private(set) var mostResting = 0

    func intent(_ request: OrderRequest) -> OrderIntent? { bench.core.order(request.clientOrderID)?.intent }

    /// The exchange takes stops and cancels, until nothing more is asked; sales at the market are left to the test.
    mutating func settle(ticks: Int = 3) {
      for _ in 0..<ticks {
        bench.step(.clock, after: 250)
        while !bench.effects.isEmpty {
          let asked = bench.effects
          bench.effects = []
          for effect in asked {
            switch effect {
            case .submit(let order, _):
              if let old = order.replaces, let at = resting.firstIndex(where: { $0.clientOrderID == old }) {
                let request = resting.remove(at: at)
                bench.tell(request, .canceled, number: numbers[old] ?? 0)
              }
              guard order.request.type == .stopLoss else {
                sales.append(order.request)
                continue
              }
              number += 1
              numbers[order.request.clientOrderID] = number
              resting.append(order.request)
              mostResting = max(mostResting, resting.count)
              bench.rest(order.request, number: number)
            case .cancel(let id, _, _):
              guard let at = resting.firstIndex(where: { $0.clientOrderID == id }) else { continue }
              let request = resting.remove(at: at)
              bench.tell(request, .canceled, number: numbers[id] ?? 0)
            default: break
            }
          }
        }
      }
    }

    /// A trade of a resting order; it is gone once it is filled.
    mutating func fill(_ request: OrderRequest, _ part: Quantity, at price: Int) {
      let before = bench.core.order(request.clientOrderID)?.filledQuantity ?? .zero
      if before + part >= request.quantity { resting.removeAll { $0.clientOrderID == request.clientOrderID } }
      report(request, part, before: before, at: price, trade: bench.nextTrade)
      bench.nextTrade += 1
    }

    mutating func report(
      _ request: OrderRequest, _ part: Quantity, before: Quantity, at price: Int, trade: Int64, commission: Amount = .zero
    ) {
      let id = VenueOrderID(numbers[request.clientOrderID] ?? 0)
      let quote = FixedDecimal(price) * part
      bench.step(
        .report(
          ExecutionReport(
            clientOrderID: request.clientOrderID, venueOrderID: id, symbol: request.symbol, side: .sell, type: .stopLoss,
            quantity: request.quantity, stopPrice: request.stopPrice,
            status: before + part >= request.quantity ? .filled : .partiallyFilled, executedQuantity: before + part,
            cumulativeQuote: FixedDecimal(price) * (before + part),
            fill: Fill(
              symbol: request.symbol, tradeID: TradeID(trade), venueOrderID: id, price: FixedDecimal(price), quantity: part,
              quoteQuantity: quote, commission: commission, commissionAsset: "USDT", isMaker: false, time: bench.now), time: bench.now,
            source: .stream)))
    }

    var sold: [FillRecord] { bench.journal.compactMap { if case .fill(let fill) = $0.record, fill.side == .sell { fill } else { nil } } }
  }

  private static func d(_ text: String) -> FixedDecimal { Samples.decimal(text) }

  /// Six bots, the later ones with higher stops, on four places: one is kept free.
  private static func six() throws -> Bench {
    var bench = Bench(bots: 6, places: 4)
    for bot in 1...6 {
      try bench.buy(bot, at: 50_000 + bot * 100)
      bench.settle()
    }
    return bench
  }

  @Test func theHighestStopsRestAloneAndTheOthersShareOne() throws {
    let bench = try Self.six()
    let umbrella = try #require(bench.umbrellas.first)
    #expect(bench.umbrellas.count == 1 && bench.own.count == 2)
    #expect(bench.intent(umbrella)?.shares.map(\.botID.text).sorted() == ["b1", "b2", "b3", "b4"])
    #expect(umbrella.stopPrice == bench.bot(1)?.stopPrice, "at the lowest of its bots' stops")
    #expect(umbrella.quantity == Self.d("0.4"))
    #expect(bench.mostResting <= 4, "never more than the exchange takes")
    #expect(OrderName(umbrella.clientOrderID)?.isShared == true)
    let stop = try #require(bench.bot(4)?.protection.first)
    #expect(stop.place == .umbrella(umbrella.clientOrderID, price: umbrella.stopPrice) && stop.price == bench.bot(4)?.stopPrice)
    let words = stop.explanation(of: Samples.symbol, isPaper: false, isExpected: false)
    #expect(words.hasPrefix("watched here, and under the umbrella stop at 49098, 0.6 % below, which it shares with other bots"))
    #expect(bench.bot(6)?.protection.first?.rests == true)
  }

  /// A bot whose stop is reached is sold here: first the umbrella goes, then it is sold and the others are covered again.
  @Test func aReachedStopIsSoldOnceTheUmbrellaIsGone() throws {
    var bench = try Self.six()
    let umbrella = try #require(bench.umbrellas.first)
    bench.bench.price(try #require(bench.bot(4)?.stopPrice))
    #expect(
      bench.bench.effects.contains { if case .submit(let order, _) = $0 { order.replaces == umbrella.clientOrderID } else { false } },
      "one request, so that the others are under a stop all the time")
    let isSold = bench.bench.effects.contains { effect in
      if case .submit(let order, _) = effect { order.request.type == .market } else { false }
    }
    #expect(!isSold, "nothing is sold before it is known to be gone")
    bench.settle()
    #expect(bench.sales.map(\.quantity) == [Self.d("0.1")])
    let next = try #require(bench.umbrellas.first)
    #expect(bench.intent(next)?.shares.map(\.botID.text).sorted() == ["b1", "b2", "b3"] && next.quantity == Self.d("0.3"))
    bench.bench.fill(bench.sales[0], at: FixedDecimal(49_300))
    bench.settle()
    #expect(bench.bot(4)?.position.isOpen == false && bench.umbrellas == [next])
  }

  /// What the exchange's fill of it is divided into is exact, a record for each bot with one trade number.
  @Test func itsFillsAreDividedExactly() throws {
    var bench = Bench(bots: 4, places: 2)
    for (bot, quantity) in [(1, 3_333_000), (2, 10_001_000), (3, 7_000), (4, 12_345_000)] as [(Int, Int128)] {
      try bench.buy(bot, at: 50_000, quantity: quantity)
      bench.settle()
    }
    let umbrella = try #require(bench.umbrellas.first)
    #expect(bench.own.isEmpty && bench.intent(umbrella)?.shares.count == 3, "what is too little for a stop of its own is too little here")
    let parts = [Self.d("0.00001"), Self.d("0.12345"), umbrella.quantity - Self.d("0.12346")]
    for (number, part) in parts.enumerated() {
      bench.fill(umbrella, part, at: 48_990 - number)
      let records = bench.sold.filter { $0.fill.tradeID == bench.sold.last?.fill.tradeID }
      #expect(records.reduce(.zero) { $0 + $1.fill.quantity } == part)
      #expect(records.reduce(.zero) { $0 + $1.fill.quoteQuantity } == part * FixedDecimal(48_990 - number))
      #expect(records.allSatisfy { $0.fill.quantity.isMultiple(of: bench.rules.stepSize) }, "in whole steps")
      #expect(Set(records.map(\.botID)).count == records.count)
    }
    for bot in [1, 2, 4] { #expect(bench.bot(bot)?.position.isOpen == false && bench.bot(bot)?.openOrders.isEmpty == true) }
    #expect(bench.sold.allSatisfy { $0.purpose == .stopLoss && $0.clientOrderID == umbrella.clientOrderID })
    // The same trade again says nothing new.
    let count = bench.sold.count
    bench.report(umbrella, parts[2], before: umbrella.quantity - parts[2], at: 48_988, trade: bench.bench.nextTrade - 1)
    bench.report(umbrella, parts[0], before: .zero, at: 48_990, trade: bench.bench.nextTrade - 3)
    #expect(bench.sold.count == count)
    bench.settle()
    #expect(bench.sales.isEmpty && bench.resting.isEmpty)
  }

  @Test func divisionsAreExactAndFair() {
    var random = SeededRandom(seed: 3)
    for _ in 0..<2_000 {
      let shares = (0..<1 + random.integer(below: 40)).map { _ in FixedDecimal(raw: Int128(1 + random.integer(below: 1_000)) * 1_000) }
      var sold = [FixedDecimal](repeating: .zero, count: shares.count)
      let all = shares.reduce(FixedDecimal.zero, +)
      var left = all
      while left.isPositive {
        let steps = Int(clamping: left.raw / 1_000)
        let part = FixedDecimal(raw: Int128(1 + random.integer(below: steps)) * 1_000)
        let parts = FillDivision.parts(of: part, shares: shares, sold: sold)
        #expect(parts.reduce(.zero, +) == part)
        let fill = Fill(
          symbol: Samples.symbol, tradeID: TradeID(1), venueOrderID: VenueOrderID(1), price: .one, quantity: part,
          quoteQuantity: FixedDecimal(raw: part.raw * 7 + 3), commission: FixedDecimal(raw: Int128(random.integer(below: 1_000))),
          commissionAsset: "", isMaker: false, time: Samples.start)
        let fills = FillDivision.parts(of: fill, quantities: parts)
        #expect(fills.reduce(.zero) { $0 + $1.quoteQuantity } == fill.quoteQuantity)
        #expect(fills.reduce(.zero) { $0 + $1.commission } == fill.commission)
        #expect(fills.allSatisfy { !$0.quoteQuantity.isNegative && !$0.commission.isNegative })
        for index in shares.indices {
          #expect(!parts[index].isNegative)
          sold[index] += parts[index]
          #expect(sold[index] <= shares[index])
        }
        left -= part
      }
      #expect(sold == shares)
    }
  }

  /// The umbrella is reached while the daemon is dead: after the start its trades come as a list, to their bots.
  @Test func itsFillsAreFoundAfterARestart() throws {
    var bench = try Self.six()
    let umbrella = try #require(bench.umbrellas.first)
    let own = bench.own
    let number = try #require(bench.numbers[umbrella.clientOrderID])
    try bench.bench.restart()
    bench.bench.step(.rules([bench.rules]))
    #expect(bench.bench.core.openOrders.map(\.clientOrderID).count == 3, "it is one order")
    bench.bench.effects = []
    let fill = Fill(
      symbol: Samples.symbol, tradeID: TradeID(77), venueOrderID: VenueOrderID(number), price: FixedDecimal(49_000),
      quantity: Self.d("0.4"),
      quoteQuantity: Self.d("19600"), commission: Self.d("19.6"), commissionAsset: "USDT", isMaker: false, time: bench.bench.now)
    bench.bench.step(.trades(Samples.symbol, [AccountTrade(fill: fill, side: .sell)]))
    #expect(bench.sold.map(\.fill.quantity) == [FixedDecimal](repeating: Self.d("0.1"), count: 4))
    #expect(bench.sold.reduce(.zero) { $0 + $1.fill.commission } == Self.d("19.6"))
    #expect((1...4).allSatisfy { bench.bot($0)?.position.isOpen == false } && bench.bot(5)?.position.isOpen == true)
    #expect(bench.own == own && bench.sales.isEmpty)
  }

  /// A copy of the journal that ends between two records of one trade: the rest is booked, and nothing twice.
  @Test func aDivisionThatWasCutShortGoesOn() throws {
    var bench = try Self.six()
    let umbrella = try #require(bench.umbrellas.first)
    bench.fill(umbrella, umbrella.quantity, at: 49_000)
    let whole = bench.sold
    let last = try #require(bench.bench.journal.lastIndex { if case .fill = $0.record { true } else { false } })
    let trade = try #require(whole.last?.fill)
    bench.bench.journal.removeSubrange((last - 1)...)
    #expect(bench.sold.count == 2)
    try bench.bench.restart()
    var listed = trade
    listed.quantity = umbrella.quantity
    listed.quoteQuantity = FixedDecimal(49_000) * umbrella.quantity
    for _ in 0..<2 { bench.bench.step(.trades(Samples.symbol, [AccountTrade(fill: listed, side: .sell)])) }
    #expect(bench.sold == whole)
    #expect((1...4).allSatisfy { bench.bot($0)?.position.isOpen == false })
  }

  /// An exit of a bot with a stop of its own frees a place: the highest of the others takes it.
  @Test func aFreePlaceIsTaken() throws {
    var bench = try Self.six()
    let own = try #require(bench.own.last)
    bench.fill(own, own.quantity, at: 49_500)
    bench.settle()
    #expect(bench.own.count == 2 && bench.umbrellas.count == 1)
    #expect(bench.umbrellas.first.flatMap { bench.intent($0) }?.shares.map(\.botID.text).sorted() == ["b1", "b2", "b3"])
    // Three are as many as there are places: each has its own.
    for _ in 0..<2 {
      let own = try #require(bench.own.last)
      bench.fill(own, own.quantity, at: 49_400)
      bench.settle()
    }
    #expect(bench.umbrellas.isEmpty && bench.own.count == 3)
    let count = bench.bench.journal.count
    bench.settle(ticks: 20)
    #expect(!bench.bench.journal[count...].contains { $0.record.kind == .cancelRequested }, "they do not take turns")
  }

  @Test func nothingMovesWithoutAReason() throws {
    var bench = try Self.six()
    let count = bench.bench.journal.count
    bench.settle(ticks: 40)
    #expect(bench.bench.journal.count == count)
  }

  /// Refused: its bots are watched here, and it is tried again later.
  @Test func aRefusedUmbrellaIsWatched() throws {
    var bench = Bench(bots: 2, places: 1)
    try bench.buy(1, at: 50_000)
    bench.settle()
    try bench.buy(2, at: 50_000)
    bench.settle(ticks: 0)
    var refused: [OrderRequest] = []
    for _ in 0..<3 {
      bench.bench.step(.clock, after: 250)
      for effect in bench.bench.effects {
        if case .cancel(let id, _, _) = effect {
          bench.bench.tell(try #require(bench.resting.first { $0.clientOrderID == id }), .canceled, number: 501)
        }
      }
      for request in bench.bench.takeSent() {
        refused.append(request)
        bench.bench.refuse(request, -1013, "Filter failure: NOTIONAL")
      }
    }
    #expect(refused.count == 1 && refused.first?.quantity == Self.d("0.2"))
    for bot in 1...2 {
      #expect(bench.bot(bot)?.protection.first?.place == .watched(.refused))
      #expect(bench.bot(bot)?.hold?.concern == .stop)
    }
    // Both are sold here.
    bench.bench.price(FixedDecimal(48_000))
    #expect(bench.bench.takeSent().map(\.quantity) == [Self.d("0.1"), Self.d("0.1")])
  }

  /// The exchange takes fewer than its rules say, since other people's orders count too.
  @Test func placesAreLearnedFromARefusal() throws {
    var bench = Bench(bots: 3, places: 10)
    try bench.buy(1, at: 50_000)
    bench.settle()
    try bench.buy(2, at: 50_010)
    let sent = bench.bench.takeSent()
    for request in sent { bench.bench.refuse(request, -2010, "Filter failure: MAX_NUM_ALGO_ORDERS") }
    bench.settle(ticks: 20)
    #expect(bench.own.isEmpty && bench.umbrellas.count == 1 && bench.umbrellas.first?.quantity == Self.d("0.2"))
  }

  /// Stops that lie further apart than the bound do not share one.
  @Test func theDistanceIsBounded() throws {
    var bench = Bench(bots: 4, places: 3, distance: "0.05")
    for (bot, price) in [(1, 46_000), (2, 46_000), (3, 50_000), (4, 50_000)] {
      try bench.buy(bot, at: price)
      bench.settle()
    }
    let umbrella = try #require(bench.umbrellas.first)
    #expect(umbrella.stopPrice == Self.d("45080") && umbrella.quantity == Self.d("0.2"))
    #expect(bench.bot(3)?.protection.first?.rests == true)
    #expect(bench.bot(4)?.protection.first?.place == .watched(.beyondUmbrella(Self.d("45080"))))
    #expect(bench.bench.alerts(.stopWatchedHere).last?.message.contains("BOTD_UMBRELLA_DISTANCE") == true)
  }

  /// The exchange took the umbrella and the answer was lost, or it filled before its cancel: nothing is sold on top.
  @Test func aCancelThatComesTooLateSellsNothing() throws {
    var bench = try Self.six()
    let umbrella = try #require(bench.umbrellas.first)
    bench.bench.price(FixedDecimal(49_000))
    _ = bench.bench.takeCanceled()
    bench.bench.step(.canceled(umbrella.clientOrderID, .notOpen(message: "-2011")))
    #expect(bench.bench.takeSent().isEmpty)
    bench.fill(umbrella, umbrella.quantity, at: 48_990)
    #expect(bench.bench.takeSent().filter { $0.type == .market }.isEmpty)
    #expect((1...4).allSatisfy { bench.bot($0)?.position.isOpen == false })
  }

  /// Coins that a person takes out are covered no more.
  @Test func itShrinksWithItsBots() throws {
    var bench = try Self.six()
    bench.bench.step(
      .command(
        CommandEnvelope(id: 9, requestID: "", fingerprint: 0, command: .releasePosition(Samples.bot("b2"), quantity: Self.d("0.04")))))
    bench.settle()
    #expect(bench.umbrellas.map(\.quantity) == [Self.d("0.36")])
    // A person makes it smaller: it is placed anew.
    var smaller = try #require(bench.umbrellas.first)
    smaller.quantity = Self.d("0.3")
    bench.bench.tell(smaller, .accepted, number: try #require(bench.numbers[smaller.clientOrderID]))
    bench.settle()
    #expect(bench.umbrellas.map(\.quantity) == [Self.d("0.36")] && bench.umbrellas.first != smaller)
  }

  /// MARKET_LOT_SIZE shrinks below what the shared stop covers: another bot is watched, and nobody loses cover for it.
  @Test func aFilterThatShrinksUncoversNobody() throws {
    var bench = Bench(bots: 7, places: 4)
    for bot in 1...6 {
      try bench.buy(bot, at: 50_000 + bot * 100)
      bench.settle()
    }
    let before = bench.umbrellas
    #expect(before.map(\.quantity) == [Self.d("0.4")])
    var rules = bench.rules
    rules.marketQuantityMaximum = Self.d("0.35")
    bench.bench.step(.rules([rules]))
    // It would be one of those that cover most: 0.2 of it and 0.1 of another one.
    try bench.buy(7, at: 50_450, quantity: 20_000_000)
    bench.settle(ticks: 10)
    #expect(bench.umbrellas == before)
    #expect(bench.bot(7)?.protection.first?.place == .watched(.beyondUmbrella(Self.d("49098"))), "\(bench.bot(7)?.protection ?? [])")
  }

  /// A snapshot of what was folded goes on as the fold itself.
  @Test func itIsPartOfASnapshot() throws {
    var bench = try Self.six()
    let umbrella = try #require(bench.umbrellas.first)
    bench.fill(umbrella, Self.d("0.123"), at: 49_000)
    var folded = TradingCore(configuration: bench.bench.core.configuration)
    for entry in bench.bench.journal { try folded.recover(entry) }
    var restored = TradingCore(configuration: bench.bench.core.configuration)
    try restored.restore(folded.state)
    let order = try #require(restored.order(umbrella.clientOrderID))
    #expect(order == folded.order(umbrella.clientOrderID) && order.shared?.sold.reduce(.zero, +) == Self.d("0.123"))
    #expect(restored.openOrders.count == folded.openOrders.count)
  }
}
