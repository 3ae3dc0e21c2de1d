import Time
import Testing
import TradingModel
import Venue
import ExchangeSimulation

func decimal(_ text: String) -> FixedDecimal { FixedDecimal(text: text) ?? FixedDecimal(raw: -1) }

/// BTCUSDT with a quiet market at 60,000 and one account with 100,000 USDT and 2 BTC.
struct ExchangeFixture {
  let symbol: Symbol
  var exchange: SimulatedExchange
  var events: [ExchangeEvent] = []
  var now = Timestamp(milliseconds: 1_700_000_000_000)
  private let begin: [String: Amount]

  init(mode: HouseConfiguration.Mode = .generated, accounts: Int = 1, others: [String] = []) throws {
    symbol = try #require(Symbol("BTCUSDT"))
    let instrument = try #require(SimulatedInstrument(symbol: symbol))
    let funds = SimulatedAccount(balances: [("USDT", decimal("100000")), ("BTC", decimal("2"))])
    let others = others.compactMap { Symbol($0) }.compactMap { SimulatedInstrument(symbol: $0) }
    exchange = SimulatedExchange(
      instruments: [instrument] + others, accounts: Array(repeating: funds, count: accounts),
      configuration: SimulatedExchange.Configuration(house: HouseConfiguration(mode: mode)))
    begin = ["USDT": FixedDecimal(100_000 * accounts), "BTC": FixedDecimal(2 * accounts)]
    market(bid: "59999", ask: "60001")
    exchange.continueHistory(of: symbol, lastPrice: decimal("60000"), nextTradeID: 100)
    if mode == .recorded { trade("60000") }
    events.removeAll()
  }

  mutating func market(bid: String, ask: String, quantity: String = "1") {
    exchange.onMarket(
      .quote(
        Quote(
          symbol: symbol, bidPrice: decimal(bid), bidQuantity: decimal(quantity), askPrice: decimal(ask), askQuantity: decimal(quantity),
          time: now)), events: &events)
  }

  mutating func trade(_ price: String, quantity: String = "0.01", isBuyerMaker: Bool = true) {
    exchange.onMarket(
      .trade(
        MarketTrade(
          symbol: symbol, id: TradeID(1), price: decimal(price), quantity: decimal(quantity), time: now, isBuyerMaker: isBuyerMaker)),
      events: &events)
  }

  @discardableResult
  mutating func place(
    _ side: Side, _ type: OrderType, quantity: String? = "0.1", price: String? = nil, stop: String? = nil, force: TimeInForce? = nil,
    quote: String? = nil, id: String? = nil, account: Int = 0
  ) throws(ExchangeError) -> (order: ExchangeOrder, fills: [ExchangeFill]) {
    let needsForce = type == .limit || type == .stopLossLimit || type == .takeProfitLimit
    let request = ExchangeOrderRequest(
      symbol: symbol, side: side, type: type, timeInForce: force ?? (needsForce ? .goodTilCanceled : nil),
      quantity: quote == nil ? quantity.map(decimal) : nil, quoteQuantity: quote.map(decimal), price: price.map(decimal),
      stopPrice: stop.map(decimal), clientOrderID: id)
    return try exchange.place(request, account: account, arrival: now, at: now, events: &events)
  }

  /// Everything there is of an asset: accounts, house, commissions; but for what came from outside.
  func total(_ asset: String) -> Amount {
    let held = exchange.accounts.reduce(Amount.zero) { $0 + $1.free(asset) + $1.locked(asset) }
    return held + (exchange.house[asset] ?? .zero) + (exchange.commissions[asset] ?? .zero) - (exchange.transferred[asset] ?? .zero)
  }

  /// What is wrong with funds, orders and lists; empty when nothing is.
  /// - Parameter openListsOnly: leaves lists out that are done.
  func problems(openListsOnly: Bool = false) -> [String] {
    var found: [String] = []
    var assets = Set(begin.keys)
    for account in exchange.accounts { assets.formUnion(account.assets) }
    for asset in assets.sorted() where total(asset) != begin[asset] ?? .zero {
      found.append("\(asset): \(total(asset)) in all, \(begin[asset] ?? .zero) at the start")
    }
    for account in exchange.accounts.indices { found += problems(of: account, assets.sorted(), openListsOnly) }
    return found
  }

  private func problems(of account: Int, _ assets: [String], _ openListsOnly: Bool) -> [String] {
    var found: [String] = []
    var locked: [String: Amount] = [:]
    let open = exchange.openOrders(account: account)
    for order in open {
      guard let rules = exchange.rules(order.symbol) else { continue }
      locked[order.side == .buy ? rules.quoteAsset : rules.baseAsset, default: .zero] += order.locked
      if order.locked.isNegative { found.append("order \(order.orderID) locks \(order.locked)") }
      if order.remaining.isNegative || (order.remaining.isZero && order.quoteQuantity.isZero && order.status != .pendingNew) {
        found.append("order \(order.orderID) is open with \(order.remaining) left")
      }
    }
    if Set(open.map(\.clientOrderID)).count != open.count { found.append("client order ids repeat") }
    let lists = openListsOnly ? exchange.openOrderLists(account: account) : exchange.allOrderLists(account: account, limit: .max)
    for order in open where order.listID >= 0 && !lists.contains(where: { $0.id == order.listID }) {
      found.append("order \(order.orderID) is open and its list is not")
    }
    for list in lists {
      let members = open.filter { $0.listID == list.id }
      if list.isDone != members.isEmpty { found.append("list \(list.id) is \(list.orderStatus) with \(members.count) open orders") }
      if list.isDone, !list.locked.isZero { found.append("list \(list.id) is done and locks \(list.locked)") }
      guard let member = members.first ?? open.first(where: { list.orderIDs.contains($0.orderID) }) else { continue }
      guard let rules = exchange.rules(list.symbol) else { continue }
      let side = open.last { list.orderIDs.contains($0.orderID) }?.side ?? member.side
      let last = list.kind.isPaidByWorkingOrder ? Side.sell : side
      locked[last == .buy ? rules.quoteAsset : rules.baseAsset, default: .zero] += list.locked
    }
    let funds = exchange.accounts[account]
    for asset in assets {
      if funds.free(asset).isNegative || funds.locked(asset).isNegative { found.append("account \(account): negative \(asset)") }
      if funds.locked(asset) != locked[asset] ?? .zero {
        found.append("account \(account): \(funds.locked(asset)) \(asset) locked, orders say \(locked[asset] ?? .zero)")
      }
    }
    return found
  }

  /// One order of a list, or an order with everything.
  func request(
    _ side: Side, _ type: OrderType, quantity: String? = "0.1", price: String? = nil, stop: String? = nil, delta: Int64? = nil,
    force: TimeInForce? = nil, iceberg: String? = nil, prevention: SelfTradePrevention? = nil, id: String? = nil
  ) -> ExchangeOrderRequest {
    let needsForce = type == .limit || type == .stopLossLimit || type == .takeProfitLimit
    return ExchangeOrderRequest(
      symbol: symbol, side: side, type: type, timeInForce: force ?? (needsForce ? .goodTilCanceled : nil),
      quantity: quantity.map(decimal), price: price.map(decimal), stopPrice: stop.map(decimal), clientOrderID: id,
      selfTradePrevention: prevention, icebergQuantity: iceberg.map(decimal), trailingDelta: delta)
  }

  @discardableResult
  mutating func place(
    _ request: ExchangeOrderRequest, account: Int = 0
  ) throws(ExchangeError) -> (order: ExchangeOrder, fills: [ExchangeFill]) {
    try exchange.place(request, account: account, arrival: now, at: now, events: &events)
  }

  @discardableResult
  mutating func list(
    _ kind: ExchangeListKind, _ orders: [ExchangeOrderRequest], id: String? = nil, account: Int = 0
  ) throws(ExchangeError) -> (list: ExchangeOrderList, orders: [ExchangeOrder], fills: [ExchangeFill]) {
    try exchange.placeList(
      ExchangeListRequest(kind: kind, symbol: symbol, listClientOrderID: id, orders: orders), account: account, arrival: now, at: now,
      events: &events)
  }

  @discardableResult
  mutating func cancel(_ id: String, account: Int = 0) throws(ExchangeError) -> ExchangeOrder {
    try exchange.cancel(
      ExchangeCancelRequest(symbol: symbol, clientOrderID: id), account: account, arrival: now, at: now, events: &events
    ).order
  }

  /// Takes the price somewhere; what stands in its way fills.
  mutating func move(_ price: String) {
    now = now.advanced(byMilliseconds: 1_000)
    exchange.movePrice(of: symbol, to: decimal(price), at: now, events: &events)
  }

  func status(_ id: String, account: Int = 0) -> ExchangeOrderStatus? {
    try? exchange.order(account: account, symbol: symbol, orderID: nil, clientOrderID: id).status
  }

  func order(_ id: String, account: Int = 0) throws(ExchangeError) -> ExchangeOrder {
    try exchange.order(account: account, symbol: symbol, orderID: nil, clientOrderID: id)
  }

  /// What was said of lists.
  var listEvents: [String] {
    events.compactMap { if case .list(let list, let type) = $0 { "\(type.rawValue) \(list.orderStatus)" } else { nil } }
  }

  var executions: [ExchangeExecution] {
    events.compactMap { if case .execution(let execution) = $0 { execution } else { nil } }
  }
}
