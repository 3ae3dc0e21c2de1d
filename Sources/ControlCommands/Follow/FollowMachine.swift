/// What a subscription's client must remember to resume without a gap, and to prove it. Pure state.
///
/// Two sequences: the last recorded one is the bookmark, the last one of any kind proves that the stream is complete. They differ only
/// after the daemon's journal failed.
struct FollowMachine: Sendable {
  /// Why a stream is not complete.
  struct Gap: Error, Sendable, Hashable {
    /// Sequence this client saw last.
    let last: Int64
    /// Sequence that the daemon says came before.
    let previous: Int64
  }

  /// Sequence to resume after: of the last recorded item, or the starting point; nil: following live, and the daemon has not said from
  /// where.
  private(set) var last: Int64?
  /// The journal the sequences belong to; empty until known.
  private(set) var journalID = ""
  /// Items taken.
  private(set) var count = 0
  /// Sequence of this subscription's last item, recorded or not, or of its starting point.
  private var seen: Int64?
  /// The last unrecorded item taken, and the run of the daemon that numbered it.
  private var unrecorded: (run: Int64, sequence: Int64)?

  /// - Parameters:
  ///   - after: the starting point; nil follows live only.
  ///   - journalID: the journal that it belongs to; empty: not known.
  init(after: Int64?, journalID: String = "") {
    self.journalID = journalID
    last = after
    seen = after
  }

  /// A new subscription begins after ``last``: what was not recorded may come again.
  mutating func subscribe() { seen = last }

  /// The subscription's first message.
  ///
  /// - Throws: a gap when the daemon's journal is another one than before.
  mutating func opened(journalID: String, lastSequence: Int64) throws(Gap) {
    if last == nil { last = lastSequence }
    if seen == nil { seen = last }
    if !self.journalID.isEmpty, !journalID.isEmpty, journalID != self.journalID {
      throw Gap(last: last ?? 0, previous: 0)
    }
    if !journalID.isEmpty { self.journalID = journalID }
  }

  /// Takes one item. False: seen before, or not part of the sequence's order; leave it out.
  ///
  /// - Parameter run: nil: the item is recorded. Otherwise it is not, and this names the run of the daemon: its start time; 0: not known.
  ///   A sequence that is not recorded names one item within one run only.
  /// - Throws: a gap when something between the last item and this one is missing.
  mutating func take(sequence: Int64, previous: Int64, unrecordedIn run: Int64? = nil) throws(Gap) -> Bool {
    // Not journaled: has no place in the sequence.
    if sequence == 0 { return true }
    if let seen {
      if sequence <= seen { return false }
      guard previous == seen else { throw Gap(last: seen, previous: previous) }
    }
    seen = sequence
    if let run {
      if let unrecorded, run != 0, unrecorded.run == run, sequence <= unrecorded.sequence { return false }
      unrecorded = (run, sequence)
    } else {
      last = sequence
    }
    count += 1
    return true
  }

  /// A heartbeat names the last sequence sent: everything up to it must have arrived.
  mutating func heartbeat(last sent: Int64) throws(Gap) {
    if let seen, sent > seen { throw Gap(last: seen, previous: sent) }
  }
}
