import BotAPI
import NIOCore
import Synchronization
import TTRPC
import TestSupport
import Testing
import TradingCore
import TradingModel

@testable import ControlPlane

/// What one trade subscription received, checked as it comes.
struct TradeLog {
  var opened: V1.SubscriptionOpened?
  var caughtUp: V1.CaughtUp?
  var draining: V1.Draining?
  var heartbeats = 0
  var sequences: [Int64] = []
  var previous: Int64
  /// The chain of previous sequences was broken.
  var breaks = 0
  var isHistoryLate = false

  init(after: Int64) { previous = after }

  mutating func take(_ message: V1.SubscribeTradesResponse) {
    if let value = message.opened { opened = value }
    for trade in message.trades {
      if trade.previousSequence != previous { breaks += 1 }
      previous = trade.sequence
      sequences.append(trade.sequence)
    }
    if let value = message.caughtUp {
      if caughtUp != nil { isHistoryLate = true }
      caughtUp = value
    }
    if message.heartbeat != nil { heartbeats += 1 }
    if let value = message.draining { draining = value }
  }
}

/// How far a writer has come.
final class Progress: Sendable {
  private let count: Mutex<Int>
  init(_ count: Int) { self.count = Mutex(count) }
  func set(_ count: Int) { self.count.withLock { $0 = count } }
  var value: Int { count.withLock { $0 } }
}

@Suite struct SubscriptionTests {
  static func fills(_ entries: [JournalEntry], after: Int64 = 0) -> [Int64] {
    entries.filter { $0.record.kind == .fill && Int64($0.sequence) > after }.map { Int64($0.sequence) }
  }

  /// Reads a subscription until `isDone`.
  static func read(
    _ harness: ControlHarness, _ request: V1.SubscribeTradesRequest, until isDone: @escaping @Sendable (TradeLog) -> Bool
  ) async throws -> TradeLog {
    try await within(60) {
      let stream = try await harness.trades.subscribeTrades()
      try stream.send(request)
      var log = TradeLog(after: request.afterSequence)
      while !isDone(log), let message = try await stream.next() { log.take(message) }
      stream.closeSend()
      return log
    }
  }

  @Test func resumingFromAnySequenceGivesExactlyWhatCameAfterIt() async throws {
    let harness = try await ControlHarness(opensCore: false)
    let entries = Samples.session(count: 200)
    try harness.commit(entries)
    for after in Int64(0)...200 {
      let log = try await Self.read(harness, V1.SubscribeTradesRequest(afterSequence: after)) { $0.caughtUp != nil }
      #expect(log.sequences == Self.fills(entries, after: after), "after \(after)")
      #expect(log.breaks == 0)
      #expect(log.opened?.lastSequence == 200)
      #expect(log.opened?.journalID == CoreDriver.journalID)
      #expect(log.caughtUp?.sequence == 200)
    }
    await harness.stop()
  }

  @Test(arguments: [Int64(201), 1_000_000, .max]) func resumingFromBeyondTheEndIsAnError(_ after: Int64) async throws {
    let harness = try await ControlHarness(opensCore: false)
    try harness.commit(Samples.session(count: 200))
    let stream = try await harness.trades.subscribeTrades()
    try stream.send(V1.SubscribeTradesRequest(afterSequence: after))
    let error = try await failure { () async throws(RPCError) in try await stream.next() }
    #expect(error.code == .outOfRange)
    #expect(error.info?.reason == "SEQUENCE_BEYOND_END")
    #expect(error.info?.lastSequence == 200)
    await harness.stop()
  }

  @Test(arguments: [Int64(-1), .min]) func resumingAfterANegativeSequenceHasItsOwnWords(_ after: Int64) async throws {
    let harness = try await ControlHarness(opensCore: false)
    try harness.commit(Samples.session(count: 20))
    let stream = try await harness.events.subscribeEvents()
    try stream.send(V1.SubscribeEventsRequest(afterSequence: after))
    let error = try await failure { () async throws(RPCError) in try await stream.next() }
    #expect(error.code == .invalidArgument)
    #expect(error.info?.reason == "MUST_NOT_BE_NEGATIVE")
    #expect(error.info?.field == "after_sequence")
    #expect(error.message.hasPrefix("after_sequence must be 0 or more, not \(after)"))
    await harness.stop()
  }

  @Test func resumingInAnotherJournalIsAnError() async throws {
    let harness = try await ControlHarness(opensCore: false)
    try harness.commit(Samples.session(count: 20))
    let stream = try await harness.trades.subscribeTrades()
    try stream.send(V1.SubscribeTradesRequest(afterSequence: 3, journalID: "another1"))
    let error = try await failure { () async throws(RPCError) in try await stream.next() }
    #expect(error.code == .outOfRange)
    #expect(error.info?.reason == "OTHER_JOURNAL")
    await harness.stop()
  }

  /// Subscribers come at every moment of a busy journal, from every place, and each gets every fill once.
  @Test(arguments: [8_192, 64]) func subscribingWhileTenThousandEntriesAreCommittedIsExact(_ tailCapacity: Int) async throws {
    let harness = try await ControlHarness(opensCore: false, tailCapacity: tailCapacity, lagMaximum: 1 << 30)
    let entries = Samples.session(count: 12_000, seed: 7)
    try harness.commit(Array(entries[..<2_000]))
    let last = try #require(Self.fills(entries).last)
    let committed = Progress(2_000)
    try await withThrowingTaskGroup(of: (Int64, TradeLog).self) { group in
      group.addTask {
        var random = SeededRandom(seed: 11)
        var start = 2_000
        while start < entries.count {
          let end = min(entries.count, start + 1 + random.below(60))
          try harness.commit(Array(entries[start..<end]))
          start = end
          committed.set(end)
          await Task.yield()
        }
        return (-1, TradeLog(after: 0))
      }
      for number in 0..<24 {
        group.addTask {
          // Waits until the writer has come to this subscriber's moment.
          while committed.value < 2_000 + number * 400 { await Task.yield() }
          let after = Int64([0, 1, 500, 1_999, 2_000][number % 5])
          return (after, try await Self.read(harness, V1.SubscribeTradesRequest(afterSequence: after)) { $0.previous == last })
        }
      }
      for try await (after, log) in group where after >= 0 {
        #expect(log.sequences == Self.fills(entries, after: after))
        #expect(log.breaks == 0)
        #expect(!log.isHistoryLate)
      }
    }
    await harness.stop()
  }

  @Test func filtersByBotAndSymbolKeepTheChainWhole() async throws {
    let harness = try await ControlHarness(opensCore: false)
    let entries = Samples.session(count: 600)
    try harness.commit(Array(entries[..<300]))
    let end = Int64(entries.count)
    let request = V1.SubscribeTradesRequest(botIDs: ["bot1", "bot3"], symbols: ["COIN3USDT"], maxBatch: 2, heartbeatMs: 100)
    let wanted = entries.filter { entry in
      guard case .fill(let record) = entry.record else { return false }
      return record.botID == Samples.bot(3)
    }.map { Int64($0.sequence) }
    async let log = Self.read(harness, request) { $0.previous == wanted.last ?? end }
    try harness.commit(Array(entries[300...]))
    let result = try await log
    #expect(result.sequences == wanted)
    #expect(result.breaks == 0)
    await harness.stop()
  }

  @Test func liveOnlySkipsHistory() async throws {
    let harness = try await ControlHarness(opensCore: false)
    let entries = Samples.session(count: 400)
    try harness.commit(Array(entries[..<200]))
    let last = Self.fills(entries).last
    let log = try await within {
      let stream = try await harness.trades.subscribeTrades()
      try stream.send(V1.SubscribeTradesRequest(liveOnly: true, maxDelayMs: 20))
      var log = TradeLog(after: 200)
      while log.caughtUp == nil, let message = try await stream.next() { log.take(message) }
      try harness.commit(Array(entries[200...]))
      while log.previous != last, let message = try await stream.next() { log.take(message) }
      return log
    }
    #expect(log.sequences == Self.fills(entries, after: 200))
    #expect(log.breaks == 0)
    await harness.stop()
  }

  @Test func silenceIsFilledWithHeartbeats() async throws {
    let harness = try await ControlHarness(opensCore: false)
    try harness.commit(Samples.session(count: 50))
    let log = try await Self.read(harness, V1.SubscribeTradesRequest(heartbeatMs: 100)) { $0.heartbeats == 3 }
    #expect(log.heartbeats == 3)
    await harness.stop()
  }

  @Test func aReaderThatTakesNothingIsEndedWithItsPlaceAndLosesNothing() async throws {
    var configuration = RPCServerConfiguration()
    configuration.streamWritableBytes = 16 << 10
    configuration.writeStallTimeout = .seconds(120)
    let harness = try await ControlHarness(opensCore: false, lagMaximum: 2_000, server: configuration)
    let entries = Samples.session(count: 30_000, seed: 3)
    try harness.commit(Array(entries[..<100]))
    let slow = try await harness.trades.subscribeTrades()
    try slow.send(V1.SubscribeTradesRequest())
    var log = TradeLog(after: 0)
    while log.caughtUp == nil, let message = try await slow.next() { log.take(message) }
    for start in stride(from: 100, to: entries.count, by: 100) {
      try harness.commit(Array(entries[start..<min(entries.count, start + 100)]))
    }
    // Only now does it read on: what was sent, then the end.
    var end: RPCError?
    do throws(RPCError) {
      while let message = try await slow.next() { log.take(message) }
    } catch {
      end = error
    }
    let error = try #require(end)
    #expect(error.code == .resourceExhausted)
    #expect(error.info?.reason == "READER_TOO_SLOW")
    #expect(error.info?.lastSequence == log.previous, "the place in the error is that of the last trade received")
    let last = Self.fills(entries).last
    let rest = try await Self.read(harness, V1.SubscribeTradesRequest(afterSequence: error.info?.lastSequence ?? 0)) { $0.previous == last }
    #expect(log.sequences + rest.sequences == Self.fills(entries))
    await harness.stop()
  }

  @Test func aShutdownSaysGoodbyeWithThePlaceToResume() async throws {
    let harness = try await ControlHarness(opensCore: false)
    let entries = Samples.session(count: 100)
    try harness.commit(entries)
    let stream = try await harness.trades.subscribeTrades()
    try stream.send(V1.SubscribeTradesRequest())
    var log = TradeLog(after: 0)
    while log.caughtUp == nil, let message = try await stream.next() { log.take(message) }
    async let stopped: Void = harness.server.gracefulShutdown(within: .seconds(5))
    while let message = try await stream.next() { log.take(message) }
    #expect(log.draining?.lastSequence == Self.fills(entries).last)
    await stopped
    await harness.stop()
  }

  @Test func aHalfCloseEndsTheSubscriptionAndTheConnectionGoesOn() async throws {
    let harness = try await ControlHarness(opensCore: false)
    try harness.commit(Samples.session(count: 100))
    let ended = try await within {
      let stream = try await harness.trades.subscribeTrades()
      try stream.send(V1.SubscribeTradesRequest())
      _ = try await stream.next()
      stream.closeSend()
      while try await stream.next() != nil {}
      return true
    }
    #expect(ended)
    #expect(try await harness.system.ping(V1.PingRequest(payload: [1, 2, 3])).payload == [1, 2, 3])
    await harness.stop()
  }

  @Test func aSecondRequestAndAMalformedOneEndTheStream() async throws {
    let harness = try await ControlHarness(opensCore: false)
    let twice = try await harness.trades.subscribeTrades()
    try twice.send(V1.SubscribeTradesRequest())
    try twice.send(V1.SubscribeTradesRequest())
    let error = try await failure { () async throws(RPCError) in while try await twice.next() != nil {} }
    #expect(error.info?.reason == "ALREADY_SUBSCRIBED")
    let wrong = try harness.client.bidirectional(V1.TradeService.subscribeTrades)
    try wrong.send([0xFF, 0xFF, 0xFF])
    let malformed = try await failure { () async throws(RPCError) in try await wrong.next() }
    #expect(malformed.info?.reason == "MALFORMED_REQUEST")
    let many = try await harness.trades.subscribeTrades()
    try many.send(V1.SubscribeTradesRequest(botIDs: ["BAD ID", "ok"], symbols: ["?"], maxBatch: -1, heartbeatMs: -1))
    let violations = try await failure { () async throws(RPCError) in try await many.next() }
    #expect(violations.info?.violations.map(\.field) == ["bot_ids[0]", "symbols[0]", "max_batch", "heartbeat_ms"])
    await harness.stop()
  }

  @Test func manySubscribersShareTheWorkAndAllGetEverything() async throws {
    let harness = try await ControlHarness(opensCore: false)
    let entries = Samples.session(count: 3_000)
    try harness.commit(Array(entries[..<100]))
    let last = Self.fills(entries).last
    let wanted = Self.fills(entries)
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<48 {
        group.addTask {
          let log = try await Self.read(harness, V1.SubscribeTradesRequest()) { $0.previous == last }
          return log.sequences == wanted && log.breaks == 0
        }
      }
      for start in stride(from: 100, to: entries.count, by: 7) {
        try harness.commit(Array(entries[start..<min(entries.count, start + 7)]))
      }
      for try await isExact in group { #expect(isExact) }
    }
    await harness.stop()
  }
}
