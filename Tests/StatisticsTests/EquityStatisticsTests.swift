import Statistics
import Testing
import Time
import TradingModel

@Suite struct EquityStatisticsTests {
  private func amount(_ text: String) -> Amount { Sample.amount(text) }
  private func time(_ day: Int, _ hour: Int = 0) -> Timestamp { Sample.time(day: day, hour: hour) }

  @Test func aWeekByHand() throws {
    // 100, then at each midnight 102, 101, 101, 104, 100, 103, 103, 106.
    var record = Sample.record(capital: "100")
    let profits = ["2", "1", "1", "4", "0", "3", "3", "6"]
    for (day, profit) in profits.enumerated() { record.observe(netProfit: amount(profit), at: time(day + 1)) }
    let figures = record.figures(at: time(8))
    let values = [100, 102, 101, 101, 104, 100, 103, 103, 106.0]
    let returns = zip(values.dropFirst(), values).map { $0 / $1 - 1 }
    let mean = returns.reduce(0, +) / 8
    let variance = returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 7
    let downside = (returns.reduce(0) { $0 + ($1 < 0 ? $1 * $1 : 0) } / 8).squareRoot()
    #expect(figures.wholeDays == 8 && figures.returns.count == 8)
    #expect(Sample.isClose(figures.sharpe, mean / variance.squareRoot() * 365.0.squareRoot()))
    #expect(Sample.isClose(figures.sortino, mean / downside * 365.0.squareRoot()))
    #expect(Sample.isClose(figures.volatility, variance.squareRoot() * 365.0.squareRoot()))
    #expect(Sample.isClose(figures.chainedReturn, 0.06) && Sample.isClose(figures.returnOnCapital, 0.06))
    // 1.06 ^ (365 / 8) − 1
    #expect(Sample.isClose(figures.annualGrowth, 13.27513101, 1e-9))
    let drawdown = try #require(figures.drawdown)
    #expect(drawdown.fraction == 4.0 / 104 && drawdown.lost == amount("4"))
    #expect(drawdown.peak == time(4) && drawdown.bottom == time(5) && drawdown.recovery == time(8))
    #expect(figures.largestFall == amount("4"))
    #expect(figures.longestUnderwater == time(8).nanoseconds(since: time(5)))
    #expect(Sample.isClose(figures.calmar, try #require(figures.annualGrowth) / (4.0 / 104)))
  }

  @Test func theFirstAndTheLastDayMayBePartial() {
    var record = EquityStatistics()
    record.flow(equity: amount("100"), capital: amount("100"), at: time(0, 5))
    record.begin(at: time(0, 18))
    record.observe(netProfit: amount("10"), at: time(0, 23))
    record.observe(netProfit: amount("21"), at: time(1, 12))
    #expect(record.figures(at: time(1, 13)).returns.count == 2)
    #expect(Sample.isClose(record.figures(at: time(1, 13)).returns.mean, 0.1))
    // At midnight the second day is whole, the third has not begun.
    let atMidnight = record.figures(at: time(2))
    #expect(atMidnight.returns.count == 2 && atMidnight.wholeDays == 1)
    #expect(record.figures(at: time(2, 1)).returns.count == 3)
    // Asking changes nothing.
    #expect(record.figures(at: time(1, 13)).returns.count == 2)
  }

  @Test func daysWithoutAValueReturnNothing() {
    var quiet = Sample.record(capital: "100")
    quiet.observe(netProfit: amount("5"), at: time(0, 12))
    quiet.observe(netProfit: amount("4"), at: time(9, 12))
    var told = Sample.record(capital: "100")
    told.observe(netProfit: amount("5"), at: time(0, 12))
    for day in 1...9 { told.observe(netProfit: amount("5"), at: time(day, 3)) }
    told.observe(netProfit: amount("4"), at: time(9, 12))
    #expect(quiet.figures(at: time(10)) == told.figures(at: time(10)))
    #expect(quiet.figures(at: time(10)).returns.count == 10)
  }

  @Test func ratiosAreUnknownUnderSevenWholeDays() {
    var record = EquityStatistics()
    record.flow(equity: amount("100"), capital: amount("100"), at: time(0, 12))
    record.begin(at: time(0, 12))
    for day in 0..<7 { record.observe(netProfit: amount(day % 2 == 0 ? "1" : "-1"), at: time(day, 20)) }
    // 6 whole days and 12 hours on either side: 7 days of span.
    let six = record.figures(at: time(7, 12))
    #expect(six.wholeDays == 6)
    #expect(six.sharpe == nil && six.sortino == nil && six.volatility == nil)
    #expect(six.annualGrowth != nil && six.calmar != nil)
    #expect(record.figures(at: time(7, 11)).annualGrowth == nil)
    let seven = record.figures(at: time(8))
    #expect(seven.wholeDays == 7)
    #expect(seven.sharpe != nil && seven.sortino != nil && seven.volatility != nil)
  }

  @Test func withoutVariationOrLossThereIsNoRatio() {
    var record = Sample.record(capital: "100")
    let flat = record.figures(at: time(20))
    #expect(flat.sharpe == nil && flat.sortino == nil && flat.volatility == 0 && flat.calmar == nil && flat.chainedReturn == 0)
    #expect(flat.drawdownFraction == 0 && flat.annualGrowth == 0)
    for day in 1...10 { record.observe(netProfit: amount("\(day * day)"), at: time(day)) }
    let rising = record.figures(at: time(10))
    #expect(rising.sharpe != nil && rising.sortino == nil && rising.calmar == nil)
  }

  @Test func withoutCapitalOrRecordNothingIsKnown() {
    var record = EquityStatistics()
    record.begin(at: time(0))
    let nothing = record.figures(at: time(30))
    #expect(nothing.chainedReturn == nil && nothing.returnOnCapital == nil && nothing.sharpe == nil && nothing.annualGrowth == nil)
    #expect(nothing.drawdownFraction == nil)
    var unstarted = EquityStatistics()
    unstarted.flow(equity: amount("100"), capital: amount("100"), at: time(0))
    let before = unstarted.figures(at: time(30))
    #expect(before.start == nil && before.chainedReturn == nil && before.equity == amount("100"))
  }

  @Test func moneyPutInOrTakenOutIsNoProfitAndNoDrawdown() {
    var record = Sample.record(capital: "1000")
    record.observe(netProfit: amount("100"), at: time(0, 6))
    let before = record.figures(at: time(0, 6))
    // A bot is created, resized up and down, and removed with what it earned.
    record.flow(equity: amount("5000"), capital: amount("5000"), at: time(0, 7))
    record.flow(equity: amount("-4000"), capital: amount("-4000"), at: time(0, 8))
    record.flow(equity: amount("333"), capital: amount("333"), at: time(0, 9))
    record.observe(netProfit: amount("100"), at: time(0, 10))
    record.flow(equity: amount("-1433"), capital: amount("-1333"), at: time(0, 11))
    let after = record.figures(at: time(0, 12))
    #expect(Sample.isClose(after.chainedReturn, before.chainedReturn) && Sample.isClose(after.chainedReturn, 0.1))
    #expect(after.drawdown == nil && after.largestFall.isZero && after.longestUnderwater == 0)
    #expect(after.equity == amount("1000") && after.capital == amount("1000"))
  }

  @Test func aRemovedBotLeavesTheFallThatItMade() throws {
    var record = Sample.record(capital: "1000")
    record.flow(equity: amount("1000"), capital: amount("1000"), at: time(1))
    record.observe(netProfit: amount("-400"), at: time(2))
    record.flow(equity: amount("-600"), capital: amount("-1000"), at: time(3))
    record.observe(netProfit: amount("-400"), at: time(4))
    record.observe(netProfit: amount("-300"), at: time(5))
    let figures = record.figures(at: time(6))
    let drawdown = try #require(figures.drawdown)
    #expect(Sample.isClose(drawdown.fraction, 0.2) && drawdown.lost == amount("400") && drawdown.recovery == nil)
    // 0.8 × 1.1
    #expect(Sample.isClose(figures.chainedReturn, -0.12))
    // (1000 × 1 d + 2000 × 2 d + 1000 × 3 d) ÷ 6 d
    #expect(Sample.isClose(figures.meanCapital, 8000.0 / 6) && Sample.isClose(figures.returnOnCapital, -300.0 / (8000.0 / 6)))
  }

  @Test func piecesThatBeginAtZeroAreSkipped() {
    var record = Sample.record(capital: "100")
    record.observe(netProfit: amount("10"), at: time(0, 1))
    // Everything is taken out; a rest earns on its own.
    record.flow(equity: amount("-110"), capital: amount("-100"), at: time(0, 2))
    record.observe(netProfit: amount("12"), at: time(0, 3))
    record.flow(equity: amount("-2"), capital: .zero, at: time(0, 4))
    record.flow(equity: amount("200"), capital: amount("200"), at: time(0, 5))
    record.observe(netProfit: amount("32"), at: time(0, 6))
    let figures = record.figures(at: time(0, 7))
    // 1.1 × 1.1: the 2 that nothing earned are in no piece.
    #expect(Sample.isClose(figures.chainedReturn, 0.21))
    #expect(figures.netProfit == amount("32"))
  }

  @Test func whatIsWorthNothingHasNoGrowth() throws {
    var record = Sample.record(capital: "100")
    record.observe(netProfit: amount("-100"), at: time(1))
    let ruined = record.figures(at: time(9))
    #expect(ruined.chainedReturn == -1 && ruined.annualGrowth == nil && ruined.calmar == nil)
    #expect(ruined.drawdown?.fraction == 1)
    record.flow(equity: amount("50"), capital: amount("50"), at: time(10))
    record.observe(netProfit: amount("-80"), at: time(11))
    let later = record.figures(at: time(12))
    #expect(later.chainedReturn == -1 && later.drawdown?.fraction == 1)
    #expect(later.equity == amount("70"))
  }

  @Test func theLargestFallMayBeAnotherThanTheDeepestDrawdown() throws {
    var record = Sample.record(capital: "100")
    record.observe(netProfit: amount("-30"), at: time(1))
    record.observe(netProfit: amount("0"), at: time(2))
    record.flow(equity: amount("9900"), capital: amount("9900"), at: time(3))
    record.observe(netProfit: amount("500"), at: time(4))
    record.observe(netProfit: amount("200"), at: time(5))
    let figures = record.figures(at: time(6))
    let drawdown = try #require(figures.drawdown)
    #expect(drawdown.fraction == 0.3 && drawdown.lost == amount("30") && drawdown.recovery == time(2))
    #expect(figures.largestFall == amount("300"))
  }

  @Test func atTheHighestMoreValuesChangeNothing() {
    var few = Sample.record(capital: "100")
    var many = Sample.record(capital: "100")
    for hour in 0..<40 { many.observe(netProfit: .zero, at: time(0, hour)) }
    for (hour, profit) in [(41, "3"), (45, "1"), (50, "3"), (60, "0")] {
      few.observe(netProfit: amount(profit), at: time(0, hour))
      many.observe(netProfit: amount(profit), at: time(0, hour))
      many.observe(netProfit: amount(profit), at: time(0, hour + 1))
    }
    #expect(few.figures(at: time(5)) == many.figures(at: time(5)))
    #expect(few.figures(at: time(5)).drawdown?.peak == time(0, 50))
  }

  /// Every figure from all values at once, as the definitions say it.
  @Test(arguments: 1...20) func equalsTheDefinitionsOverTheWholeSeries(seed: UInt64) {
    var random = LinearRandom(state: seed &* 7_919)
    var record = EquityStatistics()
    var capital = 1_000.0
    record.flow(equity: amount("1000"), capital: amount("1000"), at: time(0, 3))
    record.begin(at: time(0, 3))
    var profit = 0.0
    // (hours, chained value, profit), day's factors
    var value = 1.0
    var series = [(hour: 3, value: 1.0)]
    var factors = [Int: Double]()
    var hour = 3
    for _ in 0..<400 {
      hour += Int(random.next(9)) + 1
      let day = (hour - 1) / 24
      if random.next(12) == 0 {
        let change = Double(random.next(2_000)) - 700
        if capital + profit + change > 100 {
          capital += change
          record.flow(equity: FixedDecimal(Int(change)), capital: FixedDecimal(Int(change)), at: time(0, hour))
        }
      }
      let step = Double(Int(random.next(41)) - 20)
      guard capital + profit + step > 50 else { continue }
      let factor = (capital + profit + step) / (capital + profit)
      profit += step
      value *= factor
      factors[day, default: 1] *= factor
      series.append((hour, value))
      record.observe(netProfit: FixedDecimal(Int(profit)), at: time(0, hour))
    }
    let figures = record.figures(at: time(0, hour))
    var returns = ReturnMoments()
    for day in 0...((hour - 1) / 24) { returns.add((factors[day] ?? 1) - 1) }
    #expect(figures.returns.count == returns.count)
    #expect(Sample.isClose(figures.chainedReturn, value - 1, 1e-9))
    #expect(Sample.isClose(figures.sharpe, returns.sharpe, 1e-9) && Sample.isClose(figures.sortino, returns.sortino, 1e-9))
    var peak = 0.0
    var fall = 0.0
    for sample in series {
      peak = max(peak, sample.value)
      fall = max(fall, (peak - sample.value) / peak)
    }
    #expect(Sample.isClose(figures.drawdown?.fraction, fall, 1e-9))
    #expect(Sample.isClose(figures.highestValue, peak, 1e-9))
  }
}

/// A small generator, the same on every machine.
struct LinearRandom {
  var state: UInt64

  mutating func next(_ bound: UInt64) -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state >> 33) % bound
  }
}
