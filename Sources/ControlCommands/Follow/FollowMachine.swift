/// What a subscription's client must remember to resume without a gap, and to prove it. Pure state.
struct FollowMachine: Sendable {
  /// Why a stream is not complete.
  struct Gap: Error, Sendable, Hashable {
    /// Sequence this client saw last.
    let last: Int64
    /// Sequence that the daemon says came before.
    let previous: Int64
  }

  /// Sequence to resume after: of the last item, or the starting point; nil: following live, and the daemon has not said from where.
  private(set) var last: Int64?
  /// The journal the sequences belong to; empty until known.
  private(set) var journalID = ""
  /// Items taken.
  private(set) var count = 0

  /// - Parameter after: the starting point; nil follows live only.
  init(after: Int64?) { last = after }

  /// The subscription's first message.
  ///
  /// - Throws: a gap when the daemon's journal is another one than before.
  mutating func opened(journalID: String, lastSequence: Int64) throws(Gap) {
    if last == nil { last = lastSequence }
    if !self.journalID.isEmpty, !journalID.isEmpty, journalID != self.journalID {
      throw Gap(last: last ?? 0, previous: 0)
    }
    if !journalID.isEmpty { self.journalID = journalID }
  }

  /// Takes one item. False: seen before, or not part of the sequence's order; leave it out.
  ///
  /// - Throws: a gap when something between the last item and this one is missing.
  mutating func take(sequence: Int64, previous: Int64) throws(Gap) -> Bool {
    // Not journaled: has no place in the sequence.
    if sequence == 0 { return true }
    if let last {
      if sequence <= last { return false }
      guard previous == last else { throw Gap(last: last, previous: previous) }
    }
    last = sequence
    count += 1
    return true
  }

  /// A heartbeat names the last sequence sent: everything up to it must have arrived.
  mutating func heartbeat(last sent: Int64) throws(Gap) {
    if let last, sent > last { throw Gap(last: last, previous: sent) }
  }
}
