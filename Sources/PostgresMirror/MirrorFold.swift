import Accounting
import Journal
import TradingCore
import TradingModel

/// The journal folded as far as it was given to the database: the money of every bot, and a batch that is on its way there.
///
/// It lives as long as the mirror; a connection that breaks costs nothing, since the batch is kept until it is known to be there.
struct MirrorFold {
  private(set) var book = Book()
  /// The last sequence that is folded.
  private(set) var sequence: UInt64 = 0
  /// The last bot of each name, removed or not.
  private var latest: [BotID: UInt64] = [:]
  private var pending: MirrorBatch?

  /// Folds an entry; `points` is told what it changed.
  mutating func apply(_ entry: JournalEntry, points: (BookPoint) -> Void = { _ in }) {
    book.apply(entry, points: points)
    sequence = entry.sequence
    if case .botCreated(let configuration) = entry.record, let number = book.number(of: configuration.id) {
      latest[configuration.id] = book.accounts[number].key.createdSequence
    }
  }

  /// Who a record means by a name: the last bot that was created under it.
  func key(of id: BotID) -> BotKey? { latest[id].map { BotKey(id, createdSequence: $0) } }

  /// The batch that follows `watermark`: one that was sent before without an answer, or the rows that `read` returns; `nil` without rows.
  mutating func batch(
    of journalID: String, after watermark: UInt64, read: () throws(PostgresError) -> [JournalRow]
  ) throws(PostgresError) -> MirrorBatch? {
    if let pending, pending.isNext(after: watermark) { return pending }
    let rows = try read()
    guard !rows.isEmpty else { return nil }
    pending = MirrorBatch(journalID: journalID, rows: rows, fold: &self)
    return pending
  }

  /// The batch is in the database.
  mutating func commit() { pending = nil }

  /// Brings the fold to `watermark`, or one batch beyond it if that was sent without an answer; `read` returns the rows after a sequence.
  mutating func catchUp(to watermark: UInt64, read: (UInt64) throws(PostgresError) -> [JournalRow]) throws(PostgresError) {
    if let pending, pending.isNext(after: watermark) { return }
    pending = nil
    if sequence > watermark { self = MirrorFold() }
    while sequence < watermark {
      let rows = try read(sequence)
      guard !rows.isEmpty else { throw PostgresError(.journal, "the journal ends at entry \(sequence), before entry \(watermark)") }
      for row in rows where row.entry.sequence <= watermark { apply(row.entry) }
    }
  }
}
