import BinanceJSON
import CoreTestSupport
import ExchangeSimulation
import Strategies
import Time
@testable import TradingCore
import TradingModel
import Venue

/// One random life of some bots on the simulated exchange, all of it by its number; cut after some steps of the market it is the same up to
/// there.
struct Sequence {
  var number: Int
  /// Steps of the market; `nil`: as many as its number says.
  var steps: Int?
  /// Whether what the exchange does is written down for people.
  var writesDown = false

  /// What came of it.
  struct Outcome {
    var broken: [String]
    var coverage: Coverage
    var steps: Int
    var journal: [JournalEntry] = []
    /// What the exchange did, one line each.
    var happened: [String] = []
  }

  static let start = Timestamp(milliseconds: 1_764_547_200_000)
  /// From this number on a person also sells parts of positions.
  static let firstWithParts = 10_000_000
  private static let partReason = "a part by hand"

  private static func bots(_ random: inout SeededRandom, count: Int) -> [BotConfiguration] {
    func decimal(_ texts: String...) -> FixedDecimal { FixedDecimal(text: texts[random.integer(below: texts.count)]) ?? .zero }
    return ["a", "b", "c", "d", "e", "f"].prefix(count).compactMap { name in
      guard let id = BotID(name), let symbol = Symbol("BTCUSDT") else { return nil }
      var bot = BotConfiguration(
        id: id, symbol: symbol, interval: .oneSecond, strategyName: "rsi",
        parameters: [
          "period": ["2", "3", "4"][random.integer(below: 3)], "oversold": ["45", "55"][random.integer(below: 2)],
          "overbought": ["57", "80", "97"][random.integer(below: 3)],
        ], capital: decimal("10000", "10000", "3000"), riskPerTrade: decimal("0.02"), maximumPosition: decimal("0.1"),
        stopLoss: decimal("0.003", "0.006", "0.015", "0.03"), takeProfit: decimal("0", "0.003", "0.006", "0.02"),
        trailingStop: decimal("0", "0", "0.004", "0.01"))
      if bot.trailingStop.isPositive, random.integer(below: 2) == 0 { bot.stopLoss = .zero }
      if random.integer(below: 2) > 0 {
        bot.entry = EntryPlan(
          kind: random.integer(below: 2) == 0 ? .limit : .maker, offset: FixedDecimal(raw: Int128(random.integer(below: 150_000))),
          lifetime: 1 + random.integer(below: 5), sequel: random.integer(below: 2) == 0 ? .drop : .market)
      }
      return bot
    }
  }

  private static func faults(_ random: inout SeededRandom) -> NetworkFaults {
    func chance(_ most: Double) -> Double { random.integer(below: 2) == 0 ? 0 : random.uniform() * most }
    return NetworkFaults(
      lostRequest: chance(0.08), lateRequest: chance(0.08), lostAnswer: chance(0.15), cutAnswer: chance(0.08), refusal: chance(0.08),
      undecided: chance(0.08), unreadable: chance(0.02), streamEnds: chance(0.01), marketEnds: chance(0.01),
      queryLagMilliseconds: random.integer(below: 3) > 0 ? 0 : Int64(1 + random.integer(below: 12_000)),
      delayMilliseconds: [20, 120, 1_200][random.integer(below: 3)])
  }

  private static func habits(_ random: inout SeededRandom) -> MarketHabits {
    func chance(_ most: Double) -> Double { random.integer(below: 2) == 0 ? 0 : random.uniform() * most }
    return MarketHabits(
      volatility: 0.0003 + random.uniform() * 0.0015, jump: chance(0.03), jumpSize: 0.005 + random.uniform() * 0.05, thinBook: chance(0.2),
      othersMake: chance(0.3), othersTake: chance(0.05), person: chance(0.12), rules: chance(0.05),
      bestNotional: [300, 3_000, 50_000][random.integer(below: 3)], levelNotional: [200, 2_000, 50_000][random.integer(below: 3)],
      stepMilliseconds: [300, 900, 1_500][random.integer(below: 3)])
  }

  func run() -> Outcome {
    var random = SeededRandom(seed: UInt64(number) &* 2_654_435_761 &+ 29)
    // Now and then there are more bots than places for their stops.
    let places = random.integer(below: 4) == 0 ? 1 + random.integer(below: 3) : 0
    let bots = Self.bots(&random, count: places > 0 ? 5 : 1 + random.integer(below: 3))
    let (faults, habits) = (Self.faults(&random), Self.habits(&random))
    let count = 20 + random.integer(below: 100)
    guard let symbol = Symbol("BTCUSDT"), var instrument = SimulatedInstrument(symbol: symbol) else { preconditionFailure("no BTCUSDT") }
    instrument.rules.openAlgorithmicOrdersMaximum = places
    instrument.rules.takesProtectedEntries = random.integer(below: 4) > 0
    instrument.rules.takesPairs = random.integer(below: 6) > 0
    if random.integer(below: 3) > 0 { instrument.rules.trailingDeltas = 10...2_000 }
    let prevention: BinanceJSON.SymbolTerms.SelfTradePrevention = random.integer(below: 4) > 0 ? [.expireTaker, .expireMaker] : []
    instrument.terms.features.onePaysOther = instrument.rules.takesProtectedEntries
    instrument.terms.features.oneCancelsOther = instrument.rules.takesPairs
    let exchange = MatchedExchange(
      seed: UInt64(number), steps: steps ?? count, instrument: instrument,
      house: HouseConfiguration(levels: 3, levelNotional: FixedDecimal(habits.levelNotional)),
      quote: random.integer(below: 6) == 0 ? FixedDecimal(1_500) : FixedDecimal(1_000_000),
      coins: random.integer(below: 2) == 0 ? .zero : FixedDecimal(raw: Int128(random.integer(below: 20_000_000))), bots: bots.map(\.id),
      faults: faults, habits: habits, start: Self.start)
    exchange.prevention = prevention
    let driver = CoreDriver(
      exchange: exchange, bots: bots, from: Self.start, tagsOrders: random.integer(below: 2) == 0, place: { $0.botAt($1) },
      believesInStop: { $0.bots[$1]?.stopRests ?? false })
    // An order whose number the journal lost, in a kill or a power cut, is not found by it: nobody amends one then.
    let losesTail = random.integer(below: 2) == 0
    driver.losesTail = losesTail
    exchange.isKnownToCore = { [unowned driver] name in
      !losesTail
        && driver.journal.contains {
          if case .orderUpdated(let update) = $0.record { update.clientOrderID == name && update.venueOrderID.value != 0 } else { false }
        }
    }
    for _ in 0..<random.integer(below: 3) { driver.diesAt.append(10 + random.integer(below: 250)) }
    exchange.writesDown = writesDown
    driver.diesAt = Set(driver.diesAt).sorted()
    driver.downMilliseconds = 500 + Int64(random.integer(below: 12_000))
    let commands = random.integer(below: 2) == 0 ? 0 : random.uniform() * 0.1
    var parts = SeededRandom(seed: UInt64(number) &* 40_503 &+ 7)
    while !exchange.isCalm {
      driver.settle(upTo: driver.now.advanced(byMilliseconds: 1_000))
      if random.uniform() < commands { Self.command(driver, &random) }
      if number >= Self.firstWithParts, parts.uniform() < 0.08 { Self.sellPart(driver, &parts) }
    }
    driver.diesAt = []
    rest(driver)
    exchange.coverage.count("sequences")
    for death in driver.deaths { exchange.coverage.count("killed before \(death)") }
    exchange.coverage.count(
      "moved a stop up",
      driver.journal.count { if case .cancelRequested(let cancel) = $0.record { cancel.reason == TradingCore.follows } else { false } })
    exchange.coverage.count("umbrella stops", exchange.book.shares.count)
    exchange.coverage.count(
      "part sold by hand", driver.fills.count { $0.purpose == .manual && !$0.closesPosition && $0.reason == Self.partReason })
    return Outcome(
      broken: Promises.broken(by: driver) + Promises.belief(of: driver) + conservation(exchange), coverage: exchange.coverage,
      steps: steps ?? count,
      journal: driver.journal, happened: exchange.happened)
  }

  /// A person asks the daemon for something.
  private static func command(_ driver: CoreDriver<MatchedExchange>, _ random: inout SeededRandom) {
    let id = driver.bots[random.integer(below: driver.bots.count)].id
    let name: String
    switch random.integer(below: 6) {
    case 0: (name, _) = ("close", driver.command(.closePosition(id)))
    case 1: (name, _) = ("pause", driver.command(.pauseBot(id)))
    case 2: (name, _) = ("resume", driver.command(.resumeBot(id)))
    case 3: (name, _) = ("stop", driver.command(.stopBot(id)))
    case 4: (name, _) = ("start", driver.command(.startBot(id)))
    default:
      let open = driver.core.openOrders
      guard !open.isEmpty else { return }
      (name, _) = ("cancel", driver.command(.cancelOrder(open[random.integer(below: open.count)].clientOrderID)))
    }
    driver.exchange.coverage.count("command \(name)")
  }

  /// A person sells a part of a position.
  private static func sellPart(_ driver: CoreDriver<MatchedExchange>, _ random: inout SeededRandom) {
    let id = driver.bots[random.integer(below: driver.bots.count)].id
    let fraction = FixedDecimal(raw: Int128(5_000_000 + random.integer(below: 90) * 1_000_000))
    driver.command(.sellPart(id, .fraction(fraction), reason: Self.partReason, isPlan: false))
  }

  /// Until everything is in order and nothing is under way, at most for seven minutes.
  private func rest(_ driver: CoreDriver<MatchedExchange>) {
    driver.settle(upTo: driver.now.advanced(byMilliseconds: 3_000))
    for _ in 0..<420 where !driver.isInOrder || driver.exchange.underWay > 0 {
      driver.settle(upTo: driver.now.advanced(byMilliseconds: 1_000))
    }
  }

  /// Nothing comes from nowhere: of each asset the account, the house and the commissions together are what was there; and the account has the
  /// owner's coins and what its bots hold.
  private func conservation(_ exchange: MatchedExchange) -> [String] {
    var broken: [String] = []
    let balances = exchange.exchange.balances(account: MatchedExchange.account)
    for balance in balances {
      let all =
        balance.free + balance.locked + (exchange.exchange.house[balance.asset] ?? .zero)
        + (exchange.exchange.commissions[balance.asset] ?? .zero)
      let before = exchange.before[balance.asset] ?? .zero
      if all != before { broken.append("there were \(before) \(balance.asset), and now there are \(all)") }
      if balance.free.isNegative || balance.locked.isNegative { broken.append("the account has \(balance)") }
      if balance.asset == exchange.rules.baseAsset, balance.free + balance.locked != exchange.book.coins {
        broken.append(
          "the account has \(balance.free + balance.locked) \(balance.asset), its owner and its bots have \(exchange.book.coins)")
      }
    }
    return broken
  }

  // MARK: The shortest that fails

  /// The fewest steps after which it fails, as far as a search by halves finds them: it may fail at fewer and hold between.
  func shortest(failing steps: Int) -> Int {
    var (holds, fails) = (0, steps)
    while fails - holds > 1 {
      let middle = (holds + fails) / 2
      if Sequence(number: number, steps: middle).run().broken.isEmpty { holds = middle } else { fails = middle }
    }
    return fails
  }
}
