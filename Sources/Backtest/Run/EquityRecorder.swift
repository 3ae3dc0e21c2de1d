public import Time
public import TradingModel

/// Follows the portfolio's value candle by candle, in bounded memory: extremes, days, months and a thinned curve.
///
/// Values are taken at the closes of candles, open positions at market price. The curve keeps the last value and the lowest of each of
/// ``bucketsMaximum`` equal pieces of time.
public struct EquityRecorder: Sendable {
  public static let bucketsMaximum = 1_000

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
  /// Equity at the end of each UTC day that the run touched, the last one included.
  public private(set) var days: [Double] = []
  public private(set) var months: [Period] = []
  public private(set) var peak: Double
  public private(set) var maximumDrawdown = 0.0
  /// As a fraction of the peak before it.
  public private(set) var maximumDrawdownFraction = 0.0
  public private(set) var drawdownPeakTime: Timestamp
  public private(set) var drawdownTime: Timestamp
  /// When the peak of the deepest drawdown was reached again; `nil`: it was not.
  public private(set) var recoveryTime: Timestamp?
  public private(set) var longestUnderwater: Int64 = 0
  private var peakTime: Timestamp
  private var isDeepest = false
  private let bucketNanoseconds: Int64
  private let start: Timestamp
  private var bucketEnd: Timestamp
  private var lowest: Sample?
  private var last: Sample
  private var lastAmount: Amount
  private var nextDay: Timestamp
  private var nextMonth: Timestamp
  /// The earliest of the three boundaries.
  private(set) var nextBoundary: Timestamp

  init(capital: Amount, start: Timestamp, end: Timestamp) {
    let value = capital.statisticValue
    peak = value
    peakTime = start
    drawdownPeakTime = start
    drawdownTime = start
    self.start = start
    bucketNanoseconds = max(end.nanoseconds(since: start) / Int64(Self.bucketsMaximum), 1)
    bucketEnd = start.advanced(byNanoseconds: bucketNanoseconds)
    last = Sample(time: start, equity: value, exposure: 0, market: 0)
    lastAmount = capital
    nextDay = Interval.oneDay.nextOpenTime(after: Interval.oneDay.openTime(containing: start))
    nextMonth = Interval.oneMonth.nextOpenTime(after: Interval.oneMonth.openTime(containing: start))
    nextBoundary = min(nextDay, nextMonth, bucketEnd)
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
    if value >= peak {
      if isDeepest, recoveryTime == nil { recoveryTime = time }
      longestUnderwater = max(longestUnderwater, time.nanoseconds(since: peakTime))
      peak = value
      peakTime = time
      isDeepest = false
      return
    }
    longestUnderwater = max(longestUnderwater, time.nanoseconds(since: peakTime))
    let fall = peak - value
    let fraction = peak > 0 ? fall / peak : 0
    if fraction > maximumDrawdownFraction {
      maximumDrawdownFraction = fraction
      maximumDrawdown = fall
      drawdownPeakTime = peakTime
      drawdownTime = time
      recoveryTime = nil
      isDeepest = true
    }
  }

  private mutating func closePeriods(before time: Timestamp) {
    // A candle that ends at midnight belongs to the day that ends there.
    while nextDay < time {
      days.append(last.equity)
      nextDay = nextDay.advanced(byMilliseconds: 86_400_000)
    }
    while nextMonth < time {
      months.append(Period(end: nextMonth.advanced(byMilliseconds: -1), equity: lastAmount))
      nextMonth = Interval.oneMonth.nextOpenTime(after: nextMonth)
    }
    if bucketEnd < time {
      emit()
      let pieces = time.nanoseconds(since: start) / bucketNanoseconds
      bucketEnd = start.advanced(byNanoseconds: (pieces + 1) * bucketNanoseconds)
    }
    nextBoundary = min(nextDay, nextMonth, bucketEnd)
  }

  private mutating func emit() {
    if let lowest, lowest.equity < last.equity, lowest.time < last.time, lowest.time > samples.last?.time ?? start {
      samples.append(lowest)
    }
    if last.time > samples.last?.time ?? start { samples.append(last) }
    lowest = nil
  }

  /// Ends the run at `time`: the running day and month count as periods.
  mutating func finish(at time: Timestamp) {
    closePeriods(before: time)
    longestUnderwater = last.equity < peak ? max(longestUnderwater, time.nanoseconds(since: peakTime)) : longestUnderwater
    emit()
    if var final = samples.last, final.time < time {
      final = last
      final.time = time
      samples.append(final)
    }
    days.append(last.equity)
    months.append(Period(end: time, equity: lastAmount))
  }
}
