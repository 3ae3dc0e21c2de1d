import CoreTestSupport
import Time
@testable import TradingCore
import TradingModel
import Venue
import ExchangeSimulation
import MarketModel

/// How badly the exchange and the way to it behave; chances are of one.
struct ExchangeFaults {
  /// A request that never arrives.
  var lostRequest = 0.0
  /// An answer that never comes back: the caller hears `unknown` after its timeout.
  var lostAnswer = 0.0
  /// A request that arrives only after many seconds.
  var lateRequest = 0.0
  /// A report that is told twice.
  var duplicate = 0.0
  /// A definite refusal out of nowhere.
  var rejection = 0.0
  /// A list that is refused for what it is.
  var listRefusal = 0.0
  /// A stop that the exchange is to move, refused for what it is.
  var trailingRefusal = 0.0
  /// A market order that fills in several pieces, and one that expires half filled.
  var pieces = 0.0
  var halfFilled = 0.0
  /// A report that is never told, while the stream goes on.
  var lostReport = 0.0
  /// A resting stop, or its pair, that the exchange ends by itself (expiry, self-trade prevention), or that a person cancels; at a trade.
  var endedByOthers = 0.0
  /// The account's owner places an order of their own, or cancels it, at a trade.
  var personsOrders = 0.0
  /// The report stream drops out, once in a while, for some seconds.
  var dropsOfStream = 0.0
  /// For how long after its acceptance an order may be unknown to queries, in milliseconds.
  var queryLagMilliseconds: Int64 = 0
  /// Largest delay of a report, in milliseconds: reports overtake answers and each other.
  var reportDelayMilliseconds = 300

  static let none = ExchangeFaults()
  static let bad = ExchangeFaults(
    lostRequest: 0.05, lostAnswer: 0.15, lateRequest: 0.05, duplicate: 0.2, rejection: 0.05, pieces: 0.5, halfFilled: 0.1,
    dropsOfStream: 0.002,
    queryLagMilliseconds: 14_000, reportDelayMilliseconds: 1_500)
}

/// A testnet that misbehaves from a seed. It keeps the truth: every request that arrived and every trade it made.
final class ScriptedExchange: DrivenExchange {
  typealias Held = TruthOrder

  let rules: TradingRules
  var faults: ExchangeFaults
  let book: TruthBook
  private(set) var orders: [ClientOrderID: Held] = [:]
  private var random: SeededRandom
  private(set) var price = FixedDecimal.zero
  private var nextOrder: Int64 = 1
  private var nextTrade: Int64 = 1
  private var streamIsUp = true
  private var streamReturnsAt = Timestamp.zero

  /// What happens later: deliveries to the core, arrivals at the exchange. Sorted by time, then by age.
  private var agenda: [(time: Timestamp, order: Int, action: Action)] = []
  private var agendaCount = 0
  /// Which life of the daemon a delivery belongs to: the dead hear nothing.
  private var life = 0
  private var lives = 0

  enum Action {
    case deliver(CoreEvent, life: Int)
    case arrive(Arrival, life: Int)
  }
  enum Arrival {
    case place(OrderRequest, stamped: Timestamp)
    case pair(stop: OrderRequest, target: OrderRequest, stamped: Timestamp)
    /// An entry and what waits for it.
    case chain([OrderRequest], stamped: Timestamp)
    case replace(ClientOrderID, OrderRequest, stamped: Timestamp)
    case cancel(ClientOrderID, Symbol)
    case query(ClientOrderID, Symbol)
    case list(Symbol, TradeListStart)
    case balances
    /// The three parts of a reading of locks, with what was read so far.
    case locks(before: [AccountOrder]?, balances: [AssetBalance]?, askedAt: Timestamp)
    case identify(Symbol, VenueOrderID)
  }

  init(seed: UInt64, rules: TradingRules = Samples.rules(), faults: ExchangeFaults) {
    random = SeededRandom(seed: seed)
    self.rules = rules
    self.faults = faults
    book = TruthBook(baseAsset: rules.baseAsset, ownersCoins: faults.personsOrders > 0 ? FixedDecimal(2) : .zero) {
      FillDivision.parts(of: $0, shares: $1, sold: $2)
    }
  }

  private func chance(_ p: Double) -> Bool { p > 0 && random.uniform() < p }

  private func at(_ time: Timestamp, _ action: Action) {
    agendaCount += 1
    let entry = (time: time, order: agendaCount, action: action)
    let index = agenda.firstIndex { ($0.time, $0.order) > (entry.time, entry.order) } ?? agenda.count
    agenda.insert(entry, at: index)
  }

  var nextTime: Timestamp? { agenda.first?.time }

  /// Does the next thing that is due; answers the event when it is one for the core.
  func take(upTo time: Timestamp) -> (Timestamp, CoreEvent?)? {
    guard let first = agenda.first, first.time <= time else { return nil }
    agenda.removeFirst()
    switch first.action {
    case .deliver(let event, let life): return (first.time, life == self.life ? event : nil)
    case .arrive(let arrival, let life):
      arrive(arrival, life: life, at: first.time)
      return (first.time, nil)
    }
  }

  // MARK: Requests of the daemon

  private func send(_ arrival: Arrival, _ timeouts: CoreEvent..., at now: Timestamp) { send(arrival, timeouts, at: now) }

  private func send(_ arrival: Arrival, _ timeouts: [CoreEvent], at now: Timestamp) {
    if chance(faults.lostRequest) {
      for timeout in timeouts { at(now.advanced(byMilliseconds: 10_000), .deliver(timeout, life: life)) }
      return
    }
    let isLate = chance(faults.lateRequest)
    let delay = Int64(isLate ? 2_000 + random.integer(below: 14_000) : 5 + random.integer(below: 120))
    at(now.advanced(byMilliseconds: delay), .arrive(arrival, life: life))
    if isLate, delay > 10_000 {
      for timeout in timeouts { at(now.advanced(byMilliseconds: 10_000), .deliver(timeout, life: life)) }
    }
  }

  func submit(_ order: ApprovedOrder, at now: Timestamp) {
    let unknown = order.requests.map { CoreEvent.submitted($0.clientOrderID, .unknown(message: "timeout")) }
    if order.stop != nil {
      send(.chain(order.requests, stamped: now), unknown, at: now)
    } else if let target = order.target {
      send(.pair(stop: order.request, target: target, stamped: now), unknown, at: now)
    } else if let old = order.replaces {
      send(.replace(old, order.request, stamped: now), [.canceled(old, .unknown(message: "timeout"))] + unknown, at: now)
    } else {
      send(.place(order.request, stamped: now), unknown, at: now)
    }
  }

  func cancel(_ id: ClientOrderID, _ symbol: Symbol, at now: Timestamp) {
    send(.cancel(id, symbol), .canceled(id, .unknown(message: "timeout")), at: now)
  }

  func query(_ id: ClientOrderID, _ symbol: Symbol, at now: Timestamp) {
    send(.query(id, symbol), .queried(id, .unknown(message: "timeout")), at: now)
  }

  /// The driver's duty is to repeat a listing until it succeeds, so it is never lost here.
  func listTrades(_ symbol: Symbol, from: TradeListStart, at now: Timestamp) {
    at(now.advanced(byMilliseconds: Int64(20 + random.integer(below: 200))), .arrive(.list(symbol, from), life: life))
  }

  /// Nothing comes where it fails.
  func readAccount(at now: Timestamp) {
    guard !chance(faults.lostRequest) else { return }
    at(now.advanced(byMilliseconds: 5 + Int64(random.integer(below: 120))), .arrive(.balances, life: life))
  }

  /// Nothing comes where one of its three parts fails.
  func readLocks(askedAt: Timestamp, at now: Timestamp) { readLocks(before: nil, balances: nil, askedAt: askedAt, at: now) }

  private func readLocks(before: [AccountOrder]?, balances: [AssetBalance]?, askedAt: Timestamp, at now: Timestamp) {
    guard !chance(faults.lostRequest) else { return }
    let arrival = Arrival.locks(before: before, balances: balances, askedAt: askedAt)
    at(now.advanced(byMilliseconds: 10 + Int64(random.integer(below: 400))), .arrive(arrival, life: life))
  }

  /// Open orders as the exchange lists them: the newest may be missing for a while.
  private func openOrders(at now: Timestamp) -> [AccountOrder] {
    orders.values.filter { !$0.status.isTerminal && now.nanoseconds(since: $0.acceptedAt) >= lag(of: $0) }.sorted {
      $0.venueID < $1.venueID
    }
    .map { order in
      let request = order.request
      let pair = request.linked.flatMap { orders[$0] }.map { min($0.venueID.value, order.venueID.value) }
      return AccountOrder(
        symbol: request.symbol.text, clientOrderID: request.clientOrderID.text, side: request.side, type: "\(request.type)",
        quantity: request.quantity - order.executed, price: request.price, list: pair, isPending: order.status == .waiting)
    }
  }

  /// Nothing comes where it fails.
  func askQuote(_ symbol: Symbol, at now: Timestamp) {
    guard !chance(faults.lostRequest), price.isPositive else { return }
    let time = now.advanced(byMilliseconds: 10 + Int64(random.integer(below: 200)))
    let quote = Quote(symbol: symbol, bidPrice: price, bidQuantity: .one, askPrice: price, askQuantity: .one, time: time)
    at(time, .deliver(.market(.quote(quote)), life: life))
  }

  func identify(_ symbol: Symbol, _ id: VenueOrderID, at now: Timestamp) {
    send(.identify(symbol, id), .identified(symbol, id, .unknown(message: "timeout")), at: now)
  }

  /// The base asset: what bots bought and did not sell, beside the owner's own.
  private var balances: [AssetBalance] {
    let locked = orders.values.filter { $0.request.side == .sell && !$0.status.isTerminal && book.locksCoins($0, openOrders) }
      .reduce(FixedDecimal.zero) { $0 + $1.request.quantity - $1.executed }
    let all = book.coins
    return [AssetBalance(asset: rules.baseAsset, free: all - locked, locked: locked)]
  }

  private func answer(_ event: CoreEvent, unknown: CoreEvent, life: Int, at now: Timestamp) {
    if chance(faults.lostAnswer) {
      at(now.advanced(byMilliseconds: Int64(100 + random.integer(below: 9_900))), .deliver(unknown, life: life))
    } else {
      at(now.advanced(byMilliseconds: Int64(5 + random.integer(below: 150))), .deliver(event, life: life))
    }
  }

  /// All in one answer.
  private func answer(_ requests: [OrderRequest], _ outcomes: [SubmitOutcome], life: Int, at now: Timestamp) {
    let isLost = chance(faults.lostAnswer)
    let delay = Int64(5 + random.integer(below: isLost ? 9_900 : 150))
    for (request, outcome) in zip(requests, outcomes) {
      at(
        now.advanced(byMilliseconds: delay),
        .deliver(.submitted(request.clientOrderID, isLost ? .unknown(message: "reset") : outcome), life: life))
    }
  }

  private func arrive(_ arrival: Arrival, life: Int, at now: Timestamp) {
    switch arrival {
    case .place(let request, let stamped):
      let outcome = place(request, stamped: stamped, at: now)
      answer(
        .submitted(request.clientOrderID, outcome), unknown: .submitted(request.clientOrderID, .unknown(message: "reset")), life: life,
        at: now)
    case .pair(let stop, let target, let stamped):
      answer([stop, target], place(stop: stop, target: target, stamped: stamped, at: now), life: life, at: now)
    case .chain(let requests, let stamped): answer(requests, place(list: requests, stamped: stamped, at: now), life: life, at: now)
    case .replace(let old, let request, let stamped):
      let (canceled, outcome) = replace(old, request, stamped: stamped, at: now)
      let isLost = chance(faults.lostAnswer)
      let time = now.advanced(byMilliseconds: Int64(5 + random.integer(below: isLost ? 9_900 : 150)))
      at(time, .deliver(.canceled(old, isLost ? .unknown(message: "reset") : canceled), life: life))
      at(time, .deliver(.submitted(request.clientOrderID, isLost ? .unknown(message: "reset") : outcome), life: life))
    case .cancel(let id, _):
      let outcome = cancel(id, at: now)
      answer(.canceled(id, outcome), unknown: .canceled(id, .unknown(message: "reset")), life: life, at: now)
    case .query(let id, _):
      let outcome: QueryOutcome
      if let order = orders[id], now.nanoseconds(since: order.acceptedAt) >= lag(of: order) {
        outcome = .found(report(order, at: now, source: .query))
      } else {
        outcome = .notFound
      }
      answer(.queried(id, outcome), unknown: .queried(id, .unknown(message: "reset")), life: life, at: now)
    case .balances:
      let list = balances
      at(now.advanced(byMilliseconds: Int64(5 + random.integer(below: 150))), .deliver(.balances(list, isComplete: true), life: life))
    case .locks(let before, let balances, let askedAt):
      // Asked for by a process that died.
      guard life == self.life else { return }
      guard let before else { return readLocks(before: openOrders(at: now), balances: nil, askedAt: askedAt, at: now) }
      guard let balances else { return readLocks(before: before, balances: self.balances, askedAt: askedAt, at: now) }
      let read = AccountLocks(before: before, balances: balances, after: openOrders(at: now), askedAt: askedAt)
      at(now.advanced(byMilliseconds: Int64(5 + random.integer(below: 150))), .deliver(.locks(read), life: life))
    case .identify(let symbol, let id):
      let order = orders.values.first { $0.venueID == id }
      let outcome: QueryOutcome = order.map { .found(report($0, at: now, source: .query)) } ?? .notFound
      answer(
        .identified(symbol, id, outcome), unknown: .identified(symbol, id, .unknown(message: "reset")), life: life, at: now)
    case .list(let symbol, let from):
      let list = book.trades.filter { trade in
        switch from {
        case .trade(let id): trade.fill.tradeID >= id
        case .time(let time): trade.fill.time >= time
        }
      }.map { AccountTrade(fill: $0.fill, side: $0.side) }
      at(now.advanced(byMilliseconds: Int64(20 + random.integer(below: 200))), .deliver(.trades(symbol, list), life: life))
    }
  }

  private func cancel(_ id: ClientOrderID, at now: Timestamp) -> CancelOutcome {
    guard var order = orders[id], !order.status.isTerminal else { return .notOpen(message: "-2011 Unknown order sent.") }
    for linked in others(of: order) {
      guard var other = orders[linked], !other.status.isTerminal else { continue }
      other.status = .canceled
      orders[linked] = other
      tell(report(other, at: now), at: now)
    }
    order.status = .canceled
    orders[id] = order
    let report = report(order, at: now)
    tell(report, at: now)
    return .canceled(report)
  }

  /// One after the other, and nothing where the first is not new any more.
  private func replace(
    _ old: ClientOrderID, _ request: OrderRequest, stamped: Timestamp, at now: Timestamp
  ) -> (CancelOutcome, SubmitOutcome) {
    guard now.nanoseconds(since: stamped) <= 2_000_000_000 else {
      book.arrived(request.clientOrderID)
      let words = "outside of the recvWindow"
      return (.rejected(code: -1021, message: words), .rejected(code: -1021, message: words))
    }
    guard let order = orders[old], !order.status.isTerminal, order.executed.isZero else {
      book.arrived(request.clientOrderID)
      return (.notOpen(message: "-2011 Unknown order sent."), .notAttempted(message: "not sent: nothing was cancelled"))
    }
    return (cancel(old, at: now), place(request, stamped: stamped, at: now))
  }

  /// The same for all queries of one order.
  private func lag(of order: Held) -> Int64 {
    guard faults.queryLagMilliseconds > 0 else { return 0 }
    return (order.venueID.value &* 7_919 % faults.queryLagMilliseconds) * 1_000_000
  }

  // MARK: Matching

  private func place(_ request: OrderRequest, stamped: Timestamp, at now: Timestamp) -> SubmitOutcome {
    book.arrived(request.clientOrderID)
    guard now.nanoseconds(since: stamped) <= (request.side == .sell ? 2_000_000_000 : 5_000_000_000) else {
      return .rejected(code: -1021, message: "outside of the recvWindow")
    }
    if chance(faults.rejection) { return .rejected(code: -2010, message: "Account has insufficient balance for requested action.") }
    if request.type == .stopLoss, isFull { return .rejected(code: -1013, message: "Filter failure: MAX_NUM_ALGO_ORDERS") }
    let isLimit = request.type.hasLimitPrice
    let violation =
      request.isByAmount
      ? rules.violation(amount: request.quoteQuantity, price: price)
      : rules.violation(
        quantity: request.quantity, price: isLimit ? request.price : max(price, request.stopPrice), isMarket: !isLimit)
    if let violation {
      return .rejected(code: -1013, message: violation.message)
    }
    if request.trailingDelta > 0, chance(faults.trailingRefusal) {
      return .rejected(code: -2010, message: "Trailing stop orders are not supported for this symbol.")
    }
    noteOversold(request)
    if request.type == .stopLoss, request.trailingDelta == 0, price <= request.stopPrice {
      return .rejected(code: -2010, message: "Order would trigger immediately.")
    }
    if request.type == .limitMaker, price <= request.price {
      return .rejected(code: -2010, message: "Order would immediately match and take.")
    }
    // From here on an order by amount has the quantity that it gets.
    var request = request
    if request.isByAmount { request.quantity = rules.quantity(boughtFor: request.quoteQuantity, at: price) }
    var order = Held(request: request, venueID: VenueOrderID(nextOrder), status: .accepted, acceptedAt: now)
    nextOrder += 1
    orders[request.clientOrderID] = order
    let accepted = report(order, at: now)
    tell(accepted, at: now)
    var reports = [accepted]
    if request.type == .market {
      let isHalf = chance(faults.halfFilled)
      reports += fill(&order, at: now, upTo: isHalf ? half(request.quantity) : request.quantity)
      if isHalf {
        order.status = .expired
        orders[request.clientOrderID] = order
        let expired = report(order, at: now)
        tell(expired, at: now)
        reports.append(expired)
      }
    }
    if isLimit, price <= request.price {
      let isHalf = chance(faults.halfFilled)
      reports += fill(&order, at: now, upTo: isHalf ? half(request.quantity) : request.quantity)
    }
    // A full answer lists its fills; a short one only names the order.
    return .accepted(chance(0.5) ? reports : [accepted])
  }

  /// As many stops are open as MAX_NUM_ALGO_ORDERS allows.
  private var isFull: Bool {
    let most = rules.openAlgorithmicOrdersMaximum
    return most > 0 && orders.values.count { $0.request.type == .stopLoss && !$0.status.isTerminal } >= most
  }

  private func noteOversold(_ request: OrderRequest) { book.noteOffer(request, open: openOrders) }

  /// Both or none.
  private func place(stop: OrderRequest, target: OrderRequest, stamped: Timestamp, at now: Timestamp) -> [SubmitOutcome] {
    for request in [stop, target] { book.arrived(request.clientOrderID) }
    func refuse(_ code: Int, _ message: String) -> [SubmitOutcome] {
      [.rejected(code: code, message: message), .rejected(code: code, message: message)]
    }
    guard now.nanoseconds(since: stamped) <= 2_000_000_000 else { return refuse(-1021, "outside of the recvWindow") }
    if chance(faults.rejection) { return refuse(-2010, "Account has insufficient balance for requested action.") }
    if isFull { return refuse(-1013, "Filter failure: MAX_NUM_ALGO_ORDERS") }
    if stop.trailingDelta > 0, chance(faults.trailingRefusal) {
      return refuse(-2010, "Trailing stop orders are not supported for this symbol.")
    }
    guard target.price > price, stop.stopPrice < price else {
      return refuse(-2010, "The relationship of the prices for the orders is not correct.")
    }
    noteOversold(stop)
    return [stop, target].map { request in
      let order = Held(request: request, venueID: VenueOrderID(nextOrder), status: .accepted, acceptedAt: now)
      nextOrder += 1
      orders[request.clientOrderID] = order
      let accepted = report(order, at: now)
      tell(accepted, at: now)
      return .accepted([accepted])
    }
  }

  // MARK: Entries with what waits for them

  /// How many stops were placed that had waited for their entry.
  private(set) var armed = 0

  private func place(list: [OrderRequest], stamped: Timestamp, at now: Timestamp) -> [SubmitOutcome] {
    for request in list { book.arrived(request.clientOrderID) }
    func refuse(_ code: Int, _ message: String) -> [SubmitOutcome] { list.map { _ in .rejected(code: code, message: message) } }
    guard now.nanoseconds(since: stamped) <= 5_000_000_000 else { return refuse(-1021, "outside of the recvWindow") }
    if chance(faults.rejection) { return refuse(-2010, "Account has insufficient balance for requested action.") }
    if chance(faults.listRefusal) { return refuse(-2010, "OPO orders are not supported for this symbol") }
    let entry = list[0]
    if let violation = rules.violation(quantity: entry.quantity, price: entry.price, isMarket: false) {
      return refuse(-1013, violation.message)
    }
    if entry.type == .limitMaker, price <= entry.price { return refuse(-2010, "Order would immediately match and take.") }
    var outcomes: [SubmitOutcome] = []
    for request in list {
      var held = Held(request: request, venueID: VenueOrderID(nextOrder), status: .accepted, acceptedAt: now)
      nextOrder += 1
      if request.waitsFor != nil {
        held.status = .waiting
        held.request.quantity = .zero
      }
      orders[request.clientOrderID] = held
      let accepted = report(held, at: now)
      tell(accepted, at: now)
      outcomes.append(.accepted([accepted]))
    }
    if price <= entry.price, var order = orders[entry.clientOrderID] {
      let reports = fill(&order, at: now, upTo: chance(faults.halfFilled) ? half(entry.quantity) : entry.quantity)
      if case .accepted(let first) = outcomes[0] { outcomes[0] = .accepted(first + reports) }
    }
    return outcomes
  }

  /// Everything that ends with an order: its pair, or the list that it waits in or is waited for in.
  private func others(of order: Held) -> [ClientOrderID] {
    let id = order.request.clientOrderID
    let entry = order.status == .waiting ? order.request.waitsFor : id
    var found = orders.values.filter { $0.request.waitsFor == entry && $0.status == .waiting }.sorted { $0.venueID < $1.venueID }
      .map(\.request.clientOrderID)
    if order.status == .waiting, let entry { found.insert(entry, at: 0) }
    if let linked = order.request.linked, !found.contains(linked) { found.append(linked) }
    return found.filter { $0 != id }
  }

  /// An entry is filled as a whole: what waited for it is placed for what it bought, or refused.
  private func arm(_ entry: Held, at now: Timestamp) {
    let id = entry.request.clientOrderID
    let legs = orders.values.filter { $0.request.waitsFor == id && $0.status == .waiting }.sorted { $0.venueID < $1.venueID }
    guard let stop = legs.first(where: { $0.request.type == .stopLoss }) else { return }
    let received = book.trades.reduce(FixedDecimal.zero) { $1.clientOrderID == id ? $0 + $1.fill.quantity - $1.fill.commission : $0 }
    let quantity = rules.quantityRoundedDown(received, isMarket: true)
    let isThrough = price <= stop.request.stopPrice || legs.contains { $0.request.type == .limitMaker && price >= $0.request.price }
    // What the price has passed is refused, or acts at once.
    let isRefused =
      rules.violation(quantity: quantity, price: stop.request.stopPrice, isMarket: true) != nil
      || isThrough && (price > stop.request.stopPrice || chance(0.5))
    if !isRefused { armed += 1 }
    for leg in legs {
      var leg = leg
      leg.request.quantity = quantity
      if isRefused {
        leg.status = .expired
        leg.reason = "REJECTED"
      } else {
        if leg.request.type == .stopLoss { noteOversold(leg.request) }
        leg.status = .accepted
      }
      orders[leg.request.clientOrderID] = leg
      tell(report(leg, at: now), at: now)
    }
    guard !isRefused, isThrough, var acting = orders[stop.request.clientOrderID] else { return }
    endLinked(acting, at: now)
    _ = fill(&acting, at: now, upTo: quantity)
  }

  /// When one of a pair acts the other expires.
  private func endLinked(_ order: Held, at now: Timestamp) {
    guard let linked = order.request.linked, var other = orders[linked], !other.status.isTerminal else { return }
    other.status = .expired
    other.reason = "OCO_TRIGGER"
    orders[linked] = other
    tell(report(other, at: now), at: now)
  }

  private func half(_ quantity: FixedDecimal) -> FixedDecimal {
    max(FixedDecimal(raw: quantity.raw / 2).roundedDown(toMultipleOf: rules.stepSize), rules.stepSize)
  }

  /// - Parameter isMaker: it rested: it fills at its own price.
  private func fill(_ order: inout Held, at now: Timestamp, upTo target: FixedDecimal, isMaker: Bool = false) -> [ExecutionReport] {
    var reports: [ExecutionReport] = []
    let price = isMaker ? order.request.price : price
    while order.executed < target {
      var part = target - order.executed
      if chance(faults.pieces) { part = min(part, half(part)) }
      let quote = price * part
      let isBuy = order.request.side == .buy
      let fee = Commission.amount(side: order.request.side, quantity: part, quoteQuantity: quote, rate: FixedDecimal(raw: 100_000))
      let fill = Fill(
        symbol: rules.symbol, tradeID: TradeID(nextTrade), venueOrderID: order.venueID, price: price, quantity: part, quoteQuantity: quote,
        commission: fee, commissionAsset: isBuy ? rules.baseAsset : rules.quoteAsset, isMaker: isMaker, time: now)
      nextTrade += 1 + Int64(random.integer(below: 3))
      order.executed += part
      order.quote += quote
      order.status = order.executed >= order.request.quantity ? .filled : .partiallyFilled
      orders[order.request.clientOrderID] = order
      book.book(TruthTrade(fill: fill, side: order.request.side, clientOrderID: order.request.clientOrderID))
      let told = report(order, at: now, fill: fill)
      tell(told, at: now)
      reports.append(told)
    }
    if order.request.side == .buy, order.status == .filled { arm(order, at: now) }
    return reports
  }

  /// The market trades: stops that it reaches are filled.
  func trade(_ price: FixedDecimal, at now: Timestamp) {
    self.price = price
    for (id, order) in orders where order.request.trailingDelta > 0 && !order.status.isTerminal && price > order.peak {
      orders[id]?.peak = price
    }
    let reached = orders.values
      .filter { order in
        guard !order.status.isTerminal, order.status != .waiting else { return false }
        switch order.request.type {
        case .stopLoss: return order.trigger.map { price <= $0 } ?? false
        case .limit, .limitMaker: return order.request.side == .sell ? price >= order.request.price : price < order.request.price
        default: return false
        }
      }
      .sorted { $0.venueID < $1.venueID }
    for order in reached {
      guard var order = orders[order.request.clientOrderID], !order.status.isTerminal else { continue }
      endLinked(order, at: now)
      // A target may find buyers for a part only; a stop becomes a market order.
      let rested = order.request.type.hasLimitPrice
      let isHalf = rested && order.executed.isZero && chance(faults.halfFilled)
      _ = fill(&order, at: now, upTo: isHalf ? half(order.request.quantity) : order.request.quantity, isMaker: rested)
    }
    if chance(faults.endedByOthers) { endByOthers(at: now) }
    if chance(faults.personsOrders) { personActs(at: now) }
    if streamIsUp, chance(faults.dropsOfStream) {
      streamIsUp = false
      streamReturnsAt = now.advanced(byMilliseconds: Int64(500 + random.integer(below: 20_000)))
      at(now.advanced(byMilliseconds: Int64(random.integer(below: 400))), .deliver(.executionStream(isLive: false), life: life))
    }
    if !streamIsUp, now >= streamReturnsAt {
      streamIsUp = true
      at(now.advanced(byMilliseconds: 450), .deliver(.executionStream(isLive: true), life: life))
    }
  }

  private func endByOthers(at now: Timestamp) {
    let stops = orders.values.filter { !$0.status.isTerminal && $0.request.type == .stopLoss }.sorted { $0.venueID < $1.venueID }
    guard !stops.isEmpty else { return }
    let stop = stops[random.integer(below: stops.count)]
    let status: OrderStatus = chance(0.5) ? .expired : .canceled
    for id in [stop.request.clientOrderID] + others(of: stop) {
      guard var order = orders[id], !order.status.isTerminal else { continue }
      order.status = status
      orders[id] = order
      tell(report(order, at: now), at: now)
    }
  }

  private var personsOrder: ClientOrderID?

  /// Locks a coin of the owner's far above the price, or sets it free.
  private func personActs(at now: Timestamp) {
    if let id = personsOrder, var order = orders[id] {
      personsOrder = nil
      order.status = .canceled
      orders[id] = order
      return tell(report(order, at: now), at: now)
    }
    guard let id = ClientOrderID("web_\(nextOrder)") else { return }
    let request = OrderRequest(
      clientOrderID: id, symbol: rules.symbol, side: .sell, type: .limit, quantity: .one, price: FixedDecimal(1_000_000))
    orders[id] = Held(request: request, venueID: VenueOrderID(nextOrder), status: .accepted, acceptedAt: now)
    nextOrder += 1
    personsOrder = id
    if let order = orders[id] { tell(report(order, at: now), at: now) }
  }

  /// It subscribes at once.
  func processStarted(at now: Timestamp) -> [CoreEvent] {
    lives += 1
    life = lives
    streamIsUp = true
    return [.feed(nil, .live), .executionStream(isLive: true)]
  }

  func processDied(at now: Timestamp) { life = -1 }

  private func tell(_ report: ExecutionReport, at now: Timestamp) {
    guard streamIsUp, !chance(faults.lostReport) else { return }
    for _ in 0..<(chance(faults.duplicate) ? 2 : 1) {
      let delay = Int64(5 + random.integer(below: faults.reportDelayMilliseconds))
      at(now.advanced(byMilliseconds: delay), .deliver(.report(report), life: life))
    }
  }

  private func report(
    _ order: Held, at now: Timestamp, fill: Fill? = nil, source: ExecutionReport.Source = .stream
  ) -> ExecutionReport {
    ExecutionReport(
      clientOrderID: order.request.clientOrderID, venueOrderID: order.venueID, symbol: order.request.symbol, side: order.request.side,
      type: order.request.type, quantity: order.request.quantity, price: order.request.price, stopPrice: order.request.stopPrice,
      status: order.status,
      executedQuantity: order.executed, cumulativeQuote: order.quote, fill: fill, reason: order.reason, time: now, source: source)
  }

  func everLived(_ id: ClientOrderID) -> Bool { orders[id] != nil }

  var openOrders: [TruthOrder] { orders.values.filter { !$0.status.isTerminal }.sorted { $0.venueID < $1.venueID } }
}
