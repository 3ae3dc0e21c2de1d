import Time
import TradingModel
import Strategies
import Venue

/// A journal that cannot be folded: which entry, and why.
public struct RecoveryError: Error, Sendable, Hashable, CustomStringConvertible {
  public var sequence: UInt64
  public var message: String
  public var description: String { "journal entry \(sequence): \(message)" }
}

extension TradingCore {
  /// Folds one entry of an existing journal. Entries must come in order, without a gap.
  public mutating func recover(_ entry: JournalEntry) throws(RecoveryError) {
    guard entry.sequence == nextSequence else {
      throw RecoveryError(sequence: entry.sequence, message: "expected sequence \(nextSequence)")
    }
    if case .opened(let identity) = entry.record {
      guard identity.mode == configuration.mode else {
        throw RecoveryError(
          sequence: entry.sequence,
          message: "this state directory belongs to \(identity.mode) mode; choose another --state-dir for \(configuration.mode)")
      }
    } else if identity == nil {
      throw RecoveryError(sequence: entry.sequence, message: "the journal does not begin with its identity")
    }
    if entry.sequence > 1, !entry.record.isDatedByTheMachine { now = max(now, entry.time) }
    apply(entry)
    orders.forgetChanges()
  }

  /// The only place where journaled state changes.
  mutating func apply(_ entry: JournalEntry) {
    nextSequence = entry.sequence &+ 1
    if !entry.requestID.isEmpty { requests.remember(entry.requestID, entry.requestFingerprint) }
    switch entry.record {
    case .opened(let identity): self.identity = identity
    case .botCreated(let configuration): applyCreated(configuration, entry)
    case .botUpdated(let configuration): applyUpdated(configuration, at: entry.time)
    case .botStateChanged(let change): applyState(change, at: entry.time)
    case .botRemoved(let id): applyRemoved(id)
    case .orderDenied(let denial):
      withBot(denial.botID) { bot in
        bot.lastSignal = SignalRecord(side: denial.side, confidence: 0, reason: denial.signalReason, time: entry.time)
      }
    case .orderIntent(let intent): applyIntent(intent, entry)
    case .orderUpdated(let update): applyUpdate(update, at: entry.time)
    case .cancelRequested(let cancel):
      guard let key = orders.key(of: cancel.clientOrderID) else { return }
      guard orders[key]?.apply(cancel, at: entry.time) == true else { return }
      markOrder(key)
      orders.unsettle(key)
      touchOwners(of: key)
    case .fill(let record): applyFill(record, at: entry.time)
    case .exitRequested(let exit):
      withBot(exit.botID) { bot in bot.apply(exit, at: entry.time) }
    case .tradingStateChanged(let change):
      // Whoever lets trading go on after a breach accepts what was lost, whatever was done in between.
      if change.cause.isBreach { wasBreached = true }
      if change.state == .active, wasBreached {
        portfolios.startAgain()
        wasBreached = false
      }
      tradingState = change.state
      tradingStateCause = change.cause
      tradingStateReason = change.reason
    case .riskLimitsChanged(let limits): riskLimits = limits
    case .entriesLocked(let lock): locks.add(lock, sequence: entry.sequence, at: entry.time)
    case .entriesUnlocked(let end): locks.end(end.lock, end.scope)
    case .balances(let list): balances = list
    case .equity(let point):
      nextEquityAt = entry.time.advanced(byMilliseconds: configuration.equityEveryMilliseconds)
      // Of several quote assets each has a sample of its own.
      if let only = portfolios.list.first?.asset, portfolios.list.count == 1 {
        portfolios[only].observe(portfolios[only].realized + point.unrealized, at: entry.time)
      }
    case .accountBound(let account): self.account = account
    case .started(let start):
      starts.add(start)
      // What would have followed an entry is forgotten.
      for index in bots.indices where bots[index]?.nextEntry != nil { bots[index]?.nextEntry = nil }
    case .alert, .marked, .signal, .candleDoubted: break
    case .symbolAssets(let assets):
      symbols[symbolState(for: assets.symbol)].assets = assets
      portfolios.name(assets.quote)
    case .profitSampled(let sample): portfolios[sample.quoteAsset].observe(sample.profit, at: entry.time)
    case .ratesTaken(let rates):
      self.rates = rates
      ratesTakenAt = entry.time
    case .positionAdjusted(let adjustment): applyAdjustment(adjustment, at: entry.time)
    case .answered(let answer): requests.answer(entry.requestID, answer.response)
    case .peakRaised(let peak):
      withBot(peak.botID) { bot in
        bot.position.peakPrice = max(bot.position.peakPrice, peak.price)
        bot.journaledPeak = peak.price
      }
    }
  }

  mutating func withBot(_ id: BotID, _ body: (inout Bot) -> Void) {
    guard let index = botAt(id) else { return }
    bots[index]?.update(at: now, body)
    markDirty(index)
  }

  private mutating func touchOwners(of order: OrderKey) {
    for index in members(of: order) {
      bots[index]?.updatedAt = now
      markDirty(index)
    }
    guard let index = owner(of: order) else { return }
    bots[index]?.updatedAt = now
    markDirty(index)
  }

  private mutating func applyCreated(_ configuration: BotConfiguration, _ entry: JournalEntry) {
    guard botAt(configuration.id) == nil else { return }
    let (strategy, problem, isServed) = strategy(of: configuration)
    let index = bots.count
    let symbol = symbolState(for: configuration.symbol)
    let seriesAt = seriesState(for: configuration.series)
    bots.append(Bot(configuration: configuration, sequence: entry.sequence, at: entry.time, symbol: symbol, series: seriesAt))
    bots[index]?.settingsProblem = problem
    bots[index]?.instance = isServed ? ServedInstance() : nil
    dirtyMarks.append(false)
    botIDs.append(configuration.id)
    isBotThere.append(true)
    botTable.add(index, configuration.id.fingerprint)
    symbols[symbol].bots.append(index)
    series[seriesAt].add(index, strategy, configuration, isServed: isServed)
    portfolios[quoteAsset(symbol)].flow(configuration.capital)
    markDirty(index)
  }

  private mutating func applyUpdated(_ configuration: BotConfiguration, at time: Timestamp) {
    guard let index = botAt(configuration.id), let old = bots[index]?.configuration, let oldSeries = bots[index]?.seriesAt else { return }
    let (strategy, problem, isServed) = strategy(of: configuration)
    bots[index]?.settingsProblem = problem
    bots[index]?.instance = isServed ? ServedInstance() : nil
    series[oldSeries].remove(index)
    let seriesAt = seriesState(for: configuration.series)
    series[seriesAt].add(index, strategy, configuration, isServed: isServed)
    // A bot changes its symbol only before its first fill.
    portfolios[quoteAsset(series[oldSeries].symbolIndex)].flow(.zero - old.capital)
    portfolios[quoteAsset(series[seriesAt].symbolIndex)].flow(configuration.capital)
    if old.symbol != configuration.symbol {
      if let at = symbolAt(old.symbol) { symbols[at].bots.removeAll { $0 == index } }
      let at = symbolState(for: configuration.symbol)
      symbols[at].bots.append(index)
    }
    bots[index]?.configuration = configuration
    if old.guards.isEmpty != configuration.guards.isEmpty { guardsChanged(of: index) }
    let newSymbol = symbolState(for: configuration.symbol)
    bots[index]?.symbolAt = newSymbol
    bots[index]?.seriesAt = seriesAt
    bots[index]?.stopReason = Bot.stopReason(configuration)
    bots[index]?.updatedAt = time
    holdersChanged(on: configuration.symbol)
    markDirty(index)
  }

  /// The strategy that a configuration names, and whether another process must be asked. Where this build does not take the settings, one
  /// that wants nothing, and why.
  func strategy(of bot: BotConfiguration) -> (strategy: any Strategy, problem: String?, isServed: Bool) {
    let violations = bot.violations(.unasked)
    guard violations.isEmpty, let strategy = try? bot.strategyDescriptor?.make(bot.parameters) else {
      return (IdleStrategy(), violations.map(\.message).joined(separator: "; "), false)
    }
    guard bot.served != nil else { return (strategy, nil, false) }
    if let local = localStrategies?(bot) { return (local, nil, false) }
    return (strategy, nil, true)
  }

  private mutating func applyState(_ change: BotStateChange, at time: Timestamp) {
    withBot(change.botID) { bot in
      if change.state.isMeantToRun { bot.results.hasStarted = true }
      bot.state = change.state
      bot.stateCause = change.cause
      bot.stateReason = change.reason
      // A person who starts it wants it tried anew.
      bot.retryAt = bot.pace.notBefore
      if bot.hold?.isRefusal == true, change.state.isMeantToRun { bot.hold = nil }
    }
  }

  private mutating func applyRemoved(_ id: BotID) {
    guard let index = botAt(id), let bot = bots[index] else { return }
    botTable.remove(index, id.fingerprint)
    locks.removeAll(of: .bot(id))
    for order in bot.openOrders {
      waitingEntries.removeAll { $0 == order }
      markOrder(order)
      finish(order)
    }
    if configuration.tracksChanges { removedBots.append(snapshot(of: bot, index)) }
    portfolios[quoteAsset(bot.symbolAt)].flow(.zero - bot.configuration.capital - bot.flows, realized: bot.results.realizedPnL)
    bots[index] = nil
    isBotThere[index] = false
    markDirty(index)
    series[bot.seriesAt].remove(index)
    symbols[bot.symbolAt].bots.removeAll { $0 == index }
    holdersChanged(on: bot.configuration.symbol)
  }

  private mutating func applyIntent(_ intent: OrderIntent, _ entry: JournalEntry) {
    var order = Order(intent: intent, sequence: entry.sequence, at: entry.time)
    if !configuration.mode.isPaper, let journal = identity?.id,
      let epoch = KnownStarts.epoch(ofOrder: order.clientOrderID.text, journal: journal)
    {
      starts.add(epoch: epoch)
    }
    let symbol = symbolAt(intent.request.symbol)
    if let symbol { order.tradeFloor = symbols[symbol].tradeFloor() }
    recentOrders.add(entry.time)
    let bot = botAt(intent.botID)
    let key = orders.insert(order, symbol: symbol, bot: bot)
    markOrder(key)
    orders.unsettle(key)
    if order.isShared, let symbol { symbols[symbol].mayShareStops = true }
    for member in members(of: key) where member != bot {
      bots[member]?.add(key, intent, sentAt: entry.time)
      bots[member]?.updatedAt = now
      markDirty(member)
    }
    guard let bot else { return }
    if intent.purpose == .entry, !intent.request.isImmediate { waitingEntries.append(key) }
    bots[bot]?.add(key, intent, sentAt: entry.time)
    bots[bot]?.updatedAt = now
    markDirty(bot)
  }

  private mutating func applyUpdate(_ update: OrderUpdate, at time: Timestamp) {
    guard let key = orders.key(of: update.clientOrderID) else { return }
    highestVenueOrderID = max(highestVenueOrderID, update.venueOrderID)
    if update.venueOrderID.value != 0 { orders.setVenueOrderID(update.venueOrderID, of: key) }
    orders[key]?.apply(update, at: time)
    markOrder(key)
    // One that was given up and appears after all belongs to its bot again.
    if !update.status.isTerminal, let index = owner(of: key) {
      bots[index]?.reopen(key)
      if orders.isShared(key) { symbols[bots[index]?.symbolAt ?? 0].mayShareStops = true }
      for member in members(of: key) { bots[member]?.reopen(key) }
      if let order = orders[key], order.intent.purpose == .entry, !order.intent.request.isImmediate, !waitingEntries.contains(key) {
        waitingEntries.append(key)
      }
    }
    settle(key)
    touchOwners(of: key)
  }

  private mutating func applyFill(_ record: FillRecord, at time: Timestamp) {
    highestVenueOrderID = max(highestVenueOrderID, record.fill.venueOrderID)
    let at = symbolState(for: record.fill.symbol)
    symbols[at].trades.add(record.fill.tradeID, at: record.fill.time)
    var volatility = Price.zero
    if let id = record.clientOrderID, let key = orders.key(of: id) {
      if orders.venueOrderID(of: key).value == 0 { orders.setVenueOrderID(record.fill.venueOrderID, of: key) }
      if let decided = orders[key]?.apply(record, at: time) { volatility = decided }
      markOrder(key)
      settle(key)
    }
    guard let botID = record.botID else { return }
    portfolios[quoteAsset(at)].realized += record.realizedPnL
    if let index = botAt(botID) {
      bots[index]?.apply(record, volatility: volatility)
      bots[index]?.updatedAt = now
      remember(record, of: index)
      markDirty(index)
      tellStrategy(of: index)
    }
    symbols[at].areHoldersStale = true
    guard !configuration.mode.isPaper, record.side == .buy, let base = symbols[at].assets?.base else { return }
    symbols[at].paysFeesApart = record.fill.commissionAsset != base
  }

  private mutating func applyAdjustment(_ adjustment: PositionAdjustment, at time: Timestamp) {
    guard let index = botAt(adjustment.botID), let bot = bots[index] else { return }
    portfolios[quoteAsset(bot.symbolAt)].flow(adjustment.flow)
    portfolios[quoteAsset(bot.symbolAt)].realized += adjustment.realizedPnL
    bots[index]?.apply(adjustment, at: time)
    bots[index]?.updatedAt = now
    markDirty(index)
    tellStrategy(of: index)
    symbols[bot.symbolAt].areHoldersStale = true
  }

  /// Shows a bot's position, changed by a fill, to its strategy.
  private mutating func tellStrategy(of index: Int) {
    guard let (at, position) = bots[index]?.shown() else { return }
    series[at].show(position, to: index)
  }

  /// Moves an order between the lists after a change.
  private mutating func settle(_ key: OrderKey) {
    guard let standing = orders.standing(of: key) else { return }
    guard !standing.isUnsettled else { return orders.unsettle(key) }
    orders.settle(key)
    guard standing.status.isTerminal else { return }
    if standing.isShared {
      var wasOpen = false
      for member in members(of: key) where bots[member]?.close(key) == true { wasOpen = true }
      if wasOpen { finish(key) }
      return
    }
    guard let index = owner(of: key), bots[index]?.close(key) == true else { return }
    if !waitingEntries.isEmpty { waitingEntries.removeAll { $0 == key } }
    finish(key)
  }

  private mutating func finish(_ key: OrderKey) {
    guard let old = finished.add(key), let standing = orders.standing(of: old), standing.status.isTerminal, !standing.isUnsettled else {
      return
    }
    orders.remove(old)
  }

  mutating func symbolState(for symbol: Symbol) -> Int {
    if let index = symbolAt(symbol) { return index }
    symbols.append(SymbolState(symbol: symbol))
    symbolNames.append(symbol)
    symbolTable.add(symbols.count - 1, symbol.fingerprint)
    return symbols.count - 1
  }

  mutating func seriesState(for key: SeriesKey) -> Int {
    if let index = seriesAt(key) { return index }
    series.append(SeriesState(key: key, symbolIndex: symbolState(for: key.symbol)))
    seriesKeys.append(key)
    seriesTable.add(series.count - 1, Self.fingerprint(of: key))
    return series.count - 1
  }

  mutating func holdersChanged(on symbol: Symbol) {
    if let at = symbolAt(symbol) { symbols[at].areHoldersStale = true }
  }

  /// Recomputes who watches a symbol's prices, and from where on. Cost: linear in the symbol's bots.
  mutating func refreshHolders(_ at: Int) {
    symbols[at].areHoldersStale = false
    symbols[at].holders.removeAll(keepingCapacity: true)
    var above = FixedDecimal(raw: .max)
    var below = Price.zero
    let tick = symbols[at].stopRules()?.tick ?? .zero
    for slot in symbols[at].bots.indices {
      let index = symbols[at].bots[slot]
      if bots[index]?.narrow(below: &below, above: &above, tick: tick) == true { symbols[at].holders.append(index) }
    }
    symbols[at].wakeAbove = above
    symbols[at].wakeBelow = below
  }
}
