public import Time

/// What candles must be for somebody to go through many of them at once, looking at nothing but their closes: consistent, in order, and
/// inside two prices at which something would happen.
public struct CandleBounds: Hashable, Sendable {
  /// Reached by a low that is not above it.
  public var low: Price
  /// Reached by a high that is not below it.
  public var high: Price
  /// When the candle before opened.
  public var opened: Timestamp
  /// The first candle that opens at this time or later is the last.
  public var lastOpens: Timestamp
  @usableFromInline let nanoseconds: Int64

  public init(low: Price, high: Price, opened: Timestamp, lastOpens: Timestamp, interval: Interval) {
    self.low = low
    self.high = high
    self.opened = opened
    self.lastOpens = lastOpens
    nanoseconds = interval.milliseconds * 1_000_000
  }

  /// Goes to the next candle, if it lies inside; returns how many candles later it is than the one before, more than one behind a gap.
  @inlinable public mutating func advance(to candle: Candle) -> Int? {
    guard opened < lastOpens, candle.openTime > opened, candle.low > low, candle.high < high, candle.isConsistent else { return nil }
    let distance = candle.openTime.nanoseconds(since: opened)
    opened = candle.openTime
    return distance == nanoseconds ? 1 : Int(distance / nanoseconds)
  }
}
