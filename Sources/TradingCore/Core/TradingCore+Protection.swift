import Time
import TradingModel
import Venue

extension TradingCore {
  mutating func advance(_ id: BotID, _ effects: inout [Effect]) {
    if let index = botIndex[id] { advance(index, &effects) }
  }

  /// Brings a bot's orders in line with what it should have: a protected position, or none. Level-triggered: it looks at the state,
  /// not at what happened, and does at most one thing at a time, so it is right after any restart.
  mutating func advance(_ index: Int, _ effects: inout [Effect]) {
    if bots[index]?.isProtectionImpossible == true, now >= bots[index]?.protectAgainAt ?? .distantFuture {
      bots[index]?.isProtectionImpossible = false
      bots[index]?.protectAgainAt = .distantFuture
    }
    guard let bot = bots[index], journalIsHealthy || bot.position.isOpen else { return }
    var resting: Order?
    for id in bot.openOrders {
      guard let order = orders[id] else { continue }
      if order.isUnsettled { return }
      if order.isResting {
        if order.intent.purpose == .entry { return }
        // One sell order at a time: the older one goes first.
        if let resting { return cancel(resting, reason: "another order takes its place", &effects) }
        resting = order
      }
    }
    guard let rules = rules(for: bot.configuration.symbol), now >= bot.retryAt else { return }
    let price = lastPrice(of: bot.configuration.symbol)
    let sellable = bot.position.isOpen ? rules.quantityRoundedDown(bot.position.quantity, isMarket: true) : .zero
    if !bot.position.isOpen || sellable.isZero {
      if let resting { cancel(resting, reason: "the position is closed", &effects) }
    } else if let exit = bot.exitRequest {
      if let resting {
        cancel(resting, reason: "making room for the exit", &effects)
      } else {
        sellOut(bot, exit, sellable, price: price, rules: rules, &effects)
      }
    } else if bot.configuration.stopLoss.isPositive, !bot.isProtectionImpossible {
      if let resting {
        let covers = resting.remainingQuantity
        if covers != sellable { cancel(resting, reason: "the stop must cover \(sellable)", &effects) }
      } else {
        protect(index, sellable, price: price, rules: rules, &effects)
      }
    }
  }

  mutating func cancel(_ order: Order, reason: String, _ effects: inout [Effect]) {
    let sequence = append(
      .cancelRequested(CancelRequest(clientOrderID: order.clientOrderID, botID: order.botID, reason: reason)), &effects)
    effects.append(.cancel(order.clientOrderID, order.intent.request.symbol, after: sequence))
  }

  /// Our stops that rest on the exchange for a symbol, or are on their way there.
  private func contingentOrders(on symbol: Symbol) -> Int {
    guard let at = symbolIndex[symbol] else { return 0 }
    return symbols[at].holders.reduce(0) { count, index in
      count + (bots[index]?.openOrders.count { orders[$0]?.intent.request.type.isContingent ?? false } ?? 0)
    }
  }

  private mutating func sellOut(
    _ bot: Bot, _ exit: ExitRequest, _ quantity: Quantity, price: Price, rules: TradingRules, _ effects: inout [Effect]
  ) {
    guard let id = nextClientOrderID() else { return }
    let decided = price.isPositive ? price : exit.decisionPrice
    // The notional of a market order is judged by the exchange at its own price: asking is better than holding for ever.
    if let violation = rules.violation(quantity: quantity, price: decided, isMarket: true), violation.filter != "NOTIONAL" { return }
    let request = OrderRequest(clientOrderID: id, symbol: bot.configuration.symbol, side: .sell, type: .market, quantity: quantity)
    guard let approved = RiskGate.approveReduction(request, held: bot.position.quantity, decisionPrice: exit.decisionPrice) else { return }
    send(approved, bot: bot.configuration.id, purpose: exit.purpose, reason: exit.reason, &effects)
  }

  /// Rests a stop for everything sellable; exits at once when the price is already through it.
  private mutating func protect(_ index: Int, _ quantity: Quantity, price: Price, rules: TradingRules, _ effects: inout [Effect]) {
    guard let bot = bots[index], let id = nextClientOrderID() else { return }
    let stop = bot.stopPrice(tick: rules.tickSize)
    guard stop.isPositive else { return }
    if price.isPositive, price <= stop {
      requestExit(index, .stopLoss, reason: "price \(price) is at or below the stop \(stop)", price: price, &effects)
      return
    }
    let resting = contingentOrders(on: bot.configuration.symbol)
    guard rules.openAlgorithmicOrdersMaximum == 0 || resting < rules.openAlgorithmicOrdersMaximum else {
      bots[index]?.isProtectionImpossible = true
      bots[index]?.protectAgainAt = now.advanced(byMilliseconds: 300_000)
      alert(
        .warning, bot.configuration.id,
        "\(resting) stops rest on \(bot.configuration.symbol) already, the most that the exchange takes; this one is watched here instead",
        &effects)
      return
    }
    guard rules.violation(quantity: quantity, price: stop, isMarket: true) == nil, rules.priceViolation(stop) == nil else {
      bots[index]?.isProtectionImpossible = true
      alert(
        .warning, bot.configuration.id,
        "a stop for \(quantity) at \(stop) breaks the exchange's filters; the stop is watched here instead of resting there", &effects)
      return
    }
    let request = OrderRequest(
      clientOrderID: id, symbol: bot.configuration.symbol, side: .sell, type: .stopLoss, quantity: quantity, stopPrice: stop)
    guard let approved = RiskGate.approveReduction(request, held: bot.position.quantity, decisionPrice: stop) else { return }
    send(
      approved, bot: bot.configuration.id, purpose: .stopLoss, reason: "stop \(bot.configuration.stopLoss) below the average entry",
      &effects)
  }
}
