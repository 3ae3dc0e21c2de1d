public import Statistics
public import Time
public import TradingModel

/// Keeps the curve of the portfolio's value in bounded memory, and its value at the end of each month. Draws only: figures come from
/// `Statistics`.
///
/// The curve keeps the last value, the lowest and the highest of each of ``bucketsMaximum`` equal pieces of time.
public struct EquityRecorder: Sendable {
  public static let bucketsMaximum = 650

  public struct Sample: Sendable, Hashable {
    public var time: Timestamp
    public var equity: Double
    public var exposure: Double
    /// Mean of the symbols' price changes since the start.
    public var market: Double
  }

  public struct Period: Sendable, Hashable {
    /// The last instant that belongs to it.
    public var end: Timestamp
    /// Equity at its end.
    public var equity: Amount
  }

  public private(set) var samples: [Sample] = []
  public private(set) var months: [Period] = []
  /// Drawdowns and Sharpe ratios over time, of every value.
  public private(set) var history = EquityHistory()
  private let bucketNanoseconds: Int64
  private let start: Timestamp
  private var bucketEnd: Timestamp
  private var lowest: Sample?
  private var highest: Sample?
  private var last: Sample
  private var lastAmount: Amount
  private var nextMonth: Timestamp
  /// The earlier of the two boundaries.
  private(set) var nextBoundary: Timestamp

  init(capital: Amount, start: Timestamp, end: Timestamp) {
    self.start = start
    bucketNanoseconds = max(end.nanoseconds(since: start) / Int64(Self.bucketsMaximum), 1)
    bucketEnd = start.advanced(byNanoseconds: bucketNanoseconds)
    last = Sample(time: start, equity: capital.statisticValue, exposure: 0, market: 0)
    lastAmount = capital
    nextMonth = Interval.oneMonth.nextOpenTime(after: Interval.oneMonth.openTime(containing: start))
    nextBoundary = min(nextMonth, bucketEnd)
    samples = [last]
  }

  /// The value at `time`; times never fall. To be called for every closed candle while a position is open, and whenever `time` reaches
  /// ``nextBoundary``.
  mutating func record(_ equity: Amount, exposure: Amount, market: Double, at time: Timestamp) {
    if time > nextBoundary { closePeriods(before: time) }
    let value = equity.statisticValue
    last = Sample(time: time, equity: value, exposure: value > 0 ? exposure.statisticValue / value : 0, market: market)
    lastAmount = equity
    if value < lowest?.equity ?? .infinity { lowest = last }
    if value > highest?.equity ?? -.infinity { highest = last }
  }

  /// The series that the figures come from has a new value.
  mutating func follow(_ series: EquityStatistics) { history.follow(series) }

  private mutating func closePeriods(before time: Timestamp) {
    // A candle that ends at midnight belongs to the month that ends there.
    while nextMonth < time {
      months.append(Period(end: nextMonth.advanced(byMilliseconds: -1), equity: lastAmount))
      nextMonth = Interval.oneMonth.nextOpenTime(after: nextMonth)
    }
    if bucketEnd < time {
      emit()
      let pieces = time.nanoseconds(since: start) / bucketNanoseconds
      bucketEnd = start.advanced(byNanoseconds: (pieces + 1) * bucketNanoseconds)
    }
    nextBoundary = min(nextMonth, bucketEnd)
  }

  private mutating func emit() {
    if let lowest, let highest {
      let extremes = lowest.time <= highest.time ? [lowest, highest] : [highest, lowest]
      for sample in extremes where sample.equity != last.equity && sample.time < last.time { append(sample) }
    }
    append(last)
    lowest = nil
    highest = nil
  }

  private mutating func append(_ sample: Sample) {
    if sample.time > samples.last?.time ?? start { samples.append(sample) }
  }

  /// Ends the run at `time`: the running month counts.
  mutating func finish(at time: Timestamp) {
    closePeriods(before: time)
    emit()
    history.finish(at: time)
    if var final = samples.last, final.time < time {
      final = last
      final.time = time
      samples.append(final)
    }
    months.append(Period(end: time, equity: lastAmount))
  }
}
