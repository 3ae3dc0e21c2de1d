import Engine
import NIOEmbedded
import Testing
import TradingCore
import TradingModel
import Venue

/// Rows 43, 48 and 50 of the fault catalogue, wound 13: a disk that takes long, fails, and comes back.
@Suite struct DiskTests {
  private func updates(_ harness: EngineHarness) -> [OrderUpdate] {
    harness.publisher.commits.flatMap(\.entries).compactMap { if case .orderUpdated(let update) = $0.record { update } else { nil } }
  }

  private func alerts(_ harness: EngineHarness, about word: String) -> [Alert] {
    harness.publisher.commits.flatMap(\.entries).compactMap { if case .alert(let alert) = $0.record { alert } else { nil } }
      .filter { $0.message.contains(word) }
  }

  private func tick(_ harness: EngineHarness, after milliseconds: Int64) {
    harness.clock.advance(milliseconds: milliseconds)
    harness.engine.handle(.clock)
    harness.loop.run()
  }

  /// Holds a position on an exchange, its stop resting there, everything durable.
  private func holding() throws -> (EngineHarness, stop: OrderRequest) {
    let harness = try EngineHarness(mode: .testnet)
    try harness.hold()
    let entry = try #require(harness.venue.submitted.first)
    harness.engine.reported(harness.report(entry, number: 1, .filled, price: FixedDecimal(59_100)))
    harness.settle()
    let stop = try #require(harness.venue.submitted.last)
    harness.engine.reported(harness.report(stop, number: 2, .accepted))
    harness.settle()
    return (harness, stop)
  }

  // MARK: Slow

  @Test(arguments: [(900, true), (1_100, false)]) func anEntryThatWaitedTooLongIsNotSent(_ milliseconds: Int64, _ isSent: Bool) throws {
    let harness = try EngineHarness(mode: .testnet)
    try harness.createBot()
    harness.fall()
    harness.loop.run()
    harness.clock.advance(milliseconds: milliseconds)
    harness.settle()
    #expect(harness.venue.submitted.isEmpty == !isSent)
    let refused = updates(harness).filter { $0.status == .rejected }
    #expect(refused.count == (isSent ? 0 : 1))
    guard !isSent else { return }
    #expect(refused.first?.reason.contains("not sent: the disk took 1.1 s") == true, "\(refused)")
    #expect(harness.engine.core.openOrders.isEmpty)
  }

  @Test func aStopGoesUnrecordedAfterASecondAndOnlyOnce() throws {
    let harness = try EngineHarness(mode: .testnet)
    try harness.hold()
    let entry = try #require(harness.venue.submitted.first)
    harness.engine.reported(harness.report(entry, number: 1, .filled, price: FixedDecimal(59_100)))
    harness.loop.run()
    tick(harness, after: 700)
    #expect(harness.venue.submitted.count == 1)
    tick(harness, after: 200)
    #expect(harness.venue.submitted.count == 2)
    #expect(harness.venue.submitted.last?.type == .stopLoss)
    harness.settle()
    #expect(harness.venue.submitted.count == 2)
    // Recorded when it could be: intent and fill, in order.
    let entries = harness.publisher.commits.flatMap(\.entries)
    #expect(entries.map(\.sequence) == Array(1...UInt64(entries.count)))
    #expect(harness.publisher.commits.allSatisfy { $0.isRecorded })
  }

  @Test func anExitDecidedWhileTheDiskIsSlowGoesAtOnce() throws {
    let (harness, stop) = try holding()
    harness.ask(.setTradingState(.reducing, reason: "something to write"))
    tick(harness, after: 1_500)
    harness.engine.received(harness.trade(62_000))
    // A second trade confirms what one may not say alone.
    harness.engine.received(harness.trade(62_000))
    harness.loop.run()
    #expect(harness.venue.canceled == [stop.clientOrderID])
    harness.engine.reported(harness.report(stop, number: 2, .canceled))
    harness.loop.run()
    #expect(harness.venue.submitted.last?.type == .market && harness.venue.submitted.last?.side == .sell)
    #expect(harness.results.values.count == 1, "a reply waits for the disk however long it takes")
  }

  @Test func aSlowDiskIsOneAlarmWithItsFigure() throws {
    let harness = try EngineHarness(mode: .testnet)
    #expect(harness.engine.diskState == .fine)
    for _ in 0..<3 {
      harness.ask(.setTradingState(.reducing, reason: "one"))
      for _ in 0..<8 { tick(harness, after: 250) }
      #expect(harness.engine.diskState == .slow(nanoseconds: 2_000_000_000))
      harness.settle()
      harness.command(.setTradingState(.active, reason: "two"))
    }
    #expect(alerts(harness, about: "takes longer").count == 1)
    for _ in 0..<31 {
      tick(harness, after: 1_000)
      harness.settle()
    }
    #expect(harness.engine.diskState == .fine)
    #expect(alerts(harness, about: "longest commit took 2.0 s").count == 1)
    #expect(harness.publisher.journalWarnings.count == 2)
  }

  /// On paper nothing may depend on the speed of a disk: the market waits, and the same entries are written.
  @Test func onPaperASlowDiskChangesNothing() throws {
    var journals: [[Record]] = []
    for isSlow in [false, true] {
      let harness = try EngineHarness(mode: .paper)
      try harness.createBot()
      harness.fall()
      harness.loop.run()
      for _ in 0..<8 {
        if isSlow { harness.clock.stepMonotonicOnly(milliseconds: 1_000) }
        harness.engine.handle(.clock)
        harness.loop.run()
      }
      harness.settle()
      harness.engine.received(harness.trade(62_000))
      harness.settle()
      journals.append(harness.journal.entries.map(\.record))
      #expect((harness.publisher.journalWarnings.count == 1) == isSlow)
    }
    #expect(journals[0] == journals[1])
  }

  // MARK: Failed, and back

  @Test func whatHappenedMeanwhileIsRecordedWhenTheDiskIsBack() throws {
    let (harness, stop) = try holding()
    let durable = harness.journal.durable
    harness.ask(.setTradingState(.reducing, reason: "under the failure"))
    harness.journal.fail()
    harness.loop.run()
    harness.replyLoop.run()
    // The target: the stop is cancelled, the position sold, all unrecorded.
    harness.engine.received(harness.trade(62_000))
    // A second trade confirms what one may not say alone.
    harness.engine.received(harness.trade(62_000))
    harness.loop.run()
    harness.engine.reported(harness.report(stop, number: 2, .canceled))
    harness.loop.run()
    let exit = try #require(harness.venue.submitted.last)
    #expect(exit.side == .sell && exit.type == .market)
    harness.engine.reported(harness.report(exit, number: 3, .filled, price: FixedDecimal(62_000)))
    tick(harness, after: 1_000)
    let kept = try #require(harness.journal.recoveries.first)
    #expect(kept.map(\.sequence) == Array(durable + 1...durable + UInt64(kept.count)))
    #expect(kept.contains { if case .fill(let fill) = $0.record { fill.side == .sell } else { false } })
    #expect(harness.engine.journalFailure != nil)
    // Something more happens before the disk has answered.
    harness.engine.reported(harness.report(exit, number: 3, .filled, price: FixedDecimal(62_000)))
    harness.loop.run()
    harness.journal.recover(.success(try #require(kept.last?.sequence)))
    harness.settle()
    #expect(harness.engine.journalFailure == nil && harness.engine.diskState == .fine)
    #expect(harness.publisher.recovered == [kept.last?.sequence])
    // From here on as before: commands are taken, and follow without a gap.
    let before = harness.results.values.count
    harness.command(.setTradingState(.active, reason: "again"))
    guard case .done? = harness.results.values.dropFirst(before).first else {
      Issue.record("a command is refused after the recovery: \(harness.results.values)")
      return
    }
    let sequences = harness.journal.entries.map(\.sequence)
    #expect(sequences == Array(1...UInt64(sequences.count)), "dense, none twice")
    #expect(harness.publisher.commits.last?.isRecorded == true)
    #expect(harness.venue.submitted.filter { $0.side == .sell && $0.type == .market }.count == 1)
  }

  @Test func aFailedDiskIsTriedAgainInLongerPauses() throws {
    let harness = try EngineHarness(mode: .testnet)
    harness.ask(.setTradingState(.reducing, reason: "one"))
    harness.journal.fail()
    harness.settle()
    var pauses: [Int] = []
    var seconds = 0
    for _ in 0..<150 {
      tick(harness, after: 1_000)
      seconds += 1
      guard harness.journal.isRecovering else { continue }
      // While one try runs there is no other.
      tick(harness, after: 60_000)
      #expect(harness.journal.recoveries.count == pauses.count + 1)
      pauses.append(seconds)
      seconds = 0
      harness.journal.recover(.failure(.failed("still no space")))
      harness.loop.run()
    }
    #expect(Array(pauses.prefix(8)) == [1, 2, 4, 8, 16, 30, 30, 30])
    #expect(harness.publisher.failures.count == 1)
  }

  @Test func aDiskThatLostWhatWasAcknowledgedIsNotTriedAgain() throws {
    let harness = try EngineHarness(mode: .testnet)
    harness.ask(.setTradingState(.reducing, reason: "one"))
    harness.journal.fail()
    harness.settle()
    tick(harness, after: 1_000)
    harness.journal.recover(.failure(.lost("entry 7 is missing")))
    harness.loop.run()
    for _ in 0..<100 { tick(harness, after: 10_000) }
    #expect(harness.journal.recoveries.count == 1)
    guard case .failed(_, isTriedAgain: false) = harness.engine.diskState else {
      Issue.record("\(harness.engine.diskState)")
      return
    }
  }

  @Test func anEntryThatTheFailureHeldBackIsToldAsNotSent() throws {
    let harness = try EngineHarness(mode: .testnet)
    try harness.createBot()
    harness.fall()
    harness.loop.run()
    harness.journal.fail()
    harness.loop.run()
    #expect(harness.venue.submitted.isEmpty)
    #expect(harness.engine.core.openOrders.isEmpty, "an order that never left stays open for ever")
    #expect(updates(harness).last { $0.status == .rejected }?.reason.contains("not sent") == true)
  }
}
