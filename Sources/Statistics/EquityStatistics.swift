public import Time
public import TradingModel

/// What became of money over time: returns, drawdown and ratios of one bot or of a portfolio, one value at a time, in constant memory.
///
/// Equity = what was put in less what was taken out (the *flows*) + the cumulative net profit, realized and unrealized. A flow ends a piece
/// and begins another; pieces are chained, so that money put in or taken out is never a profit or a drawdown. Pieces that begin at zero
/// equity or less are skipped. Days end at 00:00 UTC with the value observed last; a value at midnight belongs to the day that ends there.
///
/// Cost of ``observe(netProfit:at:)``: some nanoseconds, and as many for each day since the value before. Times before the last are taken
/// as the last.
public struct EquityStatistics: Hashable, Sendable, Codable {
  /// Start of the record; `nil` before ``begin(at:)``.
  public private(set) var begunAt: Timestamp?
  /// The last flow or value.
  public private(set) var lastTime: Timestamp = .zero
  /// Equity put in less equity taken out; together with the net profit: the equity.
  public private(set) var contributed: Amount = .zero
  /// Capital put in less capital taken out.
  public private(set) var capital: Amount = .zero
  /// Cumulative: realized and unrealized of everything ever.
  public private(set) var netProfit: Amount = .zero

  // The chain: its value where the piece begins, and the equity there.
  private var chained = 1.0
  private var pieceStart = 0.0
  private var hasCapital = false
  // The running day.
  private var nextDay: Timestamp = .distantFuture
  private var dayFactor = 1.0
  private var dayStart = 0.0
  private var moments = ReturnMoments()
  // The highest chained value: as it was where the piece began, and as an equity of this piece.
  private var peakValue = 1.0
  private var peakEquity = 0.0
  private var peakTime: Timestamp = .zero
  private var peakProfit: Amount = .zero
  private var isDeepest = false
  private var deepest: EquityFigures.Drawdown?
  // Since when the value has been below its highest.
  private var underSince: Timestamp?
  private var longestUnderwater: Int64 = 0
  // The largest fall of the net profit.
  private var highestProfit: Amount = .zero
  private var largestFall: Amount = .zero
  // Capital × nanoseconds before its last change.
  private var capitalArea = 0.0
  private var capitalSince: Timestamp = .zero

  static let dayNanoseconds: Int64 = 86_400_000_000_000

  public init() {}

  /// Equity now.
  public var equity: Amount { contributed + netProfit }

  /// The end of the running day; a value behind it closes the day.
  public var dayEnd: Timestamp { nextDay }

  /// The record starts: what there is now is its base. Later calls change nothing.
  public mutating func begin(at time: Timestamp) {
    guard begunAt == nil else { return }
    let time = max(time, lastTime)
    begunAt = time
    lastTime = time
    nextDay = Interval.oneDay.nextOpenTime(after: Interval.oneDay.openTime(containing: time))
    peakTime = time
    peakProfit = netProfit
    highestProfit = netProfit
    capitalSince = time
    beginPiece()
  }

  /// Money is put in or taken out. Observe the net profit right before, where prices have moved since.
  /// - Parameters:
  ///   - change: of the equity: +capital for a new bot, −(capital + its net profit) for one that is removed, the market value of adopted coins.
  ///   - capitalChange: of the capital that the return on capital is measured by.
  public mutating func flow(equity change: Amount, capital capitalChange: Amount, at time: Timestamp) {
    guard begunAt != nil else {
      contributed += change
      capital += capitalChange
      lastTime = max(lastTime, time)
      return
    }
    if time > nextDay { closeDays(before: time) }
    lastTime = max(lastTime, time)
    if !capitalChange.isZero {
      capitalArea += capital.statisticValue * Double(lastTime.nanoseconds(since: capitalSince))
      capitalSince = lastTime
      capital += capitalChange
    }
    guard !change.isZero else { return }
    endPiece()
    if dayStart > 0 { dayFactor *= equity.statisticValue / dayStart }
    contributed += change
    beginPiece()
  }

  /// The cumulative net profit (realized and unrealized of everything ever, removed bots included) at `time`.
  public mutating func observe(netProfit: Amount, at time: Timestamp) {
    guard begunAt != nil else {
      self.netProfit = netProfit
      lastTime = max(lastTime, time)
      return
    }
    if time > nextDay { closeDays(before: time) }
    if time > lastTime { lastTime = time }
    self.netProfit = netProfit
    if netProfit > highestProfit {
      highestProfit = netProfit
    } else {
      let fall = highestProfit - netProfit
      if fall > largestFall { largestFall = fall }
    }
    if pieceStart > 0, chained > 0 { follow((contributed + netProfit).statisticValue) }
  }

  /// Compares the equity with its highest.
  @inline(__always) private mutating func follow(_ equity: Double) {
    if equity >= peakEquity {
      // Staying at the highest moves nothing: values that nobody observed there leave no trace.
      guard equity > peakEquity || underSince != nil else { return }
      surface()
      peakEquity = equity
      peakTime = lastTime
      peakProfit = netProfit
      return
    }
    if underSince == nil { underSince = lastTime }
    let fraction = (peakEquity - equity) / peakEquity
    if fraction > deepest?.fraction ?? 0 {
      deepest = EquityFigures.Drawdown(
        fraction: fraction, lost: peakProfit - netProfit, peak: peakTime, bottom: lastTime, recovery: nil)
      isDeepest = true
    }
  }

  /// The highest value is reached again.
  private mutating func surface() {
    guard let since = underSince else { return }
    longestUnderwater = max(longestUnderwater, lastTime.nanoseconds(since: since))
    underSince = nil
    if isDeepest {
      deepest?.recovery = lastTime
      isDeepest = false
    }
  }

  /// How far the chained value is below its highest now, as a fraction of that.
  public var fall: Double { highestValue > 0 ? max(0, 1 - value / highestValue) : 0 }

  /// Π (1 + day's return) up to now.
  public var chainedValue: Double { value }

  private var value: Double { pieceStart > 0 ? chained * (equity.statisticValue / pieceStart) : chained }

  private mutating func endPiece() {
    if pieceStart > 0, chained > 0 { peakValue = chained * (peakEquity / pieceStart) }
    chained = value
  }

  private mutating func beginPiece() {
    pieceStart = equity.statisticValue
    dayStart = pieceStart
    guard pieceStart > 0 else { return }
    hasCapital = true
    // At its highest it is its own highest, without a rounding between.
    peakEquity = peakValue == chained ? pieceStart : chained > 0 ? pieceStart * (peakValue / chained) : pieceStart
  }

  private mutating func closeDays(before time: Timestamp) {
    while nextDay < time {
      moments.add(dayReturn)
      lastTime = nextDay
      nextDay = nextDay.advanced(byNanoseconds: Self.dayNanoseconds)
      dayFactor = 1
      dayStart = equity.statisticValue
      // The day's first piece is skipped where it begins at zero; from the first day that does not, there is a chain again.
      if (pieceStart > 0) != (dayStart > 0) {
        endPiece()
        beginPiece()
      }
    }
  }

  /// The return of the running day up to now.
  private var dayReturn: Double {
    dayStart > 0 ? dayFactor * (equity.statisticValue / dayStart) - 1 : dayFactor - 1
  }

  /// The figures at `time`, which is not before the last value; the running day counts.
  public func figures(at time: Timestamp) -> EquityFigures {
    var figures = EquityFigures()
    figures.capital = capital
    figures.equity = equity
    figures.netProfit = netProfit
    figures.largestFall = largestFall
    guard let begunAt else { return figures }
    var record = self
    record.advance(to: time)
    let end = record.lastTime
    let span = end.nanoseconds(since: begunAt)
    figures.start = begunAt
    figures.end = end
    figures.wholeDays = Self.wholeDays(from: begunAt, to: end)
    figures.returns = record.moments
    figures.drawdown = record.deepest
    figures.longestUnderwater = record.longestUnderwater
    figures.highestValue = record.highestValue
    let value = record.value
    guard hasCapital else { return figures }
    figures.chainedReturn = value - 1
    figures.meanCapital = record.meanCapital(span)
    if figures.meanCapital > 0 { figures.returnOnCapital = netProfit.statisticValue / figures.meanCapital }
    figures.derive(span: span)
    return figures
  }

  private mutating func advance(to time: Timestamp) {
    if time > nextDay { closeDays(before: time) }
    lastTime = max(lastTime, time)
    if let since = underSince { longestUnderwater = max(longestUnderwater, lastTime.nanoseconds(since: since)) }
    // A record of no length has no day.
    let dayBegan = nextDay.advanced(byNanoseconds: -Self.dayNanoseconds)
    if let begunAt, lastTime > max(dayBegan, begunAt) { moments.add(dayReturn) }
  }

  private var highestValue: Double { pieceStart > 0 && chained > 0 ? chained * (peakEquity / pieceStart) : peakValue }

  private func meanCapital(_ span: Int64) -> Double {
    let now = capital.statisticValue
    guard capitalArea != 0, span > 0 else { return now }
    return (capitalArea + now * Double(lastTime.nanoseconds(since: capitalSince))) / Double(span)
  }

  /// Days from midnight to midnight inside a span.
  static func wholeDays(from start: Timestamp, to end: Timestamp) -> Int {
    let opens = Interval.oneDay.openTime(containing: start)
    let first = opens == start ? opens : Interval.oneDay.nextOpenTime(after: opens)
    let days = end.nanoseconds(since: first) / dayNanoseconds
    return max(Int(days), 0)
  }
}
