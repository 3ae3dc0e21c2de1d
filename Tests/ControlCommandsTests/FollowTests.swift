import BotAPI
import CommandTestSupport
import Synchronization
import TTRPC
import Testing

@testable import ControlCommands

@Suite struct FollowMachineTests {
  @Test func aCompleteStreamIsTakenAndDuplicatesAreLeftOut() throws {
    var machine = FollowMachine(after: 0)
    try machine.opened(journalID: "j", lastSequence: 0)
    #expect(try machine.take(sequence: 3, previous: 0))
    #expect(try machine.take(sequence: 7, previous: 3))
    #expect(try !machine.take(sequence: 7, previous: 3))
    #expect(try !machine.take(sequence: 3, previous: 0))
    #expect(try machine.take(sequence: 0, previous: 0))
    try machine.heartbeat(last: 7)
    #expect(machine.last == 7 && machine.count == 2)
  }

  @Test func aMissingItemIsAGap() throws {
    var machine = FollowMachine(after: 5)
    #expect(throws: FollowMachine.Gap(last: 5, previous: 6)) { try machine.take(sequence: 7, previous: 6) }
    #expect(machine.last == 5)
  }

  @Test func aHeartbeatBeyondWhatArrivedIsAGap() throws {
    var machine = FollowMachine(after: 5)
    #expect(throws: FollowMachine.Gap.self) { try machine.heartbeat(last: 6) }
  }

  @Test func liveOnlyIsCheckedFromWhereTheDaemonSaysItOpened() throws {
    var machine = FollowMachine(after: nil)
    #expect(try machine.take(sequence: 10, previous: 9))
    #expect(throws: FollowMachine.Gap.self) { try machine.take(sequence: 12, previous: 11) }
    var quiet = FollowMachine(after: nil)
    #expect(quiet.last == nil)
    try quiet.opened(journalID: "j", lastSequence: 4)
    try quiet.opened(journalID: "j", lastSequence: 9)
    #expect(quiet.last == 4)
    #expect(throws: FollowMachine.Gap.self) { try quiet.take(sequence: 6, previous: 5) }
  }

  @Test func whatIsNotRecordedIsTakenInOrderAndMovesNoBookmark() throws {
    var machine = FollowMachine(after: 0)
    machine.subscribe()
    #expect(try machine.take(sequence: 3, previous: 0))
    #expect(try machine.take(sequence: 5, previous: 3, unrecordedIn: 77))
    #expect(try machine.take(sequence: 8, previous: 5, unrecordedIn: 77))
    try machine.heartbeat(last: 8)
    #expect(throws: FollowMachine.Gap(last: 8, previous: 9)) { try machine.take(sequence: 10, previous: 9, unrecordedIn: 77) }
    #expect(machine.last == 3 && machine.count == 3)
  }

  @Test func afterAReconnectOnlyTheSameRunsUnrecordedItemsAreKnown() throws {
    var machine = FollowMachine(after: 3)
    #expect(try machine.take(sequence: 5, previous: 3, unrecordedIn: 77))
    machine.subscribe()
    #expect(try !machine.take(sequence: 5, previous: 3, unrecordedIn: 77))
    #expect(try machine.take(sequence: 6, previous: 5, unrecordedIn: 77))
    machine.subscribe()
    // The daemon was restarted and gives the sequence again, first unrecorded, then recorded.
    #expect(try machine.take(sequence: 5, previous: 3, unrecordedIn: 78))
    machine.subscribe()
    #expect(try machine.take(sequence: 5, previous: 3))
    #expect(machine.last == 5)
    // A daemon that does not say which run it is in: rather twice than not at all.
    #expect(try machine.take(sequence: 7, previous: 5, unrecordedIn: 0))
    machine.subscribe()
    #expect(try machine.take(sequence: 7, previous: 5, unrecordedIn: 0))
  }

  @Test func anotherJournalIsAGap() throws {
    var machine = FollowMachine(after: 5)
    try machine.opened(journalID: "one", lastSequence: 0)
    #expect(throws: FollowMachine.Gap.self) { try machine.opened(journalID: "two", lastSequence: 0) }
  }
}

@Suite struct FollowTests {
  private static func trade(_ sequence: Int64, after previous: Int64) -> V1.Trade {
    V1.Trade(sequence: sequence, previousSequence: previous, symbol: "BTCUSDT", botID: "a", side: .buy, price: "1", quantity: "1")
  }

  /// Serves subscription number n (from 0) with `script`.
  private static func serve(
    _ daemon: ScriptedDaemon, _ requests: Collected,
    _ script: @escaping @Sendable (Int, V1.SubscribeTradesRequest, RPCServerStream) -> Void
  ) {
    let count = Atomic<Int>(0)
    daemon.server.register(V1.TradeService.subscribeTrades) { _, stream in
      stream.onMessage { bytes in
        guard let request = try? V1.SubscribeTradesRequest.decode(bytes) else { return }
        let number = count.wrappingAdd(1, ordering: .relaxed).oldValue
        requests.append("after \(request.afterSequence) journal \(request.journalID) live \(request.liveOnly)\n")
        script(number, request, stream)
      }
      stream.onHalfClose { stream.finish() }
    }
  }

  private static func send(_ stream: RPCServerStream, _ message: V1.SubscribeTradesResponse) {
    if let bytes = try? message.encode() { stream.send(bytes) }
  }

  @Test func aCutStreamIsResumedAfterTheLastTradeAndNothingIsMissingOrTwice() async throws {
    let requests = Collected()
    try await ScriptedDaemon.with { daemon in
      Self.serve(daemon, requests) { number, _, stream in
        switch number {
        case 0:
          Self.send(stream, V1.SubscribeTradesResponse(opened: V1.SubscriptionOpened(journalID: "j")))
          Self.send(stream, V1.SubscribeTradesResponse(trades: [Self.trade(2, after: 0), Self.trade(5, after: 2)]))
          stream.fail(RPCError(code: .resourceExhausted, message: "the reader fell behind"))
        case 1:
          // A repeated trade must be left out.
          Self.send(stream, V1.SubscribeTradesResponse(trades: [Self.trade(5, after: 2), Self.trade(6, after: 5)]))
          Self.send(stream, V1.SubscribeTradesResponse(draining: V1.Draining(lastSequence: 6)))
          stream.finish()
        default:
          Self.send(stream, V1.SubscribeTradesResponse(trades: [Self.trade(9, after: 6)]))
        }
      }
    } _: { daemon in
      let result = await CommandLineUnderTest.run(
        "trades", "--follow", "--from", "0", "--limit", "4", "--output", "json", at: daemon)
      #expect(result.status == .ok)
      #expect(result.outLines.map { String($0.prefix(14)) } == [2, 5, 6, 9].map { "{\"sequence\":\"\($0)" })
      #expect(requests.text == "after 0 journal  live false\nafter 5 journal j live false\nafter 6 journal j live false\n")
      #expect(result.err.contains("botd is stopping"))
    }
  }

  @Test func aGapIsAskedForOnceMoreAndThenEndsWithItsOwnCode() async throws {
    let requests = Collected()
    try await ScriptedDaemon.with { daemon in
      Self.serve(daemon, requests) { number, _, stream in
        if number == 0 { Self.send(stream, V1.SubscribeTradesResponse(trades: [Self.trade(1, after: 0)])) }
        Self.send(stream, V1.SubscribeTradesResponse(trades: [Self.trade(4, after: 3)]))
      }
    } _: { daemon in
      let result = await CommandLineUnderTest.run("trades", "--follow", "--from", "0", at: daemon)
      #expect(result.status == .gap)
      #expect(result.err.contains("after sequence 1 the daemon went on from 3"))
      #expect(requests.text == "after 0 journal  live false\nafter 1 journal  live false\n")
    }
  }

  /// The journal fails after trade 5; the connection breaks; then the daemon is restarted and gives sequence 6 to another trade.
  private static func serveFailure(_ daemon: ScriptedDaemon, _ requests: Collected) {
    daemon.on(V1.SystemService.hello) { (_: V1.HelloRequest) in V1.HelloResponse(startedTimeNs: 100) }
    serve(daemon, requests) { number, _, stream in
      switch number {
      case 0:
        send(stream, V1.SubscribeTradesResponse(opened: V1.SubscriptionOpened(journalID: "j")))
        send(stream, V1.SubscribeTradesResponse(trades: [trade(5, after: 0)]))
        send(stream, V1.SubscribeTradesResponse(trades: [trade(6, after: 5), trade(7, after: 6)], notRecorded: true))
        send(stream, V1.SubscribeTradesResponse(heartbeat: V1.Heartbeat(lastSequence: 7), notRecorded: true))
        stream.fail(RPCError(code: .unavailable, message: "the connection broke"))
      case 1:
        send(stream, V1.SubscribeTradesResponse(trades: [trade(6, after: 5), trade(7, after: 6), trade(8, after: 7)], notRecorded: true))
        stream.fail(RPCError(code: .unavailable, message: "the connection broke"))
      default: send(stream, V1.SubscribeTradesResponse(trades: [trade(6, after: 5)]))
      }
    }
  }

  @Test func whatIsNotRecordedIsShownMarkedAndNeverResumedFrom() async throws {
    let requests = Collected()
    try await ScriptedDaemon.with { daemon in
      Self.serveFailure(daemon, requests)
    } _: { daemon in
      let result = await CommandLineUnderTest.run(
        "trades", "--follow", "--from", "0", "--limit", "5", "--output", "json", at: daemon)
      #expect(result.status == .ok)
      #expect(result.outLines.map { String($0.prefix(14)) } == [5, 6, 7, 8, 6].map { "{\"sequence\":\"\($0)" })
      #expect(result.outLines.map { $0.hasSuffix(",\"not_recorded\":true}") } == [false, true, true, true, false])
      #expect(requests.text == "after 0 journal  live false\nafter 5 journal j live false\nafter 5 journal j live false\n")
    }
  }

  @Test func aTableSaysWhatIsNotRecorded() async throws {
    try await ScriptedDaemon.with { daemon in
      Self.serveFailure(daemon, Collected())
    } _: { daemon in
      let result = await CommandLineUnderTest.run("trades", "--follow", "--from", "0", "--limit", "5", at: daemon)
      #expect(result.outLines.map { $0.contains("not recorded") } == [false, false, true, true, true, false])
      #expect(result.outLines.filter { $0.hasPrefix("SEQ") }.count == 1)
    }
  }

  @Test func ctrlCEndsAFollowedStreamWith0() async throws {
    try await ScriptedDaemon.with { daemon in
      Self.serve(daemon, Collected()) { _, _, stream in
        Self.send(stream, V1.SubscribeTradesResponse(trades: [Self.trade(1, after: 0)]))
      }
    } _: { daemon in
      let line = CommandLineUnderTest()
      async let result = line.run(["trades", "-f", "--address", daemon.address])
      await line.out.contains("BTCUSDT")
      line.interrupt.fire()
      #expect(await result.status == .ok)
      #expect(await result.outLines.first?.hasPrefix("SEQ") == true)
    }
  }

  @Test func withoutADaemonFollowingEndsAtOnce() async {
    let result = await CommandLineUnderTest.run("trades", "--follow", "--address", "unix:/tmp/there-is-none/s")
    #expect(result.status == .noDaemon)
  }

  @Test func aRefusalEndsFollowingWithItsCode() async throws {
    try await ScriptedDaemon.with { daemon in
      Self.serve(daemon, Collected()) { _, _, stream in
        stream.fail(RPCError(code: .outOfRange, reason: "SEQUENCE_NOT_RETAINED", message: "history starts at 100"))
      }
    } _: { daemon in
      let result = await CommandLineUnderTest.run("trades", "--follow", "--from", "7", at: daemon)
      #expect(result.status == .refused)
      #expect(result.err.contains("history starts at 100"))
    }
  }

  @Test func eventsWithoutFollowingEndWhenHistoryDoesAndShowTheNewest() async throws {
    try await ScriptedDaemon.with { daemon in
      daemon.server.register(V1.EventService.subscribeEvents) { _, stream in
        stream.onMessage { _ in
          let events = (1...5).map { number in
            V1.Event(
              sequence: number, previousSequence: number - 1,
              payload: .alert(V1.Alert(severity: .warning, message: "number \(number)")))
          }
          let message = V1.SubscribeEventsResponse(events: events, caughtUp: V1.CaughtUp(sequence: 5))
          if let bytes = try? message.encode() { stream.send(bytes) }
        }
      }
    } _: { daemon in
      let result = await CommandLineUnderTest.run("events", "--limit", "2", at: daemon)
      #expect(result.status == .ok)
      #expect(result.outLines.count == 3)
      #expect(result.outLines.last?.hasSuffix("warning: number 5") == true)
    }
  }
}
