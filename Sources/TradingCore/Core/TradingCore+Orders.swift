import Time
import TradingModel
import Venue

extension TradingCore {
  /// A word of the venue about an order, from any channel, in any order, any number of times.
  mutating func handle(_ report: ExecutionReport, _ effects: inout [Effect]) {
    guard let key = orders.key(of: report.clientOrderID) ?? renamed(report) ?? adopt(report, &effects) else {
      if let fill = report.fill { bookExternal(fill, side: report.side, id: report.clientOrderID, &effects) }
      return
    }
    noteQuantity(key, report)
    let bot = orders.bot(of: key)
    if let fill = report.fill {
      book(fill, of: key, &effects)
      if riskLimits.watchesEquity { watchPortfolio(&effects) }
    }
    guard orders.contains(key) else { return }
    updateStatus(key, report, &effects)
    expectFills(of: key)
    expectEntry(of: key, &effects)
    claim(symbol: report.symbol, &effects)
    if orders.standing(of: key)?.isShared == true { return heardOfUmbrella(key, report, &effects) }
    if owner(of: key) == nil, orders.standing(of: key)?.isResting == true {
      // Its bot was removed while the cancel's answer was lost.
      cancel(key, reason: "its bot was removed", &effects)
    }
    if let bot, isBotThere[bot] {
      if let standing = orders.standing(of: key), standing.status != .rejected, standing.status != .waiting,
        standing.venueOrderID.value != 0,
        !report.status.isTerminal || report.executedQuantity.isPositive
      {
        accepted(bot, standing, &effects)
      }
      let entry = entry(of: key)
      releaseRest(of: entry, bot, &effects)
      entryEnded(entry, bot, &effects)
      advance(bot, &effects)
    }
  }

  /// An amend makes an order smaller: what it covers is what the venue says.
  private mutating func noteQuantity(_ key: OrderKey, _ report: ExecutionReport) {
    guard !configuration.mode.isPaper, report.quantity.isPositive, let request = orders[key]?.intent.request, !request.isImmediate,
      report.quantity < request.quantity
    else { return }
    orders[key]?.amendedQuantity = report.quantity
  }

  /// Books a fill once: (symbol, trade id) is its identity.
  private mutating func book(_ fill: Fill, of key: OrderKey, _ effects: inout [Effect]) {
    if orders.standing(of: key)?.isShared == true { return bookDivided(fill, of: key, &effects) }
    guard orders[key]?.hasBooked(fill.tradeID) == false, fill.quantity.isPositive, fill.price.isPositive else { return }
    guard let intent = orders.intent(of: key) else { return }
    if intent.request.waitsFor != nil, holdBack(fill, of: key, &effects) { return }
    if let at = symbolAt(fill.symbol), symbols[at].hasBooked(fill.tradeID) {
      return alert(
        .critical, .tradeBookedTwice, intent.botID,
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
          purpose: intent.purpose, reason: intent.reason, realizedPnL: realized, closesPosition: closes,
          commissionRate: commissionRate(of: fill))), &effects)
    if closes, let owner { judgeTrade(of: owner, &effects) }
  }

  /// What one unit of a fill's fee asset is worth in quote asset now; zero where it is one of the pair's own, or not known.
  func commissionRate(of fill: Fill) -> Price {
    if let feeRateOfJournal { return feeRateOfJournal }
    guard !fill.commission.isZero, !fill.commissionAsset.isEmpty, let at = symbolAt(fill.symbol), let assets = symbols[at].assets,
      fill.commissionAsset != assets.base, fill.commissionAsset != assets.quote,
      let pair = Symbol(fill.commissionAsset + assets.quote), let rate = symbolAt(pair)
    else { return .zero }
    return symbols[rate].lastPrice
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
    // The venue takes both orders of a pair or none. Where something took their place the one that appeared is cancelled, and its pair with it.
    if learnsVenueID, let other = standing.linked.flatMap({ orders.key(of: $0) }), orders[other]?.isParked == true,
      isOnlySale(key, other)
    {
      orders[other]?.isParked = false
      ask(other, &effects)
    }
    if standing.status == .expired, moves {
      alert(
        .critical, .orderAppeared, standing.botID,
        "order \(standing.clientOrderID) appeared on the venue after it was given up; it is adopted", &effects)
    }
    append(
      .orderUpdated(
        OrderUpdate(
          clientOrderID: standing.clientOrderID, botID: standing.botID, status: moves ? next : standing.status,
          venueOrderID: report.venueOrderID, executedQuantity: executed,
          cumulativeQuote: max(standing.cumulativeQuote, report.cumulativeQuote), quantity: learnedQuantity(key, report),
          reason: report.reason)), &effects)
    guard moves, next == .rejected || next == .expired else { return }
    // The other order of its pair acted: that is no refusal.
    if next == .expired, executed.isZero, let linked = standing.linked, report.reason == Self.pairEnded { return expect(linked) }
    // It never was placed: the entry of its list ended, or the exchange thought otherwise of it.
    if executed.isZero, standing.waitsFor != nil, standing.status != .accepted, standing.status != .partiallyFilled,
      standing.status != .pendingCancel
    {
      return notPlaced(standing, reason: report.reason, &effects)
    }
    if executed.isZero {
      refused(key, next == .expired ? .noLiquidity : Refusal(code: -1, message: report.reason), report.reason, &effects)
    } else if standing.isContingent {
      // It was triggered and the book ended before it did: nothing protects the rest.
      for index in standing.isShared ? members(of: key) : [owner(of: key)].compactMap({ $0 }) {
        requestExit(
          index, .stopLoss, reason: "the stop was reached and filled only in part", price: lastPrice(of: report.symbol), &effects)
      }
    }
  }

  /// What the venue says that an order of a list is for, where that is not what was asked for; zero otherwise.
  private func learnedQuantity(_ key: OrderKey, _ report: ExecutionReport) -> Quantity {
    guard !configuration.mode.isPaper, let request = orders[key]?.intent.request, request.waitsFor != nil, report.quantity.isPositive,
      report.quantity != request.quantity
    else { return .zero }
    return report.quantity
  }

  /// Whether a bot holds something and has no other sale open than this pair.
  private mutating func isOnlySale(_ key: OrderKey, _ other: OrderKey) -> Bool {
    guard let index = owner(of: key), bots[index]?.position.isOpen == true else { return false }
    var number = 0
    while let open = bots[index]?.openOrder(number) {
      number += 1
      if open != key, open != other, let order = orders.standing(of: open), order.isSale, !order.isParked { return false }
    }
    return true
  }

  /// An order acted, and its own word is due; it is asked for where it does not come.
  private mutating func expect(_ id: ClientOrderID) {
    guard let key = orders.key(of: id), let order = orders.standing(of: key), !order.status.isTerminal, order.executedQuantity.isZero else {
      return
    }
    orders[key]?.isDue = true
    orders[key]?.nextQuery = now.advanced(byMilliseconds: 500)
    orders.unsettle(key)
  }

  /// Why the exchange ends the other order of a pair (Binance: enums.md, expiry reasons).
  private static let pairEnded = "OCO_TRIGGER"

  mutating func advanceOwner(of order: OrderKey, _ effects: inout [Effect]) {
    if orders.standing(of: order)?.isShared == true { return advanceAll(of: order, &effects) }
    if let index = owner(of: order) { advance(index, &effects) }
  }

  mutating func alert(
    _ severity: Alert.Severity, _ code: Alert.Code, _ bot: BotID?, _ message: String, _ effects: inout [Effect]
  ) {
    append(.alert(Alert(severity: severity, code: code, botID: bot, message: message)), &effects)
  }

  // MARK: Answers to requests

  mutating func submitted(_ id: ClientOrderID, _ outcome: SubmitOutcome, _ effects: inout [Effect]) {
    guard let key = orders.key(of: id), let order = orders[key] else { return }
    switch outcome {
    case .accepted(let reports):
      for report in reports { handle(report, &effects) }
    // Its bot goes on with what became of the order in whose place it was to come.
    case .notAttempted(let message):
      guard reject(key, reason: message, &effects) else { return }
      advanceOwner(of: key, &effects)
    case .rejected(let code, let message):
      let reason = "\(code) \(message)"
      guard reject(key, reason: reason, &effects) else { return }
      // The entry speaks for its list.
      if order.intent.request.waitsFor == nil { refused(key, Refusal(code: code, message: message), reason, &effects) }
      advanceOwner(of: key, &effects)
    case .unknown(let message):
      guard order.status == .submitted else { return }
      append(
        .orderUpdated(
          OrderUpdate(
            clientOrderID: id, botID: order.botID, status: .unknown, venueOrderID: order.venueOrderID,
            executedQuantity: order.executedQuantity, cumulativeQuote: order.cumulativeQuote, cause: .answerLost, reason: message)),
        &effects)
      if order.intent.request.waitsFor == nil {
        alert(
          .warning, .answerLost, order.botID, "the answer to order \(id) was lost (\(message)); asking the venue, nothing is sent again",
          &effects)
      }
      orders[key]?.nextQuery = now.advanced(byMilliseconds: 500)
      orders[key]?.queryCount = 0
      // Its position is watched from now on.
      advanceOwner(of: key, &effects)
    }
  }

  /// Writes down that an order was not placed, while that is open. Returns whether it was.
  private mutating func reject(_ key: OrderKey, reason: String, _ effects: inout [Effect]) -> Bool {
    guard let order = orders[key], order.status == .submitted || order.status == .unknown else { return false }
    append(
      .orderUpdated(
        OrderUpdate(
          clientOrderID: order.clientOrderID, botID: order.botID, status: .rejected, venueOrderID: order.venueOrderID,
          executedQuantity: order.executedQuantity, cumulativeQuote: order.cumulativeQuote, reason: reason)), &effects)
    return true
  }

  mutating func canceled(_ id: ClientOrderID, _ outcome: CancelOutcome, _ effects: inout [Effect]) {
    guard let key = order(named: id) else { return }
    let linked = orders.standing(of: key)?.linked
    switch outcome {
    case .canceled(let report): handle(report, &effects)
    case .notOpen, .unknown, .rejected:
      guard let order = orders[key], !order.status.isTerminal || order.isAwaitingFills else { return }
      // One that the exchange neither cancels nor takes for over is not asked about and cancelled without a pause.
      if order.cancelsInVain < 3 {
        ask(key, &effects)
      } else {
        orders.unsettle(key)
        orders[key]?.nextQuery = now.advanced(byMilliseconds: 1_000)
      }
      orders[key]?.cancelsInVain += 1
    }
    // The other order of the pair ended with it; its own word may be lost.
    if let other = linked.flatMap({ orders.key(of: $0) }), orders.standing(of: other)?.status == .pendingCancel { ask(other, &effects) }
  }

  /// Books unclaimed fills whose order is known; external ones once no order of the symbol is in doubt.
  mutating func claim(symbol: Symbol, _ effects: inout [Effect]) {
    guard let at = symbolAt(symbol), symbols[at].hasUnclaimed() else { return }
    let pending = symbols[at].unclaimed
    symbols[at].unclaimed = []
    for trade in pending {
      if let key = orders.key(of: trade.fill.venueOrderID, symbol: at) {
        symbols[at].asked[trade.fill.venueOrderID] = nil
        book(trade.fill, of: key, &effects)
        if let owner = owner(of: key) { releaseRest(of: entry(of: key), owner, &effects) }
        advanceOwner(of: key, &effects)
      } else if !symbols[at].hasBooked(trade.fill.tradeID), !symbols[at].foreign.contains(trade.fill.venueOrderID) {
        // Our own names are looked for before a trade counts as another's; it may be of an order in doubt.
        symbols[at].unclaimed.append(trade)
        identify(trade, at, &effects)
      } else {
        bookExternal(trade.fill, side: trade.side, id: nil, &effects)
      }
    }
    dropIdleQuestions(at)
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
        .warning, .soldElsewhere, nil,
        "\(fill.quantity) \(fill.symbol) was sold by an order that is no bot's, while bots hold \(fill.symbol): compare their positions with the account",
        &effects)
    }
  }

  /// Time passes: overdue queries, retries of exits, equity samples.
  mutating func tick(_ effects: inout [Effect]) {
    if !configuration.mode.isPaper {
      askOverdue(&effects)
      identifyAgain(&effects)
      if !shortfalls.isEmpty { compareWithAccount(&effects) }
      if executionIsLive, now.nanoseconds(since: accountReadAt) > Self.accountEvery * 1_000_000 { readAccount(&effects) }
    }
    for at in symbols.indices {
      if symbols[at].areHoldersStale { refreshHolders(at) }
      for index in symbols[at].holders {
        endOverduePart(of: index, &effects)
        advance(index, &effects)
      }
      guard !configuration.mode.isPaper else { continue }
      reviewUmbrella(at, &effects)
      actOnUncontradicted(at, &effects)
      doubtReachedStops(at, &effects)
    }
    if !configuration.mode.isPaper {
      askAboutSilence(&effects)
      recordBalances(&effects)
    }
    endOverdueEntries(&effects)
    // On paper time is the market's: only its prices count, so that a backtest decides the same.
    if riskLimits.watchesEquity, !configuration.mode.isPaper { watchPrices(&effects) }
    markMidnight(&effects)
    endLocks(&effects)
    takeRates(&effects)
    sampleEquity(&effects)
  }

  /// Values the positions of series with candles longer than a day at 00:00 UTC.
  private mutating func markMidnight(_ effects: inout [Effect]) {
    let midnight = Interval.oneDay.openTime(containing: now)
    guard configuration.recordsMarks, midnight > markedMidnight else { return }
    let isFirst = markedMidnight == .zero
    markedMidnight = midnight
    guard !isFirst else { return }
    for at in series.indices where series[at].key.interval.milliseconds > 86_400_000 {
      let price = symbols[series[at].symbolIndex].lastPrice
      guard price.isPositive else { continue }
      mark(at, close: price, low: price, high: price, at: midnight, &effects)
    }
  }

  /// Journals the price at which a series' positions are valued, if there is one.
  mutating func mark(_ at: Int, close: Price, low: Price, high: Price, at time: Timestamp, _ effects: inout [Effect]) {
    guard configuration.recordsMarks, journalIsHealthy, series[at].isHeld else { return }
    let key = series[at].key
    append(
      .marked(MarkRecord(symbol: key.symbol, interval: key.interval, closeTime: time, close: close, low: low, high: high)), &effects)
  }

  private mutating func sampleEquity(_ effects: inout [Effect]) {
    guard configuration.equityEveryMilliseconds < .max, now >= nextEquityAt, journalIsHealthy, botTable.count > 0,
      symbols.allSatisfy({ $0.holders.isEmpty || $0.lastPrice.isPositive })
    else { return }
    append(.equity(equity()), &effects)
    guard portfolios.list.count > 1, let profits else { return }
    for (asset, profit) in profits { append(.profitSampled(ProfitSample(quoteAsset: asset, profit: profit)), &effects) }
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
