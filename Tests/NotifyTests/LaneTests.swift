import Testing
import Time

@testable import Notify

@Suite struct LaneTests {
  private static let refused = DeliveryFailure("no", isCertain: true)
  private static let unknown = DeliveryFailure("lost", isCertain: false)

  @Test func whatHappensTogetherSharesAMessageAndTheBookmarkMovesWhenItArrived() throws {
    let lane = try Sample.lane()
    lane.begin(after: 5, time: Sample.noon)
    lane.take(Sample.fill(7), now: Sample.noon)
    lane.take(Sample.fill(9, profit: "-1.5"), now: Sample.at(3))
    #expect(lane.message(Sample.at(9)) == nil)
    let message = try #require(lane.message(Sample.at(10)))
    #expect(message.id == "id-9" && message.count == 2 && message.through == 9 && !message.isSummary)
    #expect(message.title == "botd: 1 trade buy, 1 trade sell; realized -1.50 USDT")
    #expect(lane.memory.done == 5 && lane.memory.sending == message)
    lane.delivered(now: Sample.at(11))
    #expect(lane.memory.done == 9 && lane.memory.sending == nil)
    // Seen before.
    lane.take(Sample.fill(9), now: Sample.at(12))
    #expect(lane.message(Sample.at(60)) == nil)
  }

  @Test func whatConcernsNobodyMovesTheBookmarkOnlyWhereNothingWaits() throws {
    let lane = try Sample.lane()
    lane.take(Happening(sequence: 3, time: Sample.noon, kind: .order, level: .info, what: "no rule"), now: Sample.noon)
    #expect(lane.memory.done == 3)
    lane.take(Sample.fill(4), now: Sample.noon)
    lane.take(Happening(sequence: 6, time: Sample.noon, kind: .order, level: .info, what: "no rule"), now: Sample.noon)
    #expect(lane.memory.done == 3)
    _ = lane.message(Sample.at(10))
    lane.delivered(now: Sample.at(10))
    #expect(lane.memory.done == 6)
  }

  @Test func anOutageOfTheChannelEndsWithOneSummary() throws {
    let lane = try Sample.lane()
    var now = Sample.noon
    var attempts = 0
    for sequence in Int64(1)...500 {
      now = Sample.at(sequence * 10)
      lane.take(Sample.fill(sequence, at: now, profit: sequence % 2 == 0 ? "1.25" : "-1"), now: now)
      if sequence == 77 { lane.take(Sample.alert(1_000, .critical, at: now), now: now) }
      guard sequence <= 499, lane.message(now.advanced(byNanoseconds: 9_999_000_000)) != nil else { continue }
      attempts += 1
      lane.failed(Self.refused, now: now, jitter: 0)
    }
    #expect(attempts > 10 && attempts < 100, "the pause grows")
    let message = try #require(lane.message(now.advanced(byNanoseconds: 600_000_000_000)))
    #expect(message.isSummary && message.count == 78 && message.through == 1_000)
    #expect(message.title.hasPrefix("botd: missed from "))
    #expect(message.lines.contains { $0.contains("alert 1000") })
    #expect(message.lines.count <= 20)
    // Exactly what those 77 earned: 39 losses of 1, 38 gains of 1.25.
    #expect(message.lines.contains("realized +8.50 USDT"))
    lane.delivered(now: now)
    #expect(lane.message(Sample.at(100_000)) == nil && lane.memory.done == 1_000)
  }

  @Test func aMessageThatMayHaveArrivedIsSentAgainTheSame() throws {
    let lane = try Sample.lane()
    lane.take(Sample.fill(1), now: Sample.noon)
    let first = try #require(lane.message(Sample.at(10)))
    lane.failed(Self.unknown, now: Sample.at(11), jitter: 0)
    lane.take(Sample.fill(2), now: Sample.at(12))
    // Later refusals change nothing: the first copy may have arrived.
    var again = try #require(lane.message(Sample.at(60)))
    #expect(again.id == first.id && again.lines == first.lines && again.mayBeRepeat && again.heading.hasPrefix("(perhaps again)"))
    lane.failed(Self.refused, now: Sample.at(61), jitter: 0)
    again = try #require(lane.message(Sample.at(600)))
    #expect(again.id == first.id)
    lane.delivered(now: Sample.at(601))
    #expect(try #require(lane.message(Sample.at(602))).count == 1)
  }

  @Test func afterARestartTheMessageOnItsWayIsTheSame() throws {
    let lane = try Sample.lane()
    lane.take(Sample.fill(1), now: Sample.noon)
    let first = try #require(lane.message(Sample.at(10)))
    var memory = NotifyMemory()
    memory.journalID = "j"
    memory.lanes["hook"] = lane.memory
    let read = try #require(NotifyMemory(memory.bytes))
    #expect(read == memory)
    let next = try Sample.lane(memory: try #require(read.lanes["hook"]))
    // Read again from the journal, and left out.
    next.take(Sample.fill(1), now: Sample.at(20))
    let again = try #require(next.message(Sample.at(20)))
    #expect(again.id == first.id && again.lines == first.lines && again.mayBeRepeat)
    next.delivered(now: Sample.at(21))
    #expect(next.memory.done == 1 && next.message(Sample.at(100)) == nil)
  }

  @Test func whatNoJournalKeepsSurvivesARestart() throws {
    let lane = try Sample.lane(rule: "[rule loss]\nwhen = loss > 5\nto = hook")
    let passed = Happening(time: Sample.noon, kind: .threshold, level: .warning, code: "loss", what: "loss is 6")
    #expect(lane.note(passed, now: Sample.noon))
    #expect(!lane.note(Happening(time: Sample.noon, kind: .threshold, level: .warning, code: "other", what: "x"), now: Sample.noon))
    let next = try Sample.lane(rule: "[rule loss]\nwhen = loss > 5\nto = hook", memory: lane.memory)
    #expect(try #require(next.message(Sample.at(60))).lines.contains { $0.contains("loss is 6") })
  }

  @Test func theSameIsToldOnceInItsTimeAndThenByNumber() throws {
    let lane = try Sample.lane(rule: "repeat = 1h")
    lane.take(Sample.alert(1, .warning), now: Sample.noon)
    #expect(lane.message(Sample.at(10))?.count == 1)
    lane.delivered(now: Sample.at(10))
    for sequence in Int64(2)...90 {
      lane.take(Sample.alert(sequence, .warning, at: Sample.at(sequence * 30)), now: Sample.at(sequence * 30))
    }
    #expect(lane.message(Sample.at(3_000)) == nil)
    // Another bot's is another one, and takes the number along.
    var other = Sample.alert(91, .warning, at: Sample.at(3_010))
    other.bot = "eth"
    lane.take(other, now: Sample.at(3_010))
    let message = try #require(lane.message(Sample.at(3_020)))
    #expect(message.count == 90 && message.lines.first == "90 alert ORDER_REFUSED" && message.lines.count == 2)
    lane.delivered(now: Sample.at(3_020))
    lane.take(Sample.alert(92, .warning, at: Sample.at(3_599)), now: Sample.at(3_599))
    #expect(lane.message(Sample.at(3_601))?.count == 1, "its time is over: it is told at last")
  }

  @Test func quietHoursHoldWhatIsNotUrgent() throws {
    // 2026-09-21T14:13:20Z.
    let lane = try Sample.lane("quiet = 14:00-15:00")
    lane.take(Sample.fill(1), now: Sample.noon)
    lane.take(Sample.alert(2, .warning), now: Sample.noon)
    guard case .wait(let until?) = lane.next(now: Sample.at(20)) else { return #expect(Bool(false)) }
    #expect(until == Sample.noon.advanced(byNanoseconds: 2_800_000_000_000))
    #expect(lane.message(until)?.isSummary == true)
    lane.delivered(now: until)
    lane.take(Sample.fill(3), now: Sample.noon)
    lane.take(Sample.alert(4, .critical), now: Sample.at(100))
    let message = try #require(lane.message(Sample.at(101)), "what is critical wakes, and takes along what waits")
    #expect(message.level == .critical && message.count == 2)
  }

  @Test func aTextThatIsRefusedIsToldInThePlainestWords() throws {
    let lane = try Sample.lane()
    lane.take(Sample.fill(1), now: Sample.noon)
    _ = lane.message(Sample.at(10))
    lane.failed(DeliveryFailure("HTTP 400", isCertain: true, isRefusedText: true), now: Sample.at(10), jitter: 0)
    let plain = try #require(lane.message(Sample.at(11)))
    #expect(plain.isPlain && plain.body(maximum: 4_096, length: \.utf8.count).contains("refused the text"))
    lane.delivered(now: Sample.at(12))
    #expect(lane.memory.done == 1)
  }

  @Test func aChannelIsGivenTheTimeThatItAsksFor() throws {
    let lane = try Sample.lane()
    lane.take(Sample.fill(1), now: Sample.noon)
    _ = lane.message(Sample.at(10))
    lane.failed(DeliveryFailure("429", isCertain: true, retryAfter: 90_000_000_000), now: Sample.at(10), jitter: 0)
    #expect(lane.message(Sample.at(99)) == nil)
    #expect(lane.message(Sample.at(100)) != nil)
  }

  @Test func aFloodIsAtMostAFewMessages() throws {
    let lane = try Sample.lane(group: "0s")
    var messages = 0
    for sequence in Int64(1)...10_000 {
      let now = Sample.noon.advanced(byNanoseconds: sequence * 6_000_000)
      lane.take(Sample.fill(sequence, at: now), now: now)
      guard let message = lane.message(now) else { continue }
      messages += 1
      #expect(message.lines.count <= Batch.entriesMaximum + 2 && message.happenings.utf8.count < 30_000)
      lane.delivered(now: now)
    }
    // A minute: ten at once, and one more every six seconds.
    #expect(messages >= 10 && messages <= 21, "\(messages)")
    #expect(lane.message(Sample.at(90))?.through == 10_000)
  }

  @Test func thePastIsGatheredAndToldTogether() throws {
    let lane = try Sample.lane(group: "1s")
    lane.gather(true, now: Sample.at(7_200))
    for sequence in Int64(1)...300 { lane.take(Sample.fill(sequence, at: Sample.at(sequence)), now: Sample.at(7_200)) }
    #expect(lane.message(Sample.at(7_210)) == nil)
    lane.gather(false, now: Sample.at(7_211))
    let message = try #require(lane.message(Sample.at(7_211)))
    #expect(
      message.isSummary && message.count == 300
        && message.lines.last?.hasPrefix("all of it: botctl events --since 2026-09-21T14:13:21") == true)
  }

  @Test func aClockThatIsSetBackKeepsNothingWaiting() throws {
    let lane = try Sample.lane()
    lane.take(Sample.fill(1), now: Sample.at(100_000))
    _ = lane.message(Sample.at(100_010))
    lane.failed(Self.unknown, now: Sample.at(100_010), jitter: 0)
    #expect(lane.message(Sample.at(10)) != nil)
  }
}
