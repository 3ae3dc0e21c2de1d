public import Time
import Synchronization
public import TradingModel
public import Venue

/// Market data in memory: the last closed candles of each series, the candle in progress, tickers, quotes, feed states and quality
/// counters. It is also the door to other caches: what it takes, its sinks get.
///
/// Written by the core's thread and read by any. Each series and each symbol has a lock of its own, held for a copy of a few values
/// (reads of candles: about 20 ns a candle), so readers hardly meet the writer. Candles that come twice, late or broken are counted;
/// sinks see only what was taken.
public final class MarketDataStore: MarketCache, Sendable {
  /// Closed candles kept per series unless told otherwise.
  public static let candlesDefault = 500
  /// The least that may be kept per series.
  public static let candlesMinimum = 200

  private final class Series: Sendable {
    struct State: Sendable {
      var ring: CandleRing
      var current: Candle?
      var closed: UInt64 = 0
      var gaps: UInt64 = 0
      var duplicates: UInt64 = 0
      var refused: UInt64 = 0
      var lastEvent: Timestamp?
      var feed = SeriesFeedCounts()
    }
    let state: Mutex<State>
    init(capacity: Int) { state = Mutex(State(ring: CandleRing(capacity: capacity))) }
  }

  private final class Market: Sendable {
    struct State: Sendable {
      var ticker: Ticker?
      var quote: Quote?
      var trade: MarketTrade?
      var feed: (state: FeedState, since: Timestamp)?
    }
    let state = Mutex(State())
  }

  public let capacity: Int
  private let series = Mutex<[SeriesKey: Series]>([:])
  private let markets = Mutex<[Symbol: Market]>([:])
  private let connection = Mutex<(state: FeedState, since: Timestamp)?>(nil)
  private let sinks = Mutex<[any MarketCache]>([])

  /// Keeps `capacity` closed candles per series (at least ``candlesMinimum``); a candle takes 112 bytes.
  public init(capacity: Int = MarketDataStore.candlesDefault) { self.capacity = max(Self.candlesMinimum, capacity) }

  /// Passes on everything from now on.
  public func add(_ sink: any MarketCache) { sinks.withLock { $0.append(sink) } }

  /// Forgets a sink; it gets nothing more, and is not kept alive by this store.
  public func remove(_ sink: any MarketCache) { sinks.withLock { $0.removeAll { $0 === sink } } }

  // MARK: Writing

  /// Takes a feed's event. An unclosed candle becomes the candle in progress.
  public func take(_ event: MarketEvent) {
    switch event {
    case .candle(let update):
      let key = SeriesKey(symbol: update.symbol, interval: update.interval)
      if update.isClosed { close(key, update.candle, eventTime: update.eventTime) } else { progress(key, update) }
    case .trade(let trade): market(trade.symbol).state.withLock { $0.trade = trade }
    case .quote(let quote): updated(quote)
    case .ticker(let ticker): updated(ticker)
    }
  }

  public func closed(_ key: SeriesKey, _ candle: Candle) {
    close(key, candle, eventTime: key.interval.nextOpenTime(after: candle.openTime))
  }

  private func close(_ key: SeriesKey, _ candle: Candle, eventTime: Timestamp) {
    let store = series(key)
    let isTaken = store.state.withLock { state in
      state.lastEvent = eventTime
      guard candle.isConsistent, key.interval.openTime(containing: candle.openTime) == candle.openTime else {
        state.refused += 1
        return false
      }
      if let current = state.current, current.openTime <= candle.openTime { state.current = nil }
      guard let newest = state.ring.newest else {
        state.ring.append(candle)
        state.closed += 1
        return true
      }
      guard candle.openTime > newest.openTime else {
        let position = state.ring.firstPosition(from: candle.openTime)
        if position == 0 || state.ring[position].openTime == candle.openTime {
          state.duplicates += 1
          return false
        }
        state.ring.merge([candle])
        state.closed += 1
        return true
      }
      state.gaps += UInt64(CandleRing.missing(after: newest.openTime, before: candle.openTime, interval: key.interval))
      state.ring.append(candle)
      state.closed += 1
      return true
    }
    if isTaken { tell { $0.closed(key, candle) } }
  }

  private func progress(_ key: SeriesKey, _ update: CandleUpdate) {
    series(key).state.withLock { state in
      guard update.candle.isConsistent else {
        state.refused += 1
        return
      }
      state.lastEvent = update.eventTime
      if let newest = state.ring.newest, update.candle.openTime <= newest.openTime { return }
      state.current = update.candle
    }
  }

  public func seed(_ key: SeriesKey, _ candles: [Candle]) {
    let held = series(key).state.withLock { state -> [Candle] in
      let usable = candles.filter { $0.isConsistent && key.interval.openTime(containing: $0.openTime) == $0.openTime }
      state.refused += UInt64(candles.count - usable.count)
      state.ring.merge(usable)
      if let newest = state.ring.newest, let current = state.current, current.openTime <= newest.openTime { state.current = nil }
      return state.ring.newest(capacity, before: nil)
    }
    tell { $0.seed(key, held) }
  }

  public func updated(_ ticker: Ticker) {
    market(ticker.symbol).state.withLock { $0.ticker = ticker }
    tell { $0.updated(ticker) }
  }

  public func updated(_ quote: Quote) {
    market(quote.symbol).state.withLock { $0.quote = quote }
    tell { $0.updated(quote) }
  }

  public func feedState(_ symbol: Symbol?, _ state: FeedState, at time: Timestamp) {
    if let symbol {
      market(symbol).state.withLock { if $0.feed?.state != state { $0.feed = (state, time) } }
    } else {
      connection.withLock { if $0?.state != state { $0 = (state, time) } }
    }
    tell { $0.feedState(symbol, state, at: time) }
  }

  /// Replaces what the feed says of a series.
  public func setFeedCounts(_ key: SeriesKey, _ counts: SeriesFeedCounts) { series(key).state.withLock { $0.feed = counts } }

  private func tell(_ body: (any MarketCache) -> Void) { for sink in sinks.withLock({ $0 }) { body(sink) } }

  private func series(_ key: SeriesKey) -> Series {
    series.withLock { table in
      if let found = table[key] { return found }
      let made = Series(capacity: capacity)
      table[key] = made
      return made
    }
  }

  private func market(_ symbol: Symbol) -> Market {
    markets.withLock { table in
      if let found = table[symbol] { return found }
      let made = Market()
      table[symbol] = made
      return made
    }
  }

  // MARK: Reading

  /// Up to `limit` of the newest closed candles that open before `end` (`nil`: no bound), oldest first; empty for an unknown series.
  public func candles(_ key: SeriesKey, limit: Int, before end: Timestamp? = nil) -> [Candle] {
    series.withLock { $0[key] }?.state.withLock { $0.ring.newest(limit, before: end) } ?? []
  }

  /// The candle in progress.
  public func current(_ key: SeriesKey) -> Candle? { series.withLock { $0[key] }?.state.withLock { $0.current } }

  public func ticker(_ symbol: Symbol) -> Ticker? { markets.withLock { $0[symbol] }?.state.withLock { $0.ticker } }
  public func quote(_ symbol: Symbol) -> Quote? { markets.withLock { $0[symbol] }?.state.withLock { $0.quote } }
  public func trade(_ symbol: Symbol) -> MarketTrade? { markets.withLock { $0[symbol] }?.state.withLock { $0.trade } }

  /// Every series that was ever written, in order.
  public func allSeries() -> [SeriesKey] { series.withLock { $0.keys.sorted() } }

  /// Every symbol with a ticker, quote, trade or feed state, in order.
  public func allSymbols() -> [Symbol] { markets.withLock { $0.keys.sorted() } }

  /// Feed states: the connection's first, then each symbol's.
  public func feedStatuses() -> [FeedStatus] {
    var statuses: [FeedStatus] = []
    if let whole = connection.withLock({ $0 }) { statuses.append(FeedStatus(symbol: nil, state: whole.state, since: whole.since)) }
    for symbol in allSymbols() {
      guard let feed = markets.withLock({ $0[symbol] })?.state.withLock({ $0.feed }) else { continue }
      statuses.append(FeedStatus(symbol: symbol, state: feed.state, since: feed.since))
    }
    return statuses
  }

  /// Quality of one series, or `nil` for an unknown one.
  public func quality(_ key: SeriesKey) -> SeriesQuality? {
    series.withLock { $0[key] }?.state.withLock { state in
      SeriesQuality(
        series: key, held: state.ring.count, holes: state.ring.holes(interval: key.interval), closed: state.closed, gaps: state.gaps,
        duplicates: state.duplicates, refused: state.refused, newest: state.ring.newest?.openTime, lastEvent: state.lastEvent,
        feed: state.feed)
    }
  }
}
