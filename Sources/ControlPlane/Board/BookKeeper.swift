public import Accounting
public import NIOCore
import Statistics
import Synchronization
import Time
public import TradingCore
import TradingModel

/// The money of every bot and of the portfolio, folded from what the engine commits, for readers on any thread.
///
/// The engine's thread only leaves its entries here; they are folded on the control plane's loop, or by whoever reads first, so a reader
/// always sees everything that was committed.
public final class BookKeeper: Sendable {
  private struct Pending: Sendable {
    var entries: [JournalEntry] = []
    var isScheduled = false
  }

  private let book: Mutex<Book>
  private let pending = Mutex(Pending())
  private let loop: any EventLoop

  /// - Parameters:
  ///   - book: everything that the journal holds so far.
  ///   - loop: where entries are folded while nobody reads: not the core's.
  public init(_ book: Book, loop: any EventLoop) {
    self.book = Mutex(book)
    self.loop = loop
  }

  /// Takes the entries of a commit, in order. Cost: appends them.
  public func committed(_ entries: [JournalEntry]) {
    let isFirst = pending.withLock { pending in
      pending.entries += entries
      defer { pending.isScheduled = true }
      return !pending.isScheduled
    }
    if isFirst { loop.execute { self.read { _ in } } }
  }

  /// Reads the book with everything committed so far. Cost: folds what is new.
  func read<Value>(_ body: (Book) throws -> Value) rethrows -> Value {
    try book.withLock { book in
      let entries = pending.withLock { pending in
        defer { pending = Pending() }
        return pending.entries
      }
      for entry in entries { book.apply(entry) }
      return try body(book)
    }
  }
}

extension Book {
  /// The portfolio with the most capital; `nil` before the first bot.
  var mainPortfolio: Int? {
    portfolios.indices.max { (portfolios[$0].capital, -$0) < (portfolios[$1].capital, -$1) }
  }
}
