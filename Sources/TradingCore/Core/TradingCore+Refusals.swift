import Time
import TradingModel
import Venue

/// What happens after a refusal: the table's next step (``Refusal``), with a pause, a bound for each bot, and a state that people see.
extension TradingCore {
  /// An order was refused, or ended without a fill.
  mutating func refused(_ key: OrderKey, _ refusal: Refusal, _ reason: String, _ effects: inout [Effect]) {
    guard let order = orders.standing(of: key) else { return }
    // The stop speaks for its pair.
    if order.isTarget, order.linked != nil { return }
    if refusal == .stopsUsedUp, order.isContingent, order.linked == nil { learnPlaces(order.symbol) }
    if order.isShared {
      for index in members(of: key) { refused(key, order, index, refusal, reason, &effects) }
    } else if let index = owner(of: key) {
      refused(key, order, index, refusal, reason, &effects)
    }
  }

  private mutating func refused(
    _ key: OrderKey, _ order: Order.Standing, _ index: Int, _ refusal: Refusal, _ reason: String, _ effects: inout [Effect]
  ) {
    guard let bot = bots[index] else { return }
    if order.purpose == .manual, bot.exitRequest == nil { return partRefused(index, refusal, reason, &effects) }
    let next = bots[index]?.pace.refused(at: now) ?? now
    if enterLower(key, index, reason: reason, &effects) || enterAlone(key, index, refusal, reason: reason, &effects) { return }
    if trailHere(key, refusal, reason: reason, &effects) { return }
    let words = "the exchange refused its \(order.purpose) order: \(reason.isEmpty ? "no reason given" : reason)"
    let isStop = order.isContingent
    hold(index, .refused(refusal), isStop ? .stop : order.purpose == .entry ? .entry : .exit, words, .orderRefused, &effects)
    switch refusal.step(for: order.purpose, isStop: isStop) {
    case .giveUp: bots[index]?.retryAt = next
    case .sellNow:
      bots[index]?.isProtectionImpossible = true
      bots[index]?.protectAgainAt = next
      let price = lastPrice(of: order.symbol)
      if order.linked != nil, bot.takeProfitPrice.isPositive, price >= bot.takeProfitPrice {
        requestExit(index, .takeProfit, reason: "the exchange says that the target is reached: \(reason)", price: price, &effects)
      } else {
        requestExit(index, .stopLoss, reason: "the exchange says that the stop is reached: \(reason)", price: price, &effects)
      }
    case .sizeFromAccount:
      readAccount(&effects)
      if isStop { watchStop(index, againAt: next) } else { bots[index]?.retryAt = next }
    case .again: bots[index]?.retryAt = next
    case .watch where order.linked != nil && refusal.concernsPairs:
      // A stop alone may still rest.
      bots[index]?.isTargetWatched = true
      watchStop(index, againAt: next)
    // How many it takes was learned: the next try is under the umbrella.
    case .watch where refusal == .stopsUsedUp && !configuration.mode.isPaper: watchStop(index, againAt: next)
    case .watch(let milliseconds): watchStop(index, againAt: max(next, now.advanced(byMilliseconds: milliseconds)))
    }
  }

  private mutating func watchStop(_ index: Int, againAt time: Timestamp) {
    bots[index]?.isProtectionImpossible = true
    bots[index]?.watchReason = nil
    bots[index]?.protectAgainAt = time
  }

  /// Begins a hold, or changes its words; an alert only where its cause is new.
  mutating func hold(
    _ index: Int, _ cause: BotHold.Cause, _ concern: BotHold.Concern, _ reason: String, _ code: Alert.Code, _ effects: inout [Effect]
  ) {
    let old = bots[index]?.hold
    // Missing coins are the reason behind refusals.
    if old?.cause == .missingCoins, cause != .missingCoins { return }
    // A sale that cannot be is one condition, whatever becomes of the stops meanwhile.
    if old?.concern == .exit, concern == .stop { return }
    let isNew = old?.cause != cause || old?.concern != concern
    guard isNew || old?.reason != reason else { return }
    bots[index]?.hold = BotHold(cause: cause, concern: concern, reason: reason, since: isNew ? now : old?.since ?? now)
    markDirty(index)
    guard isNew else { return }
    alert(concern == .entry ? .warning : .critical, code, botIDs[index], "bot \(botIDs[index]) is held: \(reason)", &effects)
  }

  /// Ends a bot's hold, if it has one of this kind.
  mutating func endHold(_ index: Int, missingCoins: Bool, _ words: String, _ effects: inout [Effect]) {
    guard let hold = bots[index]?.hold, (hold.cause == .missingCoins) == missingCoins else { return }
    bots[index]?.hold = nil
    markDirty(index)
    alert(.info, .holdEnded, botIDs[index], "bot \(botIDs[index]) is held no more: \(words)", &effects)
  }

  /// An order of a bot was taken: what stood in the way of its kind is gone.
  mutating func accepted(_ index: Int, _ order: Order.Standing, _ effects: inout [Effect]) {
    guard bots[index]?.isHindered() == true else { return }
    let concern: BotHold.Concern = order.isProtective ? .stop : order.purpose == .entry ? .entry : .exit
    guard bots[index]?.hold == nil || bots[index]?.hold?.concern == concern || !order.isProtective else { return }
    bots[index]?.pace.accepted()
    bots[index]?.tryAgain()
    endHold(index, missingCoins: false, "the exchange took its \(order.purpose) order", &effects)
  }

  /// There is evidence that the reason of a refusal is gone: it is tried again as soon as the bound allows.
  mutating func evidence(_ index: Int, against kinds: [Refusal]) {
    guard case .refused(let refusal)? = bots[index]?.hold?.cause, kinds.contains(refusal) else { return }
    bots[index]?.tryAgain()
  }

  /// Whether another order of this bot may leave now; where it may not, its next try is set. Only what follows a refusal is counted.
  mutating func mayRepeat(_ index: Int) -> Bool {
    guard bots[index]?.isHindered() == true, let pace = bots[index]?.pace else { return true }
    if now < pace.notBefore {
      bots[index]?.retryAt = pace.notBefore
      return false
    }
    guard pace.count > 0, let until = repeats.take(at: now) else { return true }
    bots[index]?.retryAt = until
    return false
  }
}
