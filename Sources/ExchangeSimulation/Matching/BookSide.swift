public import TradingModel

/// The resting orders of one side: levels from the worst price to the best, each a queue from the oldest to the youngest.
struct BookSide: Sendable {
  struct Level: Sendable {
    let price: Price
    var orders: [Int64]
    /// What is shown: of iceberg orders their visible part.
    var quantity: Quantity
    /// What is there.
    var total: Quantity
  }

  let side: Side
  /// The best level is last, so that taking from it moves nothing.
  private(set) var levels: [Level] = []

  init(side: Side) { self.side = side }

  var best: Level? { levels.last }

  func isWorse(_ a: Price, than b: Price) -> Bool { side == .buy ? a < b : a > b }

  /// Position of the first level that is not worse than `price`.
  private func position(of price: Price) -> Int {
    var low = 0
    var high = levels.count
    while low < high {
      let middle = (low + high) / 2
      if isWorse(levels[middle].price, than: price) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  mutating func insert(_ id: Int64, price: Price, quantity: Quantity, total: Quantity) {
    let position = position(of: price)
    if position < levels.count, levels[position].price == price {
      levels[position].orders.append(id)
      levels[position].quantity += quantity
      levels[position].total += total
    } else {
      levels.insert(Level(price: price, orders: [id], quantity: quantity, total: total), at: position)
    }
  }

  /// Takes `quantity` off what the level shows and `total` off what it holds; drops the order when `removing`.
  mutating func reduce(_ id: Int64, price: Price, by quantity: Quantity, total: Quantity, removing: Bool) {
    let position = position(of: price)
    guard position < levels.count, levels[position].price == price else { return }
    levels[position].quantity -= quantity
    levels[position].total -= total
    guard removing, let index = levels[position].orders.firstIndex(of: id) else { return }
    levels[position].orders.remove(at: index)
    if levels[position].orders.isEmpty { levels.remove(at: position) }
  }
}

/// One price level as others see it.
public struct DepthLevel: Hashable, Sendable {
  public var price: Price
  public var quantity: Quantity

  public init(price: Price, quantity: Quantity) {
    self.price = price
    self.quantity = quantity
  }
}
