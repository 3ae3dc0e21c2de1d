import Testing
import TradingCore
import TradingModel
import Venue
import PaperTrading

/// Folding the journal gives the live state, at every step.
@Suite struct ReplayTests {
  /// Runs a market and folds every new entry into a second core beside the live one, comparing after each event that wrote.
  @Test(arguments: [21, 22, 23] as [UInt64])
  func foldedCoreEqualsTheLiveOneAfterEachStep(seed: UInt64) throws {
    var driver = PaperBench(symbols: ["BTCUSDT", "ETHUSDT"])
    let ids = ["a", "b", "c", "d"]
    for (number, id) in ids.enumerated() {
      driver.command(
        .createBot(
          Samples.configuration(id, symbol: number % 2 == 0 ? "BTCUSDT" : "ETHUSDT", trailing: number > 1 ? "0.01" : "0"), start: true),
        requestID: "create-\(id)", fingerprint: UInt64(number))
    }
    var twin = TradingCore(configuration: driver.core.configuration)
    var effects: [Effect] = []
    var folded = 0
    var compared = 0
    for (index, (time, event)) in Samples.market(seed: seed, symbols: ["BTCUSDT", "ETHUSDT"], hours: 6, volatility: 2).enumerated() {
      if index % 4_001 == 4_000 { driver.command(index % 2 == 0 ? .stopAllBots : .startAllBots) }
      if index % 5_003 == 5_002 { driver.command(.closePosition(Samples.bot("a"))) }
      if index % 997 == 0 { driver.step(.clock, at: time) }
      driver.market(event, at: time)
      guard driver.journal.count > folded else { continue }
      for entry in driver.journal[folded...] { try twin.recover(entry) }
      folded = driver.journal.count
      // Rules are not journaled; the venue tells them after a restart.
      if compared == 0 { twin.step(.rules([Samples.rules(), Samples.rules("ETHUSDT")]), at: twin.time, effects: &effects) }
      compare(driver.core, twin, ids, &effects)
      compared += 1
      if !effects.isEmpty { break }
    }
    #expect(compared > 50)
    #expect(effects.isEmpty, "folding decides nothing")
  }

  private func compare(_ live: TradingCore, _ folded: TradingCore, _ ids: [String], _ effects: inout [Effect]) {
    #expect(live.nextSequence == folded.nextSequence && live.tradingState == folded.tradingState)
    #expect(live.highestVenueOrderID == folded.highestVenueOrderID)
    for id in ids.map(Samples.bot) {
      #expect(live.snapshot(of: id)?.journaled == folded.snapshot(of: id)?.journaled)
    }
    let mine = live.openOrders
    let other = folded.openOrders
    #expect(mine.map(\.clientOrderID) == other.map(\.clientOrderID))
    for (a, b) in zip(mine, other) {
      #expect(a.status == b.status && a.filledQuantity == b.filledQuantity && a.executedQuantity == b.executedQuantity)
      #expect(a.venueOrderID == b.venueOrderID && a.updatedAt == b.updatedAt && a.isUnsettled == b.isUnsettled)
    }
    #expect(live.tradedSymbols.map(\.lastTradeID) == folded.tradedSymbols.map(\.lastTradeID))
  }

  @Test func sameMarketTwiceGivesTheSameJournal() {
    func run() -> [JournalEntry] {
      var driver = PaperBench()
      driver.command(.createBot(Samples.configuration(), start: true))
      driver.play(Samples.market(seed: 31, hours: 6, volatility: 2))
      return driver.journal
    }
    let first = run()
    #expect(first == run())
    #expect(first.count > 50)
  }

  @Test func journalIsDense() {
    var driver = PaperBench()
    driver.command(.createBot(Samples.configuration(), start: true))
    driver.play(Samples.market(seed: 32, hours: 3))
    #expect(driver.journal.map(\.sequence) == Array(1...UInt64(driver.journal.count)))
    // The first entry, the journal's identity, has the time of the machine.
    let market = driver.journal.dropFirst()
    #expect(zip(market, market.dropFirst()).allSatisfy { $0.time <= $1.time })
  }

  @Test func gapsForeignModesAndMissingIdentitiesAreRefused() throws {
    let driver = TradingTests.holding()
    var core = TradingCore(configuration: driver.core.configuration)
    #expect(throws: RecoveryError.self) { try core.recover(driver.journal[1]) }
    try core.recover(driver.journal[0])
    #expect(throws: RecoveryError.self) { try core.recover(driver.journal[2]) }
    #expect(throws: RecoveryError.self) { try core.recover(driver.journal[0]) }
    var live = TradingCore(configuration: CoreConfiguration(mode: .live))
    #expect(throws: RecoveryError.self) { try live.recover(driver.journal[0]) }
    var headless = TradingCore(configuration: driver.core.configuration)
    var second = driver.journal[1]
    second.sequence = 1
    #expect(throws: RecoveryError.self) { try headless.recover(second) }
  }

  /// Paper mode: kill after every journal entry, restart, and trade on.
  @Test(arguments: [41, 42] as [UInt64])
  func paperRestartAfterAnyEntryEndsProtectedOrFlat(seed: UInt64) throws {
    var first = PaperBench()
    first.command(.createBot(Samples.configuration(stopLoss: "0.01", takeProfit: "0.01"), start: true))
    let tape = Samples.market(seed: seed, hours: 1, volatility: 3)
    first.play(tape)
    #expect(first.journal.count > 20)
    for count in 4...first.journal.count {
      var driver = PaperBench()
      driver.journal = Array(first.journal.prefix(count))
      driver.core = try driver.folded()
      let killedAt = driver.core.time
      driver.step(.rules([Samples.rules()]))
      let resting = driver.core.restingOrders.map {
        PaperOrder(
          request: $0.intent.request, venueOrderID: $0.venueOrderID, rules: Samples.rules(), linkedWith: $0.intent.request.linked)
      }
      #expect(resting.allSatisfy { $0.request.type != .market }, "a market order never rests")
      driver.venue = PaperVenue()
      driver.venue.restore(
        open: resting, nextVenueOrderID: driver.core.highestVenueOrderID.value + 1,
        nextTradeIDs: driver.core.tradedSymbols.map { ($0.symbol, $0.lastTradeID.value + 1) })
      driver.resume()
      driver.step(.feed(nil, .live))
      for (index, (time, event)) in tape.enumerated() where time > killedAt {
        driver.market(event, at: time)
        if index % 10 == 0 { driver.step(.clock, at: time) }
      }
      let ids = driver.intents.map(\.request.clientOrderID)
      #expect(Set(ids).count == ids.count)
      let snapshot = try #require(driver.snapshot())
      let twin = NaiveStatistics(driver.fills(), base: "BTC", quote: "USDT")
      #expect(snapshot.position.quantity == twin.inventory && !twin.inventory.isNegative)
      let stops = driver.venue.openOrders.filter { $0.request.type == .stopLoss }
      #expect(stops.count == (snapshot.position.isOpen ? 1 : 0), "killed after entry \(count)")
      #expect(driver.venue.openOrders.count <= 2 * stops.count, "a target without its stop, killed after entry \(count)")
      #expect(driver.fills().allSatisfy { $0.fill.price > Samples.decimal("1000") })
    }
  }
}
