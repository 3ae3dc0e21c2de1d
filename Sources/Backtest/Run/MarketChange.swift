import TradingModel

/// How far the markets' prices have moved since the start of a run.
struct MarketChange: Sendable {
  private var firsts: [Double] = []
  private var changes: [Double?] = []

  /// Adds a market that opens at `first`; `last` is what it traded at before, zero if unknown.
  mutating func add(first: Price, last: Price) {
    firsts.append(first.statisticValue)
    changes.append(nil)
    moved(firsts.count - 1, to: last)
  }

  /// A market trades at a price.
  mutating func moved(_ index: Int, to price: Price) {
    let now = price.statisticValue
    changes[index] = firsts[index] > 0 && now > 0 ? now / firsts[index] - 1 : nil
  }

  /// The mean of their changes; 0 without any.
  var mean: Double {
    var sum = 0.0
    var count = 0.0
    for case let change? in changes {
      sum += change
      count += 1
    }
    return count > 0 ? sum / count : 0
  }
}
