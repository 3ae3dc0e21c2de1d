import TradingModel

/// Orders in the order they came, each once; adding, removing and looking up take constant time.
struct OrderQueue: Sendable {
  private var slots: [ClientOrderID?] = []
  private var positions: [ClientOrderID: Int] = [:]

  /// The orders, oldest first. Cost: linear.
  var elements: [ClientOrderID] { positions.isEmpty ? [] : slots.compactMap { $0 } }

  mutating func add(_ id: ClientOrderID) {
    guard positions[id] == nil else { return }
    positions[id] = slots.count
    slots.append(id)
  }

  mutating func remove(_ id: ClientOrderID) {
    guard let position = positions.removeValue(forKey: id) else { return }
    slots[position] = nil
    guard slots.count > 32, slots.count > 2 * positions.count else { return }
    slots = slots.filter { $0 != nil }
    for (position, id) in slots.enumerated() { if let id { positions[id] = position } }
  }
}
