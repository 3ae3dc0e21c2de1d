import Synchronization
import NIOEmbedded
import Engine
import Testing
import TradingCore
import TradingModel
import Venue

/// While the journal has failed: positions can still be closed, nothing is bought, everything is shown.
@Suite struct JournalFailureTests {
  /// Holds a position on an exchange, its stop resting there.
  private func holding() throws -> (EngineHarness, stop: OrderRequest) {
    let harness = try EngineHarness(mode: .testnet)
    try harness.hold()
    let entry = try #require(harness.venue.submitted.first)
    harness.engine.reported(harness.report(entry, number: 1, .filled, price: FixedDecimal(59_100)))
    harness.settle()
    let stop = try #require(harness.venue.submitted.last)
    #expect(stop.type == .stopLoss)
    harness.engine.reported(harness.report(stop, number: 2, .accepted))
    harness.settle()
    return (harness, stop)
  }

  /// The disk fails under a command.
  private func fail(_ harness: EngineHarness) {
    harness.ask(.setTradingState(.reducing, reason: "under the failure"))
    harness.journal.fail()
    harness.loop.run()
    harness.replyLoop.run()
  }

  @Test func everyCallerHearsThatNothingWasRecorded() throws {
    let harness = try EngineHarness(mode: .testnet)
    harness.ask(.setTradingState(.reducing, reason: "one"))
    harness.ask(.setTradingState(.halted, reason: "two"))
    harness.journal.fail()
    harness.settle()
    let results = harness.results.values
    #expect(results.count == 2)
    for result in results {
      guard case .failed(let error) = result else {
        Issue.record("a command succeeded that is not durable")
        continue
      }
      #expect(error.code == .unavailable && error.violations.first?.reason == "JOURNAL_UNAVAILABLE")
    }
    #expect(harness.publisher.failures == ["no space left on the device"], "told once")
    #expect(harness.engine.journalFailure == "no space left on the device")
    // And so does everyone who asks later.
    harness.ask(.setTradingState(.active, reason: "later"))
    harness.replyLoop.run()
    #expect(harness.results.values.count == 3)
  }

  @Test func anEntryThatWaitedNeverLeaves() throws {
    let harness = try EngineHarness(mode: .testnet)
    try harness.createBot()
    harness.fall()
    harness.loop.run()
    harness.journal.fail()
    harness.settle()
    #expect(harness.venue.submitted.isEmpty)
    for price in [58_800, 58_500, 58_200] {
      harness.engine.received(harness.candle(price))
      harness.settle()
    }
    #expect(harness.venue.submitted.isEmpty, "bought without a record")
  }

  @Test func aPositionIsStillClosedAtItsTarget() throws {
    let (harness, stop) = try holding()
    fail(harness)
    let before = harness.venue.submitted.count
    // The target lies 4 % above the entry.
    harness.engine.received(harness.trade(62_000))
    harness.loop.run()
    #expect(harness.venue.canceled.isEmpty && harness.venue.questions == [harness.symbol], "one print alone sells nothing")
    harness.engine.quoted(
      Quote(
        symbol: harness.symbol, bidPrice: FixedDecimal(61_999), bidQuantity: .one, askPrice: FixedDecimal(62_001), askQuantity: .one,
        time: harness.clock.wall))
    harness.loop.run()
    #expect(harness.venue.canceled == [stop.clientOrderID])
    harness.engine.reported(harness.report(stop, number: 2, .canceled))
    harness.loop.run()
    let exit = try #require(harness.venue.submitted.dropFirst(before).first)
    #expect(exit.side == .sell && exit.type == .market)
  }

  @Test func everythingIsStillPublishedMarkedAsNotRecorded() throws {
    let (harness, stop) = try holding()
    let recorded = harness.publisher.commits.count
    fail(harness)
    #expect(harness.publisher.commits.count > recorded, "what was lost with the disk")
    for _ in 0..<2 { harness.engine.received(harness.trade(62_000)) }
    harness.loop.run()
    harness.engine.reported(harness.report(stop, number: 2, .canceled))
    harness.loop.run()
    let exit = try #require(harness.venue.submitted.last)
    harness.engine.reported(harness.report(exit, number: 3, .filled, price: FixedDecimal(62_000)))
    harness.loop.run()
    let after = harness.publisher.commits[recorded...]
    #expect(after.allSatisfy { !$0.isRecorded })
    #expect(harness.publisher.commits[..<recorded].allSatisfy { $0.isRecorded })
    #expect(harness.fills(Array(after)).count == 1)
    #expect(after.last?.bots.last?.snapshot.position.isOpen == false)
    let sequences = harness.publisher.commits.flatMap(\.entries).map(\.sequence)
    #expect(sequences == Array(1...UInt64(sequences.count)), "no entry twice, none missing")
  }

  @Test func refusedCommandsLeaveNothingBehind() throws {
    let (harness, _) = try holding()
    fail(harness)
    let handed = harness.journal.entries.count
    for _ in 0..<1_000 {
      harness.ask(.setTradingState(.reducing, reason: "test"))
      harness.ask(.setTradingState(.active, reason: "test"))
    }
    #expect(harness.journal.entries.count == handed, "entries are still handed to a failed journal")
    #expect(harness.engine.waitingCount == 0)
  }

  @Test func onPaperTheMarketGoesOn() throws {
    let harness = try EngineHarness(mode: .paper)
    try harness.createBot()
    harness.fall()
    harness.loop.run()
    // These wait for the order that waits for the disk.
    for price in [59_000, 58_900] { harness.engine.received(harness.trade(price)) }
    #expect(harness.engine.isHoldingBack)
    harness.journal.fail()
    harness.loop.run()
    #expect(!harness.engine.isHoldingBack)
    let last = harness.trade(58_800)
    harness.engine.received(last)
    #expect(!harness.engine.isHoldingBack)
    #expect(harness.publisher.heard.last == .market(last))
  }
}
