import TestSupport
import Testing
import TradingCore
import TradingModel

@testable import ControlPlane

@Suite struct BoardTests {
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
