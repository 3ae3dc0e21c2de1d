import Synchronization
import NIOEmbedded
import Engine
import Testing
import TradingCore
import TradingModel
import Venue

/// The first promise: an order's intent is durable before its first byte leaves.
@Suite struct DurabilityTests {
  @Test func noOrderLeavesBeforeItsIntentIsDurable() throws {
    let harness = try EngineHarness(mode: .testnet)
    try harness.createBot()
    harness.fall()
    harness.loop.run()
    let intent = try #require(
      harness.journal.entries.last { if case .orderIntent = $0.record { true } else { false } }, "the bot did not decide to buy")
    #expect(harness.journal.durable < intent.sequence)
    #expect(harness.venue.submitted.isEmpty)

    harness.journal.commitAll()
    #expect(harness.venue.submitted.isEmpty, "the disk answered, but not on the core's loop yet")
    harness.loop.run()
    guard case .orderIntent(let recorded) = intent.record else { return }
    #expect(harness.venue.submitted == [recorded.request])
    harness.settle()
    #expect(harness.venue.submitted.count == 1)
  }

  @Test func aBatchThatBecomesDurableReleasesOnlyWhatItHolds() throws {
    let harness = try EngineHarness(mode: .testnet)
    try harness.createBot("one")
    try harness.createBot("two")
    harness.fall()
    harness.loop.run()
    // Both bots decided in one turn: one batch, two orders.
    #expect(harness.journal.pendingGroups == 1)
    // A command in a later turn waits in a batch of its own.
    harness.ask(.setTradingState(.reducing, reason: "test"))
    #expect(harness.journal.pendingGroups == 2)
    harness.journal.commit()
    harness.loop.run()
    harness.replyLoop.run()
    #expect(harness.venue.submitted.count == 2)
    #expect(harness.results.values.count == 2, "the two creations; the last command is not durable")
    harness.settle()
    #expect(harness.results.values.count == 3)
  }

  @Test func whatIsNotDurableIsNotPublished() throws {
    let harness = try EngineHarness(mode: .testnet)
    try harness.createBot()
    let before = harness.publisher.commits.count
    harness.fall()
    harness.loop.run()
    #expect(harness.publisher.commits.count == before)
    harness.settle()
    #expect(harness.publisher.commits.count > before)
    #expect(harness.publisher.commits.allSatisfy { $0.isRecorded })
    // Dense and in order: no entry twice, none missing.
    let sequences = harness.publisher.commits.flatMap(\.entries).map(\.sequence)
    #expect(sequences == Array(1...UInt64(sequences.count)))
  }

  @Test func onPaperTheOrderReachesTheVenueWhenItIsDurable() throws {
    let harness = try EngineHarness(mode: .paper)
    try harness.createBot()
    harness.fall()
    harness.loop.run()
    let sent = try intent(harness)
    #expect(harness.engine.core.order(sent.clientOrderID)?.status.isTerminal == false)
    #expect(harness.fills.isEmpty)
    harness.settle()
    #expect(harness.fills.count == 1)
  }

  private func intent(_ harness: EngineHarness) throws -> OrderRequest {
    try #require(
      harness.journal.entries.compactMap { entry -> OrderRequest? in
        if case .orderIntent(let intent) = entry.record { intent.request } else { nil }
      }.last)
  }

  @Test func repliesComeOffTheCoresLoopAndAfterDurability() throws {
    let harness = try EngineHarness(mode: .paper)
    harness.ask(.setTradingState(.halted, reason: "test"))
    #expect(harness.engine.core.tradingState == .halted)
    harness.replyLoop.run()
    #expect(harness.results.values.isEmpty, "not durable")
    harness.journal.commitAll()
    harness.loop.run()
    #expect(harness.results.values.isEmpty, "the completion ran on the core's loop")
    harness.replyLoop.run()
    #expect(harness.results.values.count == 1)
  }

  @Test func aRefusedCommandNeedsNoDisk() throws {
    let harness = try EngineHarness(mode: .paper)
    guard let id = BotID("nobody") else { return }
    harness.ask(.startBot(id))
    harness.replyLoop.run()
    let result = try #require(harness.results.values.first)
    guard case .failed(let error) = result else {
      Issue.record("a bot that is not there was started")
      return
    }
    #expect(error.code == .notFound)
  }

  @Test func theStopThatADaemonMakesDropsWhatIsNotDurable() throws {
    let harness = try EngineHarness(mode: .testnet)
    try harness.createBot()
    harness.fall()
    harness.loop.run()
    harness.journal.fail(.closed)
    harness.settle()
    #expect(harness.venue.submitted.isEmpty)
    #expect(harness.engine.journalFailure == nil && harness.publisher.failures.isEmpty)
    harness.engine.received(harness.trade(50_000))
    harness.settle()
    #expect(harness.venue.submitted.isEmpty && harness.venue.canceled.isEmpty)
  }
}
