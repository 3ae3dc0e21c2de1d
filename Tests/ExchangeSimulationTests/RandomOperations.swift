import Time
import Testing
import TradingModel
import ExchangeSimulation

/// Random requests and market moves around the last price.
struct RandomOperations {
  private var random: SeededRandom
  /// What was done last, for reports.
  private(set) var last = ""
  /// How often each kind of operation was taken.
  private(set) var done: [String: Int] = [:]

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  mutating func prepare(_ fixture: inout ExchangeFixture, paysInBNB: Bool) throws {
    fixture.exchange.changeTerms(of: fixture.symbol) {
      $0.features.allowedSelfTradePrevention.insert(.none)
      $0.filters.orderListsMaximum = 6
    }
    for name in ["order", "cancel", "list", "cancelList", "replace", "amend", "move", "othersTake", "othersMake", "cancelAll"] {
      done[name] = 0
    }
    guard paysInBNB else { return }
    let bnb = try #require(Symbol("BNBUSDT"))
    fixture.exchange.continueHistory(of: bnb, lastPrice: decimal("600"), nextTradeID: 1)
    for account in 0..<3 {
      fixture.exchange.setPaysWithDiscountAsset(true, account: account)
      _ = fixture.exchange.transfer(
        account: account, asset: "BNB", amount: decimal("0.4"), at: fixture.now, events: &fixture.events)
    }
  }

  private mutating func pick<T>(_ values: [T]) -> T { values[random.integer(below: values.count)] }

  /// The last price, moved by up to `tenths` tenths of a percent either way.
  private mutating func price(_ fixture: ExchangeFixture, within tenths: Int = 30) -> String {
    let last = fixture.exchange.lastPrice(fixture.symbol) ?? decimal("60000")
    let shift = last.raw / 1_000 * Int128(random.integer(below: 2 * tenths + 1) - tenths)
    return (last + FixedDecimal(raw: shift)).roundedDown(toMultipleOf: decimal("0.01")).description
  }

  private mutating func quantity() -> String { FixedDecimal(raw: Int128(20 + random.integer(below: 30_000)) * 1_000).description }

  private mutating func order(
    _ fixture: ExchangeFixture, _ side: Side, _ types: [OrderType], quantity: String?, near: Int = 30
  ) -> ExchangeOrderRequest {
    let type = pick(types)
    let trails = type.isContingent && random.integer(below: 3) == 0
    let force: TimeInForce? =
      type == .limit
      ? pick([.goodTilCanceled, .goodTilCanceled, .immediateOrCancel, .fillOrKill])
      : type == .stopLossLimit || type == .takeProfitLimit ? pick([.goodTilCanceled, .immediateOrCancel]) : nil
    var request = fixture.request(
      side, type, quantity: quantity, price: type.hasLimitPrice ? price(fixture, within: near) : nil,
      stop: type.isContingent && !(trails && random.next() & 1 == 0) ? price(fixture, within: near) : nil,
      delta: trails ? Int64(10 + random.integer(below: 400)) : nil, force: force,
      prevention: pick([nil, SelfTradePrevention.none, .expireTaker, .expireBoth, .decrement, .transfer]))
    if type.hasLimitPrice, force ?? .goodTilCanceled == .goodTilCanceled, random.integer(below: 4) == 0, let quantity = request.quantity {
      request.icebergQuantity = FixedDecimal(raw: max(quantity.raw / 3 / 1_000, 1) * 1_000)
    }
    if type == .market, random.next() & 1 == 0, quantity != nil {
      request.quantity = nil
      request.quoteQuantity = decimal("2500")
    }
    return request
  }

  private mutating func list(_ fixture: ExchangeFixture) -> ExchangeListRequest {
    let kind = pick(ExchangeListKind.allCases)
    let side: Side = kind.isPaidByWorkingOrder ? .sell : pick([.buy, .sell])
    let amount = kind.isPaidByWorkingOrder ? nil : quantity()
    var orders: [ExchangeOrderRequest] = []
    if kind.hasWorkingOrder {
      let workingSide: Side = kind.isPaidByWorkingOrder ? .buy : pick([.buy, .sell])
      orders.append(order(fixture, workingSide, [.limit, .limit, .limitMaker], quantity: quantity(), near: 8))
    }
    if kind.hasPair {
      let last = fixture.exchange.lastPrice(fixture.symbol) ?? decimal("60000")
      func off(_ tenths: Int) -> String {
        FixedDecimal(raw: last.raw / 1_000 * Int128(1_000 + tenths)).roundedDown(toMultipleOf: decimal("0.01")).description
      }
      let (up, down) = (5 + random.integer(below: 20), 5 + random.integer(below: 20))
      let isBuy = side == .buy
      let profitType = pick([OrderType.limitMaker, .takeProfit, .takeProfitLimit])
      let profitAt = off(isBuy ? -down : up)
      let profit = fixture.request(
        side, profitType, quantity: amount, price: profitType.hasLimitPrice ? profitAt : nil,
        stop: profitType.isContingent ? profitAt : nil)
      let stopType = pick([OrderType.stopLoss, .stopLossLimit])
      let stopAt = off(isBuy ? up : -down)
      let stop = fixture.request(
        side, stopType, quantity: amount, price: stopType.hasLimitPrice ? off(isBuy ? up + 3 : -down - 3) : nil, stop: stopAt)
      orders += isBuy ? [stop, profit] : [profit, stop]
    } else {
      var types: [OrderType] = [.limit, .limitMaker, .stopLoss, .stopLossLimit, .takeProfit, .takeProfitLimit, .market]
      if kind.isPaidByWorkingOrder { types.removeLast() }
      var pending = order(fixture, side, types, quantity: amount)
      pending.quoteQuantity = nil
      if !kind.isPaidByWorkingOrder, pending.quantity == nil { pending.quantity = amount.map(decimal) }
      orders.append(pending)
    }
    return ExchangeListRequest(kind: kind, symbol: fixture.symbol, orders: orders)
  }

  mutating func step(_ fixture: inout ExchangeFixture) {
    fixture.now = fixture.now.advanced(byMilliseconds: 250)
    let account = random.integer(below: 3)
    let open = fixture.exchange.openOrders(account: account)
    switch random.integer(below: 100) {
    case 0..<28:
      let types: [OrderType] = [.limit, .limit, .market, .limitMaker, .stopLoss, .stopLossLimit, .takeProfit, .takeProfitLimit]
      let request = order(fixture, pick([.buy, .sell]), types, quantity: quantity())
      take("order") { try fixture.place(request, account: account) }
    case 28..<50:
      let request = list(fixture)
      let now = fixture.now
      take("list") {
        try fixture.exchange.placeList(request, account: account, arrival: now, at: now, events: &fixture.events)
      }
    case 50..<58: cancel(&fixture, account, open)
    case 58..<64: replace(&fixture, account, open)
    case 64..<72: amend(&fixture, account, open)
    case 72..<74:
      let (symbol, now) = (fixture.symbol, fixture.now)
      take("cancelAll") {
        try fixture.exchange.cancelAll(symbol: symbol, account: account, arrival: now, at: now, events: &fixture.events)
      }
    case 74..<86:
      let target = price(fixture, within: 12)
      take("move") { fixture.move(target) }
    case 86..<94:
      let (side, amount, symbol, now): (Side, Quantity, Symbol, _) = (
        pick([.buy, .sell]), decimal(quantity()), fixture.symbol, fixture.now
      )
      take("othersTake") { fixture.exchange.othersTake(symbol, side: side, quantity: amount, at: now, events: &fixture.events) }
    default:
      let (side, amount, at): (Side, Quantity, Price) = (pick([.buy, .sell]), decimal(quantity()), decimal(price(fixture, within: 3)))
      let (symbol, now) = (fixture.symbol, fixture.now)
      take("othersMake") { fixture.exchange.othersMake(symbol, side: side, price: at, quantity: amount, at: now, events: &fixture.events) }
    }
  }

  private mutating func cancel(_ fixture: inout ExchangeFixture, _ account: Int, _ open: [ExchangeOrder]) {
    guard !open.isEmpty else { return }
    let victim = pick(open)
    let (symbol, now) = (fixture.symbol, fixture.now)
    if victim.listID >= 0, random.next() & 1 == 0 {
      take("cancelList") {
        try fixture.exchange.cancelList(
          symbol: symbol, listID: victim.listID, listClientOrderID: nil, cancelClientOrderID: nil, account: account, arrival: now, at: now,
          events: &fixture.events)
      }
    } else {
      take("cancel") {
        try fixture.exchange.cancel(
          ExchangeCancelRequest(symbol: symbol, orderID: victim.orderID), account: account, arrival: now, at: now, events: &fixture.events)
      }
    }
  }

  private mutating func replace(_ fixture: inout ExchangeFixture, _ account: Int, _ open: [ExchangeOrder]) {
    guard !open.isEmpty else { return }
    let victim = pick(open)
    let request = order(fixture, victim.side, [.limit, .limitMaker, .stopLossLimit], quantity: quantity())
    let stops = random.next() & 1 == 0
    let (symbol, now) = (fixture.symbol, fixture.now)
    take("replace") {
      try fixture.exchange.cancelReplace(
        ExchangeCancelRequest(symbol: symbol, orderID: victim.orderID), with: request, stopsOnFailure: stops, account: account,
        arrival: now,
        at: now, events: &fixture.events)
    }
  }

  private mutating func amend(_ fixture: inout ExchangeFixture, _ account: Int, _ open: [ExchangeOrder]) {
    guard !open.isEmpty else { return }
    let victim = pick(open)
    let part = Int128(3 + random.integer(below: 7))
    let quantity = FixedDecimal(raw: victim.quantity.raw * part / 10 / 1_000 * 1_000)
    let (symbol, now) = (fixture.symbol, fixture.now)
    take("amend") {
      try fixture.exchange.amend(
        symbol: symbol, orderID: victim.orderID, clientOrderID: nil, newClientOrderID: nil, quantity: quantity, account: account,
        arrival: now, at: now, events: &fixture.events)
    }
  }

  /// Counts an operation that was taken; refusals are part of the game.
  private mutating func take<T>(_ name: String, _ body: () throws -> T) {
    last = name
    if (try? body()) != nil { done[name, default: 0] += 1 }
  }
}
