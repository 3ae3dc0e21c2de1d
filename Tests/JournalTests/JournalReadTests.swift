import Journal
import TestSupport
import Testing
import TradingCore
import TradingModel
import Venue

struct JournalReadTests {
  private let directory: TemporaryDirectory
  private let journal: Journal
  private let entries: [JournalEntry]

  init() throws {
    directory = try TemporaryDirectory("journal")
    journal = try Journal.open(directory: directory.path)
    entries = Samples.session(count: 3_000, bots: 9)
    journal.append(entries) { _ in }
    _ = try journal.flush()
  }

  private func fill(_ entry: JournalEntry) -> FillRecord? { if case .fill(let value) = entry.record { value } else { nil } }
  private func intent(_ entry: JournalEntry) -> OrderIntent? { if case .orderIntent(let value) = entry.record { value } else { nil } }

  @Test func entriesPageThroughEverythingOnce() throws {
    var found: [JournalEntry] = []
    while true {
      let page = try journal.entries(after: found.last?.sequence ?? 0, limit: 777)
      if page.isEmpty { break }
      found += page
    }
    #expect(found == entries)
    #expect(try journal.entries(after: .max, limit: 10).isEmpty)
    #expect(try journal.entries(after: 0, limit: -5).isEmpty)
  }

  @Test func entriesAreFilteredByKindAndBot() throws {
    let kinds: Set<RecordKind> = [.fill, .botCreated]
    let expected = entries.filter { kinds.contains($0.record.kind) && $0.sequence > 100 }
    #expect(try journal.entries(after: 100, limit: 10_000, kinds: kinds) == expected)
    #expect(try journal.entries(after: 0, limit: 10_000, kinds: []).isEmpty)
    let ofBot = entries.filter { entry in
      switch entry.record {
      case .botCreated(let value): value.id == Samples.bot(3)
      case .botStateChanged(let value): value.botID == Samples.bot(3)
      case .orderIntent(let value): value.botID == Samples.bot(3)
      case .orderUpdated(let value): value.botID == Samples.bot(3)
      case .fill(let value): value.botID == Samples.bot(3)
      default: false
      }
    }
    #expect(try journal.entries(after: 0, limit: 10_000, botID: Samples.bot(3)) == ofBot)
  }

  @Test func fillsAreFilteredByBotAndSymbol() throws {
    let all = entries.filter { fill($0) != nil }
    #expect(all.count > 500)
    #expect(try journal.fills(after: 0, limit: 10_000) == all)
    let ofBot = all.filter { fill($0)?.botID == Samples.bot(2) && $0.sequence > 500 }
    #expect(try journal.fills(after: 500, limit: 10_000, botID: Samples.bot(2)) == ofBot)
    #expect(try journal.fills(after: 500, limit: 3, botID: Samples.bot(2)) == Array(ofBot.prefix(3)))
    let ofSymbol = all.filter { fill($0)?.fill.symbol == Samples.pair(1) }
    #expect(try journal.fills(after: 0, limit: 10_000, symbol: Samples.pair(1)) == ofSymbol)
    let ofBoth = ofSymbol.filter { fill($0)?.botID == Samples.bot(8) }
    #expect(!ofBoth.isEmpty)
    #expect(try journal.fills(after: 0, limit: 10_000, botID: Samples.bot(8), symbol: Samples.pair(1)) == ofBoth)
  }

  @Test func orderHistoryHoldsIntentUpdatesAndFills() throws {
    let id = Samples.clientOrderID(17)
    let history = try journal.orderHistory(id)
    #expect(history.map(\.record.kind) == [.orderIntent, .orderUpdated, .fill, .fill, .orderUpdated])
    #expect(try journal.orderHistory(Samples.clientOrderID(999_999)).isEmpty)
  }

  @Test func orderIntentsComeNewestFirst() throws {
    let all = Array(entries.filter { intent($0) != nil }.reversed())
    #expect(try journal.orderIntents(before: .max, limit: 10_000) == all)
    let ofBot = all.filter { intent($0)?.botID == Samples.bot(4) && $0.sequence < 2_000 }
    #expect(try journal.orderIntents(before: 2_000, limit: 10, botID: Samples.bot(4)) == Array(ofBot.prefix(10)))
  }

  @Test func equityIsReadByTime() throws {
    let all = entries.filter { $0.record.kind == .equity }
    #expect(all.count > 20)
    let from = all[5].time
    let to = all[15].time
    #expect(try journal.equity(from: from, to: to, limit: 1_000) == Array(all[5..<15]))
  }

  @Test func rowsCarryTheirBytesAndStopAtTheirBound() throws {
    let rows = try journal.rows(after: 10, limit: 100)
    #expect(rows.map(\.entry) == Array(entries[10..<110]))
    for row in rows {
      #expect(try RecordCodec.decode(sequence: row.entry.sequence, payload: row.payload, previousChain: nil).entry == row.entry)
    }
    #expect(try journal.rows(after: 0, limit: 1_000, bytesMaximum: 1).count == 1)
  }

  @Test func importedRowsAreTheSameJournal() throws {
    let other = try TemporaryDirectory("journal")
    let copy = try Journal.open(directory: other.path)
    var last: UInt64 = 0
    while true {
      let rows = try journal.rows(after: last, limit: 500)
      guard let end = rows.last else { break }
      try copy.importRows(rows)
      last = end.entry.sequence
    }
    var found: [JournalEntry] = []
    try copy.replay { found.append($0) }
    #expect(found == entries)
    copy.close()
    let third = try TemporaryDirectory("journal")
    let broken = try Journal.open(directory: third.path)
    var rows = try journal.rows(after: 0, limit: 10)
    rows.swapAt(3, 4)
    #expect(throws: JournalError.self) { try broken.importRows(rows) }
    #expect(broken.lastSequence == 0)
    broken.close()
  }
}
