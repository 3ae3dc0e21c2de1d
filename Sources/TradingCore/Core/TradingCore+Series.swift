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
    guard let series = seriesIndex[key], let symbol = symbolIndex[key.symbol] else { return nil }
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

  /// The symbol's price, where no bot holds it and no decision hangs on how it got there.
  public mutating func setPrice(_ price: Price, of handle: SeriesHandle) { symbols[handle.symbol].lastPrice = price }

  public func price(of handle: SeriesHandle) -> Price { symbols[handle.symbol].lastPrice }
}
