import Time
import TradingModel

/// The last trades of our account on one symbol that were booked: a trade is booked once, whoever tells of it.
struct RecentTrades: Sendable, Codable {
  static let capacity = 2_048
  /// Ascending; venues number trades upward, so adding is almost always at the end.
  private var ids: [TradeID] = []
  /// When they happened.
  private var times: [Timestamp] = []
  private var isTrimmed = false

  /// Highest trade id booked; 0 = none.
  var last: TradeID { ids.last ?? TradeID(0) }

  /// When the last one booked happened.
  var lastTime: Timestamp? { times.last }

  /// The lowest id of those that happened from `start` to `end`, else the highest of those before; `nil` when none did. Cost: linear in
  /// how many happened since.
  func beginning(since start: Timestamp, upTo end: Timestamp) -> TradeID? {
    var position = ids.count
    while position > 0, times[position - 1] >= start { position -= 1 }
    if position < ids.count, times[position] <= end { return ids[position] }
    return position > 0 ? ids[position - 1] : nil
  }

  /// Whether a trade was booked. One that is older than all that are remembered counts as booked.
  func contains(_ id: TradeID) -> Bool {
    if isTrimmed, let first = ids.first, id < first { return true }
    let position = firstNotBelow(id)
    return position < ids.count && ids[position] == id
  }

  mutating func add(_ id: TradeID, at time: Timestamp) {
    let position = firstNotBelow(id)
    guard position == ids.count || ids[position] != id else { return }
    ids.insert(id, at: position)
    times.insert(time, at: position)
    guard ids.count >= Self.capacity * 2 else { return }
    ids.removeFirst(Self.capacity)
    times.removeFirst(Self.capacity)
    isTrimmed = true
  }

  private func firstNotBelow(_ id: TradeID) -> Int {
    var low = 0
    var high = ids.count
    while low < high {
      let middle = (low + high) / 2
      if ids[middle] < id { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
