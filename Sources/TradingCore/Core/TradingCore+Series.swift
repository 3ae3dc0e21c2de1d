public import Time
public import TradingModel
import Venue

/// A series that the core follows, found once: for drivers that hand over millions of candles.
public struct SeriesHandle: Sendable, Hashable {
  let symbol: Int
  let series: Int
}

extension TradingCore {
  /// The handle of a series that some bot has used; valid for this core and copies of it.
  public func handle(for key: SeriesKey) -> SeriesHandle? {
    guard let series = seriesAt(key), let symbol = symbolAt(key.symbol) else { return nil }
    return SeriesHandle(symbol: symbol, series: series)
  }

  /// A closed candle of a series, at its close: the same as a `market` event of it that arrives in time.
  public mutating func close(_ candle: Candle, of handle: SeriesHandle, at time: Timestamp, effects: inout [Effect]) {
    now = max(now, time)
    guard candle.isConsistent, candle.openTime > series[handle.series].lastOpenTime else { return }
    closed(candle, handle.series, isLate: false, &effects)
  }

  /// Whether a bot holds the series' symbol.
  public mutating func isHeld(_ handle: SeriesHandle) -> Bool {
    if symbols[handle.symbol].areHoldersStale { refreshHolders(handle.symbol) }
    return !symbols[handle.symbol].holders.isEmpty
  }

  /// The prices at and beyond which something may happen here; where a limit watches a holder's every price, all of them.
  public mutating func wakePrices(of handle: SeriesHandle) -> (below: Price, above: Price) {
    if isHeld(handle), riskLimits.watchesEquity { return (FixedDecimal(raw: .max), .zero) }
    return (symbols[handle.symbol].wakeBelow, symbols[handle.symbol].wakeAbove)
  }

  /// Tells the strategies of closed candles up to the first at which one wants something, or that opens at `lastOpens` or later, or before
  /// the first that reaches `low` or `high`; returns how many were told. Inside the wake prices that is the same as closing them one by
  /// one, but for the decisions at the last of them: those are due next (``decide(at:price:of:effects:)``).
  public mutating func hear(_ candles: ArraySlice<Candle>, of handle: SeriesHandle, low: Price, high: Price, lastOpens: Timestamp) -> Int {
    let bounds = CandleBounds(
      low: low, high: high, opened: series[handle.series].lastOpenTime, lastOpens: lastOpens, interval: series[handle.series].key.interval)
    let count = series[handle.series].hear(candles, inside: bounds, signals: &signals)
    series[handle.series].keep(candles.prefix(count), limit: configuration.historyCandles)
    return count
  }

  /// Decides what was heard at a candle's close.
  public mutating func decide(at close: Timestamp, price: Price, of handle: SeriesHandle, effects: inout [Effect]) {
    now = max(now, close)
    symbols[handle.symbol].lastPrice = price
    decide(price: price, at: close, isLate: false, &effects)
    endEntries(handle.series, close: close, price: price, &effects)
  }

  /// The symbol's price, where no bot holds it and no decision hangs on how it got there.
  public mutating func setPrice(_ price: Price, of handle: SeriesHandle) { symbols[handle.symbol].lastPrice = price }

  /// The portfolio's value with the symbol at a price, which becomes its last one: as ``setPrice(_:of:)`` and ``equity()``.
  public mutating func equity(at price: Price, of handle: SeriesHandle) -> EquityPoint {
    symbols[handle.symbol].lastPrice = price
    return Self.equity(of: bots, symbols)
  }

  public func price(of handle: SeriesHandle) -> Price { symbols[handle.symbol].lastPrice }
}
