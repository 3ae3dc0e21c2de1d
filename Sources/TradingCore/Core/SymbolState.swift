import Time
import Indicators
import Strategies
import TradingModel
import Venue

/// What the core knows of a symbol.
struct SymbolState: Sendable {
  let symbol: Symbol
  var rules: TradingRules?
  /// What its assets are called, as the journal knows it.
  var assets: SymbolAssets?
  var feed: FeedState = .connecting
  /// The last price that was believed; zero while none is known. Values, levels and limits go by it alone.
  var lastPrice: Price = .zero
  /// When it was heard; `nil`: it comes from the past.
  var pricedAt: Timestamp?
  /// Not followed anew before, for its price alone.
  var followAgainAt: Timestamp = .zero
  /// Which prices are believed, against an exchange.
  var prices = PriceGuard()
  var lastTradeTime: Timestamp = .zero
  /// Bots on this symbol, by index.
  var bots: [Int] = []
  /// Bots with an open position, by index: they watch prices between candles. Out of date while ``areHoldersStale``.
  var holders: [Int] = []
  /// A position or a rule changed since ``holders`` and the wake prices were computed; the next price or tick computes them again.
  var areHoldersStale = false
  /// The price at or above which some holder's target may be hit, and the one at or below which some stop or trail may.
  var wakeAbove = FixedDecimal(raw: .max)
  var wakeBelow: Price = .zero
  /// Our account's trades that were booked.
  var trades = RecentTrades()
  /// Our account's fills that no known order claims yet.
  var unclaimed: [AccountTrade] = []
  /// Orders behind unclaimed trades that the venue was asked about. Looked up only.
  var asked: [VenueOrderID: IdentityQuestion] = [:]
  /// Orders that are nobody's here.
  var foreign = ForeignOrders()
  /// After a start: nothing is sent for its bots until the account's trades were listed and each has an owner.
  var awaitsTrades = false
  var areTradesListed = false
  /// What the exchange's refusals said of how many stops it takes, for a while: other people's orders take places too.
  var learnedPlaces: LearnedPlaces?
  /// A stop that several bots share may be open.
  var mayShareStops = false
  /// No entry takes its protection along before: the exchange refused that.
  var listsAgainAt: Timestamp = .zero
  /// That was said.
  var saidListsRefused = false
  /// The fee of the last buy was not taken from what was bought.
  var paysFeesApart = false
  /// The exchange was asked in vain to move a stop itself: not before this.
  var trailsAgainAt: Timestamp = .zero
  var saidTrailingRefused = false
  /// Its shared stop takes in no other bot before this.
  var umbrellaGrowsAt: Timestamp = .zero
  /// How the venue's list of our account's trades stands.
  var listing = TradeListing()

  /// Highest trade id booked for our account; 0 = none.
  var lastTradeID: TradeID { trades.last }

  // Mutating, so that they are looked at in place: reading out of an array would copy all of it.

  /// Whether a trade is booked.
  mutating func hasBooked(_ trade: TradeID) -> Bool { trades.contains(trade) }
  /// ``lastTradeID``.
  mutating func tradeFloor() -> TradeID { trades.last }
  /// What the symbol's base asset is called; empty while that is not known.
  var baseAsset: String { assets?.base ?? rules?.baseAsset ?? "" }
  /// Whether the exchange takes orders on it, as far as is known.
  mutating func isTrading() -> Bool { rules.map { $0.status == .trading } ?? true }
  /// Whether some fill waits for its order.
  mutating func hasUnclaimed() -> Bool { !unclaimed.isEmpty }

  /// What a market order could sell of a quantity; `nil` while the rules are not known.
  mutating func sellable(_ quantity: Quantity) -> Quantity? {
    guard quantity.isPositive else { return rules == nil ? nil : .zero }
    return rules?.quantityRoundedDown(quantity, isMarket: true)
  }

  /// The filter that a market order or a stop breaks, if any.
  mutating func filterBroken(quantity: Quantity, price: Price) -> String? {
    rules?.violation(quantity: quantity, price: price, isMarket: true)?.filter
  }

  /// Why a stop cannot rest; `nil`: it can.
  mutating func stopObstacle(_ quantity: Quantity, at stop: Price, resting: Int) -> WatchReason? {
    rules?.stopObstacle(quantity, at: stop, resting: resting)
  }

  /// Whether a target may rest beside a stop; `last` stands for the average price that the exchange compares with.
  mutating func takesTarget(_ quantity: Quantity, at price: Price, last: Price) -> Bool {
    rules.map { $0.targetObstacle(quantity, at: price, last: last) == nil } ?? false
  }

  /// What a stop needs to know of the rules; `nil` while they are not known.
  mutating func stopRules() -> (tick: Price, stopsMaximum: Int)? { rules.map { ($0.tickSize, $0.openAlgorithmicOrdersMaximum) } }
}

/// A bot as its series sees it: what a closed candle needs, side by side in memory, so that a candle for thousands of bots does not
/// touch all of each bot.
struct CandleListener: Sendable {
  /// Index of the bot.
  let bot: Int
  var strategy: any Strategy
  /// The bot's position as the strategy sees it.
  var position = StrategyPosition.flat
  var openedAt: Timestamp = .zero
  /// Closed candles after which the position is to be closed; 0 = never.
  var timeStop: Int
  /// Another process serves the strategy: it is asked, and `strategy` wants nothing.
  var isServed = false

  /// Shows a position, changed by a fill.
  mutating func hold(_ held: Position) {
    guard held.isOpen else { return position = .flat }
    let bars = held.openedAt == openedAt ? position.barsHeld : 0
    openedAt = held.openedAt
    position = StrategyPosition(isOpen: true, averageEntryPrice: held.averageEntryPrice, barsHeld: bars)
  }

  var isHeldTooLong: Bool { timeStop > 0 && position.isOpen && position.barsHeld >= timeStop }

  /// Hands a closed candle to the strategy; `nil` when nothing is to be done.
  ///
  /// How long a position is held is read off the clock, so a restart forgets nothing, and counted on while candles follow each other.
  mutating func onCandle(
    _ candle: Candle, _ interval: Interval, closedAt close: Timestamp, isContiguous: Bool
  ) -> CandleSignal? {
    count(interval, closedAt: close, isContiguous: isContiguous)
    let signal = strategy.onCandle(candle, position: position)
    guard signal.action != .hold || isHeldTooLong, !isServed else { return nil }
    return CandleSignal(bot: bot, signal: signal, candlesHeld: isHeldTooLong ? timeStop : 0)
  }

  /// Hands a closed candle from before now to the strategy: nothing is done.
  mutating func onHistory(_ candle: Candle, _ interval: Interval, closedAt close: Timestamp, isContiguous: Bool) {
    count(interval, closedAt: close, isContiguous: isContiguous)
    strategy.onHistory(candle, position: position)
  }

  @inline(__always) private mutating func count(_ interval: Interval, closedAt close: Timestamp, isContiguous: Bool) {
    guard position.isOpen, close > openedAt else { return }
    position.barsHeld =
      isContiguous && position.barsHeld > 0 ? position.barsHeld + 1 : interval.candleCount(from: openedAt, to: close)
  }

  /// Hands closed candles inside `bounds` to the strategy up to the first at which something is to be done, all of them later than the
  /// position's entry. Not for intervals of months, whose length varies. Returns how many it took.
  mutating func onCandles(
    _ candles: ArraySlice<Candle>, _ interval: Interval, inside bounds: CandleBounds, signals: inout [CandleSignal]
  ) -> Int {
    var bounds = bounds
    if timeStop > 0, position.isOpen {
      let left = Int64(max(timeStop - position.barsHeld, 1))
      bounds.lastOpens = min(bounds.lastOpens, bounds.opened.advanced(byMilliseconds: left * interval.milliseconds))
    }
    let (count, signal) = strategy.onCandles(candles, inside: bounds, position: &position)
    guard count > 0 else { return 0 }
    if signal.action != .hold || isHeldTooLong {
      signals.append(CandleSignal(bot: bot, signal: signal, candlesHeld: isHeldTooLong ? timeStop : 0))
    }
    return count
  }
}

/// What a bot does at the close of a candle.
struct CandleSignal: Sendable {
  var bot: Int
  var signal: Signal
  /// Not 0: the position was held for this many candles, as long as the bot allows.
  var candlesHeld: Int
}

/// Candles of one series and who listens.
struct SeriesState: Sendable {
  let key: SeriesKey
  let symbolIndex: Int
  /// In order of bots.
  var listeners: [CandleListener] = []
  /// The last closed candles, oldest first; at most `historyCandles`, trimmed in halves.
  private(set) var history: [Candle] = []
  /// When the last closed candle opened.
  private(set) var lastOpenTime = Timestamp(nanoseconds: .min)
  /// The last closed candle follows the one before it.
  private(set) var isContiguous = false
  /// The average true range at the last closed candle, kept while some bot needs it; zero while it is not known.
  private(set) var volatility: Price = .zero
  private var range: AverageTrueRange?
  /// Whether another process serves some listener's strategy.
  private(set) var hasServed = false

  init(key: SeriesKey, symbolIndex: Int) {
    self.key = key
    self.symbolIndex = symbolIndex
  }

  /// Where a bot's listener is, or would be.
  private func slot(of bot: Int) -> Int {
    if let last = listeners.last, last.bot < bot { return listeners.count }
    var low = 0
    var high = listeners.count
    while low < high {
      let middle = (low + high) / 2
      if listeners[middle].bot < bot { low = middle + 1 } else { high = middle }
    }
    return low
  }

  func listenerIndex(of bot: Int) -> Int? {
    let slot = slot(of: bot)
    return slot < listeners.count && listeners[slot].bot == bot ? slot : nil
  }

  /// Whether some bot of it holds a position.
  var isHeld: Bool { listeners.contains { $0.position.isOpen } }

  /// Adds a bot, warmed with everything the series has.
  mutating func add(_ bot: Int, _ strategy: any Strategy, _ configuration: BotConfiguration, isServed: Bool) {
    if configuration.needsVolatility, range == nil {
      range = AverageTrueRange(period: BotConfiguration.volatilityPeriod)
      for candle in history { measure(candle) }
    }
    var listener = CandleListener(bot: bot, strategy: strategy, timeStop: configuration.timeStopCandles)
    listener.isServed = isServed
    if isServed { hasServed = true }
    for candle in history { listener.strategy.onHistory(candle, position: .flat) }
    listeners.insert(listener, at: slot(of: bot))
  }

  /// Shows a bot's position, changed by a fill, to its strategy.
  mutating func show(_ position: Position, to bot: Int) {
    if let slot = listenerIndex(of: bot) { listeners[slot].hold(position) }
  }

  mutating func remove(_ bot: Int) {
    if let slot = listenerIndex(of: bot) { listeners.remove(at: slot) }
    if hasServed { hasServed = listeners.contains(where: \.isServed) }
  }

  /// Tells every strategy of a closed candle; those that want something are added to `signals`.
  ///
  /// - Parameter isContiguous: it is known to follow the candle heard before.
  mutating func hear(_ candle: Candle, closedAt close: Timestamp, isContiguous: Bool, signals: inout [CandleSignal]) {
    for slot in listeners.indices {
      if let signal = listeners[slot].onCandle(candle, key.interval, closedAt: close, isContiguous: isContiguous) { signals.append(signal) }
    }
  }

  /// Tells the strategies of closed candles up to the first at which one wants something, or before the first outside `bounds`. Answers
  /// how many were told.
  mutating func hear(_ candles: ArraySlice<Candle>, inside bounds: CandleBounds, signals: inout [CandleSignal]) -> Int {
    guard listeners.count == 1, key.interval != .oneMonth, let first = candles.first,
      key.interval.nextOpenTime(after: first.openTime) > listeners[0].openedAt
    else {
      var bounds = bounds
      for index in candles.indices {
        guard bounds.advance(to: candles[index]) != nil else { return index - candles.startIndex }
        hear(
          candles[index], closedAt: key.interval.nextOpenTime(after: candles[index].openTime), isContiguous: false, signals: &signals)
        if !signals.isEmpty { return index - candles.startIndex + 1 }
      }
      return candles.count
    }
    return listeners[0].onCandles(candles, key.interval, inside: bounds, signals: &signals)
  }

  /// - Parameter isDoubtful: it ends where the market does not trade, and makes no figure.
  mutating func keep(_ candle: Candle, limit: Int, isDoubtful: Bool = false) {
    isContiguous = lastOpenTime.nanoseconds != .min && key.interval.nextOpenTime(after: lastOpenTime) == candle.openTime
    lastOpenTime = candle.openTime
    if range != nil, !isDoubtful { measure(candle) }
    guard limit > 0 else { return }
    if history.count >= limit * 2 { history.removeFirst(history.count - limit) }
    history.append(candle)
  }

  mutating func keep(_ candles: ArraySlice<Candle>, limit: Int) {
    guard limit > 0 || range != nil else { return lastOpenTime = candles.last?.openTime ?? lastOpenTime }
    for candle in candles { keep(candle, limit: limit) }
  }

  /// What of it is folded from the journal (``CoreState``).
  var folded: FoldedSeries {
    FoldedSeries(
      key: key, symbolAt: symbolIndex, measuresRange: range != nil,
      listeners: listeners.map { FoldedSeries.Listener(bot: $0.bot, position: $0.position, openedAt: $0.openedAt) })
  }

  /// After its listeners were added: what they were shown.
  mutating func restore(_ folded: FoldedSeries) {
    if folded.measuresRange, range == nil { range = AverageTrueRange(period: BotConfiguration.volatilityPeriod) }
    for listener in folded.listeners {
      guard let slot = listenerIndex(of: listener.bot) else { continue }
      listeners[slot].position = listener.position
      listeners[slot].openedAt = listener.openedAt
    }
  }

  private mutating func measure(_ candle: Candle) {
    volatility = range?.update(Bar(candle)).flatMap { FixedDecimal(nearestTo: $0) } ?? .zero
  }
}
