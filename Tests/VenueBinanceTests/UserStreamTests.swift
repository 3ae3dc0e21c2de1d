import ServiceRuntime
import Synchronization
import Testing
import Time
import TradingModel
import Venue
@testable import VenueBinance

/// The user data stream is alive when it is subscribed and tells what it should; everything else is noticed and mended.
@Suite struct UserStreamTests {
  private static func lives(_ setup: ExecutionSetup) -> [Bool] { setup.recorder.seen.withLock { $0.live.map(\.0) } }

  private static func reason(_ setup: ExecutionSetup) -> String {
    setup.recorder.seen.withLock { $0.live.first { !$0.0 }?.1 ?? "" }
  }

  /// RELIABILITY I20: a person may mend the key, or the exchange its mistake.
  @Test(arguments: [-2_015, -2_014, -1_022, -1_002, -1_000, -9_999])
  func refusedSubscriptionIsAskedForAgainMoreAndMoreSlowly(_ code: Int) async throws {
    let setup = try ExecutionSetup {
      $0.refusalPauseNanoseconds = 60_000_000
      $0.refusalPauseMaximumNanoseconds = 100_000_000
    }
    let asked = Shared<[Int64]>([])
    setup.exchange.onText.withLock {
      $0 = { session, text in
        let count = asked.withLock { times -> Int in
          times.append(MonotonicClock.nanoseconds())
          return times.count
        }
        guard count <= 3 else { return ExecutionSetup.confirm(session, text) }
        // The exchange leaves the id out where the whole session is refused.
        let id = count == 1 ? "null" : String(ExecutionSetup.requestID(text))
        session.send("{\"id\":\(id),\"status\":401,\"error\":{\"code\":\(code),\"msg\":\"Invalid API-key.\"}}")
      }
    }
    try await setup.onLoop { $0.execution.start() }
    try await Eventually.holds("live") { setup.recorder.isLive }
    #expect(Self.lives(setup) == [false, false, false, true])
    #expect(Self.reason(setup).contains("Invalid API-key. (\(code)); asking again in 1 s"))
    #expect(setup.exchange.sessions.count == 1, "the connection is kept")
    let times = asked.withLock { $0 }
    let pauses = zip(times.dropFirst(), times).map { $0 - $1 }
    // A pause is drawn from the upper half.
    for (pause, least) in zip(pauses, [30_000_000, 50_000_000, 50_000_000] as [Int64]) { #expect(pause >= least) }
    await setup.stop()
  }

  /// A pause holds on the next connection too.
  @Test func aNewConnectionDoesNotShortenThePause() async throws {
    let setup = try ExecutionSetup { $0.refusalPauseNanoseconds = 600_000_000 }
    let asked = Shared<[Int64]>([])
    setup.exchange.onText.withLock {
      $0 = { session, text in
        asked.withLock { $0.append(MonotonicClock.nanoseconds()) }
        guard session.number == 1 else { return ExecutionSetup.confirm(session, text) }
        session.send("{\"id\":\(ExecutionSetup.requestID(text)),\"status\":401,\"error\":{\"code\":-2015,\"msg\":\"no\"}}")
        session.drop()
      }
    }
    try await setup.onLoop { $0.execution.start() }
    try await Eventually.holds("live") { setup.recorder.isLive }
    let times = asked.withLock { $0 }
    #expect(times.count >= 2 && times[1] - times[0] >= 290_000_000)
    await setup.stop()
  }

  @Test func wrongTimeIsMeasuredAtOnceAndThenPausedOn() async throws {
    let setup = try ExecutionSetup { $0.refusalPauseNanoseconds = 10_000_000 }
    let asked = Shared(0)
    setup.exchange.onText.withLock {
      $0 = { session, text in
        let count = asked.withLock { count -> Int in
          count += 1
          return count
        }
        guard count <= 2 else { return ExecutionSetup.confirm(session, text) }
        session.send("{\"id\":\(ExecutionSetup.requestID(text)),\"status\":400,\"error\":{\"code\":-1021,\"msg\":\"outside\"}}")
      }
    }
    try await setup.onLoop { $0.execution.start() }
    try await Eventually.holds("live") { setup.recorder.isLive }
    #expect(setup.exchange.requests("/api/v3/time").count == 2, "once at the start, once at the refusal")
    #expect(Self.lives(setup) == [false, true], "only the second one is told")
    await setup.stop()
  }

  @Test(arguments: ["[]", #"[{"subscriptionId":7}]"#, "{}"])
  func aSubscriptionThatIsNotListedIsDead(_ list: String) async throws {
    let setup = try ExecutionSetup { $0.checkEveryNanoseconds = 20_000_000 }
    let confirm = try #require(setup.exchange.onText.withLock { $0 })
    let checks = Shared(0)
    setup.exchange.onText.withLock {
      $0 = { session, text in
        guard text.contains("session.subscriptions"), session.number == 1 else { return confirm(session, text) }
        let count = checks.withLock { count -> Int in
          count += 1
          return count
        }
        guard count > 3 else { return confirm(session, text) }
        session.send("{\"id\":\(ExecutionSetup.requestID(text)),\"status\":200,\"result\":\(list)}")
      }
    }
    try await setup.onLoop { $0.execution.start() }
    try await Eventually.holds("down and up") { Self.lives(setup).starts(with: [true, false, true]) }
    #expect(checks.withLock { $0 } == 4)
    #expect(Self.reason(setup).contains("does not list it"))
    #expect(setup.exchange.requests("/api/v3/account").count >= 2, "reconciled on return")
    await setup.stop()
  }

  /// A black hole: pings and everything else may go on, but no answer comes.
  @Test func aCheckWithoutAnAnswerIsDead() async throws {
    let setup = try ExecutionSetup {
      $0.checkEveryNanoseconds = 10_000_000
      $0.checkPatienceNanoseconds = 50_000_000
    }
    let confirm = try #require(setup.exchange.onText.withLock { $0 })
    setup.exchange.onText.withLock {
      $0 = { session, text in
        if !text.contains("session.subscriptions") || session.number > 1 { confirm(session, text) }
      }
    }
    try await setup.onLoop { $0.execution.start() }
    try await Eventually.holds("down and up") { Self.lives(setup).starts(with: [true, false, true]) }
    #expect(Self.reason(setup).contains("did not say within 50 ms"))
    await setup.stop()
  }

  @Test func aCheckThatIsPutOffSaysNothing() async throws {
    let setup = try ExecutionSetup { $0.checkEveryNanoseconds = 10_000_000 }
    let confirm = try #require(setup.exchange.onText.withLock { $0 })
    let putOff = Shared(false)
    setup.exchange.onText.withLock {
      $0 = { session, text in
        guard text.contains("session.subscriptions") else { return confirm(session, text) }
        session.send("{\"id\":\(ExecutionSetup.requestID(text)),\"status\":429,\"error\":{\"code\":-1003,\"msg\":\"Too much\"}}")
        session.send(UserStreamMessageTests.report())
        putOff.withLock { $0 = true }
      }
    }
    try await setup.onLoop { $0.execution.start() }
    try await Eventually.holds("the report behind the refusal") {
      putOff.withLock { $0 } && setup.recorder.seen.withLock { $0.reports.contains { $0.clientOrderID == Samples.id("mine-1") } }
    }
    #expect(!Self.lives(setup).contains(false))
    await setup.stop()
  }

  @Test func aSessionThatIsEndedIsMadeAnew() async throws {
    let setup = try ExecutionSetup()
    try await setup.onLoop { $0.execution.start() }
    try await Eventually.holds("live") { setup.recorder.isLive }
    let session = try #require(setup.exchange.sessions.first)
    session.send(#"{"id":null,"status":401,"error":{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."}}"#)
    try await Eventually.holds("down and up") { Self.lives(setup) == [true, false, true] }
    #expect(Self.reason(setup).contains("(-2015)"))
    await setup.stop()
  }

  @Test func anAnsweredOrderThatTheStreamDoesNotTellOfShowsItsDeath() async throws {
    let setup = try ExecutionSetup { $0.reportPatienceNanoseconds = 50_000_000 }
    setup.script("POST /api/v3/order") { _, _ in .ok(Samples.fullAnswer) }
    // Sent while there is no stream: nothing is expected of it.
    _ = try await setup.submit()
    try await setup.onLoop { $0.execution.start() }
    try await Eventually.holds("live") { setup.recorder.isLive }
    _ = try await setup.submit()
    try await Eventually.holds("down and up") { Self.lives(setup) == [true, false, true] }
    #expect(Self.reason(setup).contains("did not tell of order bot-1 within 50 ms"))
    await setup.stop()
  }

  @Test func anUnreadableReportIsAGap() async throws {
    let setup = try ExecutionSetup()
    try await setup.onLoop { $0.execution.start() }
    try await Eventually.holds("live") { setup.recorder.isLive }
    let session = try #require(setup.exchange.sessions.first)
    session.send(UserStreamMessageTests.report([("PARTIALLY_FILLED", "NEVER_HEARD_OF")]))
    try await Eventually.holds("read again") { Self.lives(setup) == [true, false, true] }
    #expect(Self.reason(setup).contains("cannot be read"))
    #expect(setup.exchange.requests("/api/v3/account").count == 2 && setup.exchange.requests("/api/v3/openOrders").count == 2)
    // Many at once are one gap, after a pause.
    let before = MonotonicClock.nanoseconds()
    for _ in 0..<20 { session.send("garbage") }
    try await Eventually.holds("read again") { Self.lives(setup) == [true, false, true, false, true] }
    #expect(MonotonicClock.nanoseconds() - before >= 490_000_000)
    #expect(setup.exchange.requests("/api/v3/account").count == 3)
    #expect(try await setup.onLoop { $0.execution.refusedEvents } == 21)
    #expect(setup.exchange.sessions.count == 1)
    await setup.stop()
  }
}

@Suite struct ReportWatchTests {
  private static func report(_ id: String, _ status: OrderStatus, _ executed: String) -> ExecutionReport {
    ExecutionReport(
      clientOrderID: Samples.id(id), venueOrderID: VenueOrderID(1), symbol: Samples.bitcoin, side: .buy, type: .market,
      quantity: Samples.decimal("2"), status: status, executedQuantity: Samples.decimal(executed), cumulativeQuote: .zero,
      time: .zero, source: .stream)
  }

  @Test func whatTheStreamToldFirstIsNotWaitedFor() {
    var watch = ReportWatch()
    watch.sent(Samples.id("a"))
    watch.heard(Self.report("a", .accepted, "0"))
    watch.heard(Self.report("a", .filled, "2"))
    #expect(watch.answered(Samples.id("a"), Self.report("a", .filled, "2"), at: 10) == false)
    #expect(!watch.isOverdue(Samples.id("a"), at: .max, patienceNanoseconds: 5))
  }

  @Test func halfOfIt() {
    var watch = ReportWatch()
    watch.sent(Samples.id("a"))
    watch.heard(Self.report("a", .accepted, "0"))
    #expect(watch.answered(Samples.id("a"), Self.report("a", .filled, "2"), at: 10) == true, "its fills are missing")
    #expect(
      !watch.isOverdue(Samples.id("a"), at: 14, patienceNanoseconds: 5) && watch.isOverdue(Samples.id("a"), at: 15, patienceNanoseconds: 5))
    watch.heard(Self.report("a", .partiallyFilled, "2"))
    #expect(watch.isOverdue(Samples.id("a"), at: 15, patienceNanoseconds: 5), "its end is")
    watch.heard(Self.report("a", .filled, "2"))
    #expect(!watch.isOverdue(Samples.id("a"), at: 15, patienceNanoseconds: 5))
  }

  @Test func refusedLostAndForeignOrdersAreNotWaitedFor() {
    var watch = ReportWatch()
    watch.sent(Samples.id("a"))
    #expect(watch.answered(Samples.id("a"), nil, at: 10) == false)
    #expect(watch.answered(Samples.id("b"), Self.report("b", .accepted, "0"), at: 10) == false, "sent before the stream was there")
    watch.sent(Samples.id("c"))
    watch.forget()
    #expect(watch.answered(Samples.id("c"), Self.report("c", .accepted, "0"), at: 10) == false)
  }

  @Test func aCancelIsWaitedForBesideItsOrder() {
    var watch = ReportWatch()
    let id = Samples.id("a")
    watch.sent(id)
    watch.sent(id)
    #expect(watch.answered(id, Self.report("a", .canceled, "0"), at: 10) == true)
    #expect(watch.answered(id, Self.report("a", .accepted, "0"), at: 11) == true)
    watch.heard(Self.report("a", .accepted, "0"))
    #expect(watch.isOverdue(id, at: 20, patienceNanoseconds: 10))
    watch.heard(Self.report("a", .canceled, "0"))
    #expect(!watch.isOverdue(id, at: 20, patienceNanoseconds: 10))
  }
}
