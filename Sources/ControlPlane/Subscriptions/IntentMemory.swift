import TradingCore
import TradingModel
import Venue

/// The intents of recent orders, so that live order events are whole. Used on the hub's loop only.
struct IntentMemory {
  static let capacity = 4_096
  /// A `nil` value: the journal has no intent for the order.
  private var known: [ClientOrderID: KnownIntent?] = [:]
  private var order: [ClientOrderID] = []
  private var head = 0
  /// Entries up to here were looked at.
  private(set) var position: UInt64 = 0

  subscript(id: ClientOrderID) -> KnownIntent? { known[id] ?? nil }
  func isKnown(_ id: ClientOrderID) -> Bool { known[id] != nil }

  mutating func add(_ intent: KnownIntent) { add(intent.intent.request.clientOrderID, intent) }
  mutating func addUnknown(_ id: ClientOrderID) { add(id, nil) }

  private mutating func add(_ id: ClientOrderID, _ intent: KnownIntent?) {
    guard known.updateValue(intent, forKey: id) == nil else { return }
    if order.count < Self.capacity {
      order.append(id)
    } else {
      known[order[head]] = nil
      order[head] = id
      head = (head + 1) % Self.capacity
    }
  }

  /// Learns the intents among what was committed since the last call.
  mutating func follow(_ tail: JournalTail) {
    // What is lost stays unknown, what follows it is learned.
    let slice = tail.slice(after: max(position, tail.lostEnd ?? 0))
    for batch in slice.batches {
      for entry in batch.entries where entry.sequence > position { if let intent = KnownIntent(entry) { add(intent) } }
    }
    position = max(position, slice.last)
  }

  /// Goes on without looking: nobody needs the intents. Those that are not recorded wait in the tail, since the journal cannot be asked.
  mutating func skip(_ tail: JournalTail) { position = max(position, tail.settledEnd) }
}
