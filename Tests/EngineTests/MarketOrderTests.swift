import NIOEmbedded
import Engine
import Testing
import Time
import TradingCore
import TradingModel
import Venue

/// What reaches the core in which order, and at which time.
@Suite struct MarketOrderTests {
  @Test func heldBackEventsKeepTheirOrder() throws {
    let harness = try EngineHarness(mode: .paper)
    try harness.createBot()
    harness.fall()
    harness.loop.run()
    harness.publisher.heard.removeAll()
    let key = SeriesKey(symbol: harness.symbol, interval: .fiveMinutes)
    let first = harness.trade(59_000)
    let quote = MarketEvent.quote(
      Quote(
        symbol: harness.symbol, bidPrice: FixedDecimal(58_990), bidQuantity: .one, askPrice: FixedDecimal(58_991), askQuantity: .one,
        time: harness.clock.wall))
    let last = harness.candle(58_800)
    harness.engine.received(first)
    harness.engine.warm(key, [])
    harness.engine.received(quote)
    harness.engine.received(last)
    #expect(harness.publisher.heard.isEmpty, "an order waits for the disk")
    harness.settle()
    guard harness.publisher.heard.count == 4 else {
      Issue.record("heard \(harness.publisher.heard)")
      return
    }
    #expect(harness.publisher.heard[0] == .market(first))
    #expect(harness.publisher.heard[1] == .history(key, 0))
    guard case .market(.quote) = harness.publisher.heard[2] else {
      Issue.record("third is \(harness.publisher.heard[2])")
      return
    }
    #expect(harness.publisher.heard[3] == .market(last))
  }

  @Test func theDisksSpeedDoesNotChangeTheTrades() throws {
    let prices = [60_000, 59_700, 59_400, 59_100, 58_800, 58_500, 59_500, 61_000, 62_500, 61_800, 61_000, 60_200, 59_700, 59_100, 63_000]
    let fast = try EngineHarness(mode: .paper)
    try fast.createBot()
    for price in prices {
      fast.engine.received(fast.trade(price))
      fast.settle()
      fast.engine.received(fast.candle(price))
      fast.settle()
    }
    // The same events, all of them handed over before the disk answers once, then one batch at a time.
    let slow = try EngineHarness(mode: .paper)
    try slow.createBot()
    for price in prices {
      slow.engine.received(slow.trade(price))
      slow.engine.received(slow.candle(price))
    }
    slow.loop.run()
    while slow.journal.commit() { slow.loop.run() }
    #expect(fast.fills.count >= 2)
    #expect(slow.fills == fast.fills)
  }

  @Test func commandsAgainstAnExchangeTakeItsTimeWhateverHappensToTheWallClock() throws {
    let harness = try EngineHarness(mode: .testnet)
    harness.engine.clockMeasured(offsetNanoseconds: 2_000_000_000)
    let measured = harness.clock.wall.advanced(byMilliseconds: 2_000)
    harness.clock.advance(milliseconds: 1_000)
    harness.clock.stepWall(milliseconds: 3_600_000)
    harness.command(.setTradingState(.halted, reason: "test"))
    let entry = try #require(harness.publisher.commits.last?.entries.last)
    #expect(entry.time == measured.advanced(byMilliseconds: 1_000))
    harness.clock.stepWall(milliseconds: -7_200_000)
    harness.command(.setTradingState(.active, reason: "test"))
    #expect(harness.publisher.commits.last?.entries.last?.time == measured.advanced(byMilliseconds: 1_000))
  }

  /// A machine whose clock is an hour ahead: what comes before the exchange's clock is measured takes core time nowhere, or all that waits
  /// for a time would wait for an hour.
  @Test func beforeTheClockIsMeasuredTheMachinesClockIsNotBelieved() throws {
    let entries: [JournalEntry]
    do {
      let first = try EngineHarness(mode: .testnet)
      first.engine.clockMeasured(offsetNanoseconds: 0)
      try first.createBot()
      entries = first.journal.entries
    }
    let harness = try EngineHarness(mode: .testnet, entries: entries)
    harness.clock.stepWall(milliseconds: 3_600_000)
    let late = try EngineHarness(mode: .testnet, entries: entries, wallAhead: 3_600_000)
    for one in [harness, late] {
      let before = one.engine.core.time
      let trade = MarketTrade(
        symbol: one.symbol, id: TradeID(1), price: FixedDecimal(60_000), quantity: .one, time: before.advanced(byMilliseconds: 700),
        isBuyerMaker: false)
      one.engine.received(.trade(trade))
      #expect(one.engine.core.time == before.advanced(byMilliseconds: 700))
      one.command(.setTradingState(.halted, reason: "test"))
      one.engine.handle(.clock)
      #expect(one.engine.core.time == before.advanced(byMilliseconds: 700))
    }
  }

  /// A process with such a clock that died before it measured the exchange's leaves its start's time behind: the next one folds it.
  @Test func theTimeOfAStartMovesNothingWhenItIsFolded() throws {
    let ahead = try EngineHarness(mode: .testnet, wallAhead: 3_600_000)
    let start = StartRecord(epoch: 1, place: StatePlace(machine: 1, inode: 2, birth: 3), acceptsEarlier: false)
    ahead.engine.handle(.started(start))
    ahead.engine.handle(.account(AccountBinding(exchange: "botsim", uid: 7)))
    ahead.settle()
    let dead = ahead.journal.entries
    #expect(dead.count >= 3 && dead.last?.time == EngineHarness.start.advanced(byMilliseconds: 3_600_000))
    let next = try EngineHarness(mode: .testnet, entries: dead)
    #expect(next.engine.core.time < EngineHarness.start.advanced(byMilliseconds: 60_000))
  }

  @Test func aJournalAheadOfTheExchangesClockIsTold() throws {
    let harness = try EngineHarness(mode: .testnet)
    harness.engine.clockMeasured(offsetNanoseconds: 0)
    try harness.createBot()
    for _ in 0..<2 { harness.engine.clockMeasured(offsetNanoseconds: -60_000_000_000) }
    harness.settle()
    let told = harness.journal.entries.filter { entry in
      if case .alert(let alert) = entry.record { alert.message.contains("ahead of the exchange's clock") } else { false }
    }
    #expect(told.count == 1)
  }

  @Test func anEventFarAheadOfTheExchangesClockDoesNotTakeCoreTimeThere() throws {
    let harness = try EngineHarness(mode: .testnet)
    try harness.createBot()
    let far = harness.clock.wall.advanced(byMilliseconds: 86_400_000)
    harness.engine.received(
      .trade(
        MarketTrade(symbol: harness.symbol, id: TradeID(1), price: FixedDecimal(60_000), quantity: .one, time: far, isBuyerMaker: false)))
    #expect(harness.engine.core.time <= harness.clock.wall.advanced(byMilliseconds: 5_000))
  }

  @Test func onPaperTimePassesWithTheMarket() throws {
    let harness = try EngineHarness(mode: .paper)
    try harness.createBot()
    let event = harness.trade(60_000)
    harness.engine.received(event)
    let told = harness.engine.core.time
    harness.clock.advance(milliseconds: 3_600_000)
    harness.engine.handle(.clock)
    #expect(harness.engine.core.time == told)
  }
}
