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
