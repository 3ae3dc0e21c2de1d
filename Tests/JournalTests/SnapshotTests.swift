import Accounting
import Foundation
import Journal
import Strategies
import TestSupport
import Testing
import Time
import TradingCore
import TradingModel

/// A snapshot saves time and changes nothing: folding on from it is folding everything, and it is believed only beside its very journal.
struct SnapshotTests {
  private struct Folded: Codable, Sendable {
    var core: CoreState
    var book: Book
  }

  private static let program = "tests"

  private func fold(_ entries: some Sequence<JournalEntry>, _ core: inout TradingCore, _ book: inout Book) throws {
    for entry in entries {
      try core.recover(entry)
      book.apply(entry)
    }
  }

  private func newCore() -> TradingCore { TradingCore(configuration: CoreConfiguration(mode: .paper)) }

  /// A journal with these entries, and a snapshot after `count` of them.
  private func journal(_ directory: TemporaryDirectory, _ entries: [JournalEntry], snapshotAfter count: Int) throws -> Journal {
    let journal = try Journal.open(directory: directory.path)
    journal.append(entries) { _ in }
    _ = try journal.flush()
    var core = newCore()
    var book = Book()
    try fold(entries.prefix(count), &core, &book)
    try journal.writeSnapshot(Folded(core: core.state, book: book), sequence: UInt64(count), program: Self.program)
    return journal
  }

  private func refusal(_ journal: Journal, program: String = Self.program) -> String? {
    if case .refused(let reason) = journal.readSnapshot(Folded.self, program: program) { return reason }
    return nil
  }

  @Test(arguments: 1...60) func foldingOnFromASnapshotIsFoldingEverything(seed: UInt64) throws {
    let entries = RandomHistory.entries(count: 600, seed: seed)
    var random = SeededRandom(seed: seed)
    let cut = 1 + random.below(entries.count - 1)
    let directory = try TemporaryDirectory("journal")
    let journal = try journal(directory, entries, snapshotAfter: cut)
    defer { journal.close() }
    guard case .found(let folded, let place) = journal.readSnapshot(Folded.self, program: Self.program) else {
      return #expect(Bool(false), "seed \(seed): the snapshot after \(cut) is not believed: \(refusal(journal) ?? "there is none")")
    }
    #expect(place.sequence == UInt64(cut) && folded.core.sequence == UInt64(cut))
    var core = newCore()
    var book = folded.book
    try core.restore(folded.core)
    var rest: [JournalEntry] = []
    try journal.replay(after: place) { rest.append($0) }
    #expect(rest == Array(entries[cut...]))
    var whole = newCore()
    var wholeBook = Book()
    try fold(entries, &whole, &wholeBook)
    try fold(rest, &core, &book)
    #expect(book == wholeBook, "seed \(seed), cut \(cut)")
    let (found, expected) = (Reflected.lines(core), Reflected.lines(whole))
    #expect(expected.count > 1_000, "nothing was compared")
    let difference = zip(found, expected).first { $0 != $1 }
    #expect(difference == nil && found.count == expected.count, "seed \(seed), cut \(cut)")
    // What a board is told at the start.
    let (there, expectedThere) = (core.takeChanges().filter { !$0.isRemoved }, whole.takeChanges().filter { !$0.isRemoved })
    #expect(there == expectedThere, "seed \(seed), cut \(cut)")
    #expect(core.openOrders == whole.openOrders)
  }

  @Test func everyChangedByteIsSeen() throws {
    let directory = try TemporaryDirectory("journal")
    let journal = try journal(directory, RandomHistory.entries(count: 60, seed: 3), snapshotAfter: 40)
    defer { journal.close() }
    let file = URL(fileURLWithPath: directory.file("journal.snapshot"))
    let bytes = try Data(contentsOf: file)
    #expect(refusal(journal) == nil)
    for index in stride(from: 0, to: bytes.count, by: bytes.count > 3_000 ? 7 : 1) {
      var changed = bytes
      changed[index] ^= 1 << UInt8(index % 8)
      try changed.write(to: file)
      #expect(refusal(journal) != nil, "byte \(index)")
    }
    for count in [0, 1, 15, 16, 17, bytes.count / 2, bytes.count - 1] {
      try bytes.prefix(count).write(to: file)
      #expect(refusal(journal) != nil, "cut to \(count)")
    }
    try bytes.write(to: file)
    #expect(refusal(journal) == nil)
    #expect(refusal(journal, program: "another build")?.contains("another build") == true)
  }

  @Test func aSnapshotOfAnotherJournalIsRefused() throws {
    let (directory, other) = (try TemporaryDirectory("journal"), try TemporaryDirectory("other"))
    let entries = Samples.session(count: 100, seed: 1)
    let journal = try journal(directory, entries, snapshotAfter: 80)
    defer { journal.close() }
    // The same journal in its first half, written on otherwise.
    let fork = entries[..<50] + Samples.session(count: 100, seed: 2)[50...]
    let forked = try self.journal(other, Array(fork), snapshotAfter: 60)
    defer { forked.close() }
    let (from, to) = (directory.file("journal.snapshot"), other.file("journal.snapshot"))
    try FileManager.default.removeItem(atPath: to)
    try FileManager.default.copyItem(atPath: from, toPath: to)
    #expect(refusal(forked) == "it is of another journal")
    // A journal that is shorter than the snapshot: an old copy.
    let old = try TemporaryDirectory("old")
    let short = try self.journal(old, Array(entries[..<70]), snapshotAfter: 10)
    defer { short.close() }
    try FileManager.default.removeItem(atPath: old.file("journal.snapshot"))
    try FileManager.default.copyItem(atPath: from, toPath: old.file("journal.snapshot"))
    #expect(refusal(short)?.contains("ends with entry 80") == true)
  }

  @Test func damageBeforeTheSnapshotFailsTheJournal() throws {
    let directory = try TemporaryDirectory("journal")
    let entries = Samples.session(count: 100)
    let journal = try journal(directory, entries, snapshotAfter: 80)
    defer { journal.close() }
    #expect(try journal.read(after: .beginning) { _ in }.sequence == 100)
    let result = try run(["sqlite3", directory.file("journal.sqlite"), "UPDATE entries SET kind = 1 WHERE sequence = 30"])
    guard result.code == 0 else { throw TestFailure(result.output) }
    #expect(refusal(journal) == nil, "the snapshot is of this journal")
    let found = #expect(throws: JournalError.self) { _ = try journal.read(after: .beginning) { _ in } }
    #expect(found?.sequence == 30 && journal.failure == nil)
    if let found { #expect(journal.refuse(found) == found) }
    #expect(journal.failure == found)
    #expect(!FileManager.default.fileExists(atPath: directory.file("journal.snapshot")), "the next start reads everything")
    journal.append([Samples.session(count: 101)[100]]) { _ in }
    #expect(throws: JournalError.self) { try journal.flush() }
  }

  @Test func anotherModeIsRefused() throws {
    var core = newCore()
    var book = Book()
    try fold(Samples.session(count: 20), &core, &book)
    var other = TradingCore(configuration: CoreConfiguration(mode: .testnet))
    #expect(throws: RecoveryError.self) { try other.restore(core.state) }
    var used = core
    #expect(throws: RecoveryError.self) { try used.restore(core.state) }
  }
}
