import Time
import Venue
import MarketData
import Accounting
import BotAPI
import MarketData
import Strategies
import TradingCore
import TradingModel
import Venue

/// Turns board entries into what clients see, valued at the latest prices.
struct BotValues {
  let context: ControlContext

  /// Latest price of what a bot trades; zero when there is none.
  func mark(of configuration: BotConfiguration) -> Price {
    if let trade = context.market.trade(configuration.symbol) { return trade.price }
    if let ticker = context.market.ticker(configuration.symbol) { return ticker.last }
    return context.market.candles(configuration.series, limit: 1).last?.close ?? .zero
  }

  /// - Parameter expectsProtection: of a bot that holds nothing its levels are told for an entry at the latest price.
  func bot(_ entry: BoardBot, expectsProtection: Bool = false) -> V1.Bot {
    let snapshot = entry.snapshot
    let mark = mark(of: snapshot.configuration)
    let unrealized = snapshot.position.unrealizedPnL(at: mark)
    return V1.Bot(
      id: entry.id.text, spec: Self.spec(of: snapshot.configuration), state: Self.state(of: entry),
      stateReason: snapshot.stateReason, mode: V1.TradingMode(context.configuration.mode), position: position(entry, mark: mark),
      lastSignal: snapshot.lastSignal.map { Self.signal($0, snapshot.configuration) },
      netPnL: (realized(snapshot) + unrealized).description, fills: Int64(snapshot.results.fillCount),
      createdTimeNs: snapshot.createdAt.nanoseconds, updatedTimeNs: snapshot.updatedAt.nanoseconds, quoteAsset: snapshot.quoteAsset,
      baseAsset: snapshot.baseAsset, warmUpRemaining: warmUpRemaining(snapshot),
      createdSequence: Int64(sequence: snapshot.createdSequence), stateCause: V1.BotStateCause(snapshot.stateCause),
      hold: snapshot.hold.map { hold in
        V1.Hold(cause: hold.cause.name, concern: hold.concern.rawValue, reason: hold.reason, sinceTimeNs: hold.since.nanoseconds)
      }, lock: entry.isRemoved ? nil : lock(of: snapshot),
      protection: protection(snapshot, expects: expectsProtection && !entry.isRemoved))
  }

  private func protection(_ bot: BotSnapshot, expects: Bool) -> [V1.ProtectionLevel] {
    guard bot.protection.isEmpty else { return bot.protection.map { level($0, bot.configuration, isExpected: false) } }
    return expects && !bot.position.isOpen ? expectedProtection(of: bot.configuration) : []
  }

  /// Where the levels of an entry at the latest price would act; empty while the symbol's rules are not known.
  func expectedProtection(of configuration: BotConfiguration) -> [V1.ProtectionLevel] {
    guard let rules = context.board.rules(for: configuration.symbol) else { return [] }
    let stops = context.board.openOrdersByID.values.count {
      $0.intent.request.symbol == configuration.symbol && $0.intent.request.type.isContingent && $0.status != .waiting
    }
    return configuration.expectedProtection(
      rules, price: mark(of: configuration), restingStops: stops, isPaper: context.configuration.mode.isPaper
    ).map {
      level($0, configuration, isExpected: true)
    }
  }

  private func level(_ level: ProtectionLevel, _ configuration: BotConfiguration, isExpected: Bool) -> V1.ProtectionLevel {
    V1.ProtectionLevel(
      kind: level.kind.rawValue, price: level.price.textOrEmpty, rests: level.rests, clientOrderID: level.order?.text ?? "",
      explanation: level.explanation(
        of: configuration.symbol, isPaper: context.configuration.mode.isPaper, isExpected: isExpected),
      isExpected: isExpected)
  }

  /// What locks a bot's entries now.
  private func lock(of bot: BotSnapshot) -> V1.EntryLock? {
    let view = context.board.view
    let lock = view.locks.strictest(bot: bot.configuration.id, symbol: bot.configuration.symbol, at: view.time)
    return lock.map { V1.EntryLock($0) }
  }

  /// Realized as the book has it: fees in other assets taken off as well.
  private func realized(_ snapshot: BotSnapshot) -> Amount {
    context.books.read { book in book.number(of: snapshot.key).map { book.accounts[$0].realized } } ?? snapshot.results.realizedPnL
  }

  static func state(of entry: BoardBot) -> V1.BotState {
    if entry.isRemoved { return .removed }
    let isNew = entry.snapshot.state == .stopped && !entry.snapshot.results.hasStarted
    return isNew ? .created : V1.BotState(entry.snapshot.state)
  }

  /// The settings with the strategy's defaults filled in.
  static func spec(of configuration: BotConfiguration) -> V1.BotSpec {
    let descriptor = configuration.strategyDescriptor
    let parameters = descriptor?.completed(configuration.parameters) ?? configuration.parameters
    return V1.BotSpec(
      symbol: configuration.symbol.text, strategy: configuration.strategyName,
      parameters: parameters.entries.map { V1.KeyValue(key: $0.name, value: $0.value) }, interval: configuration.interval.rawValue,
      capital: configuration.capital.description, riskPerTrade: configuration.riskPerTrade.description,
      maxPositionFraction: configuration.maximumPosition.description, stopLoss: configuration.stopLoss.description,
      takeProfit: configuration.takeProfit.textOrEmpty, trailingStop: configuration.trailingStop.textOrEmpty,
      autoStart: configuration.autoStart,
      trailingStopAtr: configuration.trailingStopRanges.textOrEmpty, timeStopCandles: Int64(configuration.timeStopCandles),
      cooldownCandles: Int64(configuration.cooldownCandles), sizing: configuration.sizing.description,
      sizingAtr: configuration.sizing == .volatility ? configuration.sizingRanges.description : "", compound: configuration.compounds,
      guards: TradeGuard.text(configuration.guards), entry: configuration.entry.kind.description,
      entryOffset: configuration.entry.offset.textOrEmpty,
      entryLifetime: configuration.entry.rests ? Int64(configuration.entry.lifetime) : 0,
      entryThen: configuration.entry.rests ? configuration.entry.sequel.description : "")
  }

  static func signal(_ signal: SignalRecord, _ configuration: BotConfiguration) -> V1.Signal {
    V1.Signal(
      side: V1.Side(signal.side), confidence: FixedDecimal.text(of: signal.confidence), reason: signal.reason,
      timeNs: signal.time.nanoseconds, symbol: configuration.symbol.text, botID: configuration.id.text)
  }

  func position(_ entry: BoardBot) -> V1.Position { position(entry, mark: mark(of: entry.snapshot.configuration)) }

  private func position(_ entry: BoardBot, mark: Price) -> V1.Position {
    let snapshot = entry.snapshot
    let held = snapshot.position
    var value = V1.Position(botID: entry.id.text, symbol: snapshot.configuration.symbol.text, quantity: held.quantity.description)
    value.markPrice = mark.textOrEmpty
    guard held.quantity.isPositive else { return value }
    value.averageEntryPrice = held.averageEntryPrice.description
    if mark.isPositive {
      value.marketValue = (mark * held.quantity).description
      value.unrealizedPnL = held.unrealizedPnL(at: mark).description
    }
    value.stopPrice = snapshot.stopPrice.textOrEmpty
    value.takeProfitPrice = snapshot.takeProfitPrice.textOrEmpty
    // What is left because it is too little to be sold is no position.
    value.openedTimeNs = held.isOpen ? held.openedAt.nanoseconds : 0
    if !snapshot.openOrders.isEmpty {
      let orders = context.board.openOrdersByID
      value.protectiveOrderID = snapshot.openOrders.first { orders[$0]?.intent.purpose == .stopLoss }?.text ?? ""
    }
    return value
  }

  /// Candles that the strategy still needs, as far as the market data held here tells.
  private func warmUpRemaining(_ snapshot: BotSnapshot) -> Int64 {
    guard snapshot.lastSignal == nil else { return 0 }
    let configuration = snapshot.configuration
    let built = configuration.served == nil ? try? configuration.strategyDescriptor?.make(configuration.parameters) : nil
    guard let warmUp = configuration.served?.warmUp ?? built?.warmUp else { return 0 }
    let held = context.market.candles(configuration.series, limit: warmUp).count
    return Int64(max(0, warmUp - held))
  }
}
