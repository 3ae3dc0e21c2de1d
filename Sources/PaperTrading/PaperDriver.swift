public import Time
public import TradingCore
public import TradingModel
public import Venue

/// Takes a simulated venue and a trading core through the market together: the one meaning of a market event on paper, for the daemon,
/// the backtest and tests.
///
/// The driver owns the venue and is handed the core, since whoever trades on an exchange has the same core without a venue. What the core
/// wants is appended to `effects`; the caller decides when each effect may happen (the daemon waits for its journal) and hands those of
/// the venue back through ``carryOut(_:core:effects:)``, oldest first and before the next ``advance(core:effects:)``.
public struct PaperDriver: Sendable {
  public var venue: PaperVenue
  /// The event in progress.
  private var walk: PriceWalk?
  /// What the core is told when its walk is over; `nil`: nothing.
  private var event: MarketEvent?
  /// The price that the walk has reached and the core has not heard of.
  private var reached: Price?
  private var time = Timestamp.zero
  private var reports: [ExecutionReport] = []

  public init(venue: PaperVenue = PaperVenue()) { self.venue = venue }

  /// How far ``advance(core:effects:)`` came.
  public enum Progress: Hashable, Sendable {
    /// The market trades at this price; orders that it reached have acted. The core hears of the price next.
    case reached(Price)
    /// The core has heard of the price.
    case moved
    /// The core has heard of the event; nothing is in progress.
    case over
  }

  /// Whether a market event is in progress.
  public var isWalking: Bool { walk != nil }

  /// Begins a market event that happens at `time` of the market. A quote acts at once; what takes the price somewhere is in progress
  /// afterwards (``isWalking``); of anything else the core has heard on return.
  public mutating func begin(_ event: MarketEvent, at time: Timestamp, core: inout TradingCore, effects: inout [Effect]) {
    self.time = time
    walk = venue.walk(for: event, reports: &reports)
    stepReports(&core, &effects)
    if walk == nil { finish(event, &core, &effects) } else { self.event = event }
  }

  /// Begins one leg of a walk through a candle, for those who know its times (see ``PaperVenue/leg(_:to:at:isGap:)``).
  public mutating func begin(_ leg: PriceWalk) {
    walk = leg
    time = leg.time
  }

  /// Goes one step further: to the next price, or with the price to the core, or to the end of the event.
  public mutating func advance(core: inout TradingCore, effects: inout [Effect]) -> Progress {
    guard let symbol = walk?.symbol else { return .over }
    if let price = reached {
      reached = nil
      core.step(.price(symbol, price), at: time, effects: &effects)
      return .moved
    }
    guard let price = nextPrice(symbol, &core) else {
      walk = nil
      if let event {
        self.event = nil
        finish(event, &core, &effects)
      }
      return .over
    }
    reached = price
    stepReports(&core, &effects)
    return .reached(price)
  }

  /// Stops where a bot of the core watches a price.
  private mutating func nextPrice(_ symbol: Symbol, _ core: inout TradingCore) -> Price? {
    guard var prices = walk else { return nil }
    var stop: Price?
    if let (from, to) = venue.leg(of: prices) { stop = core.trigger(on: symbol, from: from, to: to) }
    let price = venue.advance(&prices, stoppingAt: stop, reports: &reports)
    walk = prices
    return price
  }

  private func finish(_ event: MarketEvent, _ core: inout TradingCore, _ effects: inout [Effect]) {
    switch event {
    case .quote, .ticker: return
    case .candle, .trade: core.step(.market(event), at: time, effects: &effects)
    }
  }

  private mutating func stepReports(_ core: inout TradingCore, _ effects: inout [Effect], at time: Timestamp? = nil) {
    guard !reports.isEmpty else { return }
    for report in reports { core.step(.report(report), at: time ?? self.time, effects: &effects) }
    reports.removeAll(keepingCapacity: true)
  }

  /// Carries out an effect that is the venue's: an order, a cancel. Returns whether it was one; others are the caller's.
  @discardableResult
  public mutating func carryOut(_ effect: Effect, core: inout TradingCore, effects: inout [Effect]) -> Bool {
    switch effect {
    case .submit(let order, _): submit(order, &core, &effects)
    case .cancel(let id, let symbol, _): cancel(id, symbol, &core, &effects)
    case .append, .query, .listTrades, .readAccount, .readLocks, .identify, .askQuote, .watch, .unwatch, .reply, .strategy: return false
    }
    return true
  }

  private mutating func submit(_ order: ApprovedOrder, _ core: inout TradingCore, _ effects: inout [Effect]) {
    let request = order.request
    if let old = order.replaces { cancel(old, request.symbol, &core, &effects) }
    guard let rules = core.rules(for: request.symbol) else {
      let refusal = SubmitOutcome.rejected(code: -1121, message: "Invalid symbol.")
      for id in [request.clientOrderID, order.target?.clientOrderID].compactMap({ $0 }) {
        core.step(.submitted(id, refusal), at: core.time, effects: &effects)
      }
      return
    }
    if let target = order.target {
      venue.submit(stop: request, target: target, rules: rules, at: core.time, reports: &reports)
    } else {
      venue.submit(request, rules: rules, at: core.time, reports: &reports)
    }
    stepReports(&core, &effects, at: core.time)
  }

  private mutating func cancel(_ id: ClientOrderID, _ symbol: Symbol, _ core: inout TradingCore, _ effects: inout [Effect]) {
    if venue.cancel(clientOrderID: id, symbol: symbol, at: core.time, reports: &reports) {
      stepReports(&core, &effects, at: core.time)
    } else if let order = core.order(id), !order.status.isTerminal {
      // Nothing rests on this venue that it does not know.
      core.step(.report(ExecutionReport(canceled: order, at: core.time)), at: core.time, effects: &effects)
    }
  }

  /// Puts the core's resting orders back on the venue after a restart, and moves its counters past every number the core has seen.
  /// Returns false when the rules of some order's symbol are not known yet: call it again when they are.
  public mutating func restore(from core: borrowing TradingCore) -> Bool {
    var resting: [PaperOrder] = []
    var isComplete = true
    for order in core.restingOrders {
      guard let rules = core.rules(for: order.intent.request.symbol) else {
        isComplete = false
        continue
      }
      let request = order.intent.request
      resting.append(PaperOrder(request: request, venueOrderID: order.venueOrderID, rules: rules, linkedWith: request.linked))
    }
    venue.restore(
      open: resting, nextVenueOrderID: core.highestVenueOrderID.value &+ 1,
      nextTradeIDs: core.tradedSymbols.map { ($0.symbol, $0.lastTradeID.value &+ 1) })
    return isComplete
  }
}

extension ExecutionReport {
  /// Says that the simulated venue does not have this order.
  fileprivate init(canceled order: Order, at time: Timestamp) {
    let request = order.intent.request
    self.init(
      clientOrderID: order.clientOrderID, venueOrderID: order.venueOrderID, symbol: request.symbol, side: request.side, type: request.type,
      timeInForce: request.timeInForce, quantity: request.quantity, price: request.price, stopPrice: request.stopPrice, status: .canceled,
      executedQuantity: order.executedQuantity, cumulativeQuote: order.cumulativeQuote, reason: "it does not rest on the simulated venue",
      time: time, source: .simulated)
  }
}
