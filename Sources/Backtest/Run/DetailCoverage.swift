public import Time
public import TradingModel

/// How much of a run the finer candles of a market cover. A candle is covered when they fill it from its open to its end; inside the others
/// the intrabar rule says how the price goes.
public struct DetailCoverage: Sendable, Hashable {
  public var symbol: Symbol
  /// Of the finer candles.
  public var interval: Interval
  /// Of the candles that they are inside of.
  public var candleInterval: Interval
  /// Candles that are covered.
  public var coveredCount = 0
  /// Candles of the run.
  public var candleCount: Int
  /// Open of the first covered candle and end of the last one; `nil` without any. Some in between may be uncovered.
  public var range: Range<Timestamp>?

  /// Whether every candle of the run is covered.
  public var isWhole: Bool { coveredCount == candleCount }

  /// Cost: linear in the rows and the finer candles.
  init(_ market: BacktestMarket, rows: Range<Int>) {
    symbol = market.symbol
    interval = market.detailInterval
    candleInterval = market.interval
    candleCount = rows.count
    var at = 0
    for candle in market.candles[rows] {
      let end = market.interval.nextOpenTime(after: candle.openTime)
      let inside = Self.rows(of: market.detail, market.detailInterval, from: candle.openTime, to: end, after: at)
      at = inside.upperBound
      guard !inside.isEmpty else { continue }
      coveredCount += 1
      range = (range?.lowerBound ?? candle.openTime)..<end
    }
  }

  /// The rows that fill a candle without a hole, searched from row `start` on; an empty range behind what comes before the candle if there
  /// are none.
  static func rows(of detail: [Candle], _ interval: Interval, from open: Timestamp, to end: Timestamp, after start: Int) -> Range<Int> {
    var first = start
    while first < detail.count, detail[first].openTime < open { first += 1 }
    var next = first
    var expected = open
    while next < detail.count, expected < end, detail[next].openTime == expected {
      expected = interval.nextOpenTime(after: expected)
      next += 1
    }
    return expected == end ? first..<next : first..<first
  }

  /// Why finer candles that cover nothing are refused.
  func refusal(_ market: BacktestMarket) -> BacktestError? {
    guard coveredCount == 0, let first = market.detail.first, let last = market.detail.last else { return nil }
    return BacktestError(
      .invalidSetting, field: "detail",
      "the detail file of \(symbol) covers no candle of the run: its \(interval) candles go from \(first.openTime) to \(interval.nextOpenTime(after: last.openTime))"
    )
  }
}
