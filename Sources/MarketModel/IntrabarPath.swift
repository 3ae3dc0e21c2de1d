public import Time
public import TradingModel

/// The one rule that turns a candle into prices: a short walk through its open, both extremes and its close.
///
/// What happened inside a candle is unknown. The replay of candle files and the backtest both take this walk, so they agree to the
/// last digit. By default the low comes before the high, which is pessimistic for long positions: where a stop-loss and a
/// take-profit lie inside one candle, the stop-loss is hit.
///
/// The price is taken to move continuously along the walk, except into its first point, which may be a gap.
public struct IntrabarPath: Hashable, Sendable {
  /// Which extreme comes first.
  public enum Rule: UInt8, Hashable, Sendable {
    /// Open, low, high, close: pessimistic for long positions.
    case lowFirst = 1
    /// Open, high, low, close: pessimistic for short positions.
    case highFirst = 2
  }

  /// One point of the walk.
  public struct Point: Hashable, Sendable {
    public var price: Price
    /// This point's share of the candle's volume; the shares of a walk add up to the candle's volume exactly.
    public var quantity: Quantity
    public var time: Timestamp
  }

  public var first: Price
  public var second: Price
  public var third: Price
  public var fourth: Price

  /// The prices of the walk; allocates nothing.
  @inlinable public init(_ candle: Candle, rule: Rule = .lowFirst) {
    first = candle.open
    second = rule == .lowFirst ? candle.low : candle.high
    third = rule == .lowFirst ? candle.high : candle.low
    fourth = candle.close
  }

  /// The points of the walk with times and volumes: the open at the open time, the extremes after one and two thirds of the
  /// candle, the close on its last millisecond. Each takes a quarter of the volume, the last one also the remainder; quarters are
  /// cut to `step`.
  public static func points(of candle: Candle, interval: Interval, step: Quantity = .zero, rule: Rule = .lowFirst) -> [Point] {
    let path = IntrabarPath(candle, rule: rule)
    let end = interval.nextOpenTime(after: candle.openTime)
    let third = end.nanoseconds(since: candle.openTime) / 3
    let quarter = FixedDecimal(raw: candle.volume.raw / 4).roundedDown(toMultipleOf: step)
    let rest = candle.volume - quarter - quarter - quarter
    return [
      Point(price: path.first, quantity: quarter, time: candle.openTime),
      Point(price: path.second, quantity: quarter, time: candle.openTime.advanced(byNanoseconds: third)),
      Point(price: path.third, quantity: quarter, time: candle.openTime.advanced(byNanoseconds: 2 * third)),
      Point(price: path.fourth, quantity: rest, time: end.advanced(byMilliseconds: -1)),
    ]
  }
}
