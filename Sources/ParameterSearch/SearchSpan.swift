public import Backtest
public import Time
public import TradingModel

/// A stretch of time: candles that open in from..<to.
public struct SearchPeriod: Hashable, Sendable, CustomStringConvertible {
  public var from: Timestamp
  public var to: Timestamp

  public init(from: Timestamp, to: Timestamp) {
    self.from = from
    self.to = to
  }

  /// `2024-01-01 00:00 to 2024-03-01 00:00`
  public var description: String { "\(FigureText.minute(from)) to \(FigureText.minute(to))" }
}

/// Where combinations are tried, and where the best has to prove itself.
public struct SearchSpan: Hashable, Sendable {
  public var inSample: SearchPeriod
  /// Follows the other; `nil`: nothing is held back.
  public var outOfSample: SearchPeriod?

  public init(inSample: SearchPeriod, outOfSample: SearchPeriod?) {
    self.inSample = inSample
    self.outOfSample = outOfSample
  }

  /// Windows that a walk-forward may have.
  public static let windowsMaximum = 1_000

  /// One span: the first `split` of the time in sample, the rest out of sample; `split` 0: all in sample.
  ///
  /// - Parameter interval: the traded one, on whose grid the boundary lies.
  public static func single(_ whole: SearchPeriod, split: FixedDecimal, interval: Interval) throws(BacktestError) -> SearchSpan {
    try check(split)
    guard split.isPositive else { return SearchSpan(inSample: whole, outOfSample: nil) }
    return try windows(whole, split: split, count: 1, interval: interval)[0]
  }

  /// `count` windows of equal length, each `split` in sample and the rest out of sample, each moved by its out-of-sample part: those follow
  /// each other without gap or overlap, and with the first in-sample part they cover the whole (rolling walk-forward: Pardo, "The
  /// Evaluation and Optimization of Trading Strategies", 2008). With a `split` f of the time T a window is T ÷ (f + count × (1 − f)) long.
  public static func walkForward(
    _ whole: SearchPeriod, split: FixedDecimal, count: Int, interval: Interval
  ) throws(BacktestError) -> [SearchSpan] {
    try check(split)
    guard split.isPositive else {
      throw BacktestError(.invalidSetting, field: "split", "walk-forward needs a part out of sample: the split must be above 0")
    }
    guard count >= 1, count <= windowsMaximum else {
      throw BacktestError(.invalidSetting, field: "walk_forward", "the number of windows must be from 1 to \(windowsMaximum), not \(count)")
    }
    return try windows(whole, split: split, count: count, interval: interval)
  }

  private static func check(_ split: FixedDecimal) throws(BacktestError) {
    guard !split.isNegative, split < .one else {
      throw BacktestError(
        .invalidSetting, field: "split", "the split must be from 0 (nothing held back) to below 1 (0.7 is 70 % in sample), not \(split)")
    }
  }

  private static func windows(
    _ whole: SearchPeriod, split: FixedDecimal, count: Int, interval: Interval
  ) throws(BacktestError) -> [SearchSpan] {
    let inside = split.raw
    let outside = FixedDecimal.unitsPerWhole - inside
    let total = inside + Int128(count) * outside
    let length = Int128(max(whole.to.nanoseconds(since: whole.from), 0))
    /// The instant after `part` of `total`, on the grid.
    func instant(_ part: Int128) -> Timestamp {
      guard part > 0 else { return whole.from }
      guard part < total else { return whole.to }
      let time = whole.from.advanced(byNanoseconds: Int64(length * part / total))
      return max(interval.openTime(containing: time), whole.from)
    }
    var spans: [SearchSpan] = []
    for index in 0..<count {
      let skipped = Int128(index) * outside
      let inSample = SearchPeriod(from: instant(skipped), to: instant(skipped + inside))
      let outOfSample = SearchPeriod(from: inSample.to, to: instant(skipped + inside + outside))
      guard inSample.from < inSample.to, outOfSample.from < outOfSample.to else {
        throw BacktestError(
          .insufficientData, field: count == 1 ? "split" : "walk_forward",
          "\(whole) is too short for \(count == 1 ? "a split of \(split)" : "\(count) windows") of \(interval) candles")
      }
      spans.append(SearchSpan(inSample: inSample, outOfSample: outOfSample))
    }
    return spans
  }
}
