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
    guard let bot = bots[index]?.standing(), journalIsHealthy || bot.isOpen || hasWaitingEntry(index) else { return }
    // Until a stop is known to rest the price is watched here.
    bots[index]?.stopRests = false
    bots[index]?.targetRests = false
    guard !symbols[bot.symbolAt].awaitsTrades else { return }
    var resting: (key: OrderKey, covers: Quantity)?
    var target: OrderKey?
    var umbrella: OrderKey?
    var stopRests = false
    var isWaiting = false
    var number = 0
    while let key = bots[index]?.openOrder(number) {
      number += 1
      guard let order = orders.standing(of: key) else { continue }
      // The exchange takes it no more, and the account shows that it neither sold nor rests.
      if order.isParked { continue }
      if order.status == .waiting {
        isWaiting = true
        continue
      }
      if order.isUnsettled || order.isDue { return }
      guard order.isResting else { continue }
      if order.purpose == .entry {
        if order.remainingQuantity.isZero { expectEnd(of: key) }
        if let reason = endReason(ofEntry: key, index) { cancel(key, reason: reason, &effects) }
        return
      }
      if order.isShared {
        // One that was given up may appear after another took its place.
        if let umbrella { return cancel(umbrella, reason: "another order takes its place", &effects) }
        umbrella = key
        continue
      }
      if order.isTarget, target == nil {
        target = key
        continue
      }
      // One sell order at a time, or a pair: the older one goes first.
      if let resting { return cancel(resting.key, reason: "another order takes its place", &effects) }
      resting = (key, order.remainingQuantity)
      stopRests = order.isContingent
    }
    if let umbrella, resting != nil || target != nil {
      return cancel(umbrella, reason: "another order covers bot \(botIDs[index])", &effects)
    }
    if isWaiting { return awaitLegs(index) }
    // A target that was filled in part ended its stop.
    if let target, !stopRests { return cancel(target, reason: "no stop rests beside it", &effects) }
    bots[index]?.stopRests = stopRests
    bots[index]?.targetRests = target != nil
    let there = bot.isOpen ? coinsThere(bot.quantity, symbol: bot.symbolAt, isRefused: bot.isBalanceRefused) : .zero
    guard let sellable = symbols[bot.symbolAt].sellable(there) else { return }
    let price = symbols[bot.symbolAt].lastPrice
    if bot.part.isPositive, isCovered(index, bot, by: umbrella, orBy: resting?.covers, sellable, there: there) {
      return sellPart(index, bot, &effects)
    }
    if let umbrella { return keepCovered(index, bot, umbrella, sellable, there: there, &effects) }
    if sellable.isZero {
      if let resting { cancel(resting.key, reason: bot.isOpen ? "the account has less than it sells" : "the position is closed", &effects) }
    } else if bot.isExiting, maySell(bot, hasResting: resting != nil) {
      if let resting {
        if exitInPlace(of: resting.key, index, bot, sellable, price: price, &effects) { return }
        cancel(resting.key, reason: replacesStops ? "making room for the exit of the rest" : "making room for the exit", &effects)
      } else {
        sellOut(index, bot, sellable, price: price, &effects)
      }
    } else if wantsStop(bot), !bot.isProtectionImpossible {
      if let resting {
        // A filter that shrinks takes no cover away: what rests stays, though no order as large could be placed now.
        if resting.covers < sellable || resting.covers > there {
          cover(sellable, with: resting.key, index, bot, price: price, &effects)
        } else if stopRests, resting.covers == sellable {
          _ = follow(with: resting.key, index, bot, sellable, price: price, &effects)
        }
      } else {
        protect(index, bot, sellable, price: price, &effects)
      }
    }
  }

  /// What a bot has changed: a stop for it takes the place of the one that rests, which otherwise goes first.
  private mutating func cover(
    _ quantity: Quantity, with key: OrderKey, _ index: Int, _ bot: Bot.Standing, price: Price, _ effects: inout [Effect]
  ) {
    if orders.standing(of: key)?.isContingent == true, let rules = symbols[bot.symbolAt].stopRules(),
      var level = stopLevel(index, bot, price: price, tick: rules.tick), !price.isPositive || price > level.price
    {
      // Placed again it stays where it is.
      level.trailingDelta = 0
      if replace(key, index, bot, quantity, by: level, reason: "a stop for \(quantity) takes its place", &effects) { return }
    }
    cancel(key, reason: "the stop must cover \(quantity)", &effects)
  }

  /// A shared stop that rests covers a bot's coins: it goes where the bot sells them, or has more or fewer than it covers.
  private mutating func keepCovered(
    _ index: Int, _ bot: Bot.Standing, _ umbrella: OrderKey, _ sellable: Quantity, there: Quantity, _ effects: inout [Effect]
  ) {
    let id = botIDs[index]
    guard let order = orders[umbrella] else { return }
    if bot.isExiting {
      guard maySell(bot, hasResting: true) else { return }
      if order.intent.shares.count == 1, exitInPlace(of: umbrella, index, bot, sellable, price: symbols[bot.symbolAt].lastPrice, &effects) {
        return
      }
      giveOrReshape(umbrella, bot.symbolAt, reason: "making room for the exit of bot \(id)", &effects)
    } else if order.covers(id) < sellable || order.covers(id) > there || !wantsStop(bot) || !order.coversItsShares {
      giveOrReshape(umbrella, bot.symbolAt, reason: "the umbrella stop must cover \(sellable) of bot \(id)", &effects)
    }
  }

  private mutating func giveOrReshape(_ umbrella: OrderKey, _ at: Int, reason: String, _ effects: inout [Effect]) {
    if !reshape(umbrella, on: at, reason: reason, &effects) { cancel(umbrella, reason: reason, &effects) }
  }

  /// Whether an exit may leave now: after a refusal it waits, and meanwhile its stop rests.
  private mutating func maySell(_ bot: Bot.Standing, hasResting: Bool) -> Bool {
    // A stop that rests is not given up for an exit that cannot be.
    if hasResting, !symbols[bot.symbolAt].isTrading() { return false }
    // What is halted, and refused, is not tried again by itself.
    return now >= bot.retryAt && (!bot.isExitRefused || tradingState != .halted)
  }

  /// Cancels an order, and with it the other one of its pair: the exchange ends both.
  mutating func cancel(_ key: OrderKey, reason: String, _ effects: inout [Effect]) {
    guard let order = orders.standing(of: key), let sequence = requestCancel(key, reason: reason, &effects) else { return }
    effects.append(.cancel(orders[key]?.venueName ?? order.clientOrderID, order.symbol, after: sequence))
  }

  /// Journals that an order is to be cancelled, and with it the other one of its pair. Returns the last sequence.
  @discardableResult
  mutating func requestCancel(_ key: OrderKey, reason: String, _ effects: inout [Effect]) -> UInt64? {
    guard let order = orders.standing(of: key) else { return nil }
    var sequence = append(
      .cancelRequested(CancelRequest(clientOrderID: order.clientOrderID, botID: order.botID, reason: reason)), &effects)
    if let linked = order.linked, let other = orders.key(of: linked), let status = orders.standing(of: other)?.status, !status.isTerminal,
      status != .pendingCancel
    {
      sequence = append(.cancelRequested(CancelRequest(clientOrderID: linked, botID: order.botID, reason: reason)), &effects)
    }
    return sequence
  }

  private mutating func sellOut(
    _ index: Int, _ bot: Bot.Standing, _ quantity: Quantity, price: Price, _ effects: inout [Effect]
  ) {
    guard let exit = bots[index]?.exit(), let id = nextClientOrderID(index, exit.purpose), mayRepeat(index) else { return }
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
    guard let rules = symbols[at].stopRules(), let level = stopLevel(index, bot, price: price, tick: rules.tick) else { return }
    let stop = level.price
    if price.isPositive, price <= stop {
      guard !bot.isExiting else { return }
      let name = level.purpose == .trailingStop ? "trailing stop" : "stop"
      if level.purpose == .trailingStop { journalPeak(of: index, &effects) }
      requestExit(index, level.purpose, reason: "price \(price) is at or below the \(name) \(stop)", price: price, &effects)
      return
    }
    // On an exchange bots that outnumber the places share one.
    let resting = rules.stopsMaximum == 0 || !configuration.mode.isPaper ? 0 : contingentOrders(on: at)
    var obstacle = symbols[at].stopObstacle(quantity, at: stop, resting: resting)
    if obstacle == nil {
      switch stopPlace(of: index, on: at, &effects) {
      case .own: break
      case .taken: return
      case .watched(let reason): obstacle = reason
      }
    }
    if let obstacle {
      bots[index]?.isProtectionImpossible = true
      bots[index]?.watchReason = obstacle
      if obstacle.isForWantOfPlaces { bots[index]?.protectAgainAt = now.advanced(byMilliseconds: 300_000) }
      markDirty(index)
      return alert(
        .warning, .stopWatchedHere, botIDs[index], "\(obstacle.words(symbolNames[at])); its stop is watched here instead", &effects)
    }
    if let target = restingTarget(index, bot, quantity, price: price, tick: rules.tick) {
      if price.isPositive, price >= target.price {
        guard !bot.isExiting else { return }
        return requestExit(
          index, .takeProfit, reason: "price \(price) reached the target \(target.price)", price: price, &effects)
      }
      return protect(index, bot, quantity, stop: level, target: target, &effects)
    }
    guard mayRepeat(index) else { return }
    if level.purpose == .trailingStop, level.trailingDelta == 0 { journalPeak(of: index, &effects) }
    guard let id = nextClientOrderID(index, level.purpose) else { return }
    let request = OrderRequest(
      clientOrderID: id, symbol: symbolNames[at], side: .sell, type: .stopLoss, quantity: quantity,
      stopPrice: level.trailingDelta > 0 ? .zero : stop, trailingDelta: level.trailingDelta)
    guard let approved = RiskGate.approveReduction(request, held: bot.quantity, decisionPrice: stop) else { return }
    send(approved, bot: botIDs[index], purpose: level.purpose, reason: level.reason, &effects)
  }

  /// Where the target of a position rests beside its stop; `nil` where there is none, or where it is watched here.
  private mutating func restingTarget(
    _ index: Int, _ bot: Bot.Standing, _ quantity: Quantity, price: Price, tick: Price
  ) -> (price: Price, reason: String)? {
    guard targetsRest, !bot.isTargetWatched, let target = bots[index]?.target(tick: tick), target.price.isPositive,
      takesAnotherPair(on: bot.symbolAt),
      symbols[bot.symbolAt].takesTarget(quantity, at: target.price, last: price)
    else { return nil }
    // Nothing is sold by a target while trading is halted.
    if tradingState == .halted, price >= target.price { return nil }
    return target
  }

  /// Rests a stop and a target as one pair (Binance: rest-api.md, `POST /api/v3/orderList/oco`).
  private mutating func protect(
    _ index: Int, _ bot: Bot.Standing, _ quantity: Quantity, stop: StopLevel, target: (price: Price, reason: String),
    _ effects: inout [Effect]
  ) {
    guard mayRepeat(index) else { return }
    if stop.purpose == .trailingStop, stop.trailingDelta == 0 { journalPeak(of: index, &effects) }
    guard let stopID = nextClientOrderID(index, stop.purpose),
      let targetID = nextClientOrderID(index, .takeProfit, ahead: 1)
    else { return }
    let symbol = symbolNames[bot.symbolAt]
    let stopRequest = OrderRequest(
      clientOrderID: stopID, symbol: symbol, side: .sell, type: .stopLoss, quantity: quantity,
      stopPrice: stop.trailingDelta > 0 ? .zero : stop.price, linked: targetID, trailingDelta: stop.trailingDelta)
    let targetRequest = OrderRequest(
      clientOrderID: targetID, symbol: symbol, side: .sell, type: .limitMaker, quantity: quantity, price: target.price, linked: stopID)
    guard let pair = RiskGate.approvePair(stop: stopRequest, target: targetRequest, held: bot.quantity, decisionPrice: stop.price) else {
      return
    }
    sendPair(pair, target: targetRequest, bot: botIDs[index], stop: stop, targetReason: target.reason, &effects)
  }
}
