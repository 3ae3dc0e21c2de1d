public import TradingModel
public import Venue

extension TradingCore {
  /// A word of the venue about an order, from any channel, in any order, any number of times.
  mutating func handle(_ report: ExecutionReport, _ effects: inout [Effect]) {
    guard let order = orders[report.clientOrderID] else {
      if let fill = report.fill { bookExternal(fill, side: report.side, id: report.clientOrderID, &effects) }
      return
    }
    if let fill = report.fill { book(fill, of: order, &effects) }
    guard let current = orders[report.clientOrderID] else { return }
    updateStatus(current, report, &effects)
    claim(symbol: report.symbol, &effects)
    advance(order.botID, &effects)
  }

  /// Books a fill once: (symbol, trade id) is its identity.
  private mutating func book(_ fill: Fill, of order: Order, _ effects: inout [Effect]) {
    guard !order.tradeIDs.contains(fill.tradeID), fill.quantity.isPositive, fill.price.isPositive else { return }
    let side = order.intent.request.side
    var realized = Amount.zero
    var closes = false
    if let index = botIndex[order.botID], let bot = bots[index] {
      let (base, quote) = assets(of: fill)
      var position = bot.position
      realized = position.apply(fill, side: side, baseAsset: base, quoteAsset: quote, closes: false)
      if side == .sell { closes = !isSellable(position.quantity, at: fill.price, symbol: fill.symbol) }
    }
    append(
      .fill(
        FillRecord(
          fill: fill, botID: order.botID, clientOrderID: order.clientOrderID, side: side, purpose: order.intent.purpose,
          reason: order.intent.reason, realizedPnL: realized, closesPosition: closes)), &effects)
  }

  /// Whether a market order could still sell this much.
  func isSellable(_ quantity: Quantity, at price: Price, symbol: Symbol) -> Bool {
    guard let rules = symbolIndex[symbol].flatMap({ symbols[$0].rules }) else { return quantity.isPositive }
    let sellable = rules.quantityRoundedDown(quantity, isMarket: true)
    return sellable.isPositive && rules.violation(quantity: sellable, price: price, isMarket: true) == nil
  }

  private mutating func updateStatus(_ order: Order, _ report: ExecutionReport, _ effects: inout [Effect]) {
    var next = report.status
    if next == .accepted, report.executedQuantity.isPositive { next = .partiallyFilled }
    let executed = max(order.executedQuantity, report.executedQuantity)
    let learnsVenueID = order.venueOrderID.value == 0 && report.venueOrderID.value != 0
    let moves = next != order.status && order.status.canBecome(next) && !isStale(order, next, report)
    guard moves || (executed > order.executedQuantity) || learnsVenueID else { return }
    if order.status == .expired, next == .accepted {
      alert(.critical, order.botID, "order \(order.clientOrderID) appeared on the venue after it was given up; it is adopted", &effects)
    }
    append(
      .orderUpdated(
        OrderUpdate(
          clientOrderID: order.clientOrderID, botID: order.botID, status: moves ? next : order.status,
          venueOrderID: report.venueOrderID, executedQuantity: executed,
          cumulativeQuote: max(order.cumulativeQuote, report.cumulativeQuote), reason: report.reason)), &effects)
    if next == .rejected || next == .expired, moves, executed.isZero { refused(order, report.reason, &effects) }
  }

  /// An accepted report that was overtaken by a pending cancel or by fills says nothing new.
  private func isStale(_ order: Order, _ next: OrderStatus, _ report: ExecutionReport) -> Bool {
    if order.status == .pendingCancel, next == .accepted || next == .partiallyFilled { return report.source != .query }
    return false
  }

  /// Remembers that the venue refused an order, and slows this bot down.
  private mutating func refused(_ order: Order, _ reason: String, _ effects: inout [Effect]) {
    guard let index = botIndex[order.botID], let bot = bots[index] else { return }
    let count = bot.refusals + 1
    bots[index]?.refusals = count
    let seconds: Int64 = min(60, 1 << Int64(min(count, 6)))
    bots[index]?.retryAt = now.advanced(byMilliseconds: seconds * 1_000)
    let words = "the venue refused \(order.intent.purpose) order \(order.clientOrderID): \(reason.isEmpty ? "no reason given" : reason)"
    alert(order.intent.purpose == .entry ? .warning : .critical, order.botID, words, &effects)
    if order.intent.purpose == .stopLoss {
      bots[index]?.retryAt = .zero
      if count >= 3 {
        bots[index]?.isProtectionImpossible = true
      } else if order.intent.request.stopPrice >= lastPrice(of: order.intent.request.symbol) {
        requestExit(
          index, .stopLoss, reason: "the stop \(order.intent.request.stopPrice) was already reached", price: lastPrice(of: order.intent.request.symbol),
          &effects)
      }
    }
    if count >= 5, order.intent.purpose != .entry, bot.state == .running {
      append(
        .botStateChanged(
          BotStateChange(
            botID: order.botID, state: .halted, reason: "the venue refused \(count) orders in a row: \(reason)",
            referencePrice: lastPrice(of: bot.configuration.symbol))), &effects)
    }
  }

  mutating func alert(_ severity: Alert.Severity, _ bot: BotID?, _ message: String, _ effects: inout [Effect]) {
    append(.alert(Alert(severity: severity, botID: bot, message: message)), &effects)
  }

  // MARK: Answers to requests

  mutating func submitted(_ id: ClientOrderID, _ outcome: SubmitOutcome, _ effects: inout [Effect]) {
    guard let order = orders[id] else { return }
    switch outcome {
    case .accepted(let reports):
      for report in reports { handle(report, &effects) }
    case .rejected(let code, let message):
      guard order.status == .submitted || order.status == .unknown else { return }
      let reason = "\(code) \(message)"
      append(
        .orderUpdated(
          OrderUpdate(
            clientOrderID: id, botID: order.botID, status: .rejected, venueOrderID: order.venueOrderID,
            executedQuantity: order.executedQuantity, cumulativeQuote: order.cumulativeQuote, reason: reason)), &effects)
      refused(order, reason, &effects)
      advance(order.botID, &effects)
    case .unknown(let message):
      guard order.status == .submitted else { return }
      append(
        .orderUpdated(
          OrderUpdate(
            clientOrderID: id, botID: order.botID, status: .unknown, venueOrderID: order.venueOrderID,
            executedQuantity: order.executedQuantity, cumulativeQuote: order.cumulativeQuote, reason: message)), &effects)
      alert(.warning, order.botID, "the answer to order \(id) was lost (\(message)); asking the venue, nothing is sent again", &effects)
      orders[id]?.nextQuery = now.advanced(byMilliseconds: 500)
      orders[id]?.queryCount = 0
    }
  }

  mutating func canceled(_ id: ClientOrderID, _ outcome: CancelOutcome, _ effects: inout [Effect]) {
    guard let order = orders[id] else { return }
    switch outcome {
    case .canceled(let report): handle(report, &effects)
    case .notOpen, .unknown, .rejected:
      guard !order.status.isTerminal || order.isAwaitingFills else { return }
      orders[id]?.nextQuery = now
      track(id)
      ask(id, &effects)
    }
  }

  mutating func queried(_ id: ClientOrderID, _ outcome: QueryOutcome, _ effects: inout [Effect]) {
    guard let order = orders[id] else { return }
    switch outcome {
    case .found(let report):
      handle(report, &effects)
      if let current = orders[id], current.isAwaitingFills { listTrades(of: current, &effects) }
    case .notFound:
      guard order.isUnsettled || order.isResting else { return }
      let fence = order.createdAt.advanced(byMilliseconds: configuration.fenceMilliseconds)
      guard now >= fence, !order.isAwaitingFills else { return scheduleQuery(id) }
      append(
        .orderUpdated(
          OrderUpdate(
            clientOrderID: id, botID: order.botID, status: .expired, venueOrderID: order.venueOrderID,
            executedQuantity: order.executedQuantity, cumulativeQuote: order.cumulativeQuote,
            reason: "not found on the venue after \(configuration.fenceMilliseconds) ms: it never arrived")), &effects)
      alert(.info, order.botID, "order \(id) never reached the venue; it is released", &effects)
      advance(order.botID, &effects)
    case .unknown: scheduleQuery(id)
    }
  }

  /// Our account's trades as the venue lists them: they complete orders whose fills we missed, and show other people's orders.
  mutating func listed(_ symbol: Symbol, _ trades: [AccountTrade], _ effects: inout [Effect]) {
    let at = symbolState(for: symbol)
    symbols[at].unclaimed.append(contentsOf: trades)
    claim(symbol: symbol, &effects)
    for index in symbols[at].bots { advance(index, &effects) }
  }

  /// Books unclaimed fills whose order is known; external ones once no order of the symbol is in doubt.
  private mutating func claim(symbol: Symbol, _ effects: inout [Effect]) {
    guard let at = symbolIndex[symbol], !symbols[at].unclaimed.isEmpty else { return }
    let pending = symbols[at].unclaimed
    symbols[at].unclaimed = []
    let inDoubt = unsettled.contains { id in orders[id].map { $0.intent.request.symbol == symbol && $0.venueOrderID.value == 0 } ?? false }
    for trade in pending {
      if let id = ordersByVenueID[VenueKey(symbol: symbol, id: trade.fill.venueOrderID)], let order = orders[id] {
        book(trade.fill, of: order, &effects)
        advance(order.botID, &effects)
      } else if inDoubt {
        symbols[at].unclaimed.append(trade)
      } else {
        bookExternal(trade.fill, side: trade.side, id: nil, &effects)
      }
    }
  }

  /// A fill of an order that is not ours. Trade ids grow per symbol, so an id at or below the highest booked one was seen before.
  private mutating func bookExternal(_ fill: Fill, side: Side, id: ClientOrderID?, _ effects: inout [Effect]) {
    guard let at = symbolIndex[fill.symbol], fill.tradeID > symbols[at].lastTradeID else { return }
    append(
      .fill(
        FillRecord(
          fill: fill, botID: nil, clientOrderID: id, side: side, purpose: .manual, reason: "not placed by a bot", realizedPnL: .zero,
          closesPosition: false)), &effects)
  }

  // MARK: Asking the venue

  private mutating func scheduleQuery(_ id: ClientOrderID) {
    guard var order = orders[id] else { return }
    order.queryCount += 1
    let delay: Int64 = min(4_000, 500 << Int64(min(order.queryCount, 3)))
    order.nextQuery = now.advanced(byMilliseconds: delay)
    orders[id] = order
  }

  mutating func ask(_ id: ClientOrderID, _ effects: inout [Effect]) {
    guard let order = orders[id] else { return }
    scheduleQuery(id)
    effects.append(.query(id, order.intent.request.symbol))
  }

  private mutating func listTrades(of order: Order, _ effects: inout [Effect]) {
    let symbol = order.intent.request.symbol
    let last = symbolIndex[symbol].map { symbols[$0].lastTradeID.value } ?? 0
    effects.append(.listTrades(symbol, from: TradeID(order.tradeIDs.isEmpty ? max(0, last &- 500) : order.tradeIDs[0].value)))
  }

  /// Time passes: overdue queries, retries of exits, equity samples.
  mutating func tick(_ effects: inout [Effect]) {
    if !configuration.mode.isPaper {
      for id in unsettled {
        guard let order = orders[id] else { continue }
        let isOverdue = order.nextQuery == .distantFuture && now.nanoseconds(since: order.updatedAt) > 10_000_000_000
        if now >= order.nextQuery || isOverdue { ask(id, &effects) }
      }
    }
    for at in symbols.indices where !symbols[at].holders.isEmpty {
      for index in symbols[at].holders { advance(index, &effects) }
    }
    sampleEquity(&effects)
  }

  private mutating func sampleEquity(_ effects: inout [Effect]) {
    guard now >= nextEquityAt, journalIsHealthy, !botIndex.isEmpty else { return }
    append(.equity(equity()), &effects)
  }

  /// The portfolio's value now. Cost: linear in bots.
  public func equity() -> EquityPoint {
    var point = EquityPoint(equity: .zero, realized: .zero, unrealized: .zero, exposure: .zero)
    for bot in bots {
      guard let bot else { continue }
      let price = lastPrice(of: bot.configuration.symbol)
      let unrealized = bot.position.unrealizedPnL(at: price)
      point.realized += bot.statistics.realizedPnL
      point.unrealized += unrealized
      point.exposure += bot.position.quantity * price
      point.equity += bot.configuration.capital + bot.statistics.realizedPnL + unrealized
    }
    return point
  }
}
