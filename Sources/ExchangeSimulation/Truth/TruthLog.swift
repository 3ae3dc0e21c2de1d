public import Time

/// All that happened, in order: a ring of bounded size that knows what it no longer holds. Pure; the caller gives both times.
public struct TruthLog: Sendable {
  /// About how much memory the entries may take.
  public let bytesMaximum: Int
  private var entries: [TruthEntry] = []
  /// Entries at the front that were given up.
  private var gone = 0
  private var bytes = 0
  /// The number of the next entry.
  public private(set) var next: Int64 = 1

  public init(bytesMaximum: Int) { self.bytesMaximum = max(bytesMaximum, 0) }

  /// The number of the oldest entry that is kept; ``next`` when none is.
  public var firstKept: Int64 { next - Int64(entries.count - gone) }

  /// Takes an event in. Amortised O(1).
  @discardableResult
  public mutating func append(_ event: TruthEvent, at time: Timestamp, wall: Timestamp) -> TruthEntry {
    let entry = TruthEntry(sequence: next, time: time, wall: wall, event: event)
    next += 1
    entries.append(entry)
    bytes += entry.bytes
    while bytes > bytesMaximum, gone < entries.count {
      bytes -= entries[gone].bytes
      entries[gone].event = .command("")
      gone += 1
    }
    if gone > 1_024, gone > entries.count / 2 {
      entries.removeFirst(gone)
      gone = 0
    }
    return entry
  }

  /// Up to `limit` entries from number `sequence` on, or from the oldest that is kept.
  public func entries(from sequence: Int64, limit: Int) -> ArraySlice<TruthEntry> {
    guard sequence < next, limit > 0 else { return [] }
    let skipped = Int(max(sequence - firstKept, 0))
    return entries[(gone + skipped)...].prefix(limit)
  }
}
