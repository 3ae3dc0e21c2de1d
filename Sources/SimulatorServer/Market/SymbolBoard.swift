import Time
import TradingModel
import Venue

/// What the public sees of one symbol: candles, last trades, the best prices, the last 24 hours.
struct SymbolBoard {
  let symbol: Symbol
  private(set) var series: [KlineSeries]
  var tape = TradeTape()
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
        interval: $0,
        historyMaximum: recorded.contains($0) ? .max / 2 : $0 == .oneMinute ? max(candlesMaximum, Self.minutesKept) : candlesMaximum,
        isRecorded: recorded.contains($0),
        isKept: $0.milliseconds >= finest)
    }
  }

  func series(_ interval: Interval) -> KlineSeries { series[Self.position(interval)] }

  /// The finest series of a minute or longer that is kept.
  var finest: KlineSeries { kept(.oneMinute) }

  /// The series of an interval, or of the next longer one that is kept.
  func kept(_ interval: Interval) -> KlineSeries {
    series[Self.position(interval)...].first { $0.isKept } ?? series(interval)
  }

  private static func position(_ interval: Interval) -> Int { Interval.allCases.firstIndex(of: interval) ?? 0 }

  /// Takes a trade in. Trades without volume only move the price.
  /// - Parameter isLive: its aggregate is for the streams; see ``TradeTape``.
  mutating func add(_ facts: MarketTradeFacts, quoteQuantity: Amount, isLive: Bool = false, closed: inout [(Interval, Kline)]) {
    version &+= 1
    let trade = PublicTrade(facts: facts, quoteQuantity: quoteQuantity)
    last = trade
    if facts.quantity.isPositive { tape.add(trade, isLive: isLive) }
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
}
