import Strategies
import Venue
import TradingModel

extension TradingCore {
  mutating func handle(_ envelope: CommandEnvelope, _ effects: inout [Effect]) {
    let before = nextSequence
    if !envelope.requestID.isEmpty, let known = requests.fingerprint(of: envelope.requestID) {
      let result: CommandResult =
        known == envelope.fingerprint
        ? .done(bots: target(of: envelope.command).map { [$0] } ?? [], sequence: before &- 1)
        : .failed(
          CommandError(
            .alreadyExists, reason: "REQUEST_ID_REUSED", field: "request_id",
            "request_id \(envelope.requestID) was used for another request; choose a new one"))
      effects.append(.reply(envelope.id, result, after: before &- 1))
      return
    }
    currentRequestID = envelope.requestID
    currentFingerprint = envelope.fingerprint
    var result: CommandResult
    do {
      let touched = try perform(envelope.command, &effects)
      result = .done(bots: touched, sequence: nextSequence &- 1)
    } catch {
      result = .failed(error)
    }
    currentRequestID = ""
    currentFingerprint = 0
    effects.append(.reply(envelope.id, result, after: nextSequence &- 1))
  }

  private func target(of command: Command) -> BotID? {
    switch command {
    case .createBot(let configuration, _), .updateBot(let configuration): configuration.id
    case .startBot(let id), .stopBot(let id), .pauseBot(let id), .resumeBot(let id), .removeBot(let id, _), .closePosition(let id): id
    case .startAllBots, .stopAllBots, .cancelOrder, .setTradingState, .setRiskLimits: nil
    }
  }

  private mutating func perform(_ command: Command, _ effects: inout [Effect]) throws(CommandError) -> [BotID] {
    guard journalIsHealthy else {
      throw CommandError(
        .unavailable, reason: "JOURNAL_UNAVAILABLE",
        "the journal cannot be written: free disk space or repair the state directory, then restart botd")
    }
    switch command {
    case .createBot(let configuration, let start): return [try create(configuration, start: start, &effects)]
    case .updateBot(let configuration): return [try update(configuration, &effects)]
    case .startBot(let id): return try change(id, to: .running, "started", &effects)
    case .stopBot(let id): return try change(id, to: .stopped, "stopped", &effects)
    case .pauseBot(let id): return try change(id, to: .paused, "paused", &effects)
    case .resumeBot(let id): return try change(id, to: .running, "resumed", &effects)
    case .removeBot(let id, let force): return [try remove(id, force: force, &effects)]
    case .startAllBots: return changeAll(to: .running, "started", &effects)
    case .stopAllBots: return changeAll(to: .stopped, "stopped", &effects)
    case .closePosition(let id): return [try close(id, &effects)]
    case .cancelOrder(let id): return [try cancelByHand(id, &effects)]
    case .setTradingState(let state, let reason):
      if state != tradingState { append(.tradingStateChanged(TradingStateChange(state: state, reason: reason)), &effects) }
      return []
    case .setRiskLimits(let limits):
      let violations = limits.violations
      guard violations.isEmpty else { throw CommandError(.invalidArgument, violations) }
      if limits != riskLimits { append(.riskLimitsChanged(limits), &effects) }
      return []
    }
  }

  /// Everything that is wrong with a configuration, at once; an empty list when nothing is.
  public func violations(of configuration: BotConfiguration) -> [CommandError.Violation] {
    var found: [CommandError.Violation] = []
    func wrong(_ field: String, _ reason: String, _ message: String) {
      found.append(CommandError.Violation(field: field, reason: reason, message: message))
    }
    if !symbols.contains(where: { $0.rules != nil }) {
      wrong("symbol", "RULES_NOT_LOADED", "the exchange's symbols are not loaded yet; wait until `botctl health` says the feed is up")
    } else if let at = symbolAt(configuration.symbol), let rules = symbols[at].rules {
      if rules.status != .trading { wrong("symbol", "SYMBOL_NOT_TRADING", "\(configuration.symbol) is not trading on the exchange") }
    } else {
      wrong("symbol", "SYMBOL_UNKNOWN", "the exchange has no symbol \(configuration.symbol); `botctl symbols` lists them")
    }
    for violation in StrategyCatalogue.violations(name: configuration.strategyName, parameters: configuration.parameters) {
      let isName = violation.name == "strategy"
      wrong(isName ? "strategy" : "params.\(violation.name)", isName ? "STRATEGY_UNKNOWN" : "PARAMETER_INVALID", violation.message)
    }
    if !configuration.capital.isPositive {
      wrong("capital", "CAPITAL_NOT_POSITIVE", "capital must be greater than 0, not \(configuration.capital)")
    }
    if configuration.capital > FixedDecimal(1_000_000_000_000) {
      wrong("capital", "CAPITAL_TOO_LARGE", "capital must be at most 1000000000000")
    }
    func fraction(_ field: String, _ value: FixedDecimal, allowsZero: Bool) {
      guard value > .one || value.isNegative || (value.isZero && !allowsZero) else { return }
      wrong(field, "FRACTION_OUT_OF_RANGE", "\(field) must be \(allowsZero ? "from 0" : "above 0") to 1 (0.02 is 2 %), not \(value)")
    }
    fraction("risk_per_trade", configuration.riskPerTrade, allowsZero: false)
    fraction("max_position_fraction", configuration.maximumPosition, allowsZero: false)
    fraction("stop_loss", configuration.stopLoss, allowsZero: true)
    fraction("trailing_stop", configuration.trailingStop, allowsZero: true)
    func ranges(_ field: String, _ value: FixedDecimal) {
      guard value.isNegative || value > BotConfiguration.rangesMaximum else { return }
      wrong(field, "OUT_OF_RANGE", "\(field) must be from 0 to \(BotConfiguration.rangesMaximum) average true ranges, not \(value)")
    }
    ranges("trailing_stop_atr", configuration.trailingStopRanges)
    ranges("sizing_atr", configuration.sizingRanges)
    if configuration.sizing == .volatility, !configuration.sizingRanges.isPositive {
      wrong("sizing_atr", "OUT_OF_RANGE", "sizing_atr must be above 0 when sizing is volatility")
    }
    func candles(_ field: String, _ value: Int) {
      guard value < 0 || value > BotConfiguration.candlesMaximum else { return }
      wrong(field, "OUT_OF_RANGE", "\(field) must be from 0 (none) to \(BotConfiguration.candlesMaximum) candles, not \(value)")
    }
    candles("time_stop_candles", configuration.timeStopCandles)
    candles("cooldown_candles", configuration.cooldownCandles)
    if configuration.stopLoss == .one { wrong("stop_loss", "FRACTION_OUT_OF_RANGE", "stop_loss must be below 1") }
    if configuration.takeProfit.isNegative || configuration.takeProfit > FixedDecimal(100) {
      wrong("take_profit", "FRACTION_OUT_OF_RANGE", "take_profit must be from 0 to 100 (0.04 is 4 %), not \(configuration.takeProfit)")
    }
    return found
  }

  private mutating func create(_ configuration: BotConfiguration, start: Bool, _ effects: inout [Effect]) throws(CommandError) -> BotID {
    guard botAt(configuration.id) == nil else {
      throw CommandError(
        .alreadyExists, reason: "BOT_EXISTS", field: "bot_id",
        "there is already a bot \(configuration.id); choose another id, or remove it first: botctl remove \(configuration.id)")
    }
    let violations = violations(of: configuration)
    guard violations.isEmpty else {
      let isUnavailable = violations.allSatisfy { $0.reason == "RULES_NOT_LOADED" }
      throw CommandError(isUnavailable ? .unavailable : .invalidArgument, violations)
    }
    guard botTable.count < configuration.idLimit(self.configuration) else {
      throw CommandError(
        .failedPrecondition, reason: "TOO_MANY_BOTS", "there are already \(botTable.count) bots, the most that one daemon runs")
    }
    let isNewSeries = seriesAt(configuration.series).map { series[$0].listeners.isEmpty } ?? true
    append(.botCreated(configuration), &effects)
    if isNewSeries { effects.append(.watch(configuration.series)) }
    if start { _ = try change(configuration.id, to: .running, "started at creation", &effects) }
    return configuration.id
  }

  private mutating func update(_ configuration: BotConfiguration, _ effects: inout [Effect]) throws(CommandError) -> BotID {
    let bot = try find(configuration.id)
    guard !bot.position.isOpen, bot.openOrders.isEmpty else {
      throw CommandError(
        .failedPrecondition, reason: "POSITION_OPEN",
        "bot \(configuration.id) holds a position; close it first: botctl close \(configuration.id)")
    }
    let violations = violations(of: configuration)
    guard violations.isEmpty else { throw CommandError(.invalidArgument, violations) }
    guard configuration != bot.configuration else { return configuration.id }
    guard configuration.symbol == bot.configuration.symbol || bot.statistics.fillCount == 0 else {
      throw CommandError(
        .failedPrecondition, reason: "SYMBOL_CANNOT_CHANGE", field: "symbol",
        "bot \(configuration.id) has traded \(bot.configuration.symbol), its inventory and statistics are in that; create another bot for \(configuration.symbol)"
      )
    }
    let old = bot.configuration.series
    let isNewSeries = seriesAt(configuration.series).map { series[$0].listeners.isEmpty } ?? true
    append(.botUpdated(configuration), &effects)
    if isNewSeries { effects.append(.watch(configuration.series)) }
    if let at = seriesAt(old), series[at].listeners.isEmpty { effects.append(.unwatch(old)) }
    return configuration.id
  }

  private func find(_ id: BotID) throws(CommandError) -> Bot {
    guard let index = botAt(id), let bot = bots[index] else {
      throw CommandError(.notFound, reason: "BOT_NOT_FOUND", field: "bot_id", "there is no bot \(id); `botctl list` shows them all")
    }
    return bot
  }

  private mutating func change(
    _ id: BotID, to state: BotState, _ reason: String, _ effects: inout [Effect]
  ) throws(CommandError) -> [BotID] {
    let bot = try find(id)
    if state == .paused, bot.state != .running, bot.state != .paused {
      throw CommandError(
        .failedPrecondition, reason: "BOT_NOT_RUNNING",
        "bot \(id) is \(bot.state), only a running bot can be paused; start it: botctl start \(id)")
    }
    if reason == "resumed", bot.state != .paused, bot.state != .running {
      throw CommandError(
        .failedPrecondition, reason: "BOT_NOT_PAUSED", "bot \(id) is \(bot.state), not paused; start it: botctl start \(id)")
    }
    guard bot.state != state else { return [id] }
    append(
      .botStateChanged(
        BotStateChange(botID: id, state: state, reason: reason, referencePrice: lastPrice(of: bot.configuration.symbol))), &effects)
    return [id]
  }

  private mutating func changeAll(to state: BotState, _ reason: String, _ effects: inout [Effect]) -> [BotID] {
    var touched: [BotID] = []
    for bot in bots {
      guard let bot, bot.state != state else { continue }
      if (try? change(bot.configuration.id, to: state, reason, &effects)) != nil { touched.append(bot.configuration.id) }
    }
    return touched
  }

  private mutating func remove(_ id: BotID, force: Bool, _ effects: inout [Effect]) throws(CommandError) -> BotID {
    let bot = try find(id)
    if !force, bot.position.isOpen || !bot.openOrders.isEmpty {
      throw CommandError(
        .failedPrecondition, reason: "POSITION_OPEN",
        "bot \(id) holds \(bot.position.quantity) with \(bot.openOrders.count) open orders; close it first: botctl close \(id), or remove it with --force to leave the inventory on the account"
      )
    }
    guard !bot.openOrders.contains(where: { orders[$0]?.isUnsettled ?? false }) else {
      throw CommandError(
        .failedPrecondition, reason: "ORDER_OUTSTANDING", "an order of bot \(id) is still in doubt; try again in a few seconds")
    }
    for key in bot.openOrders where orders[key]?.isResting ?? false { cancel(key, reason: "the bot is removed", &effects) }
    append(.botRemoved(id), &effects)
    if let at = seriesAt(bot.configuration.series), series[at].listeners.isEmpty { effects.append(.unwatch(bot.configuration.series)) }
    return id
  }

  private mutating func close(_ id: BotID, _ effects: inout [Effect]) throws(CommandError) -> BotID {
    let bot = try find(id)
    guard bot.position.isOpen else {
      throw CommandError(.failedPrecondition, reason: "NO_POSITION", "bot \(id) holds no position")
    }
    guard let index = botAt(id), bot.exitRequest == nil else { return id }
    requestExit(index, .manual, reason: "closed by hand", price: lastPrice(of: bot.configuration.symbol), &effects)
    return id
  }

  private mutating func cancelByHand(_ id: ClientOrderID, _ effects: inout [Effect]) throws(CommandError) -> BotID {
    guard let key = orders.key(of: id), let order = orders[key] else {
      throw CommandError(
        .notFound, reason: "ORDER_NOT_FOUND", field: "client_order_id", "there is no open order \(id); `botctl orders` shows them")
    }
    guard order.isResting else {
      throw CommandError(
        .failedPrecondition, reason: "ORDER_NOT_OPEN", "order \(id) is \(order.status); only a resting order can be canceled")
    }
    guard order.intent.purpose != .stopLoss else {
      throw CommandError(
        .failedPrecondition, reason: "ORDER_PROTECTS_POSITION",
        "order \(id) is the stop of bot \(order.botID)'s position; close the position instead: botctl close \(order.botID)")
    }
    cancel(key, reason: "canceled by hand", &effects)
    return order.botID
  }
}

extension BotConfiguration {
  func idLimit(_ core: CoreConfiguration) -> Int { core.botsMaximum }
}
