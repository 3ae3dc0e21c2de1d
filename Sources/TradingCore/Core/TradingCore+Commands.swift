import Strategies
public import TradingModel
import Venue

extension TradingCore {
  mutating func handle(_ envelope: CommandEnvelope, _ effects: inout [Effect]) {
    if case .remember(let response) = envelope.command { return remember(response, envelope, &effects) }
    if !envelope.requestID.isEmpty, let known = requests.find(envelope.requestID) {
      let result: CommandResult =
        known.fingerprint == envelope.fingerprint
        ? .repeated(response: known.response, bots: target(of: envelope.command).map { [$0] } ?? [])
        : .failed(
          CommandError(
            .alreadyExists, reason: "REQUEST_ID_REUSED", field: "request_id",
            "request_id \(envelope.requestID) was used for another request; choose a new one"))
      effects.append(.reply(envelope.id, result, after: nextSequence &- 1))
      return
    }
    if case .recall = envelope.command {
      effects.append(.reply(envelope.id, .done(bots: [], sequence: nextSequence &- 1), after: 0))
      return
    }
    if case .openPosition(let id, let amount, isPlan: true) = envelope.command {
      effects.append(.reply(envelope.id, plannedPosition(id, amount), after: nextSequence &- 1))
      return
    }
    if case .sellPart(let id, let size, let reason, isPlan: true) = envelope.command {
      effects.append(.reply(envelope.id, plannedPart(id, size, reason), after: nextSequence &- 1))
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

  /// Journals what a mutation was answered, whether or not it changed anything. One without a request id is not repeated.
  private mutating func remember(_ response: [UInt8], _ envelope: CommandEnvelope, _ effects: inout [Effect]) {
    if !envelope.requestID.isEmpty, journalIsHealthy {
      currentRequestID = envelope.requestID
      currentFingerprint = envelope.fingerprint
      append(.answered(AnswerRecord(response: response)), &effects)
      currentRequestID = ""
      currentFingerprint = 0
    }
    effects.append(.reply(envelope.id, .done(bots: [], sequence: nextSequence &- 1), after: nextSequence &- 1))
  }

  private func target(of command: Command) -> BotID? {
    switch command {
    case .createBot(let configuration, _), .updateBot(let configuration): configuration.id
    case .startBot(let id), .stopBot(let id), .pauseBot(let id), .resumeBot(let id), .removeBot(let id), .closePosition(let id),
      .adoptPosition(let id, _, _), .releasePosition(let id, _), .openPosition(let id, _, _),
      .sellPart(let id, _, _, _):
      id
    case .acceptMissing, .panic, .startAllBots, .stopAllBots, .cancelOrder, .setTradingState, .setRiskLimits, .lockEntries, .unlockEntries,
      .remember, .recall:
      nil
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
    case .startBot(let id): return try change(id, to: .running, &effects)
    case .stopBot(let id): return try change(id, to: .stopped, &effects)
    case .pauseBot(let id): return try change(id, to: .paused, &effects)
    case .resumeBot(let id): return try resume(id, &effects)
    case .removeBot(let id): return [try remove(id, &effects)]
    case .startAllBots: return changeAll(to: .running, &effects)
    case .stopAllBots: return changeAll(to: .stopped, &effects)
    case .closePosition(let id): return [try close(id, &effects)]
    case .sellPart(let id, let size, let reason, _): return [try sellPart(id, size, reason, &effects)]
    case .openPosition(let id, let amount, _): return [try openPosition(id, amount, &effects)]
    case .adoptPosition(let id, let quantity, let entryPrice): return [try adopt(id, quantity, entryPrice: entryPrice, &effects)]
    case .releasePosition(let id, let quantity): return [try release(id, quantity, &effects)]
    case .acceptMissing(let asset): return try acceptMissing(asset, &effects)
    case .panic(let reason): return panic(reason, &effects)
    case .cancelOrder(let id): return [try cancelByHand(id, &effects)]
    case .setTradingState(let state, let reason):
      if state != tradingState {
        append(.tradingStateChanged(TradingStateChange(state: state, reason: reason)), &effects)
        reviewEntries(&effects)
      }
      return []
    case .setRiskLimits(let given, let fields):
      let limits = fields.map { riskLimits.changed($0, to: given) } ?? given
      let violations = limits.violations
      guard violations.isEmpty else { throw CommandError(.invalidArgument, violations) }
      if limits != riskLimits { append(.riskLimitsChanged(limits), &effects) }
      return []
    case .lockEntries(let scope, let length, let reason):
      try lock(scope, forMilliseconds: length, reason: reason, &effects)
      withdrawLocked(&effects)
      return []
    case .unlockEntries(let number, let reason):
      try unlock(number, reason: reason, &effects)
      return []
    case .remember, .recall: return []
    }
  }

  /// What is known of a symbol, for judging settings.
  public func knowledge(of symbol: Symbol) -> BotConfiguration.SymbolKnowledge {
    guard symbols.contains(where: { $0.rules != nil }) else { return .notLoaded }
    guard let at = symbolAt(symbol), let rules = symbols[at].rules else {
      return .unlisted("the exchange has no symbol \(symbol); `botctl symbols` lists them")
    }
    return .listed(rules, price: symbols[at].lastPrice)
  }

  /// Everything that is wrong with a configuration, at once; an empty list when nothing is.
  public func violations(of configuration: BotConfiguration) -> [CommandError.Violation] {
    configuration.violations(knowledge(of: configuration.symbol))
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
    guard botTable.count < self.configuration.botsMaximum else {
      throw CommandError(
        .failedPrecondition, reason: "TOO_MANY_BOTS", "there are already \(botTable.count) bots, the most that one daemon runs")
    }
    let isNewSeries = seriesAt(configuration.series).map { series[$0].listeners.isEmpty } ?? true
    nameAssets(of: configuration.symbol, &effects)
    append(.botCreated(configuration), &effects)
    if let index = botAt(configuration.id) { openInstance(index, &effects) }
    if isNewSeries { effects.append(.watch(configuration.series)) }
    if start { _ = try change(configuration.id, to: .running, by: .creation, &effects) }
    return configuration.id
  }

  private mutating func update(_ configuration: BotConfiguration, _ effects: inout [Effect]) throws(CommandError) -> BotID {
    let bot = try find(configuration.id)
    guard !bot.state.isMeantToRun else {
      throw CommandError(
        .failedPrecondition, reason: "BOT_RUNNING", field: "bot_id",
        "bot \(configuration.id) is \(bot.state); stop it first: botctl stop \(configuration.id)")
    }
    guard !bot.position.isOpen, bot.openOrders.isEmpty else {
      throw CommandError(
        .failedPrecondition, reason: "POSITION_OPEN", field: "bot_id",
        "bot \(configuration.id) holds a position; close it first: botctl close \(configuration.id)")
    }
    let violations = violations(of: configuration)
    guard violations.isEmpty else { throw CommandError(.invalidArgument, violations) }
    guard configuration != bot.configuration else { return configuration.id }
    guard configuration.symbol == bot.configuration.symbol || bot.results.fillCount == 0 else {
      throw CommandError(
        .failedPrecondition, reason: "SYMBOL_CANNOT_CHANGE", field: "symbol",
        "bot \(configuration.id) has traded \(bot.configuration.symbol), its inventory and statistics are in that; create another bot for \(configuration.symbol)"
      )
    }
    let old = bot.configuration.series
    let isNewSeries = seriesAt(configuration.series).map { series[$0].listeners.isEmpty } ?? true
    nameAssets(of: configuration.symbol, &effects)
    if let index = botAt(configuration.id) { closeInstance(index, &effects) }
    append(.botUpdated(configuration), &effects)
    if let index = botAt(configuration.id) { openInstance(index, &effects) }
    if isNewSeries { effects.append(.watch(configuration.series)) }
    if let at = seriesAt(old), series[at].listeners.isEmpty { effects.append(.unwatch(old)) }
    decideAnswered(&effects)
    return configuration.id
  }

  func find(_ id: BotID) throws(CommandError) -> Bot {
    guard let index = botAt(id), let bot = bots[index] else {
      throw CommandError(.notFound, reason: "BOT_NOT_FOUND", field: "bot_id", "there is no bot \(id); `botctl list` shows them all")
    }
    return bot
  }

  /// Journals a change of a bot's state, where it is one.
  mutating func change(
    _ id: BotID, to state: BotState, by cause: BotStateChange.Cause = .request, _ effects: inout [Effect]
  ) throws(CommandError) -> [BotID] {
    let bot = try find(id)
    if state == .paused, !bot.state.isMeantToRun, bot.state != .paused {
      throw CommandError(
        .failedPrecondition, reason: "BOT_NOT_RUNNING", field: "bot_id",
        "bot \(id) is \(bot.state), only a running bot can be paused; start it: botctl start \(id)")
    }
    if state == .running, let problem = bot.settingsProblem {
      throw CommandError(
        .failedPrecondition, reason: "SETTINGS_INVALID", field: "bot_id",
        "bot \(id) has settings that this botd does not take (\(problem)); change them first: botctl update \(id) --help")
    }
    // Stopping a bot that never ran is a person's word, too: it does not start with the daemon then.
    let keepsItStopped = state == .stopped && bot.stateCause == nil && bot.configuration.autoStart
    guard bot.state != state || keepsItStopped else { return [id] }
    if state == .running, let reason = absence(of: bot) {
      guard let index = botAt(id) else { return [id] }
      if bot.state != .waiting { wait(index, reason, &effects) }
      retryServed(index, &effects)
      return [id]
    }
    append(
      .botStateChanged(
        BotStateChange(
          botID: id, state: state, cause: cause, reason: "", referencePrice: lastPrice(of: bot.configuration.symbol))), &effects)
    if state != .running { reviewEntries(&effects) }
    return [id]
  }

  private mutating func resume(_ id: BotID, _ effects: inout [Effect]) throws(CommandError) -> [BotID] {
    let bot = try find(id)
    guard bot.state == .paused || bot.state.isMeantToRun else {
      throw CommandError(
        .failedPrecondition, reason: "BOT_NOT_PAUSED", field: "bot_id",
        "bot \(id) is \(bot.state), not paused; start it: botctl start \(id)")
    }
    return try change(id, to: .running, by: .resumption, &effects)
  }

  /// A halted bot is not started with the others: a person looks first, and starts it by name.
  private mutating func changeAll(to state: BotState, _ effects: inout [Effect]) -> [BotID] {
    var touched: [BotID] = []
    for bot in bots {
      guard let bot, bot.state != state, state != .running || bot.state != .halted else { continue }
      if (try? change(bot.configuration.id, to: state, &effects)) != nil { touched.append(bot.configuration.id) }
    }
    return touched
  }

  private mutating func remove(_ id: BotID, _ effects: inout [Effect]) throws(CommandError) -> BotID {
    let bot = try find(id)
    guard !bot.state.isMeantToRun, bot.state != .paused else {
      throw CommandError(
        .failedPrecondition, reason: "BOT_RUNNING", field: "bot_id",
        "bot \(id) is \(bot.state); stop it first (botctl stop \(id)), or remove it with --force, which stops it and sells what it holds"
      )
    }
    guard !bot.position.isOpen, bot.openOrders.isEmpty else {
      throw CommandError(
        .failedPrecondition, reason: "POSITION_OPEN", field: "bot_id",
        "bot \(id) holds \(bot.position.quantity) with \(bot.openOrders.count) open orders; sell it first (botctl close \(id)), or remove it with --force, which sells it at the market"
      )
    }
    if let index = botAt(id) { closeInstance(index, &effects) }
    append(.botRemoved(id), &effects)
    if let at = seriesAt(bot.configuration.series), series[at].listeners.isEmpty { effects.append(.unwatch(bot.configuration.series)) }
    decideAnswered(&effects)
    return id
  }

  private mutating func close(_ id: BotID, _ effects: inout [Effect]) throws(CommandError) -> BotID {
    let bot = try find(id)
    guard bot.position.isOpen else {
      throw CommandError(.failedPrecondition, reason: "NO_POSITION", field: "bot_id", "bot \(id) holds no position")
    }
    guard let index = botAt(id) else { return id }
    if bot.exitRequest != nil {
      // A refused exit is tried anew as soon as the bound allows.
      bots[index]?.tryAgain()
      advance(index, &effects)
      return id
    }
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
    guard !order.intent.isStop else {
      throw CommandError(
        .failedPrecondition, reason: "ORDER_PROTECTS_POSITION",
        "order \(id) is the stop of bot \(order.botID)'s position; close the position instead: botctl close \(order.botID)")
    }
    cancel(key, reason: "canceled by hand", &effects)
    return order.botID
  }
}
