import TradingModel
import ExchangeSimulation

/// What a diff-depth stream owes its listeners: every level that changed since its last message.
///
/// The book is compared with how it was, not followed change by change, so a stream costs nothing between two messages. A level that
/// changed and changed back between two messages is the same for a listener, unless he looked at the book in between: so ``look(_:)`` is
/// also called whenever a snapshot is answered.
struct DepthDifference {
  typealias Snapshot = (updateID: Int64, bids: [DepthLevel], asks: [DepthLevel])

  /// One message: ids of its first and last change, and levels with their new quantities, zero for those that are gone.
  struct Message {
    var firstID: Int64
    var lastID: Int64
    var bids: [DepthLevel]
    var asks: [DepthLevel]
  }

  private var known: Snapshot
  private var sentID: Int64
  private var changedBids: Set<Price> = []
  private var changedAsks: Set<Price> = []

  /// Begins with the book as it stands: the first message tells what changes from here on.
  init(_ snapshot: Snapshot) {
    known = snapshot
    sentID = snapshot.updateID
  }

  /// Notes what has changed up to now.
  mutating func look(_ snapshot: Snapshot) {
    guard snapshot.updateID != known.updateID else { return }
    Self.compare(known.bids, snapshot.bids, &changedBids)
    Self.compare(known.asks, snapshot.asks, &changedAsks)
    known = snapshot
  }

  /// The message that is due; `nil` when nothing changed.
  mutating func message(_ snapshot: Snapshot) -> Message? {
    look(snapshot)
    guard known.updateID > sentID else { return nil }
    defer {
      sentID = known.updateID
      changedBids.removeAll(keepingCapacity: true)
      changedAsks.removeAll(keepingCapacity: true)
    }
    return Message(
      firstID: sentID + 1, lastID: known.updateID, bids: Self.levels(changedBids, known.bids, descending: true),
      asks: Self.levels(changedAsks, known.asks, descending: false))
  }

  private static func compare(_ old: [DepthLevel], _ new: [DepthLevel], _ changed: inout Set<Price>) {
    guard old != new else { return }
    var before: [Price: Quantity] = [:]
    for level in old { before[level.price] = level.quantity }
    for level in new {
      if before.removeValue(forKey: level.price) != level.quantity { changed.insert(level.price) }
    }
    for price in before.keys { changed.insert(price) }
  }

  private static func levels(_ changed: Set<Price>, _ now: [DepthLevel], descending: Bool) -> [DepthLevel] {
    guard !changed.isEmpty else { return [] }
    var left = changed
    var levels = now.filter { left.remove($0.price) != nil }
    for price in left { levels.append(DepthLevel(price: price, quantity: .zero)) }
    return levels.sorted { descending ? $0.price > $1.price : $0.price < $1.price }
  }
}
