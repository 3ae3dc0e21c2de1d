import Time
public import TradingModel
public import Venue

/// An order that passed the risk gate. Only ``RiskGate`` can make one, so skipping risk does not compile.
public struct ApprovedOrder: Sendable, Hashable {
  public let request: OrderRequest
  /// The price it was decided at; the simulated venue fills market orders from it.
  public let decisionPrice: Price
  fileprivate init(request: OrderRequest, decisionPrice: Price) {
    self.request = request
    self.decisionPrice = decisionPrice
  }
}

/// Decides how much to buy, or why not; and lets exits through when the exchange's filters do.
struct RiskGate {
  /// Fraction of a fill that its fee may take, for judging what can be sold again: twice the usual 0.1 %.
  static let feeAllowance = FixedDecimal(raw: 200_000)

  /// What the gate looks at for one bot.
  struct Inputs {
    var configuration: BotConfiguration
    var botState: BotState
    var tradingState: TradingState
    var rules: TradingRules?
    var feed: FeedState
    var executionIsLive: Bool
    var journalIsHealthy: Bool
    /// Quote asset not tied up in the position: capital + realized PnL − cost.
    var availableCapital: Amount
    var price: Price
    /// Average true range, for bots that need it; zero while it is not known.
    var volatility: Price = .zero
    /// Not nil: no entry up to the candle that closes then.
    var coolsUntil: Timestamp?
    var limits = RiskLimits()
    /// What the portfolio has in use already, all bots together.
    var use = PortfolioUse()
  }

  enum Decision {
    case buy(Quantity)
    case denied(DenialCode, String)
  }

  /// Sizes an entry: risk_per_trade of capital down to the stop, capped by the maximum position and by what is available, rounded to
  /// the filters; or the reason why there is no order.
  static func entry(_ inputs: Inputs) -> Decision {
    if let refusal = standing(inputs) { return refusal }
    guard let rules = inputs.rules else {
      return .denied(.noTradingRules, "the exchange's rules for \(inputs.configuration.symbol) are not loaded")
    }
    guard inputs.price.isPositive else { return .denied(.feedStale, "no price for \(inputs.configuration.symbol) yet") }
    let configuration = inputs.configuration
    if let until = inputs.coolsUntil {
      return .denied(
        .coolingDown, "the last trade lost: no entry for \(configuration.cooldownCandles) candles, the last of them closes at \(until)")
    }
    let isVolatilityKnown =
      configuration.sizing == .volatility ? (inputs.volatility * configuration.sizingRanges).isPositive : inputs.volatility.isPositive
    if configuration.needsVolatility, !isVolatilityKnown {
      return .denied(
        .volatilityUnknown, "the average true range is not known (it needs \(BotConfiguration.volatilityPeriod + 1) candles) or zero")
    }
    guard inputs.availableCapital.isPositive else {
      return .denied(.insufficientCapital, "no capital left: \(inputs.availableCapital) \(rules.quoteAsset) available")
    }
    var budget = min(wanted(inputs), inputs.availableCapital)
    var limitedBy: (code: DenialCode, words: String)?
    if inputs.limits.limitsEntries {
      if let refusal = countLimit(inputs) { return refusal }
      for room in inputs.limits.room(inputs.use) where room.amount < budget {
        budget = max(room.amount, .zero)
        limitedBy = (room.code, "\(room.code): \(room.words)")
      }
    }
    let quantity = rules.quantityRoundedDown(budget / inputs.price, isMarket: true)
    if let violation = rules.violation(quantity: quantity, price: inputs.price, isMarket: true) {
      if let limitedBy {
        return .denied(limitedBy.code, "\(limitedBy.words); what is left, \(budget) \(rules.quoteAsset), is too little for an order")
      }
      let code: DenialCode =
        quantity < max(rules.quantityMinimum, rules.marketQuantityMinimum) || quantity.isZero
        ? .quantityBelowMinimum
        : violation.filter == "NOTIONAL" && inputs.price * quantity < rules.notionalMinimum ? .notionalBelowMinimum : .filterViolation
      return .denied(code, "\(violation.filter): \(violation.message); the budget was \(budget) \(rules.quoteAsset)")
    }
    if configuration.stopLoss.isPositive, configuration.stopLoss < .one {
      // What remains after a fee in the base asset must be sellable where the stop is.
      let kept = rules.quantityRoundedDown(quantity - quantity * Self.feeAllowance, isMarket: true)
      let stop = inputs.price - inputs.price * configuration.stopLoss
      if let violation = rules.violation(quantity: kept, price: stop, isMarket: true) {
        return .denied(
          .notionalBelowMinimum,
          "\(violation.filter) at the stop: \(kept) could not be sold at \(stop) (\(violation.message)); raise capital or max_position_fraction"
        )
      }
    }
    return .buy(quantity)
  }

  /// What the bot's sizing asks for, in quote asset.
  private static func wanted(_ inputs: Inputs) -> Amount {
    let configuration = inputs.configuration
    let most = configuration.capital * configuration.maximumPosition
    let risk = configuration.capital * configuration.riskPerTrade
    switch configuration.sizing {
    case .fraction: return most
    case .risk: return configuration.stopLoss.isPositive ? min(most, risk / configuration.stopLoss) : most
    case .volatility:
      let fall = inputs.volatility * configuration.sizingRanges
      return min(most, risk * inputs.price / fall)
    }
  }

  private static func countLimit(_ inputs: Inputs) -> Decision? {
    let limits = inputs.limits
    if limits.openPositionsMaximum > 0, inputs.use.openPositions >= limits.openPositionsMaximum {
      return .denied(.openPositionLimit, "\(inputs.use.openPositions) positions are open, the most that max_open_positions allows")
    }
    if limits.openOrdersMaximum > 0, inputs.use.openOrders >= limits.openOrdersMaximum {
      return .denied(.openOrderLimit, "\(inputs.use.openOrders) orders are open, the most that max_open_orders allows")
    }
    if limits.ordersPerMinuteMaximum > 0, inputs.use.ordersLastMinute >= limits.ordersPerMinuteMaximum {
      return .denied(.orderRateLimit, "\(inputs.use.ordersLastMinute) orders in a minute, the most that max_orders_per_minute allows")
    }
    return nil
  }

  /// Why nothing may be bought at all, whatever the size; `nil` when it may.
  static func standing(_ inputs: Inputs) -> Decision? {
    if !inputs.journalIsHealthy { return .denied(.journalUnavailable, "the journal cannot be written; entries are stopped") }
    switch inputs.tradingState {
    case .active: break
    case .reducing: return .denied(.tradingStateReducing, "the trading state is reducing: no entries")
    case .halted: return .denied(.tradingStateHalted, "the trading state is halted: no entries")
    }
    if inputs.botState != .running { return .denied(.botPaused, "the bot is \(inputs.botState): no entries") }
    if inputs.feed != .live { return .denied(.feedStale, "the feed of \(inputs.configuration.symbol) is not live") }
    if !inputs.executionIsLive { return .denied(.executionStreamDown, "the user data stream is down or not reconciled") }
    if let rules = inputs.rules, rules.status != .trading {
      return .denied(.symbolNotTrading, "\(rules.symbol) is not trading on the exchange")
    }
    return nil
  }

  /// Approves an entry of the size that ``entry(_:)`` answered.
  static func approveEntry(_ request: OrderRequest, decisionPrice: Price) -> ApprovedOrder {
    ApprovedOrder(request: request, decisionPrice: decisionPrice)
  }

  /// Approves an order that only reduces a position, if it sells no more than is held.
  static func approveReduction(_ request: OrderRequest, held: Quantity, decisionPrice: Price) -> ApprovedOrder? {
    guard request.side == .sell, request.quantity.isPositive, request.quantity <= held else { return nil }
    return ApprovedOrder(request: request, decisionPrice: decisionPrice)
  }
}
