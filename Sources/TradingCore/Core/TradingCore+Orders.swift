import Time
import TradingModel
import Venue

extension TradingCore {
  /// A word of the venue about an order, from any channel, in any order, any number of times.
  mutating func handle(_ report: ExecutionReport, _ effects: inout [Effect]) {
    guard let key = orders.key(of: report.clientOrderID) else {
      if let fill = report.fill { bookExternal(fill, side: report.side, id: report.clientOrderID, &effects) }
      return
    }
    let bot = orders.bot(of: key)
    if let fill = report.fill {
      book(fill, of: key, &effects)
      if riskLimits.watchesEquity { watchPortfolio(&effects) }
    }
    guard orders.contains(key) else { return }
    updateStatus(key, report, &effects)
    claim(symbol: report.symbol, &effects)
    if owner(of: key) == nil, orders.standing(of: key)?.isResting == true {
      // Its bot was removed while the cancel's answer was lost.
      cancel(key, reason: "its bot was removed", &effects)
    }
    if let bot, isBotThere[bot] { advance(bot, &effects) }
  }

  /// Books a fill once: (symbol, trade id) is its identity.
  private mutating func book(_ fill: Fill, of key: OrderKey, _ effects: inout [Effect]) {
    guard orders[key]?.hasBooked(fill.tradeID) == false, fill.quantity.isPositive, fill.price.isPositive else { return }
    guard let intent = orders.intent(of: key) else { return }
    if let at = symbolAt(fill.symbol), symbols[at].hasBooked(fill.tradeID) {
      return alert(
        .critical, intent.botID,
        "trade \(fill.tradeID) of order \(intent.request.clientOrderID) is booked elsewhere already; check the account", &effects)
    }
    let side = intent.request.side
    var realized = Amount.zero
    var closes = false
    let owner = owner(of: key)
    if let owner, let after = bots[owner]?.preview(fill, side) {
      realized = after.realized
      // Once: what an order still fills after that belongs to no trade.
      if side == .sell, after.isOpen { closes = !isSellable(after.left, at: fill.price, symbol: fill.symbol) }
    }
    append(
      .fill(
        FillRecord(
          fill: fill, botID: owner == nil ? nil : intent.botID, clientOrderID: intent.request.clientOrderID, side: side,
          purpose: intent.purpose, reason: intent.reason, realizedPnL: realized, closesPosition: closes)), &effects)
  }

  /// Whether a market order could still sell this much.
  mutating func isSellable(_ quantity: Quantity, at price: Price, symbol: Symbol) -> Bool {
    guard let at = symbolAt(symbol), let sellable = symbols[at].sellable(quantity) else { return quantity.isPositive }
    return sellable.isPositive && symbols[at].filterBroken(quantity: sellable, price: price) == nil
  }

  private mutating func updateStatus(_ key: OrderKey, _ report: ExecutionReport, _ effects: inout [Effect]) {
    guard let standing = orders.standing(of: key) else { return }
    var next = report.status
    if next == .accepted, report.executedQuantity.isPositive { next = .partiallyFilled }
    let executed = max(standing.executedQuantity, report.executedQuantity)
    let learnsVenueID = standing.venueOrderID.value == 0 && report.venueOrderID.value != 0
    let moves = next != standing.status && standing.status.canBecome(next) && !standing.isOvertaken(by: report, next)
    guard moves || executed > standing.executedQuantity || learnsVenueID else { return }
    if standing.status == .expired, moves {
      alert(
        .critical, standing.botID, "order \(standing.clientOrderID) appeared on the venue after it was given up; it is adopted", &effects)
    }
    append(
      .orderUpdated(
        OrderUpdate(
          clientOrderID: standing.clientOrderID, botID: standing.botID, status: moves ? next : standing.status,
          venueOrderID: report.venueOrderID, executedQuantity: executed,
          cumulativeQuote: max(standing.cumulativeQuote, report.cumulativeQuote), reason: report.reason)), &effects)
    if next == .rejected || next == .expired, moves, executed.isZero { refused(key, report.reason, &effects) }
  }

  /// Remembers that the venue refused an order, and slows this bot down.
  private mutating func refused(_ key: OrderKey, _ reason: String, _ effects: inout [Effect]) {
    guard let order = orders[key], let index = owner(of: key), let bot = bots[index] else { return }
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

  private mutating func advanceOwner(of order: OrderKey, _ effects: inout [Effect]) {
    if let index = owner(of: order) { advance(index, &effects) }
  }

  mutating func alert(_ severity: Alert.Severity, _ bot: BotID?, _ message: String, _ effects: inout [Effect]) {
    append(.alert(Alert(severity: severity, botID: bot, message: message)), &effects)
  }

  // MARK: Answers to requests

  mutating func submitted(_ id: ClientOrderID, _ outcome: SubmitOutcome, _ effects: inout [Effect]) {
    guard let key = orders.key(of: id), let order = orders[key] else { return }
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
      refused(key, reason, &effects)
      advanceOwner(of: key, &effects)
    case .unknown(let message):
      guard order.status == .submitted else { return }
      append(
        .orderUpdated(
          OrderUpdate(
            clientOrderID: id, botID: order.botID, status: .unknown, venueOrderID: order.venueOrderID,
            executedQuantity: order.executedQuantity, cumulativeQuote: order.cumulativeQuote, reason: message)), &effects)
      alert(.warning, order.botID, "the answer to order \(id) was lost (\(message)); asking the venue, nothing is sent again", &effects)
      orders[key]?.nextQuery = now.advanced(byMilliseconds: 500)
      orders[key]?.queryCount = 0
    }
  }

  mutating func canceled(_ id: ClientOrderID, _ outcome: CancelOutcome, _ effects: inout [Effect]) {
    guard let key = orders.key(of: id) else { return }
    switch outcome {
    case .canceled(let report): handle(report, &effects)
    case .notOpen, .unknown, .rejected:
      guard let order = orders[key], !order.status.isTerminal || order.isAwaitingFills else { return }
      ask(key, &effects)
    }
  }

  /// Our account's trades as the venue lists them: they complete orders whose fills we missed, and show other people's orders.
  mutating func listed(_ symbol: Symbol, _ trades: [AccountTrade], _ effects: inout [Effect]) {
    let at = symbolState(for: symbol)
    symbols[at].unclaimed.append(contentsOf: trades)
    for key in orders.unsettled where orders[key]?.intent.request.symbol == symbol && orders[key]?.tradesAskedAt != nil {
      orders[key]?.areTradesListed = true
    }
    claim(symbol: symbol, &effects)
    for index in symbols[at].bots { advance(index, &effects) }
  }

  /// Books unclaimed fills whose order is known; external ones once no order of the symbol is in doubt.
  mutating func claim(symbol: Symbol, _ effects: inout [Effect]) {
    guard let at = symbolAt(symbol), symbols[at].hasUnclaimed() else { return }
    let pending = symbols[at].unclaimed
    symbols[at].unclaimed = []
    let inDoubt = orders.unsettled.contains { key in
      orders[key].map { $0.intent.request.symbol == symbol && $0.venueOrderID.value == 0 } ?? false
    }
    for trade in pending {
      if let key = orders.key(of: trade.fill.venueOrderID, symbol: at) {
        let bot = orders.bot(of: key)
        book(trade.fill, of: key, &effects)
        if let bot, isBotThere[bot] { advance(bot, &effects) }
      } else if inDoubt {
        symbols[at].unclaimed.append(trade)
      } else {
        bookExternal(trade.fill, side: trade.side, id: nil, &effects)
      }
    }
  }

  /// A fill of an order that is not ours.
  private mutating func bookExternal(_ fill: Fill, side: Side, id: ClientOrderID?, _ effects: inout [Effect]) {
    guard let at = symbolAt(fill.symbol), !symbols[at].trades.contains(fill.tradeID) else { return }
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
    guard configuration.equityEveryMilliseconds < .max, now >= nextEquityAt, journalIsHealthy, botTable.count > 0,
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
