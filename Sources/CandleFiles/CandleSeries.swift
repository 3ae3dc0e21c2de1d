public import TradingModel

/// The candles of one file: in order, consistent, on the interval's grid, without gaps unless they were allowed.
public struct CandleSeries: Hashable, Sendable {
  public var candles: [Candle]
  public var interval: Interval
  /// What was changed to get here.
  public var repairs: CandleRepairs
  /// The file they came from.
  public var path: String

  public init(candles: [Candle], interval: Interval, repairs: CandleRepairs = CandleRepairs(), path: String) {
    self.candles = candles
    self.interval = interval
    self.repairs = repairs
    self.path = path
  }
}
