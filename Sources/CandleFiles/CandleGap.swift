import Time
import TradingModel

/// Candles missing between two neighbours on the grid.
struct CandleGap: CustomStringConvertible {
  /// Of the candle after the gap.
  let index: Int
  let line: Int
  let before: Timestamp
  let after: Timestamp
  let interval: Interval
  /// Candles missing, at least one.
  let missing: Int

  init(index: Int, line: Int, before: Timestamp, after: Timestamp, interval: Interval) {
    self.index = index
    self.line = line
    self.before = before
    self.after = after
    self.interval = interval
    if interval == .oneMonth {
      var count = 0
      var time = interval.nextOpenTime(after: before)
      while time < after {
        count += 1
        time = interval.nextOpenTime(after: time)
      }
      missing = count
    } else {
      missing = Int(after.nanoseconds(since: before) / (interval.milliseconds * 1_000_000)) - 1
    }
  }

  var description: String {
    "\(missing) \(missing == 1 ? "candle is" : "candles are") missing between \(before) and \(after)"
  }

  /// Appends a candle of the previous close and no volume for each missing one.
  func appendFlatCandles(after previous: Candle, to candles: inout [Candle]) {
    let price = previous.close
    var time = interval.nextOpenTime(after: before)
    while time < after {
      candles.append(Candle(openTime: time, open: price, high: price, low: price, close: price, volume: .zero))
      time = interval.nextOpenTime(after: time)
    }
  }
}
