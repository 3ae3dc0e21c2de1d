public import Time

/// Builds the candles of one series from its trades, as the exchange does: open and close are the first and last trade, a period
/// without a trade repeats the last close with zero volume.
public struct CandleBuilder: Sendable {
  public let interval: Interval
  /// The candle in progress; `nil` before the first trade.
  public private(set) var current: Candle?

  public init(interval: Interval) { self.interval = interval }

  /// Adds a trade. Candles that closed before it are appended to `closed`, oldest first; at most `gapLimit` flat ones per call.
  /// A trade older than the candle in progress is ignored.
  public mutating func add(price: Price, quantity: Quantity, at time: Timestamp, closed: inout [Candle], gapLimit: Int = 10_000) {
    advance(to: time, closed: &closed, gapLimit: gapLimit)
    let notional = price.multiplied(by: quantity, rounding: .towardZero)
    guard var candle = current else {
      current = Candle(
        openTime: interval.openTime(containing: time), open: price, high: price, low: price, close: price, volume: quantity,
        quoteVolume: notional, tradeCount: 1)
      return
    }
    guard time >= candle.openTime else { return }
    if candle.tradeCount == 0 {
      candle.open = price
      candle.high = price
      candle.low = price
    }
    candle.high = max(candle.high, price)
    candle.low = min(candle.low, price)
    candle.close = price
    candle.volume += quantity
    candle.quoteVolume += notional
    candle.tradeCount += 1
    current = candle
  }

  /// Joins the candle in progress with an earlier part of the same period.
  public mutating func prepend(_ part: Candle) {
    guard let candle = current, candle.openTime == part.openTime else { return }
    current = part.joined(with: candle)
  }

  /// Closes every candle that ends at or before `time` and opens the one that contains it.
  public mutating func advance(to time: Timestamp, closed: inout [Candle], gapLimit: Int = 10_000) {
    guard let first = current else { return }
    var candle = first
    var steps = 0
    while true {
      let next = interval.nextOpenTime(after: candle.openTime)
      // At the end of representable time `next` saturates; a candle there never closes.
      guard time >= next, next < .distantFuture else { break }
      closed.append(candle)
      steps += 1
      let opensAt = steps < gapLimit ? next : interval.openTime(containing: time)
      candle = Candle(openTime: opensAt, open: candle.close, high: candle.close, low: candle.close, close: candle.close, volume: .zero)
    }
    current = candle
  }
}
