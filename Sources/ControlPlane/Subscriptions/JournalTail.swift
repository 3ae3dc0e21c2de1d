import Synchronization
public import TradingCore

/// Entries that became durable together.
final class TailBatch: Sendable {
  let entries: [JournalEntry]
  let first: UInt64
  let last: UInt64
  init?(_ entries: [JournalEntry]) {
    guard let first = entries.first, let last = entries.last else { return nil }
    self.entries = entries
    self.first = first.sequence
    self.last = last.sequence
  }
}

/// The newest durable entries, for live subscriptions.
///
/// The daemon hands every entry in once, in order, after it is durable; that costs one reference and at most one wake-up. What a
/// subscription no longer finds here it reads from the journal.
public final class JournalTail: Sendable {
  struct Slice: Sendable {
    /// Sequence of the newest entry; 0 when nothing was committed yet.
    var last: UInt64 = 0
    /// Batches that hold entries after the asked sequence, oldest first; the first batch may begin before it.
    var batches: [TailBatch] = []
    /// False when entries after the asked sequence are no longer kept.
    var isComplete = true
  }

  private struct State: Sendable {
    /// Oldest first; trimmed in halves, so an append is O(1) amortised.
    var batches: [TailBatch] = []
    var count = 0
    var isWakeScheduled = false
    var wake: (@Sendable () -> Void)?
  }

  /// Entries kept at least, once so many were committed.
  let capacity: Int
  private let state = Mutex(State())

  /// - Parameter capacity: entries kept (about 300 bytes each).
  public init(capacity: Int = 8_192) { self.capacity = max(1, capacity) }

  /// Takes entries that became durable: in order, every one once.
  public func committed(_ entries: [JournalEntry]) {
    guard let batch = TailBatch(entries) else { return }
    let wake = state.withLock { state -> (@Sendable () -> Void)? in
      if let last = state.batches.last?.last, batch.first != last &+ 1 {
        state.batches.removeAll()
        state.count = 0
      }
      state.batches.append(batch)
      state.count += batch.entries.count
      if state.count > capacity * 2 { trim(&state) }
      guard !state.isWakeScheduled, let wake = state.wake else { return nil }
      state.isWakeScheduled = true
      return wake
    }
    wake?()
  }

  private func trim(_ state: inout State) {
    var dropped = 0
    while dropped < state.batches.count - 1, state.count - state.batches[dropped].entries.count >= capacity {
      state.count -= state.batches[dropped].entries.count
      dropped += 1
    }
    state.batches.removeFirst(dropped)
  }

  /// Sets what is called after a commit, once until ``rearm()``; on the committing thread.
  func setWake(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.wake = body } }

  /// Commits from now on wake again.
  func rearm() { state.withLock { $0.isWakeScheduled = false } }

  /// Sequence of the newest entry; 0 when nothing was committed yet.
  var last: UInt64 { state.withLock { $0.batches.last?.last ?? 0 } }

  /// What came after `sequence`, at least the next `limit` entries of it as far as there are so many; costs the batches that hold it.
  func slice(after sequence: UInt64, limit: Int = .max) -> Slice {
    state.withLock { state in
      guard let first = state.batches.first?.first, let last = state.batches.last?.last else { return Slice() }
      guard sequence < last else { return Slice(last: last) }
      guard sequence &+ 1 >= first else { return Slice(last: last, isComplete: false) }
      var low = 0
      var high = state.batches.count - 1
      while low < high {
        let middle = (low + high) / 2
        if state.batches[middle].last <= sequence { low = middle + 1 } else { high = middle }
      }
      var end = low
      var count = 0
      while end < state.batches.count, count < limit {
        count += end == low ? Int(state.batches[end].last - sequence) : state.batches[end].entries.count
        end += 1
      }
      return Slice(last: last, batches: Array(state.batches[low..<end]))
    }
  }
}
