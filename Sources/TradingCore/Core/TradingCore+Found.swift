import Time
import TradingModel
import Venue

/// Orders under our own names that the journal does not hold: sent while it could not record, or before its copy was made. They are given
/// to their bots before anything else is sent.
extension TradingCore {
  /// Whose an order is, by its name; `nil` for another program's, another journal's, or a bot that is gone.
  private func bot(named id: ClientOrderID) -> (index: Int, name: OrderName)? {
    guard let name = OrderName(id), name.journal == identity?.id else { return nil }
    // One of a later start is a living stranger's: the driver ends this process.
    if let epoch = UInt64(name.epoch, radix: 36), let own = UInt64(configuration.orderTag, radix: 36), epoch > own { return nil }
    let index = bots.indices.first { bots[$0]?.createdSequence == name.bot }
    return index.map { ($0, name) }
  }

  /// An order of ours that goes by another client order id: a person amended it (Binance: `PUT /api/v3/order/amend/keepPriority` gives it a new
  /// one and keeps the number). Everything that an amend leaves as it is must be the same: a testnet that was wiped counts from one again.
  mutating func renamed(_ report: ExecutionReport) -> OrderKey? {
    if let key = renamedOrders[report.clientOrderID], orders.contains(key) { return key }
    guard report.venueOrderID.value != 0, let at = symbolAt(report.symbol), let key = orders.key(of: report.venueOrderID, symbol: at),
      let order = orders[key], !order.status.isTerminal
    else { return nil }
    let ours = order.intent.request
    let isSame = ours.side == report.side && ours.type == report.type && ours.price == report.price && ours.stopPrice == report.stopPrice
    guard isSame else { return nil }
    orders[key]?.venueName = report.clientOrderID
    if renamedOrders.count >= 1_000 { renamedOrders = [:] }
    renamedOrders[report.clientOrderID] = key
    return key
  }

  /// The order of a name of ours, or of the name that a person's amend gave it.
  mutating func order(named id: ClientOrderID) -> OrderKey? {
    if let key = orders.key(of: id) { return key }
    guard !renamedOrders.isEmpty, let key = renamedOrders[id] else { return nil }
    return orders.contains(key) ? key : nil
  }

  /// Asks for an order that is known to the venue by its number, where a query by its name finds nothing.
  mutating func askByNumber(_ order: Order, _ effects: inout [Effect]) {
    guard order.venueOrderID.value != 0 else { return }
    effects.append(.identify(order.intent.request.symbol, order.venueOrderID))
  }

  /// Journals the order behind a report as its bot's own, where its name says so.
  mutating func adopt(_ report: ExecutionReport, _ effects: inout [Effect]) -> OrderKey? {
    guard !configuration.mode.isPaper, let (index, name) = bot(named: report.clientOrderID) else { return nil }
    let request = OrderRequest(
      clientOrderID: report.clientOrderID, symbol: report.symbol, side: report.side, type: report.type, timeInForce: report.timeInForce,
      quantity: report.quantity, price: report.price, stopPrice: report.stopPrice)
    append(
      .orderIntent(
        OrderIntent(
          request: request, botID: botIDs[index], purpose: name.purpose, reason: "found on the exchange; the journal had not recorded it",
          decisionPrice: .zero, shares: name.isShared ? sharesOfFound(request, first: index) : [])), &effects)
    alert(
      .warning, .orderAppeared, botIDs[index],
      "order \(report.clientOrderID) of bot \(botIDs[index]) was found on the exchange; the journal had not recorded it; it is booked now",
      &effects)
    return orders.key(of: report.clientOrderID)
  }

  /// Asks whose the order behind an unclaimed trade is, once.
  mutating func identify(_ trade: AccountTrade, _ at: Int, _ effects: inout [Effect]) {
    let id = trade.fill.venueOrderID
    if let asked = symbols[at].asked[id], now.nanoseconds(since: asked.askedAt) < 5_000_000_000 { return }
    symbols[at].asked[id] = IdentityQuestion(askedAt: now, isOpen: symbols[at].asked[id]?.isOpen ?? true)
    effects.append(.identify(symbolNames[at], id))
  }

  /// Forgets questions about orders whose trades were all booked otherwise: their answer may be lost, and nothing waits for it.
  mutating func dropIdleQuestions(_ at: Int) {
    guard !symbols[at].asked.isEmpty else { return }
    let unclaimed = Set(symbols[at].unclaimed.map(\.fill.venueOrderID))
    symbols[at].asked = symbols[at].asked.filter { unclaimed.contains($0.key) }
  }

  /// The venue said whose an order is.
  mutating func identified(_ symbol: Symbol, _ id: VenueOrderID, _ outcome: QueryOutcome, _ effects: inout [Effect]) {
    guard let at = symbolAt(symbol), symbols[at].asked[id] != nil || orders.key(of: id, symbol: at) != nil else { return }
    switch outcome {
    case .found(let report):
      symbols[at].asked[id] = nil
      if let key = orders.key(of: report.clientOrderID) ?? renamed(report) ?? adopt(report, &effects) {
        found(key, report, &effects)
      } else {
        symbols[at].foreign.add(id)
      }
    case .notFound:
      // An order in doubt may be behind it, which a copy of the exchange's data does not show yet: asked again by the clock.
      if symbols[at].asked[id] != nil, isInDoubt(on: at) {
        symbols[at].asked[id]?.isOpen = false
        return becomeReconciled(at, &effects)
      }
      symbols[at].asked[id] = nil
      if orders.key(of: id, symbol: at) == nil { symbols[at].foreign.add(id) }
    // Asked again by the clock.
    case .unknown: return
    }
    claim(symbol: symbol, &effects)
    becomeReconciled(at, &effects)
  }

  /// Whether an order on a symbol is in doubt whose number is not known.
  private func isInDoubt(on at: Int) -> Bool {
    orders.unsettled.contains { key in
      orders[key].map { $0.intent.request.symbol == symbolNames[at] && $0.venueOrderID.value == 0 } ?? false
    }
  }

  /// Asks again about orders behind unclaimed trades.
  mutating func identifyAgain(_ effects: inout [Effect]) {
    for at in symbols.indices {
      if symbols[at].hasUnclaimed(), !symbols[at].asked.isEmpty { claim(symbol: symbolNames[at], &effects) }
      becomeReconciled(at, &effects)
    }
  }

  // MARK: Reconciliation

  /// Whether every symbol that bots trade is reconciled with the account.
  public var isReconciled: Bool { configuration.mode.isPaper || symbols.allSatisfy { $0.bots.isEmpty || !$0.awaitsTrades } }

  /// A symbol's trades were listed: once each has an owner its bots go on.
  mutating func becomeReconciled(_ at: Int, _ effects: inout [Effect]) {
    guard symbols[at].awaitsTrades, symbols[at].areTradesListed, !symbols[at].asked.values.contains(where: \.isOpen) else { return }
    symbols[at].awaitsTrades = false
    for index in symbols[at].bots { advance(index, &effects) }
    compareWithAccount(&effects)
  }
}

/// A question whose the order behind an unclaimed trade is.
struct IdentityQuestion: Sendable {
  var askedAt: Timestamp
  /// It was not answered yet.
  var isOpen: Bool
}

/// Numbers of orders that are nobody's here; the last thousand.
struct ForeignOrders: Sendable {
  static let capacity = 1_000
  private var known: Set<VenueOrderID> = []
  private var order: [VenueOrderID] = []

  func contains(_ id: VenueOrderID) -> Bool { known.contains(id) }

  mutating func add(_ id: VenueOrderID) {
    guard known.insert(id).inserted else { return }
    order.append(id)
    if order.count > Self.capacity { known.remove(order.removeFirst()) }
  }
}
