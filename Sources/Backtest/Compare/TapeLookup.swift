import Time
import TradingModel

extension JournalReplay.Tape {
  /// The candle that closed at a time; `nil`: the tape has none. Cost: logarithmic.
  func row(closingAt close: Timestamp) -> (candle: Candle, heardAt: Timestamp?)? {
    var low = 0
    var high = candles.count
    while low < high {
      let middle = (low + high) / 2
      if key.interval.nextOpenTime(after: candles[middle].candle.openTime) < close { low = middle + 1 } else { high = middle }
    }
    guard low < candles.count, key.interval.nextOpenTime(after: candles[low].candle.openTime) == close else { return nil }
    return candles[low]
  }

  /// The close of the candle that something was decided at which was journaled at `time`: the last one before it, or one a little earlier
  /// that closed at the price of the decision, where candles came late.
  func decisionClose(at time: Timestamp, price: Price) -> Timestamp {
    let last = key.interval.openTime(containing: time)
    var close = last
    let window = max(key.interval.milliseconds, 5_000) * 1_000_000 + key.interval.milliseconds * 1_000_000
    while time.nanoseconds(since: close) <= window {
      if row(closingAt: close)?.candle.close == price { return close }
      close = key.interval.openTime(containing: close.advanced(byMilliseconds: -1))
    }
    return last
  }
}
