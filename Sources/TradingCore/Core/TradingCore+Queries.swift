import Time
import TradingModel
import Venue

/// Asking the venue about orders in doubt, and when its silence is an answer.
///
/// That a query finds nothing proves nothing by itself: the answer may come from a database that lags (FACTS §3), and an order whose
/// answer was lost may still be on its way. An order is given up when a query *asked* after the fence finds nothing and our account's
/// trades, listed after it too, hold none that may be its own. The fence of an order that the venue never confirmed begins when it
/// could no longer be sent; that of one it did confirm begins with the first query that did not find it (a testnet that was wiped).
extension TradingCore {
  /// A confirmed order must be missing at least this long, in milliseconds: twice the longest lag seen.
  static let confirmedOrderPatience: Int64 = 60_000
  /// Trades that may be an order's own keep it in doubt this much longer than the fence, in milliseconds.
  static let unclaimedTradePatience: Int64 = 60_000
  /// Time that each order in doubt has for its queries, in milliseconds: ten queries a second in all, 2,400 of request weight a minute,
  /// however many orders there are.
  private static let queryMilliseconds: Int64 = 100
  /// Orders that are asked about at once; further ones wait for their turn.
  private static let queriesAtOnce = 20
  /// An answer that has not come after this long, in nanoseconds, is not waited for.
  private static let answerPatience: Int64 = 30_000_000_000

  mutating func queried(_ id: ClientOrderID, _ outcome: QueryOutcome, _ effects: inout [Effect]) {
    guard let key = order(named: id), let order = orders[key] else { return }
    orders[key]?.queriedAt = nil
    switch outcome {
    case .found(let report): found(key, report, &effects)
    case .notFound: missing(key, order, askedAt: order.queriedAt, &effects)
    case .unknown:
      guard !order.status.isTerminal || order.isAwaitingFills else { return }
      orders.unsettle(key)
      scheduleQuery(key)
    }
  }

  /// The venue was asked about an order, and told.
  mutating func found(_ key: OrderKey, _ report: ExecutionReport, _ effects: inout [Effect]) {
    orders[key]?.missingSince = nil
    orders[key]?.isDue = false
    handle(report, &effects)
    guard let current = orders[key] else { return }
    if current.isAwaitingFills { return listTrades(of: key, &effects) }
    if !current.isUnsettled, !current.isDue {
      orders.settle(key)
      orders[key]?.nextQuery = .distantFuture
    }
  }

  private mutating func missing(_ key: OrderKey, _ order: Order, askedAt: Timestamp?, _ effects: inout [Effect]) {
    guard order.isUnsettled || order.isResting || order.status == .waiting else { return }
    orders.unsettle(key)
    scheduleQuery(key)
    // By its name it is not found; a person may have amended it. Each question counts twice, asked and answered: every other one.
    if order.missingSince == nil || order.queryCount % 4 < 2 { askByNumber(order, &effects) }
    guard let askedAt else { return }
    let since = order.missingSince ?? askedAt
    orders[key]?.missingSince = since
    if let moment = saleMoment(of: order), !order.isParked, askedAt >= moment {
      guard order.areTradesListed, let listed = order.tradesAskedAt, listed >= moment else { return listTrades(of: key, &effects) }
      if !hasUnclaimed(like: order), accountDenies(order, since: moment, &effects) { park(key, &effects) }
    }
    let fence = fence(of: order, missingSince: since)
    guard askedAt >= fence, !order.isAwaitingFills else { return }
    guard order.areTradesListed, let listed = order.tradesAskedAt, listed >= fence else { return listTrades(of: key, &effects) }
    if hasUnclaimed(like: order), askedAt < fence.advanced(byMilliseconds: Self.unclaimedTradePatience) { return }
    giveUp(key, order, &effects)
  }

  private func fence(of order: Order, missingSince: Timestamp) -> Timestamp {
    if isKnownToVenue(order) {
      return missingSince.advanced(byMilliseconds: max(configuration.fenceMilliseconds, Self.confirmedOrderPatience))
    }
    return order.sentBefore?.advanced(byMilliseconds: configuration.fenceMilliseconds) ?? .distantFuture
  }

  /// Whether the venue has ever spoken of an order, or of another one of its pair or list: it takes all or none.
  private func isKnownToVenue(_ order: Order) -> Bool {
    if order.isKnownToVenue { return true }
    let request = order.intent.request
    if [request.linked, request.waitsFor].contains(where: { $0.flatMap { orders[$0] }?.isKnownToVenue ?? false }) { return true }
    guard order.intent.purpose == .entry, let index = botAt(order.botID), let open = bots[index]?.openOrders else { return false }
    return open.contains { orders[$0].map { $0.intent.request.waitsFor == order.clientOrderID && $0.isKnownToVenue } ?? false }
  }

  /// From when on a sale in doubt is taken no more by the exchange; `nil` for other orders. One that waits for an entry sells nothing that is
  /// held before.
  private func saleMoment(of order: Order) -> Timestamp? {
    guard order.isInDoubt, order.intent.request.side == .sell, order.intent.request.waitsFor == nil,
      !isKnownToVenue(order), let sentBefore = order.sentBefore
    else {
      return nil
    }
    // An order that waits longer than that for the disk is not sent any more.
    let sent = min(sentBefore, order.createdAt.advanced(byMilliseconds: Self.diskPatience))
    return sent.advanced(byMilliseconds: configuration.saleFenceMilliseconds)
  }

  /// The longest that an order waits between its decision and its first byte, in milliseconds.
  static let diskPatience: Int64 = 1_000

  /// Its position is protected, or sold, as if the order were not there.
  private mutating func park(_ key: OrderKey, _ effects: inout [Effect]) {
    orders[key]?.isParked = true
    advanceOwner(of: key, &effects)
  }

  private func hasUnclaimed(like order: Order) -> Bool {
    guard let at = symbolAt(order.intent.request.symbol) else { return false }
    return symbols[at].unclaimed.contains { $0.side == order.intent.request.side && $0.fill.tradeID > order.tradeFloor }
  }

  private mutating func giveUp(_ key: OrderKey, _ order: Order, _ effects: inout [Effect]) {
    let isKnown = isKnownToVenue(order)
    let words = isKnown ? "the venue does not know it any more" : "it never arrived"
    append(
      .orderUpdated(
        OrderUpdate(
          clientOrderID: order.clientOrderID, botID: order.botID, status: .expired, venueOrderID: order.venueOrderID,
          executedQuantity: order.executedQuantity, cumulativeQuote: order.cumulativeQuote, cause: .givenUp,
          reason: "not found on the venue, asked again and again for long enough: \(words)")), &effects)
    if order.intent.request.waitsFor == nil {
      alert(
        isKnown ? .warning : .info, .orderReleased, order.botID,
        "order \(order.clientOrderID) is not on the venue: \(words); it is released",
        &effects)
    }
    claim(symbol: order.intent.request.symbol, &effects)
    if let index = owner(of: key) { entryEnded(entry(of: key), index, &effects) }
    advanceOwner(of: key, &effects)
  }

  private mutating func scheduleQuery(_ key: OrderKey) {
    guard let count = orders[key]?.queryCount else { return }
    orders[key]?.queryCount = count + 1
    let share = Int64(orders.unsettledCount) * Self.queryMilliseconds
    let delay: Int64 = max(min(4_000, 500 << Int64(min(count + 1, 3))), share)
    var next = now.advanced(byMilliseconds: delay)
    // A position waits for it.
    if let order = orders[key], !order.isParked, let moment = saleMoment(of: order) {
      next = now < moment ? min(next, moment) : min(next, now.advanced(byMilliseconds: max(500, share)))
    }
    orders[key]?.nextQuery = next
  }

  /// Asks about one of many orders: about the first ones now, about the others one by one.
  mutating func ask(_ key: OrderKey, inTurn number: Int, _ effects: inout [Effect]) {
    guard number >= Self.queriesAtOnce else { return ask(key, &effects) }
    orders.unsettle(key)
    orders[key]?.nextQuery = now.advanced(byMilliseconds: Int64(number) * Self.queryMilliseconds)
  }

  /// Asks about an order now, and again until an answer settles it.
  mutating func ask(_ key: OrderKey, _ effects: inout [Effect]) {
    guard let order = orders[key] else { return }
    let request = order.intent.request
    orders.unsettle(key)
    scheduleQuery(key)
    if orders[key]?.queriedAt == nil { orders[key]?.queriedAt = now }
    effects.append(.query(order.venueName ?? request.clientOrderID, request.symbol))
  }

  /// Asks for the account's trades because of an order.
  private mutating func listTrades(of key: OrderKey, _ effects: inout [Effect]) {
    guard let order = orders[key], let at = symbolAt(order.intent.request.symbol) else { return }
    if let asked = order.tradesAskedAt, now.nanoseconds(since: asked) < 2_000_000_000 { return }
    orders[key]?.tradesAskedAt = now
    orders[key]?.areTradesListed = false
    listTrades(at, &effects)
  }

  /// Asks about every order whose time has come: those in doubt, and those of which nothing was heard for ten seconds.
  mutating func askOverdue(_ effects: inout [Effect]) {
    listTradesInTurn(&effects)
    for key in orders.unsettled {
      guard let order = orders[key] else { continue }
      if let asked = order.queriedAt, now.nanoseconds(since: asked) < Self.answerPatience { continue }
      let isOverdue = order.nextQuery == .distantFuture && now.nanoseconds(since: order.updatedAt) > 10_000_000_000
      if now >= order.nextQuery || isOverdue { ask(key, &effects) }
    }
  }
}
