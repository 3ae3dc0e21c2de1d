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
    if case .botCreated(let configuration) = entry.record {
      let violations = StrategyCatalogue.violations(name: configuration.strategyName, parameters: configuration.parameters)
      guard violations.isEmpty else {
        throw RecoveryError(
          sequence: entry.sequence, message: "bot \(configuration.id): \(violations.map(\.message).joined(separator: "; "))")
      }
    }
    if entry.sequence > 1 { now = max(now, entry.time) }
    apply(entry)
    dirtyOrders.removeAll(keepingCapacity: true)
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
        bot.statistics.count(denial.code)
        bot.statistics.signalCount += 1
        bot.lastSignal = SignalRecord(side: denial.side, confidence: 0, reason: denial.signalReason, time: entry.time)
      }
    case .orderIntent(let intent): applyIntent(intent, entry)
    case .orderUpdated(let update): applyUpdate(update, at: entry.time)
    case .cancelRequested(let cancel):
      markOrder(cancel.clientOrderID)
      orders[cancel.clientOrderID]?.status = .pendingCancel
      orders[cancel.clientOrderID]?.updatedAt = entry.time
      if let order = orders[cancel.clientOrderID] {
        unsettled.add(cancel.clientOrderID)
        touchOwner(of: order)
      }
    case .fill(let record): applyFill(record, at: entry.time)
    case .exitRequested(let exit):
      withBot(exit.botID) { bot in
        bot.exitRequest = exit
        if exit.purpose == .exit { bot.statistics.signalCount += 1 }
        bot.lastSignal = SignalRecord(side: .sell, confidence: 0, reason: exit.reason, time: entry.time)
      }
    case .tradingStateChanged(let change):
      // Whoever lets trading go on after a breach accepts what was lost.
      if change.state == .active, tradingStateReason.hasPrefix(PortfolioWatch.breach) { portfolio.startAgain() }
      tradingState = change.state
      tradingStateReason = change.reason
    case .riskLimitsChanged(let limits): riskLimits = limits
    case .balances(let list): balances = list
    case .equity(let point):
      nextEquityAt = entry.time.advanced(byMilliseconds: configuration.equityEveryMilliseconds)
      portfolio.observe(portfolio.realized + point.unrealized, at: entry.time)
    case .alert: break
    case .peakRaised(let peak):
      withBot(peak.botID) { bot in
        bot.position.peakPrice = max(bot.position.peakPrice, peak.price)
        bot.journaledPeak = peak.price
      }
    }
  }

  mutating func withBot(_ id: BotID, _ body: (inout Bot) -> Void) {
    guard let index = botIndex[id] else { return }
    bots[index]?.update(at: now, body)
    markDirty(index)
  }

  private mutating func touchOwner(of order: Order) {
    guard let index = owner(of: order) else { return }
    bots[index]?.updatedAt = now
    markDirty(index)
  }

  private mutating func applyCreated(_ configuration: BotConfiguration, _ entry: JournalEntry) {
    guard botIndex[configuration.id] == nil,
      let strategy = try? StrategyCatalogue.make(name: configuration.strategyName, parameters: configuration.parameters)
    else { return }
    let index = bots.count
    bots.append(
      Bot(
        configuration: configuration, createdAt: entry.time, createdSequence: entry.sequence, updatedAt: entry.time))
    botIndex[configuration.id] = index
    let symbol = symbolState(for: configuration.symbol)
    symbols[symbol].bots.append(index)
    let seriesAt = seriesState(for: configuration.series)
    series[seriesAt].add(index, strategy, configuration)
    portfolio.capital += configuration.capital
    markDirty(index)
  }

  private mutating func applyUpdated(_ configuration: BotConfiguration, at time: Timestamp) {
    guard let index = botIndex[configuration.id], let old = bots[index]?.configuration,
      let strategy = try? StrategyCatalogue.make(name: configuration.strategyName, parameters: configuration.parameters)
    else { return }
    if let at = seriesIndex[old.series] { series[at].remove(index) }
    let seriesAt = seriesState(for: configuration.series)
    series[seriesAt].add(index, strategy, configuration)
    portfolio.capital += configuration.capital - old.capital
    if old.symbol != configuration.symbol {
      if let at = symbolIndex[old.symbol] { symbols[at].bots.removeAll { $0 == index } }
      let at = symbolState(for: configuration.symbol)
      symbols[at].bots.append(index)
    }
    bots[index]?.configuration = configuration
    bots[index]?.updatedAt = time
    holdersChanged(on: configuration.symbol)
    markDirty(index)
  }

  private mutating func applyState(_ change: BotStateChange, at time: Timestamp) {
    withBot(change.botID) { bot in
      if change.state == .running, bot.statistics.firstStartTime == .zero {
        bot.statistics.firstStartTime = time
        bot.statistics.firstStartPrice = change.referencePrice
      }
      bot.state = change.state
      bot.stateReason = change.reason
      bot.refusals = 0
      bot.retryAt = .zero
    }
  }

  private mutating func applyRemoved(_ id: BotID) {
    guard let index = botIndex.removeValue(forKey: id), let bot = bots[index] else { return }
    for order in bot.openOrders {
      markOrder(order)
      finish(order)
    }
    removedBots.append(snapshot(of: bot, index))
    portfolio.capital -= bot.configuration.capital
    bots[index] = nil
    markDirty(index)
    if let at = seriesIndex[bot.configuration.series] { series[at].remove(index) }
    if let at = symbolIndex[bot.configuration.symbol] { symbols[at].bots.removeAll { $0 == index } }
    holdersChanged(on: bot.configuration.symbol)
  }

  private mutating func applyIntent(_ intent: OrderIntent, _ entry: JournalEntry) {
    let id = intent.request.clientOrderID
    var order = Order(intent: intent, sequence: entry.sequence, at: entry.time)
    if let at = symbolIndex[intent.request.symbol] { order.tradeFloor = symbols[at].lastTradeID }
    recentOrders.add(entry.time)
    orders[id] = order
    markOrder(id)
    unsettled.add(id)
    withBot(intent.botID) { bot in
      bot.openOrders.append(id)
      if intent.purpose == .entry {
        bot.statistics.signalCount += 1
        // A bot that was started before its symbol had a price is measured from its first decision.
        if bot.statistics.firstStartPrice.isZero { bot.statistics.firstStartPrice = intent.decisionPrice }
        bot.lastSignal = SignalRecord(side: .buy, confidence: 0, reason: intent.reason, time: entry.time)
      }
    }
  }

  private mutating func applyUpdate(_ update: OrderUpdate, at time: Timestamp) {
    guard var order = orders[update.clientOrderID] else { return }
    order.status = update.status
    order.wasGivenUp = update.status == .expired && update.reason.hasPrefix(OrderUpdate.givenUp)
    if update.status == .unknown { order.sentBefore = time }
    highestVenueOrderID = max(highestVenueOrderID, update.venueOrderID)
    if update.venueOrderID.value != 0, order.venueOrderID != update.venueOrderID {
      order.venueOrderID = update.venueOrderID
      ordersByVenueID[VenueKey(symbol: order.intent.request.symbol, id: update.venueOrderID)] = update.clientOrderID
    }
    order.executedQuantity = max(order.executedQuantity, update.executedQuantity)
    order.cumulativeQuote = max(order.cumulativeQuote, update.cumulativeQuote)
    if !update.reason.isEmpty { order.rejectReason = update.reason }
    order.updatedAt = time
    orders[update.clientOrderID] = order
    markOrder(update.clientOrderID)
    // One that was given up and appears after all belongs to its bot again.
    if !order.status.isTerminal, let index = owner(of: order), bots[index]?.openOrders.contains(update.clientOrderID) == false {
      bots[index]?.openOrders.append(update.clientOrderID)
    }
    settle(order)
    touchOwner(of: order)
  }

  private mutating func applyFill(_ record: FillRecord, at time: Timestamp) {
    let fill = record.fill
    highestVenueOrderID = max(highestVenueOrderID, fill.venueOrderID)
    let at = symbolState(for: fill.symbol)
    symbols[at].trades.add(fill.tradeID)
    var decisionPrice = Price.zero
    var volatility = Price.zero
    if let id = record.clientOrderID, var order = orders[id] {
      order.filledQuantity += fill.quantity
      order.filledQuote += fill.quoteQuantity
      order.executedQuantity = max(order.executedQuantity, order.filledQuantity)
      order.tradeIDs.append(fill.tradeID)
      order.updatedAt = time
      if order.venueOrderID.value == 0, fill.venueOrderID.value != 0 {
        order.venueOrderID = fill.venueOrderID
        ordersByVenueID[VenueKey(symbol: fill.symbol, id: fill.venueOrderID)] = id
      }
      decisionPrice = order.intent.decisionPrice
      volatility = order.intent.volatility
      orders[id] = order
      markOrder(id)
      settle(order)
    }
    guard let botID = record.botID else { return }
    portfolio.realized += record.realizedPnL
    let (base, quote) = assets(of: fill)
    withBot(botID) { bot in
      let openedAt = bot.position.openedAt
      _ = bot.position.apply(fill, side: record.side, baseAsset: base, quoteAsset: quote, closes: record.closesPosition)
      let feeInQuote =
        fill.commissionAsset == quote ? fill.commission : fill.commissionAsset == base ? fill.commission * fill.price : .zero
      bot.statistics.book(
        record, realized: record.realizedPnL, commissionInQuote: feeInQuote, capital: bot.configuration.capital,
        decisionPrice: decisionPrice, openedAt: openedAt)
      if openedAt != bot.position.openedAt {
        bot.journaledPeak = bot.position.peakPrice
        bot.position.entryVolatility = volatility
      }
      if record.closesPosition, bot.configuration.cooldownCandles > 0, bot.statistics.lastTradePnL.isNegative {
        let interval = bot.configuration.interval
        bot.coolsUntil = interval.openTime(containing: fill.time).advanced(
          byMilliseconds: interval.milliseconds * Int64(clamping: bot.configuration.cooldownCandles))
      }
      if record.closesPosition { bot.exitRequest = nil }
      if record.side == .buy { bot.isProtectionImpossible = false }
      bot.refusals = 0
    }
    tellStrategy(of: botID)
    holdersChanged(on: fill.symbol)
  }

  /// Shows a bot's position, changed by a fill, to its strategy.
  private mutating func tellStrategy(of id: BotID) {
    guard let index = botIndex[id], let bot = bots[index], let at = seriesIndex[bot.configuration.series],
      let slot = series[at].listenerIndex(of: index)
    else { return }
    let position = bot.position
    guard position.isOpen else { return series[at].listeners[slot].position = .flat }
    let bars = position.openedAt == series[at].listeners[slot].openedAt ? series[at].listeners[slot].position.barsHeld : 0
    series[at].listeners[slot].openedAt = position.openedAt
    series[at].listeners[slot].position = StrategyPosition(isOpen: true, averageEntryPrice: position.averageEntryPrice, barsHeld: bars)
  }

  /// Base and quote asset of a fill as far as its commission needs them: an asset that the symbol's name begins with is the base, one
  /// that it ends with is the quote, any other is a third asset. From the name alone, so that folding a journal needs no rules.
  func assets(of fill: Fill) -> (base: String, quote: String) {
    let text = fill.symbol.text
    let asset = fill.commissionAsset
    guard !asset.isEmpty, asset.utf8.count < text.utf8.count else { return ("", "") }
    if text.hasPrefix(asset) { return (asset, String(text.dropFirst(asset.count))) }
    if text.hasSuffix(asset) { return (String(text.dropLast(asset.count)), asset) }
    return ("", "")
  }

  /// Moves an order between the lists after a change.
  private mutating func settle(_ order: Order) {
    let id = order.clientOrderID
    guard !order.isUnsettled else { return unsettled.add(id) }
    unsettled.remove(id)
    guard order.status.isTerminal else { return }
    if let index = owner(of: order), bots[index]?.openOrders.contains(id) == true {
      bots[index]?.openOrders.removeAll { $0 == id }
      finish(id)
    }
  }

  private mutating func finish(_ id: ClientOrderID) {
    guard let old = finished.add(id), let order = orders[old], order.status.isTerminal, !order.isUnsettled else { return }
    orders[old] = nil
    ordersByVenueID[VenueKey(symbol: order.intent.request.symbol, id: order.venueOrderID)] = nil
  }

  mutating func symbolState(for symbol: Symbol) -> Int {
    if let index = symbolIndex[symbol] { return index }
    symbols.append(SymbolState(symbol: symbol))
    symbolIndex[symbol] = symbols.count - 1
    return symbols.count - 1
  }

  mutating func seriesState(for key: SeriesKey) -> Int {
    if let index = seriesIndex[key] { return index }
    series.append(SeriesState(key: key, symbolIndex: symbolState(for: key.symbol)))
    seriesIndex[key] = series.count - 1
    return series.count - 1
  }

  mutating func holdersChanged(on symbol: Symbol) {
    if let at = symbolIndex[symbol] { symbols[at].areHoldersStale = true }
  }

  /// Recomputes who watches a symbol's prices, and from where on. Cost: linear in the symbol's bots.
  mutating func refreshHolders(_ at: Int) {
    symbols[at].areHoldersStale = false
    symbols[at].holders.removeAll(keepingCapacity: true)
    var above = FixedDecimal(raw: .max)
    var below = Price.zero
    let tick = symbols[at].rules?.tickSize ?? .zero
    for index in symbols[at].bots {
      guard let bot = bots[index], bot.position.isOpen else { continue }
      symbols[at].holders.append(index)
      let target = bot.takeProfitPrice
      if target.isPositive { above = min(above, target) }
      below = max(below, bot.stopPrice(tick: tick))
      if bot.configuration.hasTrailingStop {
        above = min(above, bot.position.peakPrice)
        below = max(below, bot.trailingPrice)
      }
    }
    symbols[at].wakeAbove = above
    symbols[at].wakeBelow = below
  }
}
