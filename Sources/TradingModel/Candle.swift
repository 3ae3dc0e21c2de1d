public import Time

/// One candle of a symbol and interval. Identified by its open time.
public struct Candle: Hashable, Sendable {
  public var openTime: Timestamp
  public var open: Price
  public var high: Price
  public var low: Price
  public var close: Price
  /// Base-asset volume.
  public var volume: Quantity
  /// Quote-asset volume; zero where the source has none.
  public var quoteVolume: Amount
  /// Number of trades; zero where the source has none.
  public var tradeCount: Int64

  public init(
    openTime: Timestamp, open: Price, high: Price, low: Price, close: Price, volume: Quantity, quoteVolume: Amount = .zero,
    tradeCount: Int64 = 0
  ) {
    self.openTime = openTime
    self.open = open
    self.high = high
    self.low = low
    self.close = close
    self.volume = volume
    self.quoteVolume = quoteVolume
    self.tradeCount = tradeCount
  }

  /// This and a later part of the same period as one.
  public func joined(with later: Candle) -> Candle {
    Candle(
      openTime: openTime, open: open, high: max(high, later.high), low: min(low, later.low), close: later.close,
      volume: volume + later.volume, quoteVolume: quoteVolume + later.quoteVolume, tradeCount: tradeCount &+ later.tradeCount)
  }

  /// Positive prices, low ≤ open, close ≤ high, no negative volume.
  @inlinable public var isConsistent: Bool {
    let wide = (low.raw | open.raw | high.raw | close.raw | volume.raw | quoteVolume.raw) >> 64
    if wide == 0 {
      // None is negative, all fit 64 bits: almost always.
      let lowest = UInt64(truncatingIfNeeded: low.raw)
      let first = UInt64(truncatingIfNeeded: open.raw)
      let highest = UInt64(truncatingIfNeeded: high.raw)
      let last = UInt64(truncatingIfNeeded: close.raw)
      return lowest > 0 && lowest <= first && lowest <= last && first <= highest && last <= highest && tradeCount >= 0
    }
    return low.isPositive && low <= open && low <= close && open <= high && close <= high && !volume.isNegative && !quoteVolume.isNegative
      && tradeCount >= 0
  }
}

/// A candle as a feed delivers it: of which series, and whether it is closed.
public struct CandleUpdate: Hashable, Sendable {
  public var symbol: Symbol
  public var interval: Interval
  public var candle: Candle
  /// Only closed candles reach strategies, once each.
  public var isClosed: Bool
  /// The venue's event time; the candle's close time for history.
  public var eventTime: Timestamp

  public init(symbol: Symbol, interval: Interval, candle: Candle, isClosed: Bool, eventTime: Timestamp) {
    self.symbol = symbol
    self.interval = interval
    self.candle = candle
    self.isClosed = isClosed
    self.eventTime = eventTime
  }
}

/// The series a bot listens to: all bots with an equal key share one subscription.
public struct SeriesKey: Hashable, Sendable, Comparable, CustomStringConvertible, Codable {
  public var symbol: Symbol
  public var interval: Interval
  public init(symbol: Symbol, interval: Interval) {
    self.symbol = symbol
    self.interval = interval
  }
  public var description: String { "\(symbol.text)@\(interval.rawValue)" }
  public static func < (a: SeriesKey, b: SeriesKey) -> Bool {
    (a.symbol.text, a.interval.milliseconds) < (b.symbol.text, b.interval.milliseconds)
  }
}
