import CoreTestSupport
import Foundation
import ExchangeSimulation
import Time
import Strategies
import Synchronization
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
    driver.diesAt = diesAt > 0 ? [diesAt] : []
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
    for words in Promises.broken(by: driver) { Issue.record("\(name): \(words)") }
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
  /// With as many on the exchange's own rules (`CoreExchangeTests`) they are 5,000.
  private static let sequences = Int(ProcessInfo.processInfo.environment["BOTD_TEST_SEQUENCES"] ?? "") ?? 2_500
  private static let parts = 50

  /// What happened in sequences.
  private struct Met {
    var parts = 0
    var entries: Set<OrderType> = []
    var (armed, umbrellas, umbrellaTrades, trailing, moves) = (0, 0, 0, 0, 0)

    init() {}

    init(parts: Int, entries: Set<OrderType>, armed: Int, umbrellas: Int, umbrellaTrades: Int, trailing: Int, moves: Int) {
      (self.parts, self.entries, self.armed, self.umbrellas) = (parts, entries, armed, umbrellas)
      (self.umbrellaTrades, self.trailing, self.moves) = (umbrellaTrades, trailing, moves)
    }

    mutating func add(_ other: Met) {
      parts += other.parts
      entries.formUnion(other.entries)
      armed += other.armed
      umbrellas += other.umbrellas
      umbrellaTrades += other.umbrellaTrades
      trailing += other.trailing
      moves += other.moves
    }
  }

  private static let met = Mutex(Met())

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
      umbrellas += driver.exchange.book.shares.count
      umbrellaTrades += driver.exchange.book.trades.count { driver.exchange.book.shares[$0.clientOrderID] != nil }
      check(driver, "sequence \(sequence)")
      if ProcessInfo.processInfo.environment["BOTD_TEST_SEQUENCE"] == "\(sequence)" { for entry in driver.journal { print(entry) } }
      #expect(Promises.belief(of: driver) == [], "sequence \(sequence)")
      for trade in driver.exchange.book.trades where trade.side == .buy {
        if let type = driver.exchange.orders[trade.clientOrderID]?.request.type { entries.insert(type) }
      }
    }
    let met = Met(
      parts: 1, entries: entries, armed: armed, umbrellas: umbrellas, umbrellaTrades: umbrellaTrades, trailing: moved, moves: moves)
    let all = Self.met.withLock { all in
      all.add(met)
      return all
    }
    // The last part judges what all of them met.
    guard all.parts == Self.parts, Self.sequences >= 2_500 else { return }
    #expect(all.entries == [.market, .limit, .limitMaker] && all.armed > 0 && all.umbrellas > 0 && all.umbrellaTrades > 0)
    #expect(all.trailing > 0 && all.moves > 0)
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
      #expect(Promises.belief(of: driver) == [], "killed before effect \(diesAt)")
    }
    #expect(armed > 0)
  }

  @Test func goodExchange() {
    let driver = Self.run(seed: 1, faults: .none)
    #expect(driver.exchange.book.trades.count > 20)
    check(driver, "no faults")
  }

  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func badExchange(seed: UInt64) {
    let driver = Self.run(seed: seed, faults: .bad)
    #expect(driver.exchange.book.trades.count > 10)
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
      guard driver.deaths.count == 1 else { continue }
      check(driver, "killed before effect \(diesAt), part \(part)")
    }
  }
}
