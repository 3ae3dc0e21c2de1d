public import Time
import TradingModel
import Venue

extension TradingCore {
  /// After the journal is folded: watches every series again. What the venue knows is asked once its order reports arrive
  /// (`executionStream(isLive: true)`).
  ///
  /// In the paper modes the simulated venue died with the process, so orders it had not reported never happened; the driver
  /// restores the resting ones (``restingOrders``) before it calls this.
  public mutating func resume(at time: Timestamp, effects: inout [Effect]) {
    now = max(now, time)
    for state in series where !state.listeners.isEmpty { effects.append(.watch(state.key)) }
    for key in orders.unsettled {
      if configuration.mode.isPaper { settleAfterPaperRestart(key, &effects) }
      // The process that could still have sent it is gone.
      if orders[key]?.sentBefore == nil { orders[key]?.sentBefore = now }
    }
    if !configuration.mode.isPaper {
      // Nothing is sent before what happened meanwhile is booked.
      for at in symbols.indices where !symbols[at].bots.isEmpty {
        symbols[at].awaitsTrades = true
        symbols[at].areTradesListed = false
      }
    }
    for index in bots.indices {
      haltWithInvalidSettings(index, &effects)
      startWithDaemon(index, &effects)
      if let bot = bots[index], bot.state == .running, let reason = absence(of: bot) { wait(index, reason, &effects) }
      advance(index, &effects)
    }
  }

  /// A bot whose settings this build does not take (an older or a newer one did) trades no more until somebody changes them; its position
  /// stays protected.
  private mutating func haltWithInvalidSettings(_ index: Int, _ effects: inout [Effect]) {
    guard let bot = bots[index], let problem = bot.settingsProblem, bot.state == .running || bot.state == .paused else { return }
    let reason = "this botd does not take its settings: \(problem)"
    append(
      .botStateChanged(
        BotStateChange(
          botID: botIDs[index], state: .halted, cause: .settingsInvalid, reason: reason,
          referencePrice: symbols[bot.symbolAt].lastPrice)), &effects)
    alert(
      .critical, .botHalted, botIDs[index],
      "bot \(botIDs[index]) is halted: \(reason); change them: botctl update \(botIDs[index])", &effects)
  }

  /// Starts a bot that is to start with the daemon and that nobody stopped.
  private mutating func startWithDaemon(_ index: Int, _ effects: inout [Effect]) {
    guard let bot = bots[index], bot.configuration.autoStart, bot.state == .stopped, bot.stateCause == nil, bot.settingsProblem == nil
    else { return }
    _ = try? change(botIDs[index], to: .running, by: .daemonStart, &effects)
  }

  /// Order reports arrive again, or no more. Nothing is replayed by the venue, so each time they begin every order that is not finished
  /// is asked for, and the account's trades are listed from before the last time that they were.
  mutating func executionStreamChanged(_ isLive: Bool, _ effects: inout [Effect]) {
    executionIsLive = isLive
    guard isLive, !configuration.mode.isPaper else { return }
    var keys = orders.unsettled
    let known = Set(keys)
    for order in openOrders where order.isResting || order.status == .waiting {
      if let key = orders.key(of: order.clientOrderID), !known.contains(key) { keys.append(key) }
    }
    for (number, key) in keys.enumerated() { ask(key, inTurn: number, &effects) }
    for at in symbols.indices where !symbols[at].bots.isEmpty || symbols[at].tradeFloor().value > 0 { listTrades(at, &effects) }
  }

  /// Orders that rest on the simulated venue.
  public var restingOrders: [Order] {
    openOrders.filter { order in
      guard !order.intent.request.isImmediate, order.venueOrderID.value != 0 else { return false }
      return order.status == .accepted || order.status == .partiallyFilled || order.status == .pendingCancel
    }
  }

  private mutating func settleAfterPaperRestart(_ key: OrderKey, _ effects: inout [Effect]) {
    guard let order = orders[key] else { return }
    let status: OrderStatus
    switch order.status {
    case .pendingCancel: status = order.venueOrderID.value == 0 ? .canceled : .accepted
    case .submitted, .unknown: status = order.isFilledWhole ? .filled : .expired
    case .accepted, .partiallyFilled:
      // A market order fills in the instant it is accepted: one whose fill was not journaled never happened.
      guard order.intent.request.isImmediate else { return }
      status = order.isFilledWhole ? .filled : .expired
    default: return
    }
    append(
      .orderUpdated(
        OrderUpdate(
          clientOrderID: order.clientOrderID, botID: order.botID, status: status, venueOrderID: order.venueOrderID,
          executedQuantity: order.filledQuantity, cumulativeQuote: order.filledQuote, cause: .restart,
          reason: status == .expired ? "the daemon stopped before the simulated venue took it" : "")), &effects)
  }
}
