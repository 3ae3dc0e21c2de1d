import Time
import TradingModel
import Venue

/// What the public sees of one symbol: candles, last trades, the best prices, the last 24 hours.
struct SymbolBoard {
  static let tradesMaximum = 1_000

  let symbol: Symbol
  private(set) var series: [KlineSeries]
  /// Youngest last, at most ``tradesMaximum``.
  private(set) var trades: [PublicTrade] = []
  var quote: Quote?
  var quoteUpdateID: Int64 = 0
  private(set) var last: PublicTrade?
  /// Grows with every trade; streams that summarise compare it.
  private(set) var version: Int64 = 0

  struct PublicTrade {
    var facts: MarketTradeFacts
    var quoteQuantity: Amount
  }

  init(symbol: Symbol, candlesMaximum: Int, recorded: [Interval]) {
    self.symbol = symbol
    // Intervals finer than a recording would only show its few made-up trades.
    let finest = recorded.map(\.milliseconds).min() ?? 0
    series = Interval.allCases.map {
      KlineSeries(
        interval: $0, historyMaximum: recorded.contains($0) ? .max / 2 : candlesMaximum, isRecorded: recorded.contains($0),
        isKept: $0.milliseconds >= finest)
    }
  }

  func series(_ interval: Interval) -> KlineSeries { series[Self.position(interval)] }

  private static func position(_ interval: Interval) -> Int { Interval.allCases.firstIndex(of: interval) ?? 0 }

  /// Takes a trade in. Trades without volume only move the price.
  mutating func add(_ facts: MarketTradeFacts, quoteQuantity: Amount, closed: inout [(Interval, Kline)]) {
    version &+= 1
    let trade = PublicTrade(facts: facts, quoteQuantity: quoteQuantity)
    last = trade
    if facts.quantity.isPositive {
      trades.append(trade)
      if trades.count >= 2 * Self.tradesMaximum { trades.removeFirst(trades.count - Self.tradesMaximum) }
    }
    var ended: [Kline] = []
    for index in series.indices {
      series[index].add(facts, closed: &ended)
      for kline in ended { closed.append((series[index].interval, kline)) }
      ended.removeAll(keepingCapacity: true)
    }
    updateCloses()
  }

  /// When the next candle that is built from trades ends.
  private(set) var nextClose = Timestamp.distantFuture

  private mutating func updateCloses() {
    nextClose = .distantFuture
    for entry in series { nextClose = min(nextClose, entry.currentEnd) }
  }

  /// Closes the candles that end at or before `time`.
  mutating func advance(to time: Timestamp, closed: inout [(Interval, Kline)]) {
    var ended: [Kline] = []
    for index in series.indices {
      series[index].advance(to: time, closed: &ended)
      for kline in ended { closed.append((series[index].interval, kline)) }
      ended.removeAll(keepingCapacity: true)
    }
    updateCloses()
  }

  mutating func record(_ kline: Kline, interval: Interval, isClosed: Bool) {
    series[Self.position(interval)].record(kline, isClosed: isClosed)
  }

  /// The last 24 hours from minute candles (or the finest recorded ones), ending at `now`; `nil` before the first trade.
  func day(endingAt now: Timestamp) -> DayStatistics? {
    guard let last else { return nil }
    let start = now.advanced(byMilliseconds: -86_400_000)
    let source = series.first { $0.isRecorded } ?? series(.oneMinute)
    let klines = source.select(from: start, to: now, limit: .max)
    var day = DayStatistics(
      openTime: start, closeTime: now, open: klines.first?.candle.open ?? last.facts.price, high: last.facts.price,
      low: last.facts.price, last: last.facts.price, lastQuantity: last.facts.quantity, previousClose: .zero)
    day.previousClose = day.open
    for kline in klines {
      day.high = max(day.high, kline.candle.high)
      day.low = min(day.low, kline.candle.low)
      day.volume += kline.candle.volume
      day.quoteVolume += kline.candle.quoteVolume
      day.count += kline.candle.tradeCount
      if day.firstID < 0 { day.firstID = kline.firstTradeID }
    }
    day.lastID = last.facts.id
    return day
  }
}

/// Rolling 24-hour statistics.
struct DayStatistics {
  var openTime: Timestamp
  var closeTime: Timestamp
  var open: Price
  var high: Price
  var low: Price
  var last: Price
  var lastQuantity: Quantity
  var previousClose: Price
  var volume: Quantity = .zero
  var quoteVolume: Amount = .zero
  var count: Int64 = 0
  var firstID: Int64 = -1
  var lastID: Int64 = -1

  var change: Price { last - open }
  /// Per cent with three digits.
  var changePercent: FixedDecimal {
    FixedDecimal(raw: (change * FixedDecimal(100)).divided(by: open, rounding: .nearest).raw / 100_000 * 100_000)
  }
  var weightedAverage: Price { volume.isPositive ? quoteVolume / volume : last }
}
