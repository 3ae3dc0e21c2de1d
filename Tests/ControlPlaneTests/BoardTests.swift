import Time
import BotAPI
import TestSupport
import Testing
import TradingCore
import TradingModel

@testable import ControlPlane

@Suite struct BoardTests {
  /// The journal of a new state directory is opened before anything is known of the market's time, which may lie years back (a replay).
  @Test func timeIsTheMarketsAsSoonAsItIsKnown() {
    let board = StateBoard()
    func time(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1_000) }
    board.publish(BoardUpdate(sequence: 1, time: time(2_000_000)))
    #expect(board.view.time == time(2_000_000))
    board.publish(BoardUpdate(sequence: 1, time: .zero, balances: []))
    #expect(board.view.time == time(2_000_000))
    board.publish(BoardUpdate(sequence: 2, time: time(1_000)))
    #expect(board.view.time == time(1_000))
    board.publish(BoardUpdate(sequence: 3, time: time(900)))
    #expect(board.view.time == time(1_000), "it never runs back")
  }

  @Test func theTableKeepsOrderAndCopiesStayAsTheyWere() {
    var table = BotTable()
    var random = SeededRandom(seed: 9)
    var numbers = Array(0..<500)
    for index in numbers.indices { numbers.swapAt(index, random.below(numbers.count)) }
    for number in numbers { table.set(BoardBot(id: Samples.bot(number), snapshot: BotSnapshotSample.make(Samples.configuration(number)))) }
    let sorted = (0..<500).map { Samples.bot($0) }.sorted()
    #expect(table.bots().map(\.id) == sorted)
    for position in [0, 1, 250, 498, 499] {
      #expect(table.bots(after: sorted[position]).map(\.id) == Array(sorted[(position + 1)...]))
    }
    if let between = BotID("bot100a") { #expect(table.bots(after: between).map(\.id) == sorted.filter { $0 > between }) }
    let copy = table
    var changed = BotSnapshotSample.make(Samples.configuration(7))
    changed.stateReason = "changed"
    table.set(BoardBot(id: Samples.bot(7), snapshot: changed))
    #expect(copy[Samples.bot(7)]?.snapshot.stateReason == "")
    #expect(table[Samples.bot(7)]?.snapshot.stateReason == "changed")
    #expect(table.count == 500)
  }

  @Test func theTailAnswersExactlyWhatCameAfterASequenceOrSaysThatItIsGone() {
    let tail = JournalTail(capacity: 50)
    let entries = Samples.session(count: 400)
    var random = SeededRandom(seed: 2)
    var start = 0
    #expect(tail.slice(after: 0).isComplete)
    while start < entries.count {
      let end = min(entries.count, start + 1 + random.below(9))
      tail.committed(Array(entries[start..<end]))
      start = end
      let last = UInt64(end)
      #expect(tail.last == last)
      for after in [UInt64(0), last > 60 ? last - 60 : 0, last - min(last, 40), last - 1, last, last + 1] {
        let slice = tail.slice(after: after)
        let got = slice.batches.flatMap(\.entries).filter { $0.sequence > after }.map(\.sequence)
        if slice.isComplete { #expect(got == (after < last ? Array((after + 1)...last) : [])) } else { #expect(last - after > 50) }
        let limited = tail.slice(after: after, limit: 3).batches.flatMap(\.entries).filter { $0.sequence > after }
        #expect(limited.count >= min(3, got.count))
      }
    }
  }

  @Test func whatIsNotRecordedChangesTheBoardButNotItsSequence() {
    let board = StateBoard()
    var changed = BotSnapshotSample.make(Samples.configuration(1))
    board.publish(BoardUpdate(sequence: 40, time: Samples.start, bots: [BotChange(snapshot: changed)]))
    changed.stateReason = "sold"
    let later = Samples.start.advanced(byMilliseconds: 5)
    board.publish(BoardUpdate(sequence: 45, time: later, bots: [BotChange(snapshot: changed)], isRecorded: false))
    #expect(board.sequence == 40)
    #expect(board.bot(Samples.bot(1))?.stateReason == "sold")
    #expect(board.view.time == later)
  }

  @Test func theTailSaysWhatIsNotRecordedAndWhatIsLost() {
    let tail = JournalTail(capacity: 20)
    let entries = Samples.session(count: 200)
    #expect(tail.lastUnrecorded == nil && tail.lostEnd == nil && tail.settledEnd == 0)
    tail.committed(Array(entries[..<30]))
    #expect(tail.lastUnrecorded == nil && tail.lostEnd == nil && tail.settledEnd == 30)
    tail.committed(Array(entries[30..<35]), isRecorded: false)
    #expect(tail.lastUnrecorded == 35 && tail.lostEnd == nil && tail.settledEnd == 30)
    #expect(tail.slice(after: 28).batches.map(\.isRecorded) == [true, false])
    for start in stride(from: 35, to: 200, by: 5) { tail.committed(Array(entries[start..<(start + 5)]), isRecorded: false) }
    let lost = tail.lostEnd ?? 0
    #expect(lost >= 35 && lost <= 180 && tail.settledEnd == lost)
    #expect(!tail.slice(after: 30).isComplete)
    #expect(tail.slice(after: lost).batches.flatMap(\.entries).map(\.sequence) == Array((lost + 1)...200))
  }

  @Test func oneMessageNeverMixesRecordedAndUnrecorded() throws {
    let tail = JournalTail()
    let entries = Samples.session(count: 100)
    let fills = entries.filter { $0.record.kind == .fill }.map { Int64($0.sequence) }
    tail.committed(Array(entries[..<60]))
    tail.committed(Array(entries[60...]), isRecorded: false)
    var fanout = Fanout(tail: tail, intents: IntentMemory())
    let filter = JournalFilter(feed: .trades, batch: 256)
    var position: UInt64 = 0
    var lastSent: UInt64 = 0
    var got: [(sequences: [Int64], notRecorded: Bool)] = []
    while position < 100 {
      let step = fanout.step(filter, position: position, lastSent: lastSent)
      guard case .message(let bytes, let next, let sent, let isRecorded) = step else {
        throw TestFailure("no message after \(position)")
      }
      (position, lastSent) = (next, sent)
      guard let bytes else { continue }
      let message = try V1.SubscribeTradesResponse.decode(bytes)
      #expect(message.notRecorded == !isRecorded)
      got.append((message.trades.map(\.sequence), message.notRecorded))
    }
    #expect(got.map { $0.notRecorded } == [false, true])
    #expect(got.map { $0.sequences } == [fills.filter { $0 <= 60 }, fills.filter { $0 > 60 }])
  }

  @Test func aWakeComesOncePerLook() {
    let tail = JournalTail()
    let wakes = ControlHarness.Counter()
    tail.setWake { wakes.add() }
    let entries = Samples.session(count: 6)
    tail.committed(Array(entries[..<2]))
    tail.committed(Array(entries[2..<4]))
    #expect(wakes.value == 1)
    tail.rearm()
    tail.committed(Array(entries[4...]))
    #expect(wakes.value == 2)
  }
}
