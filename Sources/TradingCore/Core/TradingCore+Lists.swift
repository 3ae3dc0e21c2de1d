import Time
import TradingModel
import Venue

/// Entries that rest take their protection along (Binance: `POST /api/v3/orderList/opo`, `/opoco`): a stop, and a target where both may rest,
/// that the exchange places by itself once the entry is filled as a whole, for what it bought. They protect also what is filled while no
/// process runs.
///
/// Until then they lock nothing and protect nothing (``OrderStatus/waiting``). Whatever ends the entry otherwise ends them; a part that was
/// filled is watched here, as with an entry that goes alone. Each order's own state is all that is decided by: the list has none here.
extension TradingCore {
  /// Whether an order rests in a list that it waits in.
  func isWaiting(_ key: OrderKey) -> Bool { orders[key]?.status == .waiting }

  /// The entry that an order belongs to: that of its list, or the order itself.
  mutating func entry(of key: OrderKey) -> OrderKey {
    guard !configuration.mode.isPaper, let name = orders.standing(of: key)?.waitsFor, let entry = orders.key(of: name) else { return key }
    return entry
  }

  /// Orders of a bot's that are not over and wait, or waited, for an entry.
  mutating func openLegs(of entry: ClientOrderID, _ index: Int) -> [OrderKey] {
    var legs: [OrderKey] = []
    var number = 0
    while let key = bots[index]?.openOrder(number) {
      number += 1
      if orders.standing(of: key)?.waitsFor == entry { legs.append(key) }
    }
    return legs
  }

  // MARK: Sending

  /// Journals an entry, with its protection where the symbol takes it along, and hands all of it to the venue once it is durable.
  mutating func sendEntry(
    _ request: OrderRequest, _ index: Int, decisionPrice: Price, reason: String, volatility: Price, _ effects: inout [Effect]
  ) {
    guard let (stop, target) = protection(along: request, index),
      let list = RiskGate.approveList(request, stop: stop.request, target: target?.request, decisionPrice: decisionPrice)
    else {
      return send(
        RiskGate.approveEntry(request, decisionPrice: decisionPrice), bot: botIDs[index], purpose: .entry, reason: reason,
        volatility: volatility, &effects)
    }
    let bot = botIDs[index]
    append(
      .orderIntent(
        OrderIntent(request: request, botID: bot, purpose: .entry, reason: reason, decisionPrice: decisionPrice, volatility: volatility)),
      &effects)
    var sequence = append(
      .orderIntent(
        OrderIntent(
          request: stop.request, botID: bot, purpose: .stopLoss, reason: stop.reason, decisionPrice: stop.request.stopPrice)), &effects)
    if let target {
      sequence = append(
        .orderIntent(
          OrderIntent(
            request: target.request, botID: bot, purpose: .takeProfit, reason: target.reason, decisionPrice: target.request.price)),
        &effects)
    }
    effects.append(.submit(list, after: sequence))
  }

  private typealias Leg = (request: OrderRequest, reason: String)

  /// The stop and the target that go along with an entry that is appended next; `nil`: it goes alone.
  private mutating func protection(along entry: OrderRequest, _ index: Int) -> (stop: Leg, target: Leg?)? {
    guard !configuration.mode.isPaper, !entry.isImmediate, entry.side == .buy, let bot = bots[index], bot.configuration.stopLoss.isPositive,
      let rules = symbols[bot.symbolAt].rules, takesList(bot.symbolAt, rules, entry.quantity)
    else { return nil }
    let levels = bot.configuration.levels(ofEntryAt: entry.price, tick: rules.tickSize)
    // What remains after a fee in the base asset: the exchange judges it when it is bought.
    let kept = rules.quantityRoundedDown(entry.quantity - entry.quantity * RiskGate.feeAllowance, isMarket: true)
    var hasTarget = levels.target.isPositive && rules.targetObstacle(kept, at: levels.target, last: entry.price) == nil
    if let waitingOfJournal {
      hasTarget = waitingOfJournal.contains(nextSequence &+ 2)
    } else if rules.stopObstacle(kept, at: levels.stop, resting: 0) != nil {
      return nil
    }
    guard let stopID = nextClientOrderID(index, .stopLoss, ahead: 1), let targetID = nextClientOrderID(index, .takeProfit, ahead: 2) else {
      return nil
    }
    let stop = OrderRequest(
      clientOrderID: stopID, symbol: entry.symbol, side: .sell, type: .stopLoss, quantity: entry.quantity, stopPrice: levels.stop,
      linked: hasTarget ? targetID : nil, waitsFor: entry.clientOrderID)
    let target = OrderRequest(
      clientOrderID: targetID, symbol: entry.symbol, side: .sell, type: .limitMaker, quantity: entry.quantity, price: levels.target,
      linked: stopID, waitsFor: entry.clientOrderID)
    return (
      (stop, "stop \(bot.configuration.stopLoss) below the entry's limit"),
      hasTarget ? (target, "target \(bot.configuration.takeProfit) above the entry's limit") : nil
    )
  }

  /// Whether an entry may take its protection along now: only where every bot of the symbol can have a stop of its own, and a list beside it, so
  /// that a stop that waits never takes the place of one that a position needs.
  private mutating func takesList(_ at: Int, _ rules: TradingRules, _ quantity: Quantity) -> Bool {
    if let waitingOfJournal { return waitingOfJournal.contains(nextSequence &+ 1) }
    guard rules.takesProtectedEntries, now >= symbols[at].listsAgainAt, !othersPayFee(of: quantity, at, rules) else { return false }
    let bots = symbols[at].bots.count
    if let places = places(on: at), bots > places.usable { return false }
    // Entry, stop and target are three orders.
    if rules.openOrdersMaximum > 0, 3 * bots > rules.openOrdersMaximum { return false }
    return takesAnotherPair(on: at)
  }

  /// A fee smaller than this part of what is bought is not reckoned with: half of the standard rate.
  private static let smallestFee = FixedDecimal(raw: 50_000)

  /// Whether the exchange would take the fee of a list's entry from free coins beside it (Binance: faqs/opo.md), so that its stop sells more than the
  /// bot has: coins of the account's owner, or of another bot. Not where the last fee was paid in another asset.
  private func othersPayFee(of quantity: Quantity, _ at: Int, _ rules: TradingRules) -> Bool {
    if symbols[at].paysFeesApart { return false }
    guard knowsAccount else { return true }
    let free = balances.first { $0.asset == rules.baseAsset }?.free ?? .zero
    return free >= quantity * Self.smallestFee
  }

  /// The exchange did not take an entry with its protection: it is sent alone, and the next ones for some minutes too. Said once. Returns
  /// whether it was sent.
  mutating func enterAlone(_ key: OrderKey, _ index: Int, _ refusal: Refusal, reason: String, _ effects: inout [Effect]) -> Bool {
    guard let order = orders[key], order.intent.purpose == .entry, !order.intent.request.isImmediate,
      refusal.concernsPairs || refusal == .wouldTrigger, !reason.lowercased().contains("immediately match"),
      !openLegs(of: order.clientOrderID, index).isEmpty, let bot = bots[index], bot.state == .running, tradingState == .active, !isStopping
    else { return false }
    let at = bot.symbolAt
    symbols[at].listsAgainAt = now.advanced(byMilliseconds: Refusal.unsuitableMilliseconds)
    // A replay follows what was done.
    if waitingOfJournal != nil, orderNames[nextSequence] == nil { return false }
    guard mayRepeat(index), let id = nextClientOrderID(index, .entry) else { return false }
    let old = order.intent.request
    let request = OrderRequest(
      clientOrderID: id, symbol: old.symbol, side: .buy, type: old.type, timeInForce: old.timeInForce, quantity: old.quantity,
      price: old.price)
    send(
      RiskGate.approveEntry(request, decisionPrice: order.intent.decisionPrice), bot: botIDs[index], purpose: .entry,
      reason: order.intent.reason, volatility: order.intent.volatility, &effects)
    guard !symbols[at].saidListsRefused else { return true }
    symbols[at].saidListsRefused = true
    alert(
      .warning, .orderRefused, nil,
      "\(symbolNames[at]) does not take an entry with its stop (\(reason)); entries go alone, and what they buy is protected once botd hears of it",
      &effects)
    return true
  }

  // MARK: What is heard

  /// A bot's entry is over, and orders that waited for it are not heard of: placed or ended, their word is due.
  mutating func awaitLegs(_ index: Int) {
    var number = 0
    while let key = bots[index]?.openOrder(number) {
      number += 1
      guard orders.standing(of: key)?.status == .waiting, orders[key]?.isDue == false else { continue }
      orders[key]?.isDue = true
      if let next = orders[key]?.nextQuery, next == .distantFuture || next <= now {
        orders[key]?.nextQuery = now.advanced(byMilliseconds: 500)
      }
      orders.unsettle(key)
    }
  }

  /// All of an entry is booked, and the word that it is filled is lost: what it bought waits for that.
  mutating func expectEnd(of entry: OrderKey) {
    guard !configuration.mode.isPaper, let order = orders[entry], order.queriedAt == nil, order.nextQuery == .distantFuture else { return }
    orders[entry]?.nextQuery = now.advanced(byMilliseconds: 500)
    orders.unsettle(entry)
  }

  /// An order was placed that waited for its entry: the entry is filled, whatever was heard of it.
  mutating func expectEntry(of key: OrderKey, _ effects: inout [Effect]) {
    guard !configuration.mode.isPaper, let leg = orders.standing(of: key), leg.waitsFor != nil,
      leg.status == .accepted || leg.executedQuantity.isPositive
    else { return }
    askAboutEntry(of: key, &effects)
  }

  private mutating func askAboutEntry(of key: OrderKey, _ effects: inout [Effect]) {
    let entry = entry(of: key)
    guard entry != key, let order = orders[entry], order.isResting, order.queriedAt == nil else { return }
    ask(entry, &effects)
  }

  /// What an entry bought is sold, and the entry's own fills have not been heard yet: the sale is booked after them. Returns whether it
  /// must wait.
  mutating func holdBack(_ fill: Fill, of key: OrderKey, _ effects: inout [Effect]) -> Bool {
    guard !configuration.mode.isPaper, orders.standing(of: key)?.waitsFor != nil, let at = symbolAt(fill.symbol) else { return false }
    let entry = entry(of: key)
    guard entry != key, let order = orders[entry], !order.isFilledWhole, !order.status.isTerminal || order.isAwaitingFills else {
      return false
    }
    if !symbols[at].unclaimed.contains(where: { $0.fill.tradeID == fill.tradeID }) {
      symbols[at].unclaimed.append(AccountTrade(fill: fill, side: .sell))
    }
    askAboutEntry(of: key, &effects)
    return true
  }

  /// The exchange did not place an order that waited for its entry, and that bought something: said, since it is protected anew from here.
  mutating func notPlaced(_ leg: Order.Standing, reason: String, _ effects: inout [Effect]) {
    guard let entry = leg.waitsFor.flatMap({ orders.key(of: $0) }), let order = orders[entry], order.status == .filled, !leg.isTarget
    else { return }
    alert(
      .warning, .orderRefused, leg.botID,
      "the exchange did not place the stop \(leg.clientOrderID) that came with its entry (\(reason.isEmpty ? "no reason given" : reason)); the position is protected anew",
      &effects)
  }
}

extension BotConfiguration {
  /// Where the stop and the target of an entry at a limit are; zero without one.
  func levels(ofEntryAt limit: Price, tick: Price) -> (stop: Price, target: Price) {
    (
      stopLoss.isPositive ? (limit - limit * stopLoss).roundedDown(toMultipleOf: tick) : .zero,
      takeProfit.isPositive ? (limit + limit * takeProfit).roundedUp(toMultipleOf: tick) : .zero
    )
  }
}
