import Engine
import Testing
import TradingCore
import TradingModel
import Venue

/// What a restarted engine makes of its journal.
@Suite struct RestoreTests {
  /// The journal of a paper daemon that died with a position and its stop.
  private func journal() throws -> [JournalEntry] {
    let harness = try EngineHarness(mode: .paper)
    try harness.hold()
    #expect(harness.fills.count == 1)
    #expect(harness.engine.core.restingOrders.count == 1)
    return harness.journal.entries
  }

  @Test func aRestoredStopActs() throws {
    let harness = try EngineHarness(mode: .paper, entries: try journal())
    #expect(harness.publisher.watched.count == 1)
    harness.engine.received(harness.trade(50_000))
    harness.settle()
    #expect(harness.fills.map(\.purpose) == [.stopLoss])
  }

  /// A pair is one on the venue of the next life, too: whichever acts, the other is gone.
  @Test(arguments: [(50_000, OrderPurpose.stopLoss), (70_000, .takeProfit)])
  func aRestoredPairActsOnce(price: Int, purpose: OrderPurpose) throws {
    let first = try EngineHarness(mode: .paper, takesPairs: true)
    try first.hold()
    #expect(first.engine.core.restingOrders.map(\.intent.request.type) == [.stopLoss, .limitMaker])
    let harness = try EngineHarness(mode: .paper, entries: first.journal.entries, takesPairs: true)
    harness.engine.received(harness.trade(price))
    harness.settle()
    #expect(harness.fills.map(\.purpose) == [purpose])
    #expect(harness.engine.core.restingOrders.isEmpty)
  }

  @Test func stopsAreRestoredWhenTheRulesComeLate() throws {
    let harness = try EngineHarness(mode: .paper, entries: try journal(), knowsRules: false)
    // Against an exchange the rules are loaded after the start.
    harness.engine.handle(.rules([harness.rules]))
    harness.settle()
    harness.engine.received(harness.trade(50_000))
    harness.settle()
    #expect(harness.fills.map(\.purpose) == [.stopLoss])
  }

  @Test func aRestoredStopIsCanceledLikeAnyOther() throws {
    let harness = try EngineHarness(mode: .paper, entries: try journal(), knowsRules: false)
    harness.engine.handle(.rules([harness.rules]))
    harness.settle()
    let stop = try #require(harness.engine.core.restingOrders.first)
    harness.engine.received(harness.trade(59_500))
    harness.command(.closePosition(stop.botID))
    #expect(harness.fills.map(\.side) == [.sell])
    #expect(harness.engine.core.openOrders.isEmpty)
  }

  @Test func numbersGoOnBehindThoseOfTheFormerLife() throws {
    let entries = try journal()
    let used = try #require(
      entries.compactMap { entry -> FillRecord? in if case .fill(let fill) = entry.record { fill } else { nil } }.last)
    let harness = try EngineHarness(mode: .paper, entries: entries)
    harness.engine.received(harness.trade(50_000))
    harness.settle()
    let fill = try #require(harness.fills.first)
    #expect(fill.fill.tradeID > used.fill.tradeID)
    #expect(fill.fill.venueOrderID > used.fill.venueOrderID)
    #expect(harness.publisher.commits.first?.entries.first?.sequence == UInt64(entries.count) + 1)
  }

  @Test func anOrderUnderWayIsAskedForAgainstAnExchange() throws {
    let before = try EngineHarness(mode: .testnet)
    try before.hold()
    let sent = try #require(before.venue.submitted.first)
    // Nobody heard what became of it.
    let harness = try EngineHarness(mode: .testnet, entries: before.journal.entries)
    for _ in 0..<20 {
      harness.clock.advance(milliseconds: 1_000)
      harness.engine.handle(.clock)
      harness.settle()
    }
    #expect(harness.venue.queried.contains(sent.clientOrderID))
    #expect(harness.venue.submitted.isEmpty, "sent again")
  }

  @Test func theExchangesWordsAreHandedOn() throws {
    let harness = try EngineHarness(mode: .testnet)
    harness.engine.executionStreamChanged(isLive: false, message: "gone")
    harness.engine.executionWarned("again")
    harness.engine.balancesChanged([AssetBalance(asset: "USDT", free: FixedDecimal(5), locked: .zero)], isComplete: true)
    #expect(harness.publisher.streamStates == [false])
    #expect(harness.publisher.warnings == ["again"])
    #expect(harness.publisher.balances.last?.map(\.asset) == ["USDT"])
    #expect(!harness.engine.core.executionIsLive)
  }
}
