import Time
public import TradingModel
public import Venue

/// An order that passed the risk gate. Only ``RiskGate`` can make one, so skipping risk does not compile.
public struct ApprovedOrder: Sendable, Hashable {
  public let request: OrderRequest
  /// The price it was decided at; the simulated venue fills market orders from it.
  public let decisionPrice: Price
  /// The stop that goes along with an entry, to be placed once that is filled as a whole.
  public fileprivate(set) var stop: OrderRequest?
  /// The target beside the stop: where the order itself is the stop, both go as one pair.
  public fileprivate(set) var target: OrderRequest?
  /// The order that it takes the place of, by the name that the venue knows: cancelled first, and where that fails this one is not sent.
  public fileprivate(set) var replaces: ClientOrderID?
  /// All that goes in one request.
  public var requests: [OrderRequest] { [request] + [stop, target].compactMap { $0 } }
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
    /// The account and the symbol's trades are read as they stand now.
    var isReconciled: Bool
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
    /// Not nil: why the price is not believed.
    var doubt: String?
    /// Not nil: why amounts of limits cannot be added up.
    var conversionProblem: String?
    /// Not nil: how the bot's quote asset becomes the currency of the limits.
    var conversion: Conversion?
    /// Not nil: what a person wants to spend, all of it or nothing, within what the bot's rules allow.
    var asked: Amount?
    /// Not nil: why entries are locked.
    var lock: String?
    /// Entries are sized as programs up to 0.3 did (``Entry/quantity(_:)``).
    var sizesByQuantity = false
  }

  /// What an entry asks the exchange for. Either way the exchange itself holds the amount: no price of a feed can make it larger.
  enum Entry: Hashable {
    /// A market order that spends this much of the quote asset.
    case amount(Amount)
    /// A limit order that fills at once or expires, where the symbol takes no amounts.
    case limit(Quantity, Price)
    /// A limit order that rests, as maker alone or not.
    case resting(Quantity, Price, isMaker: Bool)
    /// A market order of this quantity, the budget divided by the price: what programs up to 0.3 sent, for replays of their journals.
    case quantity(Quantity)

    /// The order of it.
    func request(_ id: ClientOrderID, _ symbol: Symbol) -> OrderRequest {
      switch self {
      case .amount(let amount):
        OrderRequest(clientOrderID: id, symbol: symbol, side: .buy, type: .market, quantity: .zero, quoteQuantity: amount)
      case .limit(let quantity, let price):
        OrderRequest(
          clientOrderID: id, symbol: symbol, side: .buy, type: .limit, timeInForce: .immediateOrCancel, quantity: quantity, price: price)
      case .resting(let quantity, let price, let isMaker):
        OrderRequest(
          clientOrderID: id, symbol: symbol, side: .buy, type: isMaker ? .limitMaker : .limit, quantity: quantity, price: price)
      case .quantity(let quantity):
        OrderRequest(clientOrderID: id, symbol: symbol, side: .buy, type: .market, quantity: quantity)
      }
    }
  }

  enum Decision {
    case buy(Entry)
    case denied(DenialCode, String)
  }

  /// How far above the price of the decision an entry by limit may buy: 0.5 %. Wide enough for the spread and the next moments of a liquid
  /// market, and what it may cost at most; the quantity is that of the limit, so that the budget holds.
  static let entryBand = FixedDecimal(raw: 500_000)

  /// Sizes an entry: risk_per_trade of capital down to the stop, capped by the maximum position and by what is available, rounded to
  /// the filters; or the reason why there is no order.
  static func entry(_ inputs: Inputs) -> Decision {
    if let refusal = standing(inputs) { return refusal }
    guard let rules = inputs.rules else {
      return .denied(.noTradingRules, "the exchange's rules for \(inputs.configuration.symbol) are not loaded")
    }
    guard inputs.price.isPositive else { return .denied(.feedStale, "no price for \(inputs.configuration.symbol) yet") }
    if let doubt = inputs.doubt { return .denied(.priceUnconfirmed, doubt) }
    if let problem = inputs.conversionProblem { return .denied(.conversionUnknown, problem) }
    if let lock = inputs.lock { return .denied(.entriesLocked, lock) }
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
    if let asked = inputs.asked {
      guard asked <= budget else {
        return .denied(
          .insufficientCapital, "\(asked) \(rules.quoteAsset) is more than its sizing and capital allow for an entry now: \(budget)")
      }
      budget = asked
    }
    if inputs.limits.limitsEntries {
      if let refusal = countLimit(inputs) { return refusal }
      for room in inputs.limits.room(inputs.use) {
        let left = inputs.conversion?.back(room.amount) ?? room.amount
        guard left < budget else { continue }
        budget = max(left, .zero)
        limitedBy = (room.code, "\(room.code): \(room.words)")
      }
    }
    if inputs.asked != nil, let limitedBy {
      return .denied(limitedBy.code, "\(limitedBy.words); what is left is \(budget) \(rules.quoteAsset)")
    }
    switch order(for: budget, price: inputs.price, configuration, rules, byQuantity: inputs.sizesByQuantity) {
    case .success(let entry): return .buy(entry)
    case .failure(let refusal):
      if let limitedBy, !refusal.isAtStop {
        return .denied(limitedBy.code, "\(limitedBy.words); what is left, \(budget) \(rules.quoteAsset), is too little for an order")
      }
      return .denied(refusal.code, "\(refusal.message); the budget was \(budget) \(rules.quoteAsset)")
    }
  }

  /// Why an entry of some value cannot be made.
  struct Refusal: Error {
    var code: DenialCode
    var message: String
    /// The entry itself could be made, but not sold again where the stop is.
    var isAtStop = false
  }

  /// The entry that a budget pays for, rounded to the filters, if the exchange takes it and takes it back at the stop.
  ///
  /// - Parameter price: judges the quantities; the budget holds whatever the price turns out to be.
  static func order(
    for budget: Amount, price: Price, _ configuration: BotConfiguration, _ rules: TradingRules, byQuantity: Bool = false
  ) -> Result<Entry, Refusal> {
    let entry: Entry =
      configuration.entry.rests
      ? resting(budget, price, configuration.entry, rules)
      : byQuantity
        ? .quantity(rules.quantityRoundedDown(budget / price, isMarket: true))
        : rules.takesQuoteAmounts ? byAmount(budget, price, rules) : byLimit(budget, price, rules)
    let quantity: Quantity
    // What the stop hangs from.
    var paid = price
    switch entry {
    case .amount(let amount):
      quantity = rules.quantity(boughtFor: amount, at: price)
      if let violation = rules.violation(amount: amount, price: price) { return .failure(refusal(violation, quantity, amount, rules)) }
    case .limit(let limited, let limit), .resting(let limited, let limit, _):
      quantity = limited
      if case .resting = entry { paid = limit }
      if let violation = rules.violation(quantity: quantity, price: limit, isMarket: false) {
        return .failure(refusal(violation, quantity, quantity * limit, rules))
      }
    case .quantity(let whole):
      quantity = whole
      if let violation = rules.violation(quantity: quantity, price: price, isMarket: true) {
        return .failure(refusal(violation, quantity, quantity * price, rules))
      }
    }
    if configuration.stopLoss.isPositive, configuration.stopLoss < .one {
      // What remains after a fee in the base asset must be sellable where the stop is.
      let kept = rules.quantityRoundedDown(quantity - quantity * feeAllowance, isMarket: true)
      let stop = paid - paid * configuration.stopLoss
      if let violation = rules.violation(quantity: kept, price: stop, isMarket: true) {
        return .failure(
          Refusal(
            code: .notionalBelowMinimum,
            message: "\(violation.filter) at the stop: \(kept) could not be sold at \(stop) (\(violation.message))", isAtStop: true))
      }
    }
    return .success(entry)
  }

  private static func byAmount(_ budget: Amount, _ price: Price, _ rules: TradingRules) -> Entry {
    var amount = budget
    // The largest quantity must hold at the exchange's price, which may be lower.
    if rules.marketOrderMaximum.isPositive { amount = min(amount, rules.marketOrderMaximum * (price - price * entryBand)) }
    return .amount(rules.amountRoundedDown(amount))
  }

  // The position is sold by market orders, and covered by one stop: an entry by limit buys no more than one of those may sell.

  private static func byLimit(_ budget: Amount, _ price: Price, _ rules: TradingRules) -> Entry {
    var limit = price + price * entryBand
    // The exchange compares with its average price, which is near: the same bound from here keeps far enough from it (Binance: filters.md).
    if rules.buyPriceMultiplierMaximum.isPositive { limit = min(limit, price * rules.buyPriceMultiplierMaximum) }
    // A tick may be wider than the band.
    limit = max(limit, price + rules.tickSize).roundedDown(toMultipleOf: rules.tickSize)
    return .limit(rules.quantityRoundedDown(limit.isPositive ? budget / limit : .zero, isMarket: true), limit)
  }

  private static func resting(_ budget: Amount, _ price: Price, _ plan: EntryPlan, _ rules: TradingRules) -> Entry {
    let limit = plan.limit(at: price, tick: rules.tickSize)
    return .resting(
      rules.quantityRoundedDown(limit.isPositive ? budget / limit : .zero, isMarket: true), limit, isMaker: plan.kind == .maker)
  }

  private static func refusal(
    _ violation: TradingRules.Violation, _ quantity: Quantity, _ value: Amount, _ rules: TradingRules
  ) -> Refusal {
    let code: DenialCode =
      quantity < max(rules.quantityMinimum, rules.marketQuantityMinimum) || quantity.isZero
      ? .quantityBelowMinimum
      : violation.filter == "NOTIONAL" && value < rules.notionalMinimum ? .notionalBelowMinimum : .filterViolation
    return Refusal(code: code, message: "\(violation.filter): \(violation.message)")
  }

  /// Why an entry of some value breaks the smallest notional, at its price or at the stop, whatever the price is; `nil` when it does not.
  static func notionalRefusal(_ budget: Amount, _ configuration: BotConfiguration, _ rules: TradingRules) -> Refusal? {
    let sold = budget - budget * feeAllowance
    let atStop = sold - sold * configuration.stopLoss
    guard atStop < rules.notionalMinimum else { return nil }
    return Refusal(
      code: .notionalBelowMinimum,
      message: "NOTIONAL at the stop: \(atStop) is below the exchange's smallest order of \(rules.notionalMinimum)", isAtStop: true)
  }

  /// What the bot's sizing asks for, in quote asset.
  private static func wanted(_ inputs: Inputs) -> Amount {
    let configuration = inputs.configuration
    // Nothing is held when an entry is sized: what is available is the bot's equity.
    let base = configuration.compounds ? inputs.availableCapital : configuration.capital
    let most = configuration.largestEntry(capital: base)
    guard configuration.sizing == .volatility else { return most }
    let fall = inputs.volatility * configuration.sizingRanges
    return min(most, base * configuration.riskPerTrade * inputs.price / fall)
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
    if !inputs.executionIsLive { return .denied(.executionStreamDown, "the user data stream is down") }
    if !inputs.isReconciled {
      return .denied(.notReconciled, "the orders and trades of \(inputs.configuration.symbol) are not read from the exchange yet")
    }
    if let rules = inputs.rules, !rules.takesEntries {
      return .denied(.symbolNotTrading, "no entries into \(rules.symbol): \(rules.obstacles.joined(separator: "; "))")
    }
    return nil
  }

  /// Approves an entry of the size that ``entry(_:)`` answered.
  static func approveEntry(_ request: OrderRequest, decisionPrice: Price) -> ApprovedOrder {
    ApprovedOrder(request: request, decisionPrice: decisionPrice)
  }

  /// Approves an entry with what is to protect it: sales of what it bought, of which only one can execute.
  static func approveList(
    _ entry: OrderRequest, stop: OrderRequest, target: OrderRequest?, decisionPrice: Price
  ) -> ApprovedOrder? {
    let legs = [stop, target].compactMap { $0 }
    guard entry.side == .buy, !entry.isImmediate,
      legs.allSatisfy({ $0.side == .sell && $0.waitsFor == entry.clientOrderID && $0.quantity <= entry.quantity }),
      stop.linked == target?.clientOrderID, target.map({ $0.linked == stop.clientOrderID }) ?? true
    else { return nil }
    var approved = approveEntry(entry, decisionPrice: decisionPrice)
    approved.stop = stop
    approved.target = target
    return approved
  }

  /// Approves an order that only reduces a position, if it sells no more than is held.
  static func approveReduction(_ request: OrderRequest, held: Quantity, decisionPrice: Price) -> ApprovedOrder? {
    guard request.side == .sell, request.quantity.isPositive, request.quantity <= held else { return nil }
    return ApprovedOrder(request: request, decisionPrice: decisionPrice)
  }

  /// Approves an order that only reduces a position, sent in the place of one that rests for the same coins.
  static func approveReduction(
    _ request: OrderRequest, held: Quantity, decisionPrice: Price, replacing old: ClientOrderID
  ) -> ApprovedOrder? {
    var approved = approveReduction(request, held: held, decisionPrice: decisionPrice)
    approved?.replaces = old
    return approved
  }

  /// Approves a sale that several bots share, if each gives no more than it holds.
  static func approveShared(
    _ request: OrderRequest, _ shares: [(share: OrderShare, held: Quantity)], replacing old: ClientOrderID? = nil
  ) -> ApprovedOrder? {
    guard shares.allSatisfy({ $0.share.quantity.isPositive && $0.share.quantity <= $0.held }) else { return nil }
    let sum = shares.reduce(Quantity.zero) { $0 + $1.share.quantity }
    guard sum == request.quantity else { return nil }
    var approved = approveReduction(request, held: sum, decisionPrice: request.stopPrice)
    approved?.replaces = old
    return approved
  }

  /// Approves a stop and a target of which only one can execute.
  static func approvePair(stop: OrderRequest, target: OrderRequest, held: Quantity, decisionPrice: Price) -> ApprovedOrder? {
    guard var approved = approveReduction(stop, held: held, decisionPrice: decisionPrice), target.side == .sell,
      target.quantity == stop.quantity, stop.linked == target.clientOrderID, target.linked == stop.clientOrderID
    else { return nil }
    approved.target = target
    return approved
  }
}
