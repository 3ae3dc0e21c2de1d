import TradingCore
import TradingModel

/// Encodes live entries, once for all subscribers with equal filters at equal places. Made for one turn of the hub.
struct Fanout {
  enum Step {
    /// The next message (none when nothing up to `position` matches); its entries are all recorded or all not.
    case message([UInt8]?, position: UInt64, lastSent: UInt64, isRecorded: Bool)
    /// The tail no longer holds the entries.
    case gone
    /// Some orders' intents have to be read first; see ``Fanout/missing``.
    case missingIntents
    case failed
  }

  private struct Key: Hashable {
    var filter: JournalFilter
    var position: UInt64
    var lastSent: UInt64
  }

  /// Entries looked at for one message.
  static let entriesMaximum = 1_024

  let tail: JournalTail
  let intents: IntentMemory
  private(set) var missing: Set<ClientOrderID> = []
  private var steps: [Key: Step] = [:]
  // The last answer, since neighbours mostly ask the same.
  private var lastKey: Key?
  private var lastStep = Step.gone

  init(tail: JournalTail, intents: IntentMemory) {
    self.tail = tail
    self.intents = intents
  }

  mutating func step(_ filter: JournalFilter, position: UInt64, lastSent: UInt64) -> Step {
    let key = Key(filter: filter, position: position, lastSent: lastSent)
    if key == lastKey { return lastStep }
    let step = steps[key] ?? make(key)
    steps[key] = step
    lastKey = key
    lastStep = step
    return step
  }

  private mutating func make(_ key: Key) -> Step {
    let slice = tail.slice(after: key.position, limit: Self.entriesMaximum)
    guard slice.isComplete else { return .gone }
    var position = key.position
    var looked = 0
    var batch: [JournalEntry] = []
    var isRecorded = true
    search: for entries in slice.batches {
      if entries.isRecorded != isRecorded, !batch.isEmpty { break }
      isRecorded = entries.isRecorded
      for entry in entries.entries where entry.sequence > position {
        position = entry.sequence
        looked += 1
        if key.filter.matches(entry) { batch.append(entry) }
        if batch.count == key.filter.batch || looked == Self.entriesMaximum { break search }
      }
    }
    guard let last = batch.last else { return .message(nil, position: position, lastSent: key.lastSent, isRecorded: isRecorded) }
    if key.filter.feed == .events, !hasIntents(batch) { return .missingIntents }
    let intents = intents
    let bytes = try? key.filter.message(batch, previous: key.lastSent, isRecorded: isRecorded, intent: { intents[$0] })
    guard let bytes else { return .failed }
    return .message(bytes, position: position, lastSent: last.sequence, isRecorded: isRecorded)
  }

  private mutating func hasIntents(_ batch: [JournalEntry]) -> Bool {
    var isWhole = true
    for entry in batch {
      guard let id = EventValues.orderNeeded(by: entry.record), !intents.isKnown(id) else { continue }
      missing.insert(id)
      isWhole = false
    }
    return isWhole
  }
}
