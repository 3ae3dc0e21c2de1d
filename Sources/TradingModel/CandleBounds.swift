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

  @inlinable public init(low: Price, high: Price, opened: Timestamp, lastOpens: Timestamp) {
    self.low = low
    self.high = high
    self.opened = opened
    self.lastOpens = lastOpens
  }

  /// Whether the next candle lies inside; it becomes the one before.
  @inlinable public mutating func admits(_ candle: Candle) -> Bool {
    guard opened < lastOpens, candle.openTime > opened, candle.low > low, candle.high < high, candle.isConsistent else { return false }
    opened = candle.openTime
    return true
  }
}
