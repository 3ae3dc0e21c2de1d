public import Time
public import TradingModel

/// A closed candle that ended more than 1 % from what else was known at its close (``DenialCode/priceUnconfirmed``).
public struct CandleDoubt: Hashable, Sendable {
  public var symbol: Symbol
  public var interval: Interval
  /// When the candle closed, on its grid.
  public var closeTime: Timestamp
  public var close: Price
  /// A doubt of the close of a candle.
  public init(symbol: Symbol, interval: Interval, closeTime: Timestamp, close: Price) {
    self.symbol = symbol
    self.interval = interval
    self.closeTime = closeTime
    self.close = close
  }
}
