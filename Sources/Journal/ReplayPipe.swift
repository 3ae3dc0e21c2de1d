import Foundation
import TradingCore

/// Hands entries from the thread that reads and checks a journal to the one that folds them, so that a restart uses two cores.
///
/// A bounded queue of batches, oldest first. Every entry that was put before an error arrives before it.
final class ReplayPipe: @unchecked Sendable {
  /// Entries that are handed over at once, and how many such batches may wait.
  static let batchEntries = 2_048
  static let batchesMaximum = 4

  private let condition = NSCondition()
  // All guarded by the condition's lock, but for the reader's own batch.
  private var batches: [[JournalEntry]] = []
  private var isFinished = false
  private var isCanceled = false
  private var failure: (any Error)?
  private var filling: [JournalEntry] = []

  private struct Canceled: Error {}

  init() { filling.reserveCapacity(Self.batchEntries) }

  /// The reader's next entry; waits while too much waits already.
  ///
  /// - Throws: when nobody takes entries any more.
  func put(_ entry: JournalEntry) throws {
    filling.append(entry)
    if filling.count == Self.batchEntries { try hand() }
  }

  private func hand() throws {
    let batch = filling
    filling = []
    filling.reserveCapacity(Self.batchEntries)
    condition.lock()
    defer { condition.unlock() }
    while batches.count >= Self.batchesMaximum, !isCanceled { condition.wait() }
    guard !isCanceled else { throw Canceled() }
    batches.append(batch)
    condition.signal()
  }

  /// The reader has ended, well or with an error.
  func finish(_ error: (any Error)?) {
    if !filling.isEmpty { try? hand() }
    condition.lock()
    defer { condition.unlock() }
    isFinished = true
    failure = error
    condition.signal()
  }

  /// The oldest batch; `nil` after the last one.
  ///
  /// - Throws: the reader's error, after everything it had read before.
  func next() throws -> [JournalEntry]? {
    condition.lock()
    defer { condition.unlock() }
    while batches.isEmpty, !isFinished { condition.wait() }
    if !batches.isEmpty {
      defer { condition.signal() }
      return batches.removeFirst()
    }
    if let failure { throw failure }
    return nil
  }

  /// Nobody takes entries any more.
  func cancel() {
    condition.lock()
    defer { condition.unlock() }
    isCanceled = true
    condition.signal()
  }
}
