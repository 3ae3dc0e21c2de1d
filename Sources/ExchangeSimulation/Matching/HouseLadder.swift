public import TradingModel

/// How the house makes the market that our orders trade with.
public struct HouseConfiguration: Hashable, Sendable {
  public enum Mode: UInt8, Hashable, Sendable {
    /// Generated trades pass through the matching engine and print there: an order of ours that stands in their way trades first.
    case generated = 1
    /// Recorded prices are the truth and are never changed by our orders: see ``SimulatedExchange``.
    case recorded = 2
  }
  public var mode: Mode
  /// Price levels on each side, 1 to 50.
  public var levels: Int
  /// Quote amount on each level behind the best (and on the best where no quote is known).
  public var levelNotional: Amount
  /// Distance of the levels, and half the spread where no quote is known, as a fraction of the price.
  public var levelGap: FixedDecimal

  /// Five levels of 50,000 each, 0.01 % apart.
  public init(
    mode: Mode = .generated, levels: Int = 5, levelNotional: Amount = FixedDecimal(50_000),
    levelGap: FixedDecimal = FixedDecimal(raw: 10_000)
  ) {
    self.mode = mode
    self.levels = min(max(levels, 1), 50)
    self.levelNotional = levelNotional
    self.levelGap = levelGap
  }
}

/// The prices and quantities of the house's orders.
struct HouseLadder {
  var bids: [DepthLevel] = []
  var asks: [DepthLevel] = []

  init(bid: DepthLevel, ask: DepthLevel, rules: TradingRules, configuration: HouseConfiguration) {
    let tick = rules.tickSize.isPositive ? rules.tickSize : FixedDecimal(raw: 1)
    let lot = rules.stepSize.isPositive ? rules.stepSize : FixedDecimal(raw: 1)
    let gap = max((bid.price * configuration.levelGap).roundedDown(toMultipleOf: tick), tick)
    for level in 0..<configuration.levels {
      let shift = FixedDecimal(raw: gap.raw * Int128(level))
      let below = bid.price - shift
      let deep = max(configuration.levelNotional.divided(by: bid.price, rounding: .towardZero).roundedDown(toMultipleOf: lot), lot)
      if below.isPositive { bids.append(DepthLevel(price: below, quantity: level == 0 ? bid.quantity : deep)) }
      asks.append(DepthLevel(price: ask.price + shift, quantity: level == 0 ? ask.quantity : deep))
    }
  }

  /// The best levels around a last price, where no quote is known: half a gap away on each side, at least one tick apart.
  static func best(around price: Price, rules: TradingRules, configuration: HouseConfiguration) -> (bid: DepthLevel, ask: DepthLevel) {
    let tick = rules.tickSize.isPositive ? rules.tickSize : FixedDecimal(raw: 1)
    let lot = rules.stepSize.isPositive ? rules.stepSize : FixedDecimal(raw: 1)
    let half = FixedDecimal(raw: (price * configuration.levelGap).raw / 2).roundedDown(toMultipleOf: tick)
    let bid = max(price.roundedDown(toMultipleOf: tick) - half, tick)
    let ask = max(price.roundedUp(toMultipleOf: tick) + half, bid + tick)
    let quantity = max(configuration.levelNotional.divided(by: price, rounding: .towardZero).roundedDown(toMultipleOf: lot), lot)
    return (DepthLevel(price: bid, quantity: quantity), DepthLevel(price: ask, quantity: quantity))
  }
}
