import Time
import TradingModel
import Venue

extension TradingCore {
  mutating func advance(_ id: BotID, _ effects: inout [Effect]) {
    if let index = botAt(id) { advance(index, &effects) }
  }

  /// Brings a bot's orders in line with what it should have: a protected position, or none. Level-triggered: it looks at the state,
  /// not at what happened, and does at most one thing at a time, so it is right after any restart.
  mutating func advance(_ index: Int, _ effects: inout [Effect]) {
    bots[index]?.tryProtectionAgain(at: now)
    guard let bot = bots[index]?.standing(), journalIsHealthy || bot.isOpen else { return }
    var resting: (key: OrderKey, covers: Quantity)?
    var number = 0
    while let key = bots[index]?.openOrder(number) {
      number += 1
      guard let order = orders.standing(of: key) else { continue }
      if order.isUnsettled { return }
      if order.isResting {
        if order.purpose == .entry { return }
        // One sell order at a time: the older one goes first.
        if let resting { return cancel(resting.key, reason: "another order takes its place", &effects) }
        resting = (key, order.remainingQuantity)
      }
    }
    guard now >= bot.retryAt, let sellable = symbols[bot.symbolAt].sellable(bot.isOpen ? bot.quantity : .zero) else { return }
    let price = symbols[bot.symbolAt].lastPrice
    if sellable.isZero {
      if let resting { cancel(resting.key, reason: "the position is closed", &effects) }
    } else if bot.isExiting {
      if let resting {
        cancel(resting.key, reason: "making room for the exit", &effects)
      } else {
        sellOut(index, bot, sellable, price: price, &effects)
      }
    } else if bot.stopLoss.isPositive, !bot.isProtectionImpossible {
      if let resting {
        if resting.covers != sellable { cancel(resting.key, reason: "the stop must cover \(sellable)", &effects) }
      } else {
        protect(index, bot, sellable, price: price, &effects)
      }
    }
  }

  mutating func cancel(_ key: OrderKey, reason: String, _ effects: inout [Effect]) {
    guard let order = orders.standing(of: key) else { return }
    let sequence = append(
      .cancelRequested(CancelRequest(clientOrderID: order.clientOrderID, botID: order.botID, reason: reason)), &effects)
    effects.append(.cancel(order.clientOrderID, order.symbol, after: sequence))
  }

  /// Our stops that rest on the exchange for a symbol, or are on their way there.
  private mutating func contingentOrders(on at: Int) -> Int {
    var count = 0
    for index in symbols[at].holders {
      var number = 0
      while let key = bots[index]?.openOrder(number) {
        number += 1
        if orders.standing(of: key)?.isContingent ?? false { count += 1 }
      }
    }
    return count
  }

  private mutating func sellOut(
    _ index: Int, _ bot: Bot.Standing, _ quantity: Quantity, price: Price, _ effects: inout [Effect]
  ) {
    guard let exit = bots[index]?.exit(), let id = nextClientOrderID() else { return }
    let decided = price.isPositive ? price : exit.decisionPrice
    // The notional of a market order is judged by the exchange at its own price: asking is better than holding for ever.
    if let filter = symbols[bot.symbolAt].filterBroken(quantity: quantity, price: decided), filter != "NOTIONAL" { return }
    let request = OrderRequest(clientOrderID: id, symbol: symbolNames[bot.symbolAt], side: .sell, type: .market, quantity: quantity)
    guard let approved = RiskGate.approveReduction(request, held: bot.quantity, decisionPrice: exit.decisionPrice) else { return }
    send(approved, bot: botIDs[index], purpose: exit.purpose, reason: exit.reason, &effects)
  }

  /// Rests a stop for everything sellable; exits at once when the price is already through it.
  private mutating func protect(_ index: Int, _ bot: Bot.Standing, _ quantity: Quantity, price: Price, _ effects: inout [Effect]) {
    let at = bot.symbolAt
    guard let rules = symbols[at].stopRules(), let id = nextClientOrderID(), let (stop, reason) = bots[index]?.stop(tick: rules.tick)
    else { return }
    guard stop.isPositive else { return }
    if price.isPositive, price <= stop {
      requestExit(index, .stopLoss, reason: "price \(price) is at or below the stop \(stop)", price: price, &effects)
      return
    }
    let resting = contingentOrders(on: at)
    guard rules.stopsMaximum == 0 || resting < rules.stopsMaximum else {
      bots[index]?.isProtectionImpossible = true
      bots[index]?.protectAgainAt = now.advanced(byMilliseconds: 300_000)
      alert(
        .warning, botIDs[index],
        "\(resting) stops rest on \(symbolNames[at]) already, the most that the exchange takes; this one is watched here instead",
        &effects)
      return
    }
    guard symbols[at].filterBroken(quantity: quantity, price: stop) == nil, symbols[at].takesPrice(stop) else {
      bots[index]?.isProtectionImpossible = true
      alert(
        .warning, botIDs[index],
        "a stop for \(quantity) at \(stop) breaks the exchange's filters; the stop is watched here instead of resting there", &effects)
      return
    }
    let request = OrderRequest(
      clientOrderID: id, symbol: symbolNames[at], side: .sell, type: .stopLoss, quantity: quantity, stopPrice: stop)
    guard let approved = RiskGate.approveReduction(request, held: bot.quantity, decisionPrice: stop) else { return }
    send(approved, bot: botIDs[index], purpose: .stopLoss, reason: reason, &effects)
  }
}
