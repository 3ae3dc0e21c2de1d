import Time
public import TradingModel
import Strategies
import Venue

extension TradingCore {
  mutating func handle(_ event: MarketEvent, _ effects: inout [Effect]) {
    switch event {
    case .trade(let trade):
      guard !configuration.mode.isPaper, let at = symbolAt(trade.symbol), trade.price.isPositive else { return }
      heard(trade, at, &effects)
    case .candle(let update):
      guard let at = symbolAt(update.symbol), update.candle.isConsistent else { return }
      if !configuration.mode.isPaper { heard(update, at, &effects) }
      if update.isClosed { closed(update, &effects) }
    case .quote(let quote):
      guard !configuration.mode.isPaper, let at = symbolAt(quote.symbol) else { return }
      heard(quote, at, &effects)
    case .ticker: break
    }
  }

  /// A closed candle: every bot of the series decides once.
  private mutating func closed(_ update: CandleUpdate, _ effects: inout [Effect]) {
    guard let at = seriesAt(SeriesKey(symbol: update.symbol, interval: update.interval)),
      update.candle.openTime > series[at].lastOpenTime
    else { return }
    let close = update.interval.nextOpenTime(after: update.candle.openTime)
    let isLate = update.eventTime.nanoseconds(since: close) > max(update.interval.milliseconds, 5_000) * 1_000_000
    closed(update.candle, at, isLate: isLate, isDoubtful: isDoubtful(update, series[at].symbolIndex), &effects)
  }

  /// The next closed candle of a series.
  mutating func closed(_ candle: Candle, _ at: Int, isLate: Bool, isDoubtful: Bool = false, _ effects: inout [Effect]) {
    series[at].keep(candle, limit: configuration.historyCandles, isDoubtful: isDoubtful)
    let close = series[at].key.interval.nextOpenTime(after: candle.openTime)
    if isDoubtful {
      noteDoubt(at, candle.close, at: close, &effects)
    } else {
      mark(at, close: candle.close, low: candle.low, high: candle.high, at: close, &effects)
    }
    series[at].hear(candle, closedAt: close, isContiguous: series[at].isContiguous, signals: &signals)
    decide(price: candle.close, at: close, isLate: isLate, &effects)
    endEntries(at, close: close, price: candle.close, &effects)
    if series[at].hasServed { askServed(at, candle, closedAt: close, isLate: isLate, &effects) }
  }

  /// Acts on what the strategies want at the close of a candle.
  mutating func decide(price: Price, at close: Timestamp, isLate: Bool, _ effects: inout [Effect]) {
    guard !signals.isEmpty else { return }
    for signal in signals { decide(signal, price: price, at: close, isLate: isLate, &effects) }
    signals.removeAll(keepingCapacity: true)
  }

  /// - Parameter close: when the candle ended, on its grid.
  mutating func decide(
    _ decision: CandleSignal, price: Price, at close: Timestamp, isLate: Bool, _ effects: inout [Effect]
  ) {
    let index = decision.bot
    guard let bot = bots[index]?.standing() else { return }
    let signal = decision.signal
    if decision.candlesHeld > 0, signal.action != .sell || bot.state != .running && bot.state != .paused {
      // Like the other stops it works in every state of the bot.
      guard tradingState != .halted else { return }
      return requestExit(
        index, .timeStop, reason: "held for \(decision.candlesHeld) candles, the most that the bot allows", price: price, &effects)
    }
    guard bot.state == .running || bot.state == .paused else { return }
    switch signal.action {
    case .hold: return
    case .buy:
      guard !bot.isOpen, !bot.isExiting, now >= bot.retryAt else { return }
      if hasWaitingEntry(index) { return renewEntry(index, signal, price: price, close: close) }
      enter(index, signal, price: price, at: close, isLate: isLate, &effects)
    case .sell:
      if !bot.isOpen { return withdrawEntry(index, reason: signal.reason, &effects) }
      guard !bot.isExiting, tradingState != .halted else { return }
      requestExit(index, .exit, reason: signal.reason, price: price, &effects)
      bots[index]?.lastSignal?.confidence = signal.confidence
    }
  }

  /// - Parameter atMarket: whatever the bot's plan says.
  mutating func enter(
    _ index: Int, _ signal: Signal, price: Price, at close: Timestamp, isLate: Bool, atMarket: Bool = false, _ effects: inout [Effect]
  ) {
    guard var bot = bots[index]?.entryInputs() else { return }
    if atMarket { bot.configuration.entry = .market }
    let volatility = bot.needsVolatility ? series[bot.seriesAt].volatility : .zero
    let decision =
      bot.openOrderCount == 0 ? gate(bot, price: price, close: close, volatility: volatility, isLate: isLate) : outstanding(bot)
    switch decision {
    case .denied(let code, let message):
      append(
        .orderDenied(
          OrderDenial(
            botID: botIDs[index], side: .buy, code: code, message: message, signalReason: signal.reason, decisionPrice: price)),
        &effects)
    case .buy(let entry):
      guard let id = nextClientOrderID(index, .entry), mayRepeat(index) else { return }
      sendEntry(
        entry.request(id, symbolNames[bot.symbolAt]), index, decisionPrice: price, reason: signal.reason, volatility: volatility, &effects)
    }
    bots[index]?.lastSignal?.confidence = signal.confidence
  }

  mutating func outstanding(_ bot: Bot.EntryInputs) -> RiskGate.Decision {
    let first = bot.firstOpenOrder.flatMap { orders.standing(of: $0)?.clientOrderID.text }
    return .denied(.orderOutstanding, "\(bot.openOrderCount) earlier orders are not finished, the first is \(first ?? "")")
  }

  /// - Parameter asked: what a person wants to spend, for entries by hand.
  mutating func gate(
    _ bot: Bot.EntryInputs, price: Price, close: Timestamp, volatility: Price, isLate: Bool, asked: Amount? = nil
  ) -> RiskGate.Decision {
    let at = bot.symbolAt
    var inputs = RiskGate.Inputs(
      configuration: bot.configuration, botState: bot.state, tradingState: tradingState, rules: symbols[at].rules,
      feed: isLate ? .stale : symbols[at].feed, executionIsLive: executionIsLive,
      isReconciled: isCompared && !isStopping && !symbols[at].awaitsTrades,
      journalIsHealthy: journalIsHealthy,
      availableCapital: bot.availableCapital, price: price, volatility: volatility,
      coolsUntil: close <= bot.coolsUntil ? bot.coolsUntil : nil, limits: riskLimits)
    inputs.doubt = doubt(of: price, at)
    inputs.asked = asked
    if !locks.isEmpty { inputs.lock = lockReason(bot.configuration.id, symbolNames[at], at: close) }
    inputs.sizesByQuantity = sizesByQuantity
    if riskLimits.sumsAmounts, let problem = conversionProblem {
      inputs.conversionProblem = problem
    } else if case .converted(let conversion) = rate(of: quoteAsset(at)) {
      inputs.conversion = conversion
    }
    if riskLimits.limitsEntries, RiskGate.standing(inputs) == nil { inputs.use = portfolioUse(of: symbolNames[at]) }
    return RiskGate.entry(inputs)
  }

  /// Journals an intent and hands it to the venue once it is durable.
  mutating func send(
    _ order: ApprovedOrder, bot: BotID, purpose: OrderPurpose, reason: String, volatility: Price = .zero, shares: [OrderShare] = [],
    _ effects: inout [Effect]
  ) {
    let sequence = append(
      .orderIntent(
        OrderIntent(
          request: order.request, botID: bot, purpose: purpose, reason: reason, decisionPrice: order.decisionPrice, volatility: volatility,
          shares: shares)),
      &effects)
    effects.append(.submit(order, after: sequence))
  }

  /// Journals a stop and the target beside it, and hands them to the venue together once both are durable.
  mutating func sendPair(
    _ pair: ApprovedOrder, target: OrderRequest, bot: BotID, stop: StopLevel, targetReason: String, _ effects: inout [Effect]
  ) {
    append(
      .orderIntent(
        OrderIntent(request: pair.request, botID: bot, purpose: stop.purpose, reason: stop.reason, decisionPrice: pair.decisionPrice)),
      &effects)
    let sequence = append(
      .orderIntent(
        OrderIntent(request: target, botID: bot, purpose: .takeProfit, reason: targetReason, decisionPrice: target.price)), &effects)
    effects.append(.submit(pair, after: sequence))
  }

  /// The name of a bot's order whose intent is appended next, or `ahead` entries later. On paper this journal's id and the intent's own sequence; on an exchange
  /// what ``OrderName`` says: its epoch keeps names unique even where a sequence is used again, after a disk failure, or when a state
  /// directory came from an older copy.
  mutating func nextClientOrderID(
    _ index: Int, _ purpose: OrderPurpose, isShared: Bool = false, ahead: UInt64 = 0
  ) -> ClientOrderID? {
    guard let prefix = identity?.id else { return nil }
    let sequence = nextSequence &+ ahead
    if !orderNames.isEmpty, let name = orderNames[sequence] { return name }
    guard !configuration.orderTag.isEmpty, let bot = bots[index]?.createdSequence else {
      return ClientOrderID(prefix: prefix, number: sequence, suffix: "")
    }
    return OrderName(
      journal: prefix, epoch: configuration.orderTag, bot: bot, purpose: purpose, isShared: isShared, number: sequence
    ).id
  }

  mutating func requestExit(_ index: Int, _ purpose: OrderPurpose, reason: String, price: Price, _ effects: inout [Effect]) {
    guard let bot = bots[index]?.standing(), bot.isOpen, !bot.isExiting, !(purpose.isOfStrategy && bots[index]?.isExitPutAside == true)
    else {
      return
    }
    append(
      .exitRequested(ExitRequest(botID: botIDs[index], purpose: purpose, reason: reason, decisionPrice: price)), &effects)
    advance(index, &effects)
  }

  /// A new peak is journaled once it is this fraction above the last one: 0.1 %.
  private static let peakStep = FixedDecimal(raw: 100_000)

  /// The symbol trades at `price`, which is believed: targets, trailing stops, and stops that do not rest on the venue.
  mutating func priceMoved(_ at: Int, to price: Price, _ effects: inout [Effect]) {
    symbols[at].lastPrice = price
    symbols[at].pricedAt = now
    if symbols[at].areHoldersStale { refreshHolders(at) }
    guard !symbols[at].holders.isEmpty else { return }
    if riskLimits.watchesEquity { watchPrices(&effects) }
    guard price >= symbols[at].wakeAbove || price <= symbols[at].wakeBelow else { return }
    var peaksMoved = false
    let tick = symbols[at].stopRules()?.tick ?? .zero
    for index in symbols[at].holders {
      guard let bot = bots[index]?.watched(tick: tick) else { continue }
      if price > bot.peak, bot.hasTrailingStop {
        bots[index]?.position.peakPrice = price
        peaksMoved = true
        if price >= bot.journaledPeak + bot.journaledPeak * Self.peakStep {
          append(.peakRaised(PeakRecord(botID: botIDs[index], price: price)), &effects)
        }
      }
      if actOnStop(index, bot, at: price, &effects) { continue }
      if tradingState == .halted { continue }
      if bot.target.isPositive, price >= bot.target {
        requestExit(index, .takeProfit, reason: "price \(price) reached the target \(bot.target)", price: price, &effects)
      } else if bot.trail.isPositive, price <= bot.trail {
        // The exact peak that it hangs from: whoever replays the journal must know it.
        if bot.peak > bot.journaledPeak { append(.peakRaised(PeakRecord(botID: botIDs[index], price: bot.peak)), &effects) }
        requestExit(
          index, .trailingStop, reason: "price \(price) fell from its peak \(bot.peak) by the trailing stop", price: price, &effects)
      }
    }
    if peaksMoved { symbols[at].areHoldersStale = true }
  }

  /// The first price between two (exclusive), walking from one to the other, at which a target, a trailing stop or a watched stop acts;
  /// on the tick on the far side of the exact level. Cost: linear in the symbol's open positions.
  public mutating func trigger(on symbol: Symbol, from: Price, to: Price) -> Price? {
    guard let at = symbolAt(symbol) else { return nil }
    if symbols[at].areHoldersStale { refreshHolders(at) }
    guard !symbols[at].holders.isEmpty else { return nil }
    let tick = symbols[at].stopRules()?.tick ?? .zero
    var found: Price?
    for index in symbols[at].holders {
      guard let bot = bots[index]?.watched(tick: tick) else { continue }
      if to > from {
        guard tradingState != .halted, bot.target.isPositive else { continue }
        let target = bot.target.roundedUp(toMultipleOf: tick)
        if target > from, target < to, target < found ?? to { found = target }
      } else {
        var level = tradingState == .halted ? .zero : bot.trail.roundedDown(toMultipleOf: tick)
        if bot.isProtectionImpossible { level = max(level, bot.stop) }
        if level < from, level > to, level > found ?? to { found = level }
      }
    }
    return found
  }

  /// Whether a bot holds this symbol: somebody watches its prices between candles.
  public func isHeld(_ symbol: Symbol) -> Bool {
    guard let at = symbolAt(symbol) else { return false }
    return symbols[at].areHoldersStale ? symbols[at].bots.contains { bots[$0]?.position.isOpen ?? false } : !symbols[at].holders.isEmpty
  }

  // MARK: History and feed

  /// Warms a series from closed candles that are newer than what it has.
  mutating func warm(_ key: SeriesKey, _ candles: [Candle], _ effects: inout [Effect]) {
    let at = seriesState(for: key)
    for candle in candles where candle.openTime > series[at].lastOpenTime && candle.isConsistent {
      series[at].keep(candle, limit: configuration.historyCandles)
      let close = key.interval.nextOpenTime(after: candle.openTime)
      for slot in series[at].listeners.indices {
        series[at].listeners[slot].onHistory(candle, key.interval, closedAt: close, isContiguous: series[at].isContiguous)
        bots[series[at].listeners[slot].bot]?.onHistory(candle)
      }
    }
    let symbol = series[at].symbolIndex
    symbols[symbol].areHoldersStale = true
    if series[at].hasServed { reopenServed(at, &effects) }
    if symbols[symbol].lastPrice.isZero, let last = candles.last { symbols[symbol].lastPrice = last.close }
  }

  /// Says which decisions were not made, if any bot would have made them.
  mutating func skipped(_ key: SeriesKey, _ candles: [Candle], _ effects: inout [Effect]) {
    guard let first = candles.first, let last = candles.last, let at = seriesAt(key), journalIsHealthy,
      series[at].listeners.contains(where: { bots[$0.bot].map { $0.state == .running || $0.state == .paused } ?? false })
    else { return }
    let time = { (candle: Candle) in key.interval.nextOpenTime(after: candle.openTime) }
    let times = candles.count == 1 ? "decision of \(time(first))" : "\(candles.count) decisions from \(time(first)) to \(time(last))"
    alert(
      .warning, .decisionSkipped, nil,
      "\(key.symbol) \(key.interval.rawValue): \(times) skipped: the exchange's feed did not bring the candle in time", &effects)
  }

  mutating func feedChanged(_ symbol: Symbol?, _ state: FeedState) {
    if let symbol {
      let at = symbolState(for: symbol)
      symbols[at].feed = state
    } else {
      for at in symbols.indices { symbols[at].feed = state }
    }
  }

  mutating func learn(_ rules: TradingRules, _ effects: inout [Effect]) {
    let at = symbolState(for: rules.symbol)
    let isFirst = symbols[at].rules == nil
    symbols[at].rules = rules
    for index in symbols[at].bots {
      if rules.status == .trading { evidence(index, against: [.closed, .filter, .orderType]) }
      markDirty(index)
      if isFirst { advance(index, &effects) }
    }
    if !symbols[at].bots.isEmpty { nameAssets(of: rules.symbol, &effects) }
    symbols[at].areHoldersStale = true
  }

  /// Journals what a symbol's assets are called, once they are known and where they changed.
  mutating func nameAssets(of symbol: Symbol, _ effects: inout [Effect]) {
    guard let at = symbolAt(symbol), let rules = symbols[at].rules, !rules.quoteAsset.isEmpty, journalIsHealthy, identity != nil else {
      return
    }
    let assets = SymbolAssets(symbol: symbol, base: rules.baseAsset, quote: rules.quoteAsset)
    if symbols[at].assets != assets { append(.symbolAssets(assets), &effects) }
  }
}
