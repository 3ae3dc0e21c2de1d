import Synchronization
public import TradingCore

/// Entries that were committed together.
final class TailBatch: Sendable {
  let entries: [JournalEntry]
  let first: UInt64
  let last: UInt64
  /// False after the journal failed: the entries are not in it.
  let isRecorded: Bool
  init?(_ entries: [JournalEntry], isRecorded: Bool) {
    guard let first = entries.first, let last = entries.last else { return nil }
    self.entries = entries
    self.isRecorded = isRecorded
    self.first = first.sequence
    self.last = last.sequence
  }
}

/// The newest entries, for live subscriptions.
///
/// The daemon hands every entry in once, in order, after it is durable; that costs one reference and at most one wake-up. What a
/// subscription no longer finds here it reads from the journal. After the journal failed the daemon hands in what is not recorded; of
/// that there is nothing but what is kept here.
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
    /// Newest recorded sequence handed in.
    var lastRecorded: UInt64 = 0
    var isWakeScheduled = false
    var wake: (@Sendable () -> Void)?
  }

  /// Entries kept at least, once so many were committed.
  let capacity: Int
  private let state = Mutex(State())

  /// - Parameter capacity: entries kept (about 300 bytes each).
  public init(capacity: Int = 8_192) { self.capacity = max(1, capacity) }

  /// Takes committed entries: in order of sequence, every one once. Costs one reference; O(1) amortised.
  ///
  /// - Parameter isRecorded: false: the journal has failed and the entries are not in it. Recorded entries follow such ones only after
  ///   ``recovered(upTo:)``.
  public func committed(_ entries: [JournalEntry], isRecorded: Bool = true) {
    guard let batch = TailBatch(entries, isRecorded: isRecorded) else { return }
    let wake = state.withLock { state -> (@Sendable () -> Void)? in
      if let last = state.batches.last?.last, batch.first != last &+ 1 {
        state.batches.removeAll()
        state.count = 0
      }
      state.batches.append(batch)
      if isRecorded { state.lastRecorded = batch.last }
      state.count += batch.entries.count
      if state.count > capacity * 2 { trim(&state) }
      guard !state.isWakeScheduled, let wake = state.wake else { return nil }
      state.isWakeScheduled = true
      return wake
    }
    wake?()
  }

  /// The journal is written again and holds everything up to `sequence`: what was kept here as not recorded is read there from now on.
  public func recovered(upTo sequence: UInt64) {
    state.withLock { state in
      state.batches.removeAll()
      state.count = 0
      state.lastRecorded = max(state.lastRecorded, sequence)
    }
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

  /// Sequence of the newest entry if it is not recorded; `nil` while everything is.
  var lastUnrecorded: UInt64? { state.withLock { state in state.batches.last.flatMap { $0.isRecorded ? nil : $0.last } } }

  /// Every entry up to here is in the journal, or lost: it was not recorded and is no longer kept. 0 when nothing was committed yet.
  var settledEnd: UInt64 { state.withLock { max($0.lastRecorded, Self.lostEnd($0) ?? 0) } }

  /// When nothing recorded is kept any more: the sequence before the oldest entry kept; what lies between it and the journal's end is lost.
  var lostEnd: UInt64? { state.withLock { Self.lostEnd($0) } }

  private static func lostEnd(_ state: State) -> UInt64? {
    state.batches.first.flatMap { $0.isRecorded ? nil : $0.first &- 1 }
  }

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
