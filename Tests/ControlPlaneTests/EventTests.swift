import Time
import BotAPI
import NIOCore
import TTRPC
import TestSupport
import Testing
import TradingCore
import TradingModel

@testable import ControlPlane

@Suite struct EventTests {
  static func read(
    _ harness: ControlHarness, _ request: V1.SubscribeEventsRequest, until isDone: @escaping @Sendable ([V1.Event], Bool) -> Bool
  ) async throws -> [V1.Event] {
    try await within(30) {
      let stream = try await harness.events.subscribeEvents()
      try stream.send(request)
      var events: [V1.Event] = []
      var isCaughtUp = false
      while !isDone(events, isCaughtUp), let message = try await stream.next() {
        events += message.events
        if message.caughtUp != nil { isCaughtUp = true }
      }
      stream.closeSend()
      return events
    }
  }

  @Test func everyRecordThatMattersGivesOneEventInOrder() async throws {
    let harness = try await ControlHarness(opensCore: false)
    var entries = [Samples.opened()]
    var random = RandomRecords(seed: 5)
    for sequence in UInt64(2)...300 {
      var entry = random.entry(sequence: sequence, kind: RecordKind.allCases[1 + Int(sequence) % (RecordKind.allCases.count - 1)])
      entry.time = Samples.start.advanced(byMilliseconds: Int64(sequence))
      entries.append(entry)
    }
    try harness.commit(entries)
    let events = try await Self.read(harness, V1.SubscribeEventsRequest(maxBatch: 9)) { $1 }
    let wanted = entries.filter { EventValues.kind(of: $0.record) != nil }
    #expect(events.map(\.sequence) == wanted.map { Int64($0.sequence) })
    #expect(zip(events, [0] + events.map(\.sequence)).allSatisfy { $0.previousSequence == $1 })
    #expect(events.allSatisfy { $0.payload != nil })
    await harness.stop()
  }

  @Test func historyAndLiveTellTheSameEvents() async throws {
    let harness = try await ControlHarness()
    async let live = Self.read(harness, V1.SubscribeEventsRequest()) { events, _ in
      events.contains { if case .bot(let event) = $0.payload { event.change == "removed" } else { false } }
    }
    try await harness.create("alpha")
    let symbol = try #require(Symbol("BTCUSDT"))
    try await harness.driver.fall(symbol, from: 60_000)
    _ = try await harness.bots.removeBot(V1.RemoveBotRequest(botID: "alpha", force: true), timeout: .seconds(20))
    let lived = try await live
    let history = try await Self.read(harness, V1.SubscribeEventsRequest()) { $1 }
    #expect(lived == history)
    let orders = lived.compactMap { event -> V1.Order? in if case .order(let order) = event.payload { order } else { nil } }
    #expect(orders.contains { $0.status == .filled && $0.symbol == "BTCUSDT" && $0.side == .buy })
    #expect(orders.allSatisfy { !$0.symbol.isEmpty }, "an order event tells the whole order")
    let words = lived.compactMap { event -> String? in if case .bot(let event) = event.payload { event.change } else { nil } }
    #expect(words == ["created", "started", "stopped", "removed"])
    await harness.stop()
  }

  @Test func liveEventsOfOrdersFromBeforeTheTailAreWhole() async throws {
    let harness = try await ControlHarness(opensCore: false, tailCapacity: 4)
    let entries = Samples.session(count: 60)
    let intent = try #require(entries.lastIndex { $0.record.kind == .orderIntent })
    // The intent is old history when the subscriber comes; its update is live.
    try harness.commit(Array(entries[...intent]))
    let events = try await within {
      let stream = try await harness.events.subscribeEvents()
      try stream.send(V1.SubscribeEventsRequest(liveOnly: true, kinds: [.order]))
      var events: [V1.Event] = []
      while let message = try await stream.next() {
        if message.caughtUp != nil { break }
      }
      try harness.commit(Array(entries[(intent + 1)...]))
      while events.isEmpty, let message = try await stream.next() { events += message.events }
      return events
    }
    guard case .order(let order) = try #require(events.first).payload else { throw TestFailure("not an order event") }
    #expect(order.symbol != "")
    #expect(order.quantity != "")
    await harness.stop()
  }

  @Test func kindsAndBotsFilter() async throws {
    let harness = try await ControlHarness(opensCore: false)
    let entries = Samples.session(count: 300)
    try harness.commit(entries)
    let bots = try await Self.read(harness, V1.SubscribeEventsRequest(kinds: [.bot])) { $1 }
    #expect(bots.count == 10)
    let one = try await Self.read(harness, V1.SubscribeEventsRequest(botIDs: ["bot3"], kinds: [.bot, .trade])) { $1 }
    let wanted = entries.filter { entry in
      switch entry.record {
      case .botCreated(let configuration): configuration.id == Samples.bot(3)
      case .botStateChanged(let change): change.botID == Samples.bot(3)
      case .fill(let record): record.botID == Samples.bot(3)
      default: false
      }
    }
    #expect(one.map(\.sequence) == wanted.map { Int64($0.sequence) })
    await harness.stop()
  }

  @Test func healthChangesReachWatchersAndEventSubscribers() async throws {
    let harness = try await ControlHarness()
    harness.health.set("feed", .ok, "connected", counters: [("frames", 1)])
    harness.health.set("database", .disabled, "not configured")
    harness.health.set("rate", .ok, "")
    harness.health.set("venue", .ok, "")
    let health = try await harness.system.getHealth()
    #expect(health.status == .ok)
    #expect(health.components.map(\.name) == ["feed", "venue", "database", "rate"])
    #expect(health.memoryBytes > 1 << 20)
    let watched = try await within {
      let stream = try await harness.system.watchHealth()
      try stream.send(V1.WatchHealthRequest())
      let first = try await stream.next()
      harness.health.set("feed", .degraded, "silent for 6 s; wait, or check the network")
      let second = try await stream.next()
      return [first, second]
    }
    #expect(watched.first??.health?.status == .ok)
    #expect(watched.last??.health?.status == .degraded)
    #expect(watched.compactMap { $0?.sequence } == [1, 2])
    let events = try await within {
      let stream = try await harness.events.subscribeEvents()
      try stream.send(V1.SubscribeEventsRequest(kinds: [.health]))
      while let message = try await stream.next(), message.caughtUp == nil {}
      harness.health.set("feed", .ok, "connected")
      return try await stream.next()?.events ?? []
    }
    guard case .health(let component) = try #require(events.first).payload else { throw TestFailure("not a health event") }
    #expect(component.name == "feed")
    #expect(events.first?.sequence == 0)
    await harness.stop()
  }
}
