import Time
import BotAPI
import NIOCore
import TTRPC
import TestSupport
import Testing
import TradingCore
import TradingModel

@testable import ControlPlane

/// Subscriptions after the journal failed: trading goes on, and so does what is published of it.
@Suite struct UnrecordedTests {
  typealias Messages = [V1.SubscribeTradesResponse]

  /// Entries 1 to 200 are recorded, then the journal fails.
  private static let end = 200

  private static func failed(entries: [JournalEntry], tailCapacity: Int = 8_192) async throws -> ControlHarness {
    let harness = try await ControlHarness(opensCore: false, tailCapacity: tailCapacity)
    try harness.commit(Array(entries[..<end]))
    try harness.breakJournal()
    return harness
  }

  private static func read(
    _ harness: ControlHarness, _ request: V1.SubscribeTradesRequest, until isDone: @escaping @Sendable (Messages) -> Bool,
    caughtUp: @escaping @Sendable () throws -> Void = {}
  ) async throws -> Messages {
    try await within(30) {
      let stream = try await harness.trades.subscribeTrades()
      try stream.send(request)
      var messages: Messages = []
      while !isDone(messages), let message = try await stream.next() {
        messages.append(message)
        if message.caughtUp != nil { try caughtUp() }
      }
      stream.closeSend()
      return messages
    }
  }

  private static func sequences(_ messages: Messages, notRecorded: Bool) -> [Int64] {
    messages.filter { $0.notRecorded == notRecorded }.flatMap(\.trades).map(\.sequence)
  }

  private static func isChained(_ messages: Messages, from start: Int64) -> Bool {
    let trades = messages.flatMap(\.trades)
    return zip(trades, [start] + trades.map(\.sequence)).allSatisfy { $0.previousSequence == $1 }
  }

  private static func fills(_ entries: some Sequence<JournalEntry>) -> [Int64] {
    SubscriptionTests.fills(Array(entries))
  }

  @Test func aLiveSubscriberGetsWhatIsNotRecordedMarkedAndChained() async throws {
    let entries = Samples.session(count: 300)
    let harness = try await ControlHarness(opensCore: false)
    try harness.commit(Array(entries[..<100]))
    let last = try #require(Self.fills(entries).last)
    let messages = try await Self.read(harness, V1.SubscribeTradesRequest(heartbeatMs: 100)) { messages in
      messages.last?.heartbeat?.lastSequence == last
    } caughtUp: {
      try harness.commit(Array(entries[100..<Self.end]))
      try harness.breakJournal()
      harness.commitUnrecorded(entries[Self.end...])
    }
    #expect(Self.sequences(messages, notRecorded: false) == Self.fills(entries[..<Self.end]))
    #expect(Self.sequences(messages, notRecorded: true) == Self.fills(entries[Self.end...]))
    #expect(Self.isChained(messages, from: 0))
    #expect(messages.last?.notRecorded == true, "the heartbeat names a sequence that is not recorded")
    await harness.stop()
  }

  /// The disk is back: what was not recorded is, whoever has it already does not get it again, and live goes on without a gap.
  @Test func afterARecoveryEverythingComesOnce() async throws {
    let entries = Samples.session(count: 300)
    let harness = try await ControlHarness(opensCore: false)
    try harness.commit(Array(entries[..<Self.end]))
    let last = try #require(Self.fills(entries).last)
    let messages = try await Self.read(harness, V1.SubscribeTradesRequest()) {
      $0.last?.trades.last?.sequence == last
    } caughtUp: {
      try harness.breakJournal()
      harness.commitUnrecorded(entries[Self.end..<250])
      try harness.recoverJournal(entries[Self.end..<250])
      try harness.commit(Array(entries[250...]))
    }
    #expect(messages.flatMap(\.trades).map(\.sequence) == Self.fills(entries))
    #expect(Self.isChained(messages, from: 0))
    let later = try await Self.read(harness, V1.SubscribeTradesRequest()) { $0.last?.trades.last?.sequence == last }
    #expect(Self.sequences(later, notRecorded: false) == Self.fills(entries))
    await harness.stop()
  }

  @Test(arguments: [Int64(0), 50, 199, 200]) func resumingFromARecordedSequenceGivesHistoryThenWhatIsKept(_ after: Int64) async throws {
    let entries = Samples.session(count: 300)
    let harness = try await Self.failed(entries: entries)
    harness.commitUnrecorded(entries[Self.end...])
    let last = try #require(Self.fills(entries).last)
    let messages = try await Self.read(harness, V1.SubscribeTradesRequest(afterSequence: after)) {
      $0.last?.trades.last?.sequence == last
    }
    #expect(messages.first?.opened?.lastSequence == 200)
    #expect(messages.compactMap { $0.caughtUp?.sequence } == [200])
    #expect(Self.sequences(messages, notRecorded: false) == Self.fills(entries[..<Self.end]).filter { $0 > after })
    #expect(Self.sequences(messages, notRecorded: true) == Self.fills(entries[Self.end...]))
    #expect(Self.isChained(messages, from: after))
    await harness.stop()
  }

  @Test(arguments: [Int64(201), 250, 300]) func resumingFromASequenceThatWasNeverRecordedIsAnError(_ after: Int64) async throws {
    let entries = Samples.session(count: 300)
    let harness = try await Self.failed(entries: entries)
    harness.commitUnrecorded(entries[Self.end...])
    let stream = try await harness.trades.subscribeTrades()
    try stream.send(V1.SubscribeTradesRequest(afterSequence: after))
    let error = try await failure { () async throws(RPCError) in try await stream.next() }
    #expect(error.code == .outOfRange)
    #expect(error.info?.reason == "SEQUENCE_BEYOND_END")
    #expect(error.info?.lastSequence == 200)
    await harness.stop()
  }

  /// The oldest of what is not recorded is gone from the tail and is nowhere else: the rest comes, and live goes on.
  @Test func whatIsNoLongerKeptIsLeftOut() async throws {
    let entries = Samples.session(count: 1_000)
    let harness = try await Self.failed(entries: entries, tailCapacity: 64)
    for start in stride(from: Self.end, to: 900, by: 20) { harness.commitUnrecorded(entries[start..<(start + 20)]) }
    let last = try #require(Self.fills(entries).last)
    let messages = try await Self.read(harness, V1.SubscribeTradesRequest(afterSequence: 100)) { messages in
      messages.last?.trades.last?.sequence == last
    } caughtUp: {
      harness.commitUnrecorded(entries[900...])
    }
    #expect(Self.sequences(messages, notRecorded: false) == Self.fills(entries[100..<Self.end]))
    let unrecorded = Self.sequences(messages, notRecorded: true)
    #expect(unrecorded == Array(Self.fills(entries[Self.end...]).suffix(unrecorded.count)))
    #expect(Set(unrecorded).isSuperset(of: Self.fills(entries[836...])))
    #expect(unrecorded.first ?? 0 > 300)
    #expect(messages.compactMap { $0.caughtUp?.sequence } == [200])
    #expect(Self.isChained(messages, from: 100))
    await harness.stop()
  }

  @Test func liveOnlyGivesOnlyWhatComesFromNowOn() async throws {
    let entries = Samples.session(count: 300)
    let harness = try await Self.failed(entries: entries)
    harness.commitUnrecorded(entries[Self.end..<250])
    let last = try #require(Self.fills(entries).last)
    let messages = try await Self.read(harness, V1.SubscribeTradesRequest(liveOnly: true)) { messages in
      messages.last?.trades.last?.sequence == last
    } caughtUp: {
      harness.commitUnrecorded(entries[250...])
    }
    #expect(messages.first?.opened?.lastSequence == 200)
    #expect(messages.compactMap { $0.caughtUp?.sequence } == [200])
    #expect(Self.sequences(messages, notRecorded: false).isEmpty)
    #expect(Self.sequences(messages, notRecorded: true) == Self.fills(entries[250...]))
    #expect(Self.isChained(messages, from: 200))
    await harness.stop()
  }

  @Test func aGoodbyeNamesTheLastRecordedSequence() async throws {
    let entries = Samples.session(count: 300)
    let harness = try await Self.failed(entries: entries)
    harness.commitUnrecorded(entries[Self.end...])
    let last = try #require(Self.fills(entries).last)
    let stream = try await harness.trades.subscribeTrades()
    try stream.send(V1.SubscribeTradesRequest())
    while let message = try await stream.next(), message.trades.last?.sequence != last {}
    async let stopped: Void = harness.server.gracefulShutdown(within: .seconds(5))
    var draining: V1.Draining?
    while let message = try await stream.next() { draining = message.draining ?? draining }
    #expect(draining?.lastSequence == Self.fills(entries[..<Self.end]).last)
    await stopped
    await harness.stop()
  }

  /// The intent of such an order is in no journal: the event is made whole from the tail.
  @Test func eventsOfOrdersThatAreNotRecordedAreWhole() async throws {
    let entries = Samples.session(count: 300)
    let harness = try await Self.failed(entries: entries)
    let intent = try #require(entries[Self.end...].firstIndex { $0.record.kind == .orderIntent })
    // Entries before it update an order that is recorded.
    harness.commitUnrecorded(entries[Self.end...])
    let wanted = entries[intent...].filter { EventValues.kind(of: $0.record) == .order }.map { Int64($0.sequence) }
    let last = try #require(wanted.last)
    let messages = try await within {
      let stream = try await harness.events.subscribeEvents()
      try stream.send(V1.SubscribeEventsRequest(afterSequence: 200, kinds: [.order]))
      var messages: [V1.SubscribeEventsResponse] = []
      while messages.last?.events.last?.sequence != last, let message = try await stream.next() { messages.append(message) }
      return messages
    }
    let events = messages.filter(\.notRecorded).flatMap(\.events)
    #expect(Array(events.map(\.sequence).suffix(wanted.count)) == wanted)
    for event in events {
      guard case .order(let order) = event.payload else { throw TestFailure("not an order event") }
      #expect(order.symbol != "" && order.quantity != "")
    }
    await harness.stop()
  }

  @Test func thePortfolioGoesOnAndItsSequenceStaysTheLastRecordedOne() async throws {
    let harness = try await ControlHarness()
    try await harness.create("alpha")
    let before = try await harness.portfolio.getPortfolioSummary()
    try harness.breakJournal()
    let id = try #require(BotID("alpha"))
    var snapshot = try #require(harness.board.bot(id))
    snapshot.state = .halted
    harness.board.publish(
      BoardUpdate(
        sequence: UInt64(before.sequence) + 9, time: Samples.start.advanced(byMilliseconds: 1_000_000),
        bots: [BotChange(snapshot: snapshot)], isRecorded: false))
    let after = try await harness.portfolio.getPortfolioSummary()
    #expect(after.sequence == before.sequence)
    #expect(after.timeNs > before.timeNs)
    #expect(try await harness.bots.getBot(V1.GetBotRequest(botID: "alpha")).bot?.state == .halted)
    await harness.stop()
  }
}
