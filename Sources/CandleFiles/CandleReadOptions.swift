public import Time
public import TradingModel

/// How ``CandleFile/read(path:options:progress:)`` treats a file. The defaults repair nothing: what is wrong is an error.
public struct CandleReadOptions: Hashable, Sendable {
  /// The candles' length; `nil` deduces it from the most common distance of open times.
  public var interval: Interval?
  /// Puts flat candles (the previous close, no volume) where candles are missing, at most ``CandleFile/filledMaximum``.
  public var fillGaps: Bool
  /// Leaves holes as they are, for readers that do not need every candle. ``fillGaps`` goes first.
  public var allowGaps: Bool
  /// Drops rows that are not candles, not later than the last good row, or beside the interval's grid, and counts them. The hole a
  /// dropped row leaves is a gap like any other.
  public var skipBad: Bool
  /// Keeps candles that open at or after this time only.
  public var from: Timestamp?
  /// Keeps candles that open before this time only; reading ends at the first row that does not.
  public var to: Timestamp?
  /// Candles kept at most, filled ones included; a longer series is an error. One takes 128 bytes of memory.
  public var rowsMaximum: Int

  public init(
    interval: Interval? = nil, fillGaps: Bool = false, allowGaps: Bool = false, skipBad: Bool = false, from: Timestamp? = nil,
    to: Timestamp? = nil, rowsMaximum: Int = 50_000_000
  ) {
    self.interval = interval
    self.fillGaps = fillGaps
    self.allowGaps = allowGaps
    self.skipBad = skipBad
    self.from = from
    self.to = to
    self.rowsMaximum = rowsMaximum
  }
}
