import Foundation
import ExchangeSimulation
import Time
import Strategies
import Testing
@testable import TradingCore
import TradingModel
import Venue
import PaperTrading

/// The core on an exchange that loses, repeats, delays and reorders.
@Suite struct ScriptedExchangeTests {
  private static let bots = [
    Samples.configuration("a", stopLoss: "0.01", takeProfit: "0.01"),
    Samples.configuration(
      "b", stopLoss: "0.006", takeProfit: "0.02", trailing: "0.01", parameters: ["period": "4", "oversold": "40", "overbought": "60"]),
    Samples.configuration("c", stopLoss: "0.02", takeProfit: "0.008", parameters: ["period": "2", "oversold": "30", "overbought": "80"]),
  ]

  private static func run(
    seed: UInt64, faults: ExchangeFaults, minutes: Int = 60, diesAt: Int = 0, losesTail: Bool = false, isShort: Bool = false,
    bots: [BotConfiguration] = Self.bots, takesLists: Bool = false, places: Int? = nil, movesStops: Bool = false
  ) -> ScriptedDriver {
    var rules = Samples.rules()
    if movesStops { rules.trailingDeltas = 10...2_000 }
    rules.takesProtectedEntries = takesLists
    if let places { rules.openAlgorithmicOrdersMaximum = places }
    let exchange = ScriptedExchange(seed: seed, rules: rules, faults: faults)
    let driver = ScriptedDriver(exchange: exchange, bots: bots)
    driver.diesAt = diesAt
    driver.losesTail = losesTail
    driver.downMilliseconds = 1_000 + Int64(diesAt % 7) * 3_000
    let end = Samples.start.advanced(byMilliseconds: Int64(minutes) * 60_000)
    driver.play(tape(seed: seed).filter { $0.0 <= end })
    // Faults stop; then everything must come to order.
    exchange.faults = .none
    if isShort { driver.restUntilInOrder(seconds: 420) } else { driver.rest(seconds: 420) }
    return driver
  }

  private static func tape(seed: UInt64) -> [(Timestamp, MarketEvent)] {
    Samples.market(seed: seed % 3, hours: 1, volatility: 3)
  }

  /// The promises, checked against the exchange's own truth.
  private func check(_ driver: ScriptedDriver, _ name: String) {
    let exchange = driver.exchange
    // I1: a name is sent once and arrives at most once.
    #expect(Set(driver.sent).count == driver.sent.count, "\(name): a client order id was used twice")
    #expect(exchange.arrivals.values.allSatisfy { $0 == 1 }, "\(name): a request arrived twice")
    // I8
    #expect(exchange.oversold.isEmpty, "\(name): oversold \(exchange.oversold)")
    // I4, I5: the ledger equals the truth, each fill once.
    let (mine, parts) = Self.split(driver)
    #expect(
      mine.count + Set(parts.map(\.fill.tradeID)).count == exchange.trades.count,
      "\(name): \(mine.count) fills booked of \(exchange.trades.count)")
    checkShared(driver, parts, name)
    var booked: [TradeID: FillRecord] = [:]
    for record in mine {
      #expect(booked.updateValue(record, forKey: record.fill.tradeID) == nil, "\(name): trade \(record.fill.tradeID) booked twice")
    }
    for trade in exchange.trades where exchange.shares[trade.clientOrderID] == nil {
      let record = booked[trade.fill.tradeID]
      #expect(
        record?.fill == trade.fill && record?.side == trade.side && record?.clientOrderID == trade.clientOrderID
          && record?.botID == exchange.owner[trade.clientOrderID], "\(name): trade \(trade.fill.tradeID)")
    }
    // I3: what was given up never lived.
    for id in driver.givenUp { #expect(exchange.orders[id] == nil, "\(name): \(id) was given up but lived") }
    // I7, I20: protected or flat, nothing in doubt, nothing left over.
    for bot in driver.bots { checkEnd(driver, bot, name) }
    #expect(driver.core.openOrders.allSatisfy { !$0.isUnsettled }, "\(name): orders in doubt")
  }

  /// Fills of single bots, and parts of those of shared orders.
  private static func split(_ driver: ScriptedDriver) -> (alone: [FillRecord], parts: [FillRecord]) {
    func isShared(_ record: FillRecord) -> Bool { record.clientOrderID.flatMap { driver.exchange.shares[$0] } != nil }
    return (driver.fills.filter { !isShared($0) }, driver.fills.filter(isShared))
  }

  /// Each trade of a shared order was divided exactly, among its own bots, none of which sold more than its share.
  private func checkShared(_ driver: ScriptedDriver, _ parts: [FillRecord], _ name: String) {
    let exchange = driver.exchange
    for trade in exchange.trades {
      guard let shares = exchange.shares[trade.clientOrderID] else { continue }
      let own = parts.filter { $0.fill.tradeID == trade.fill.tradeID }
      let bots = own.compactMap(\.botID)
      #expect(
        own.reduce(.zero) { $0 + $1.fill.quantity } == trade.fill.quantity
          && own.reduce(.zero) { $0 + $1.fill.quoteQuantity } == trade.fill.quoteQuantity
          && own.reduce(.zero) { $0 + $1.fill.commission } == trade.fill.commission
          && own.allSatisfy { $0.clientOrderID == trade.clientOrderID && $0.side == .sell }, "\(name): trade \(trade.fill.tradeID)")
      #expect(
        Set(bots).count == own.count && Set(bots).isSubset(of: shares.map(\.botID)), "\(name): bots of trade \(trade.fill.tradeID): \(bots)"
      )
    }
    for (id, shares) in exchange.shares {
      for share in shares {
        let sold = parts.filter { $0.clientOrderID == id && $0.botID == share.botID }.reduce(FixedDecimal.zero) { $0 + $1.fill.quantity }
        #expect(sold <= share.quantity, "\(name): \(share.botID) sold \(sold) of \(share.quantity) by \(id)")
      }
    }
  }

  /// What a bot's parts of shared orders brought, by its book.
  private static func brought(_ driver: ScriptedDriver, _ bot: BotID) -> FixedDecimal {
    split(driver).parts.filter { $0.botID == bot }.reduce(.zero) { $0 + $1.fill.quoteQuantity - $1.fill.commission }
  }

  private func checkEnd(_ driver: ScriptedDriver, _ bot: BotConfiguration, _ name: String) {
    guard let snapshot = driver.core.snapshot(of: bot.id) else {
      Issue.record("\(name): bot \(bot.id) is gone")
      return
    }
    #expect(snapshot.position.quantity == driver.exchange.inventory[bot.id, default: .zero], "\(name): inventory of \(bot.id)")
    let money = snapshot.results.realizedPnL - snapshot.position.cost
    #expect(money == driver.exchange.cash(of: bot.id) + Self.brought(driver, bot.id), "\(name): money of \(bot.id)")
    let open = driver.exchange.open(of: bot.id)
    #expect(Set(open.map(\.request.clientOrderID)) == Set(snapshot.openOrders), "\(name): open orders of \(bot.id)")
    let sellable = driver.exchange.rules.quantityRoundedDown(snapshot.position.quantity, isMarket: true)
    let resting = open.lazy.compactMap { $0.request.type == .stopLoss ? $0.trigger : nil }.first
    let level = resting ?? (bot.stopLoss.isPositive ? snapshot.stopPrice : snapshot.position.averageEntryPrice)
    let canRest = driver.exchange.rules.violation(quantity: sellable, price: level, isMarket: true) == nil
    if snapshot.position.isOpen, canRest {
      let stop = open.first { $0.request.type == .stopLoss }
      let others = open.filter { $0.request.type != .stopLoss }
      #expect(
        stop.map { driver.exchange.left(of: $0, for: bot.id) } == sellable && open.count <= 2
          && others.allSatisfy { $0.request.type == .limitMaker && $0.request.linked == stop?.request.clientOrderID },
        "\(name): \(bot.id) is not protected: \(open), exit \(snapshot.exitReason)")
    } else {
      #expect(open.isEmpty, "\(name): \(bot.id) is flat, orders are left")
    }
  }

  // MARK: Any sequence

  /// Bots whose settings a seed chooses: how they enter, what protects them.
  private static func anyBots(_ random: inout SeededRandom, count: Int) -> [BotConfiguration] {
    ["a", "b", "c", "d", "e", "f"].prefix(count).map { id in
      var bot = Samples.configuration(
        id, stopLoss: ["0.004", "0.01", "0.02"][random.integer(below: 3)], takeProfit: ["0", "0.004", "0.01"][random.integer(below: 3)],
        trailing: ["0.006", "0.003", "0.01", "0", "0", "0"][random.integer(below: 6)],
        parameters: ["period": ["2", "3", "4"][random.integer(below: 3)], "oversold": "55", "overbought": "57"])
      if bot.trailingStop.isPositive, random.integer(below: 2) == 0 { bot.stopLoss = .zero }
      if random.integer(below: 3) > 0 {
        bot.entry = EntryPlan(
          kind: random.integer(below: 2) == 0 ? .limit : .maker, offset: FixedDecimal(raw: Int128(random.integer(below: 100_000))),
          lifetime: 1 + random.integer(below: 3), sequel: random.integer(below: 2) == 0 ? .drop : .market)
      }
      return bot
    }
  }

  private static func anyFaults(_ random: inout SeededRandom) -> ExchangeFaults {
    func chance(_ most: Double) -> Double { random.integer(below: 2) == 0 ? 0 : random.uniform() * most }
    return ExchangeFaults(
      lostRequest: chance(0.1), lostAnswer: chance(0.3), lateRequest: chance(0.1), duplicate: chance(0.5), rejection: chance(0.1),
      listRefusal: chance(0.1), trailingRefusal: chance(0.3), pieces: chance(0.8), halfFilled: chance(0.5), endedByOthers: chance(0.02),
      dropsOfStream: chance(0.01),
      queryLagMilliseconds: random.integer(below: 2) == 0 ? 0 : Int64(random.integer(below: 14_000)),
      reportDelayMilliseconds: 50 + random.integer(below: 2_000))
  }

  /// How many sequences; more in a release build, by `BOTD_TEST_SEQUENCES`.
  private static let sequences = Int(ProcessInfo.processInfo.environment["BOTD_TEST_SEQUENCES"] ?? "") ?? 5_000
  private static let parts = 50

  /// Random fills, part fills, refusals, lost and late requests and answers, expiries, cancels by others, moves of the market and restarts:
  /// never over-sold, money conserved, protected in the end, and a stop that is gone is not believed in for long.
  @Test(arguments: 0..<parts) func anySequence(part: Int) {
    var entries: Set<OrderType> = []
    var (armed, umbrellas, umbrellaTrades, moved, moves) = (0, 0, 0, 0, 0)
    for sequence in stride(from: part, to: Self.sequences, by: Self.parts) {
      var random = SeededRandom(seed: UInt64(sequence) &* 2_654_435_761 &+ 17)
      // Now and then there are more bots than places for their stops.
      let places: Int? = sequence % 4 == 1 ? 1 + sequence / 4 % 3 : nil
      let bots = Self.anyBots(&random, count: places == nil ? 3 : 6)
      var faults = Self.anyFaults(&random)
      // Now and then somebody trades the same coins by hand.
      if sequence % 3 == 0 { faults.personsOrders = 0.03 }
      let dies = random.integer(below: 2) == 0 ? 0 : 5 + random.integer(below: 120)
      let driver = Self.run(
        seed: UInt64(sequence), faults: faults, minutes: 8 + random.integer(below: 16), diesAt: dies,
        losesTail: random.integer(below: 2) == 0, isShort: true, bots: bots, takesLists: sequence % 4 > 0, places: places,
        movesStops: sequence % 5 > 1)
      moved += driver.exchange.orders.values.count { $0.request.trailingDelta > 0 }
      moves += driver.journal.count {
        if case .cancelRequested(let cancel) = $0.record { cancel.reason == TradingCore.follows } else { false }
      }
      armed += driver.exchange.armed
      umbrellas += driver.exchange.shares.count
      umbrellaTrades += driver.exchange.trades.count { driver.exchange.shares[$0.clientOrderID] != nil }
      check(driver, "sequence \(sequence)")
      if ProcessInfo.processInfo.environment["BOTD_TEST_SEQUENCE"] == "\(sequence)" { for entry in driver.journal { print(entry) } }
      // The longest silence of the report stream, and what is asked after it.
      #expect(driver.longestError <= 30_000_000_000, "sequence \(sequence): a stop that was gone was believed in")
      for trade in driver.exchange.trades where trade.side == .buy {
        if let type = driver.exchange.orders[trade.clientOrderID]?.request.type { entries.insert(type) }
      }
    }
    #expect(Self.sequences < 5_000 || entries == [.market, .limit, .limitMaker] && armed > 0)
    #expect(Self.sequences < 5_000 || (umbrellas == 0) == (part % 4 != 1 && part % 4 != 3))
    #expect(Self.sequences < 5_000 || part != 1 || umbrellaTrades > 0)
    #expect(Self.sequences < 5_000 || moves > 0 && (moved > 0) == (part % 5 > 1))
  }

  /// Entries that take their protection along, killed before every effect in turn, on a good exchange and a bad one.
  @Test(arguments: 0..<16) func killedWithListsAtAnyEffect(part: Int) {
    var bots = Self.bots
    for index in bots.indices {
      bots[index].entry = EntryPlan(
        kind: index == 1 ? .maker : .limit, offset: Samples.decimal(["0.0002", "0.0005", "0"][index]), lifetime: 1 + index)
    }
    var armed = 0
    for index in 0..<12 {
      let diesAt = 4 + part + index * 16
      let driver = Self.run(
        seed: UInt64(71 + index % 3), faults: index % 2 == 0 ? .none : .bad, minutes: 25, diesAt: diesAt, losesTail: part % 2 == 0,
        bots: bots,
        takesLists: true)
      armed += driver.exchange.armed
      check(driver, "lists, killed before effect \(diesAt), part \(part)")
      #expect(driver.longestError <= 30_000_000_000, "killed before effect \(diesAt): a stop that was gone was believed in")
    }
    #expect(armed > 0)
  }

  @Test func goodExchange() {
    let driver = Self.run(seed: 1, faults: .none)
    #expect(driver.exchange.trades.count > 20)
    check(driver, "no faults")
  }

  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func badExchange(seed: UInt64) {
    let driver = Self.run(seed: seed, faults: .bad)
    #expect(driver.exchange.trades.count > 10)
    check(driver, "seed \(seed)")
  }

  /// One fault at a time, strongly.
  @Test(arguments: [
    ExchangeFaults(lostRequest: 0.3), ExchangeFaults(lostAnswer: 0.5), ExchangeFaults(lateRequest: 0.4), ExchangeFaults(duplicate: 1),
    ExchangeFaults(rejection: 0.3), ExchangeFaults(pieces: 0.9), ExchangeFaults(halfFilled: 0.5), ExchangeFaults(dropsOfStream: 0.02),
    ExchangeFaults(lostAnswer: 0.5, dropsOfStream: 0.02, queryLagMilliseconds: 15_000), ExchangeFaults(reportDelayMilliseconds: 6_000),
    ExchangeFaults(lostReport: 0.3), ExchangeFaults(lostAnswer: 0.3, lostReport: 0.3),
  ])
  func oneFault(faults: ExchangeFaults) {
    for seed in [101, 102] as [UInt64] { check(Self.run(seed: seed, faults: faults), "\(faults), seed \(seed)") }
  }

  @Test(arguments: [51, 52] as [UInt64])
  func sameSeedGivesTheSameJournal(seed: UInt64) {
    let first = Self.run(seed: seed, faults: .bad)
    let second = Self.run(seed: seed, faults: .bad)
    #expect(first.journal == second.journal)
    #expect(first.journal.count > 100)
  }

  /// Killed before every effect in turn, with and without its unsynced tail.
  @Test(arguments: 0..<16)
  func killedAtAnyEffect(part: Int) {
    for index in 0..<6 {
      let diesAt = 5 + part + index * 16 * 3
      let driver = Self.run(
        seed: UInt64(61 + index % 3), faults: index % 2 == 0 ? .none : .bad, minutes: 25, diesAt: diesAt, losesTail: part % 2 == 0)
      guard driver.deaths == 1 else { continue }
      check(driver, "killed before effect \(diesAt), part \(part)")
    }
  }
}
