import Time
import TradingModel
import Venue

extension TradingCore {
  /// A word of the venue about an order, from any channel, in any order, any number of times.
  mutating func handle(_ report: ExecutionReport, _ effects: inout [Effect]) {
    guard let order = orders[report.clientOrderID] else {
      if let fill = report.fill { bookExternal(fill, side: report.side, id: report.clientOrderID, &effects) }
      return
    }
    if let fill = report.fill {
      book(fill, of: order, &effects)
      if riskLimits.watchesEquity { watchPortfolio(&effects) }
    }
    guard let current = orders[report.clientOrderID] else { return }
    updateStatus(current, report, &effects)
    claim(symbol: report.symbol, &effects)
    if let settled = orders[report.clientOrderID], settled.isResting, owner(of: settled) == nil {
      // Its bot was removed while the cancel's answer was lost.
      cancel(settled, reason: "its bot was removed", &effects)
    }
    advanceOwner(of: order, &effects)
  }

  /// Books a fill once: (symbol, trade id) is its identity.
  private mutating func book(_ fill: Fill, of order: Order, _ effects: inout [Effect]) {
    guard !order.tradeIDs.contains(fill.tradeID), fill.quantity.isPositive, fill.price.isPositive else { return }
    guard symbolIndex[fill.symbol].map({ symbols[$0].trades.contains(fill.tradeID) }) != true else {
      return alert(
        .critical, order.botID, "trade \(fill.tradeID) of order \(order.clientOrderID) is booked elsewhere already; check the account",
        &effects)
    }
    let side = order.intent.request.side
    var realized = Amount.zero
    var closes = false
    let owner = owner(of: order)
    if let owner, let bot = bots[owner] {
      let (base, quote) = assets(of: fill)
      var position = bot.position
      realized = position.apply(fill, side: side, baseAsset: base, quoteAsset: quote, closes: false)
      // Once: what an order still fills after that belongs to no trade.
      if side == .sell, position.isOpen { closes = !isSellable(position.quantity, at: fill.price, symbol: fill.symbol) }
    }
    append(
      .fill(
        FillRecord(
          fill: fill, botID: owner == nil ? nil : order.botID, clientOrderID: order.clientOrderID, side: side,
          purpose: order.intent.purpose,
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
    if order.status == .expired, moves {
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
    // What the venue itself ended does not come back: an answer that says otherwise was made before. Only an order that we gave up may.
    if order.status == .expired || order.status == .rejected { return !order.wasGivenUp && !next.isTerminal }
    return false
  }

  /// Remembers that the venue refused an order, and slows this bot down.
  private mutating func refused(_ order: Order, _ reason: String, _ effects: inout [Effect]) {
    guard let index = owner(of: order), let bot = bots[index] else { return }
    let price = lastPrice(of: order.intent.request.symbol)
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
        bots[index]?.protectAgainAt = now.advanced(byMilliseconds: 300_000)
        alert(
          .critical, order.botID, "no stop rests on the venue for the position; it is watched here, and tried again in five minutes",
          &effects)
      } else if price.isPositive, order.intent.request.stopPrice >= price {
        requestExit(index, .stopLoss, reason: "the stop \(order.intent.request.stopPrice) was already reached", price: price, &effects)
      }
    }
    if count >= 5, order.intent.purpose != .entry, order.intent.purpose != .stopLoss, bot.state == .running {
      append(
        .botStateChanged(
          BotStateChange(
            botID: order.botID, state: .halted, reason: "the venue refused \(count) orders in a row: \(reason)",
            referencePrice: price)), &effects)
    }
  }

  private mutating func advanceOwner(of order: Order, _ effects: inout [Effect]) {
    if let index = owner(of: order) { advance(index, &effects) }
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
      advanceOwner(of: order, &effects)
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
      ask(id, &effects)
    }
  }

  /// Our account's trades as the venue lists them: they complete orders whose fills we missed, and show other people's orders.
  mutating func listed(_ symbol: Symbol, _ trades: [AccountTrade], _ effects: inout [Effect]) {
    let at = symbolState(for: symbol)
    symbols[at].unclaimed.append(contentsOf: trades)
    for id in unsettled.elements where orders[id]?.intent.request.symbol == symbol && orders[id]?.tradesAskedAt != nil {
      orders[id]?.areTradesListed = true
    }
    claim(symbol: symbol, &effects)
    for index in symbols[at].bots { advance(index, &effects) }
  }

  /// Books unclaimed fills whose order is known; external ones once no order of the symbol is in doubt.
  mutating func claim(symbol: Symbol, _ effects: inout [Effect]) {
    guard let at = symbolIndex[symbol], !symbols[at].unclaimed.isEmpty else { return }
    let pending = symbols[at].unclaimed
    symbols[at].unclaimed = []
    let inDoubt = unsettled.elements.contains { id in
      orders[id].map { $0.intent.request.symbol == symbol && $0.venueOrderID.value == 0 } ?? false
    }
    for trade in pending {
      if let id = ordersByVenueID[VenueKey(symbol: symbol, id: trade.fill.venueOrderID)], let order = orders[id] {
        book(trade.fill, of: order, &effects)
        advanceOwner(of: order, &effects)
      } else if inDoubt {
        symbols[at].unclaimed.append(trade)
      } else {
        bookExternal(trade.fill, side: trade.side, id: nil, &effects)
      }
    }
  }

  /// A fill of an order that is not ours.
  private mutating func bookExternal(_ fill: Fill, side: Side, id: ClientOrderID?, _ effects: inout [Effect]) {
    guard let at = symbolIndex[fill.symbol], !symbols[at].trades.contains(fill.tradeID) else { return }
    append(
      .fill(
        FillRecord(
          fill: fill, botID: nil, clientOrderID: id, side: side, purpose: .manual, reason: "not placed by a bot", realizedPnL: .zero,
          closesPosition: false)), &effects)
    if side == .sell, symbols[at].bots.contains(where: { bots[$0]?.position.isOpen ?? false }) {
      alert(
        .warning, nil,
        "\(fill.quantity) \(fill.symbol) was sold by an order that is no bot's, while bots hold \(fill.symbol): compare their positions with the account",
        &effects)
    }
  }

  /// Time passes: overdue queries, retries of exits, equity samples.
  mutating func tick(_ effects: inout [Effect]) {
    if !configuration.mode.isPaper { askOverdue(&effects) }
    for at in symbols.indices {
      if symbols[at].areHoldersStale { refreshHolders(at) }
      for index in symbols[at].holders { advance(index, &effects) }
    }
    // On paper time is the market's: only its prices count, so that a backtest decides the same.
    if riskLimits.watchesEquity, !configuration.mode.isPaper { watchPrices(&effects) }
    sampleEquity(&effects)
  }

  private mutating func sampleEquity(_ effects: inout [Effect]) {
    guard configuration.equityEveryMilliseconds < .max, now >= nextEquityAt, journalIsHealthy, !botIndex.isEmpty,
      symbols.allSatisfy({ $0.holders.isEmpty || $0.lastPrice.isPositive })
    else { return }
    append(.equity(equity()), &effects)
  }

  /// The portfolio's value now. Cost: linear in bots.
  public func equity() -> EquityPoint { Self.equity(of: bots, symbols) }

  /// Not a method of the whole core: calling one that changes nothing copies all its fields.
  @inline(__always) static func equity(of bots: [Bot?], _ symbols: [SymbolState]) -> EquityPoint {
    var point = EquityPoint(equity: .zero, realized: .zero, unrealized: .zero, exposure: .zero)
    for at in symbols.indices { for index in symbols[at].bots { bots[index]?.value(at: symbols[at].lastPrice, into: &point) } }
    return point
  }
}
