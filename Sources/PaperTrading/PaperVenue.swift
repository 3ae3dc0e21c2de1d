import MarketModel
public import Time
public import TradingModel
public import Venue

/// A venue that fills orders from market data alone: the paper and simulated modes and the backtest share it, so the same data give
/// the same fills to the last digit. Pure: no clock, no randomness, and nothing waits; identifiers come from counters.
///
/// Rules
/// - **Price.** The last price is that of the last trade, or walks through each candle as ``IntrabarPath`` says (``PriceWalk``).
/// - **Which data move a symbol.** Trades always do. A candle does where trades were silent (for five seconds, or a sixth of the candle
///   if that is shorter) and its time was not covered already: a candle (or update) that opens before the latest instant heard of is
///   skipped, except for updates of the candle being followed, of which only new extremes and the new close are visited. So several
///   intervals of a symbol, or candles beside trades, never move it twice.
/// - **Market orders** fill whole, at once, as taker: at the quote's ask (buy) or bid (sell) if a quote no older than
///   ``PaperConfiguration/quoteLifetimeNanoseconds`` is known; else at the last price moved by half the spread plus the slippage
///   against us, rounded to the tick against us. Without any price they are rejected.
/// - **Stops and take-profits** trigger when a traded price reaches them. They fill as taker at the worse of their stop price and the
///   price that triggered them (inside a candle the price is continuous, so only an opening gap is worse than the stop price),
///   moved by the slippage and rounded to the tick against us. The limit kinds fill only within their limit, else they rest. One whose
///   trigger is already reached when it arrives is rejected ("would trigger immediately"), as on the exchange.
/// - **Limit orders** fill at once as taker, at the market order's price, if that is within the limit; `limitMaker` is rejected then.
///   Otherwise they rest (`gtc`) or expire (`ioc`, `fok`). A resting one fills as maker, at its limit, when a trade goes *through* it
///   (below a buy, above a sell) or the opposite quote reaches it.
/// - **Pairs** (OCO): a stop and a target (`limitMaker`) are taken both or not at all, the target above the last price and the stop below it.
///   When one of the two acts the other expires; a cancel ends both.
/// - **Orders by amount** (market buys) get the most whole lot steps that the amount pays for at the fill's price, as on the exchange; the
///   amount is what NOTIONAL judges. One that pays for less than the smallest lot is rejected.
/// - **Size** is unlimited; there are no partial fills. **Funds** are not checked: the trading core owns capital.
/// - **Commission**: see ``Commission``. Quote quantity is price × quantity cut to 8 digits.
/// - Where one price makes several orders act, stop-losses come first, then older orders before younger.
///
/// Cost: an event that reaches no order compares two prices.
public struct PaperVenue: Sendable {
  public let configuration: PaperConfiguration
  /// The number of the next accepted order.
  public private(set) var nextVenueOrderID: Int64
  var markets: [PaperMarket] = []
  private var marketSymbols: [Symbol] = []
  private var marketTable = NumberTable()
  /// The market in which an order rests, by the order's name.
  private var orderTable = NumberTable()

  public init(configuration: PaperConfiguration = PaperConfiguration(), nextVenueOrderID: Int64 = 1) {
    self.configuration = configuration
    self.nextVenueOrderID = nextVenueOrderID
  }

  /// Resting orders, oldest first. Cost: linear in them.
  public var openOrders: [PaperOrder] {
    markets.flatMap(\.orders).sorted { $0.venueOrderID < $1.venueOrderID }
  }

  /// The last price heard, if any.
  public func lastPrice(of symbol: Symbol) -> Price? { marketAt(symbol).flatMap { markets[$0].last } }

  /// The number of the symbol's next trade.
  public func nextTradeID(of symbol: Symbol) -> Int64 { marketAt(symbol).map { markets[$0].nextTradeID } ?? 1 }

  /// Puts back orders that rested before a restart. Counters move past every number given.
  /// - Parameter nextTradeIDs: for each symbol that had fills, a number greater than all of them.
  public mutating func restore(open: [PaperOrder], nextVenueOrderID next: Int64, nextTradeIDs: [(symbol: Symbol, next: Int64)] = []) {
    nextVenueOrderID = max(nextVenueOrderID, next)
    for order in open.sorted(by: { $0.venueOrderID < $1.venueOrderID }) {
      nextVenueOrderID = max(nextVenueOrderID, order.venueOrderID.value &+ 1)
      let index = market(of: order.request.symbol)
      guard marketHolding(order.request.clientOrderID) == nil else { continue }
      rest(order, market: index)
    }
    for (symbol, next) in nextTradeIDs {
      let index = market(of: symbol)
      markets[index].nextTradeID = max(markets[index].nextTradeID, next)
    }
  }

  /// Tells the venue what the market did; reports of orders that acted are appended. For those who watch no prices themselves.
  public mutating func onMarket(_ event: MarketEvent, reports: inout [ExecutionReport]) {
    guard var walk = walk(for: event, reports: &reports) else { return }
    while advance(&walk, stoppingAt: nil, reports: &reports) != nil {}
  }

  /// The way that an event takes its symbol's price, `nil` when it moves nothing; quotes act at once, into `reports`.
  public mutating func walk(for event: MarketEvent, reports: inout [ExecutionReport]) -> PriceWalk? {
    switch event {
    case .trade(let trade):
      guard trade.price.isPositive else { return nil }
      let index = market(of: trade.symbol)
      markets[index].traded(trade.price, at: trade.time)
      var walk = PriceWalk(symbol: trade.symbol, time: trade.time, market: index, startsWithGap: true)
      walk.add(trade.price)
      return walk
    case .candle(let update):
      return walk(through: update, market: market(of: update.symbol))
    case .quote(let quote):
      let index = market(of: quote.symbol)
      guard quote.bidPrice.isPositive, quote.askPrice.isPositive else { return nil }
      markets[index].quote = quote
      fillQuoted(market: index, &reports)
      return nil
    case .ticker: return nil
    }
  }

  /// Where a walk goes next without a gap, `nil` where it may jump, knows no price to start from, or is over.
  public func leg(of walk: PriceWalk) -> (from: Price, to: Price)? {
    guard walk.isContinuous, let target = walk.legEnd, markets.indices.contains(walk.market), let from = markets[walk.market].last else {
      return nil
    }
    return (from, target)
  }

  /// Goes to the next price of a walk: the end of the leg, or what of these comes first strictly inside the leg (``leg(of:)``): `stop`, or a
  /// tick below a resting buy, since what is placed when it fills may act on the rest of the leg. Orders it reaches act, into `reports`. Returns
  /// the price, or `nil` at the end of the walk.
  public mutating func advance(_ walk: inout PriceWalk, stoppingAt stop: Price?, reports: inout [ExecutionReport]) -> Price? {
    guard var target = walk.legEnd, markets.indices.contains(walk.market) else { return nil }
    let isContinuous = walk.isContinuous
    if let inside = innerStop(of: walk, stop) { target = inside } else { walk.endLeg() }
    visit(target, isContinuous: isContinuous, market: walk.market, at: walk.time, &reports)
    return target
  }

  private func innerStop(of walk: PriceWalk, _ stop: Price?) -> Price? {
    guard let (from, to) = leg(of: walk), from != to else { return nil }
    let wanted = stop.flatMap { $0 != from && $0 != to && ($0 > from) == ($0 < to) ? $0 : nil }
    guard to < from, markets[walk.market].wakes(at: to), let buy = markets[walk.market].firstBuyPassed(from: from, to: to) else {
      return wanted
    }
    return wanted.map { max($0, buy) } ?? buy
  }

  /// One leg of a walk through a candle, for those who know its times: its open (which may be a gap) or a later point of its path.
  public mutating func leg(_ symbol: Symbol, to price: Price, at time: Timestamp, isGap: Bool) -> PriceWalk {
    let index = market(of: symbol)
    markets[index].traded(price, at: time)
    var walk = PriceWalk(symbol: symbol, time: time, market: index, startsWithGap: isGap)
    walk.add(price)
    return walk
  }

  /// The handle of a symbol's market; valid for this venue and copies of it.
  public mutating func handle(of symbol: Symbol) -> PaperMarketHandle { PaperMarketHandle(market: market(of: symbol)) }

  /// Moves a market in which no order acts on the way straight to a price; the same as walking there. Cost: a few loads.
  public mutating func pass(_ handle: PaperMarketHandle, to price: Price, at time: Timestamp) {
    markets[handle.market].traded(price, at: time)
    markets[handle.market].last = price
  }

  /// Whether no order rests in a market.
  public func isEmpty(_ handle: PaperMarketHandle) -> Bool { markets[handle.market].orders.isEmpty }

  /// The prices at and beyond which some resting order may act.
  public func wakePrices(of handle: PaperMarketHandle) -> (below: Price, above: Price) {
    (markets[handle.market].wakeBelow, markets[handle.market].wakeAbove)
  }

  /// Takes an order: the reports say accepted, filled, expired or rejected (with the reason).
  /// - Parameters:
  ///   - rules: checked here, and kept for the order's life.
  ///   - linkedWith: an open order of the same symbol; when either executes, the other expires (`OCO_TRIGGER`).
  public mutating func submit(
    _ request: OrderRequest, rules: TradingRules, at time: Timestamp, linkedWith: ClientOrderID? = nil, reports: inout [ExecutionReport]
  ) {
    let index = market(of: request.symbol)
    // Room for two at once.
    if reports.isEmpty { reports.reserveCapacity(2) }
    let isContingent = request.type.isContingent
    let taker = isContingent ? nil : takerPrice(side: request.side, rules: rules, market: index, at: time)
    if let reason = refusal(of: request, rules: rules, market: index, taker: taker) {
      reports.append(report(request, VenueOrderID(0), .rejected, at: time, reason: reason))
      return
    }
    let id = VenueOrderID(nextVenueOrderID)
    nextVenueOrderID &+= 1
    reports.append(report(request, id, .accepted, at: time))
    if let taker, isWithinLimit(taker, of: request) {
      fill(request, id, linkedWith: linkedWith, rules: rules, price: taker, isMaker: false, market: index, at: time, &reports)
    } else if request.timeInForce != .goodTilCanceled, !isContingent {
      let reason = request.timeInForce == .fillOrKill ? "UNFILLED_FOK_ORDER_EXPIRED" : "UNFILLED_IOC_QUANTITY_EXPIRED"
      reports.append(report(request, id, .expired, at: time, reason: reason))
    } else {
      rest(PaperOrder(request: request, venueOrderID: id, rules: rules, linkedWith: linkedWith), market: index)
    }
  }

  /// Takes a stop and a target as one pair, or neither: the reports say so, the stop's first.
  public mutating func submit(
    stop: OrderRequest, target: OrderRequest, rules: TradingRules, at time: Timestamp, reports: inout [ExecutionReport]
  ) {
    let index = market(of: stop.symbol)
    let taker = takerPrice(side: target.side, rules: rules, market: index, at: time)
    var reason =
      refusal(of: stop, rules: rules, market: index, taker: nil) ?? refusal(of: target, rules: rules, market: index, taker: taker)
    if let last = markets[index].last, stop.stopPrice >= last || target.price <= last {
      reason = "The relationship of the prices for the orders is not correct."
    }
    if let reason {
      for request in [stop, target] { reports.append(report(request, VenueOrderID(0), .rejected, at: time, reason: reason)) }
      return
    }
    let pair = [stop, target].map { request in
      defer { nextVenueOrderID &+= 1 }
      return PaperOrder(request: request, venueOrderID: VenueOrderID(nextVenueOrderID), rules: rules, linkedWith: request.linked)
    }
    for order in pair { reports.append(report(order.request, order.venueOrderID, .accepted, at: time)) }
    for order in pair { rest(order, market: index) }
  }

  /// Cancels a resting order, and with it the other one of its pair. Returns false, with no report, when there is none of that name.
  @discardableResult
  public mutating func cancel(
    clientOrderID: ClientOrderID, symbol: Symbol, at time: Timestamp, reports: inout [ExecutionReport]
  ) -> Bool {
    guard let index = marketAt(symbol), let order = markets[index].remove(clientOrderID) else { return false }
    orderTable.remove(index, clientOrderID.fingerprint)
    reports.append(report(order.request, order.venueOrderID, .canceled, at: time))
    while let other = markets[index].firstLinked(with: clientOrderID, order.linkedWith) {
      remove(other, market: index)
      reports.append(report(other.request, other.venueOrderID, .canceled, at: time))
    }
    return true
  }
}

extension PaperVenue {
  private mutating func market(of symbol: Symbol) -> Int {
    if let index = marketAt(symbol) { return index }
    markets.append(PaperMarket())
    marketSymbols.append(symbol)
    marketTable.add(markets.count - 1, symbol.fingerprint)
    return markets.count - 1
  }

  private func marketAt(_ symbol: Symbol) -> Int? { marketTable.number(of: symbol.fingerprint) { marketSymbols[$0] == symbol } }

  func marketHolding(_ id: ClientOrderID) -> Int? { orderTable.number(of: id.fingerprint) { markets[$0].holds(id) } }

  private mutating func rest(_ order: PaperOrder, market index: Int) {
    orderTable.add(index, order.request.clientOrderID.fingerprint)
    markets[index].insert(order)
  }

  /// Follows a candle: the whole walk for a new one, new extremes and the close for one being followed.
  private mutating func walk(through update: CandleUpdate, market index: Int) -> PriceWalk? {
    let candle = update.candle
    guard candle.isConsistent else { return nil }
    let end = update.interval.nextOpenTime(after: candle.openTime)
    let path = IntrabarPath(candle, rule: configuration.intrabarRule)
    let time = min(update.eventTime, end)
    let movement = markets[index].follow(update, until: update.isClosed ? end : time)
    var walk = PriceWalk(symbol: update.symbol, time: time, market: index, startsWithGap: movement == .whole)
    switch movement {
    case .skip: return nil
    case .whole:
      walk.add(path.first)
      walk.add(path.second)
      walk.add(path.third)
    case .changes(let low, let high):
      let lowFirst = configuration.intrabarRule == .lowFirst
      if lowFirst, low { walk.add(candle.low) }
      if high { walk.add(candle.high) }
      if !lowFirst, low { walk.add(candle.low) }
    }
    walk.add(path.fourth)
    return walk
  }

  /// The market trades at `price`. Orders it reaches act, one after the other.
  private mutating func visit(
    _ price: Price, isContinuous: Bool, market index: Int, at time: Timestamp, _ reports: inout [ExecutionReport]
  ) {
    markets[index].last = price
    guard markets[index].wakes(at: price) else { return }
    while let position = markets[index].firstActing(at: price) {
      var order = markets[index].orders[position]
      let side = order.request.side
      guard order.waitsForTrigger else {
        remove(order, market: index)
        fill(order, price: order.request.price, isMaker: true, market: index, at: time, &reports)
        continue
      }
      let stop = order.request.stopPrice
      let reached = isContinuous ? stop : (side == .buy ? max(stop, price) : min(stop, price))
      let taken = worsened(reached, side: side, by: configuration.slippage, tick: order.rules.tickSize)
      expireLinked(of: order.request.clientOrderID, order.linkedWith, market: index, at: time, &reports)
      if isWithinLimit(taken, of: order.request) {
        remove(order, market: index)
        fill(order, price: taken, isMaker: false, market: index, at: time, &reports)
      } else if order.request.timeInForce != .goodTilCanceled {
        remove(order, market: index)
        reports.append(
          report(order.request, order.venueOrderID, .expired, at: time, reason: "UNFILLED_IOC_QUANTITY_EXPIRED"))
      } else {
        order.isTriggered = true
        markets[index].replace(order)
      }
    }
  }

  /// Resting limit orders that the opposite quote has reached.
  private mutating func fillQuoted(market index: Int, _ reports: inout [ExecutionReport]) {
    guard let quote = markets[index].quote, markets[index].wakes(at: quote.askPrice) || markets[index].wakes(at: quote.bidPrice) else {
      return
    }
    while let order = markets[index].firstReached(by: quote) {
      remove(order, market: index)
      fill(order, price: order.request.price, isMaker: true, market: index, at: quote.time, &reports)
    }
  }

  private mutating func remove(_ order: PaperOrder, market index: Int) {
    guard markets[index].remove(order.request.clientOrderID) != nil else { return }
    orderTable.remove(index, order.request.clientOrderID.fingerprint)
  }

  private mutating func expireLinked(
    of id: ClientOrderID, _ linked: ClientOrderID?, market index: Int, at time: Timestamp, _ reports: inout [ExecutionReport]
  ) {
    while let other = markets[index].firstLinked(with: id, linked) {
      remove(other, market: index)
      reports.append(report(other.request, other.venueOrderID, .expired, at: time, reason: "OCO_TRIGGER"))
    }
  }

  private mutating func fill(
    _ order: PaperOrder, price: Price, isMaker: Bool, market index: Int, at time: Timestamp, _ reports: inout [ExecutionReport]
  ) {
    fill(
      order.request, order.venueOrderID, linkedWith: order.linkedWith, rules: order.rules, price: price, isMaker: isMaker, market: index,
      at: time, &reports)
  }

  private mutating func fill(
    _ request: OrderRequest, _ id: VenueOrderID, linkedWith: ClientOrderID?, rules: TradingRules, price: Price, isMaker: Bool,
    market index: Int, at time: Timestamp, _ reports: inout [ExecutionReport]
  ) {
    expireLinked(of: request.clientOrderID, linkedWith, market: index, at: time, &reports)
    let quantity = request.isByAmount ? rules.quantity(boughtFor: request.quoteQuantity, at: price) : request.quantity
    let quote = price.multiplied(by: quantity, rounding: .towardZero)
    let commission = Commission.amount(
      side: request.side, quantity: quantity, quoteQuantity: quote, rate: isMaker ? configuration.makerFee : configuration.takerFee)
    let fill = Fill(
      symbol: request.symbol, tradeID: TradeID(markets[index].nextTradeID), venueOrderID: id, price: price,
      quantity: quantity, quoteQuantity: quote, commission: commission,
      commissionAsset: Commission.asset(side: request.side, rules: rules), isMaker: isMaker, time: time)
    markets[index].nextTradeID &+= 1
    reports.append(report(request, id, .filled, at: time, fill: fill))
  }

  private func report(
    _ request: OrderRequest, _ id: VenueOrderID, _ status: OrderStatus, at time: Timestamp, fill: Fill? = nil, reason: String = ""
  ) -> ExecutionReport {
    ExecutionReport(
      clientOrderID: request.clientOrderID, venueOrderID: id, symbol: request.symbol, side: request.side,
      type: request.type, timeInForce: request.timeInForce, quantity: request.isByAmount ? fill?.quantity ?? .zero : request.quantity,
      price: request.price, stopPrice: request.stopPrice, status: status, executedQuantity: fill?.quantity ?? .zero,
      cumulativeQuote: fill?.quoteQuantity ?? .zero, fill: fill,
      reason: reason, time: time, source: .simulated)
  }
}
