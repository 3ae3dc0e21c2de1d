import CoreTestSupport
import ExchangeSimulation
import Time
import TradingCore
import TradingModel
import Venue

/// The market, the others in it, the account's owner and the exchange's keeper.
extension MatchedExchange {
  var isCalm: Bool { stepsLeft <= 0 }

  private func occurs(_ probability: Double) -> Bool { probability > 0 && chance.uniform() < probability }

  /// One step of the market; the next one follows.
  func step(at now: Timestamp) {
    stepsLeft -= 1
    if stepsLeft == 0 { calmDown(at: now) }
    if !isCalm { walk() }
    var closed: [Candle] = []
    candles.advance(to: now, closed: &closed)
    tellCandles(closed, at: now)
    var events: [ExchangeEvent] = []
    layOut(at: now, &events)
    if !isCalm { othersAct(at: now, &events) }
    trade(at: now, &events)
    tell(events, at: now)
    if let quote = exchange.quote(symbol) {
      var quote = quote
      quote.time = now
      tellMarket(.quote(quote), at: now)
    }
    if !isCalm {
      if occurs(habits.person) { personActs(at: now) }
      if occurs(habits.rules) { changeRules(at: now) }
      if occurs(faults.streamEnds) { endStream(at: now) }
      if occurs(faults.marketEnds) { endMarketStream(at: now) }
    }
    let next = now.advanced(byMilliseconds: isCalm ? 1_000 : Int64(50 + chance.integer(below: habits.stepMilliseconds)))
    at(next) { [unowned self] in
      step(at: next)
      return nil
    }
  }

  private func walk() {
    middle *= 1 + chance.normal() * habits.volatility
    if occurs(habits.jump) {
      middle *= 1 + (chance.uniform() * 2 - 1) * habits.jumpSize
      coverage.count("jump")
    }
  }

  private func price(_ value: Double) -> Price {
    let tick = rules.tickSize
    return max((FixedDecimal(nearestTo: value) ?? tick).roundedDown(toMultipleOf: tick), tick)
  }

  private func quantity(notional: Double) -> Quantity {
    let lot = rules.stepSize
    return max((FixedDecimal(nearestTo: notional / middle) ?? lot).roundedDown(toMultipleOf: lot), lot)
  }

  private func layOut(at now: Timestamp, _ events: inout [ExchangeEvent]) {
    let bid = price(middle)
    let spread = FixedDecimal(raw: rules.tickSize.raw * Int128(1 + chance.integer(below: 3)))
    func best() -> Quantity { quantity(notional: isCalm ? 200_000 : Double(habits.bestNotional) * (0.02 + chance.uniform())) }
    exchange.onMarket(
      .quote(Quote(symbol: symbol, bidPrice: bid, bidQuantity: best(), askPrice: bid + spread, askQuantity: best(), time: now)),
      events: &events)
    guard occurs(isCalm ? 0 : habits.thinBook) else { return }
    let side: Side = occurs(0.5) ? .buy : .sell
    coverage.count("thin book")
    exchange.thinBook(
      of: symbol, side: side, leaving: occurs(0.3) ? .zero : quantity(notional: 300 * chance.uniform()), at: now, events: &events)
  }

  private func trade(at now: Timestamp, _ events: inout [ExchangeEvent]) {
    guard isCalm || occurs(0.75), let quote = exchange.quote(symbol) else { return }
    let sells = occurs(0.5)
    exchange.onMarket(
      .trade(
        MarketTrade(
          symbol: symbol, id: TradeID(0), price: sells ? quote.bidPrice : quote.askPrice,
          quantity: quantity(notional: isCalm ? 50 : 1_500 * chance.uniform()), time: now, isBuyerMaker: sells)), events: &events)
  }

  private func othersAct(at now: Timestamp, _ events: inout [ExchangeEvent]) {
    if occurs(habits.othersMake) {
      let side: Side = occurs(0.5) ? .buy : .sell
      let distance = chance.uniform() * 0.01
      let at = price(middle * (side == .buy ? 1 - distance : 1 + distance))
      if let id = exchange.othersMake(
        symbol, side: side, price: at, quantity: quantity(notional: 3_000 * chance.uniform()), at: now, events: &events)
      {
        others.append(id)
      }
    }
    if others.count > 4 { exchange.cancelOthers(symbol, id: others.removeFirst()) }
    if occurs(habits.othersTake) {
      exchange.othersTake(
        symbol, side: occurs(0.5) ? .buy : .sell, quantity: quantity(notional: Double(habits.levelNotional) * 3 * chance.uniform()),
        at: now,
        events: &events)
    }
  }

  /// Faults end, and everybody else goes home.
  private func calmDown(at now: Timestamp) {
    faults = .none
    for id in others { exchange.cancelOthers(symbol, id: id) }
    others = []
    exchange.setStatus(.trading, of: symbol)
    exchange.changeTerms(of: symbol) { [calmTerms] in $0 = calmTerms }
    exchange.changeRules(of: symbol) { [calmRules] in
      $0.notionalMinimum = calmRules.notionalMinimum
      $0.sellPriceMultiplierMaximum = calmRules.sellPriceMultiplierMaximum
      $0.openOrderListsMaximum = calmRules.openOrderListsMaximum
      $0.takesPairs = calmRules.takesPairs
      $0.takesProtectedEntries = calmRules.takesProtectedEntries
    }
    deliver(.rules([rules]), at: now.advanced(byMilliseconds: 500))
  }

  // MARK: The owner

  /// What of the owner's coins no order of theirs locks.
  private var ownersFree: Quantity {
    let mine = book.ownersCoins + bots.reduce(.zero) { $0 + book.released[$1, default: .zero] }
    return openOrders.reduce(mine) {
      $1.request.side == .sell && book.owner[$1.request.clientOrderID] == nil ? $0 - $1.request.quantity : $0
    }
  }

  private func personActs(at now: Timestamp) {
    var events: [ExchangeEvent] = []
    let open = exchange.openOrders(account: Self.account)
    let theirs = open.filter { $0.clientOrderID.hasPrefix("web_") }
    let bots = open.filter { !$0.clientOrderID.hasPrefix("web_") }
    func pick(_ orders: [ExchangeOrder]) -> ExchangeOrder? { orders.isEmpty ? nil : orders[chance.integer(below: orders.count)] }
    switch chance.integer(below: 6) {
    case 0: cancelByHand(pick(bots), "bot's", at: now, &events)
    case 1: cancelByHand(pick(theirs), "own", at: now, &events)
    case 2:
      guard let order = pick(bots.filter { $0.status != .pendingNew && names[$0.orderID].map(isKnownToCore) ?? false }) else { break }
      let quantity = FixedDecimal(raw: (order.executed.raw + order.quantity.raw) / 2).roundedDown(toMultipleOf: rules.stepSize)
      personCount += 1
      let amended = try? exchange.amend(
        symbol: symbol, orderID: order.orderID, clientOrderID: nil, newClientOrderID: "amended_\(personCount)", quantity: quantity,
        account: Self.account, arrival: now, at: now, events: &events)
      if amended != nil { coverage.count("owner amends") }
    case 3:
      let quantity = quantity(notional: 400 * chance.uniform())
      guard ownersFree > quantity + quantity else { break }
      placeByHand(.sell, .limit, quantity, price(middle * (1 + chance.uniform() * 0.01)), at: now, &events)
    case 4:
      placeByHand(.buy, .limit, quantity(notional: 400 * chance.uniform()), price(middle * (1 - chance.uniform() * 0.01)), at: now, &events)
    default:
      let quantity = quantity(notional: 400 * chance.uniform())
      let buys = occurs(0.5)
      guard buys || ownersFree > quantity + quantity else { break }
      placeByHand(buys ? .buy : .sell, .market, quantity, nil, at: now, &events)
    }
    tell(events, at: now)
  }

  private func cancelByHand(_ order: ExchangeOrder?, _ whose: String, at now: Timestamp, _ events: inout [ExchangeEvent]) {
    guard let order else { return }
    coverage.count("owner cancels \(whose) order")
    _ = try? exchange.cancel(
      ExchangeCancelRequest(symbol: symbol, orderID: order.orderID), account: Self.account, arrival: now, at: now, events: &events)
  }

  private func placeByHand(
    _ side: Side, _ type: OrderType, _ quantity: Quantity, _ price: Price?, at now: Timestamp, _ events: inout [ExchangeEvent]
  ) {
    personCount += 1
    let request = ExchangeOrderRequest(
      symbol: symbol, side: side, type: type, timeInForce: type == .limit ? .goodTilCanceled : nil, quantity: quantity, price: price,
      clientOrderID: "web_\(personCount)")
    if (try? exchange.place(request, account: Self.account, arrival: now, at: now, events: &events)) != nil {
      coverage.count("owner places \(type) \(side)")
    }
  }

  // MARK: The keeper

  private func changeRules(at now: Timestamp) {
    switch chance.integer(below: 10) {
    case 0:
      let maximum = quantity(notional: 100 + 1_200 * chance.uniform())
      change("MARKET_LOT_SIZE shrinks", at: now) { $0.marketQuantityMaximum = maximum }
    case 1: change("MARKET_LOT_SIZE as before", at: now) { [calmRules] in $0.marketQuantityMaximum = calmRules.marketQuantityMaximum }
    case 2:
      change("trading breaks", at: now) { $0.status = .break }
      let back = now.advanced(byMilliseconds: Int64(300 + chance.integer(below: 8_000)))
      at(back) { [unowned self] in
        change("trading goes on", at: back) { $0.status = .trading }
        return nil
      }
    case 3:
      let places = 1 + chance.integer(below: 6)
      change("MAX_NUM_ALGO_ORDERS changes", at: now) { $0.openAlgorithmicOrdersMaximum = places }
    case 4:
      exchange.changeTerms(of: symbol) {
        $0.filters.percentPriceAsk = SymbolFilters.PriceBand(down: FixedDecimal(raw: 20_000_000), up: FixedDecimal(raw: 100_500_000))
      }
      change("PERCENT_PRICE_BY_SIDE narrows", at: now) { $0.sellPriceMultiplierMaximum = FixedDecimal(raw: 100_500_000) }
    case 5:
      let least = FixedDecimal(5 + chance.integer(below: 60))
      change("NOTIONAL changes", at: now) { $0.notionalMinimum = least }
    case 6:
      let tick = FixedDecimal(raw: [1_000_000, 10_000_000, 100_000_000][chance.integer(below: 3)])
      change("the tick changes", at: now) { $0.tickSize = tick }
    case 7:
      let step = FixedDecimal(raw: [1_000, 10_000][chance.integer(below: 2)])
      change("the lot changes", at: now) {
        $0.stepSize = step
        $0.quantityMinimum = step
      }
    case 8:
      let isPair = occurs(0.5)
      exchange.changeTerms(of: symbol) {
        if isPair { $0.features.oneCancelsOther = false } else { $0.features.onePaysOther = false }
      }
      change("lists are not supported", at: now) { if isPair { $0.takesPairs = false } else { $0.takesProtectedEntries = false } }
    default:
      let lists = 1 + chance.integer(below: 3)
      exchange.changeTerms(of: symbol) { $0.filters.orderListsMaximum = lists }
      change("MAX_NUM_ORDER_LISTS changes", at: now) { $0.openOrderListsMaximum = lists }
    }
  }

  /// The exchange changes at once; the core hears of it later.
  private func change(_ name: String, at now: Timestamp, _ body: (inout TradingRules) -> Void) {
    coverage.count(name)
    exchange.changeRules(of: symbol, body)
    // As they are when they are asked for: an old list never comes behind a newer one.
    let life = life
    later(now.advanced(byMilliseconds: Int64(100 + chance.integer(below: 6_000)))) { [unowned self] in
      life == self.life ? .rules([rules]) : nil
    }
  }
}
