import Statistics
import Testing
import Time
import TradingModel

/// Lists out of an equity series: worst drawdowns, the Sharpe ratio over time; and the figures of excursions and costs.
@Suite struct EquityHistoryTests {
  private func amount(_ text: String) -> Amount { Sample.amount(text) }
  private func time(_ day: Int, _ hour: Int = 0) -> Timestamp { Sample.time(day: day, hour: hour) }

  /// A history of a capital of 100 that earned these amounts, one each hour.
  private func history(_ profits: [String], flow: (hour: Int, amount: String)? = nil) -> (EquityHistory, EquityStatistics) {
    var series = Sample.record(capital: "100")
    var history = EquityHistory()
    history.follow(series)
    for (hour, profit) in profits.enumerated() {
      if let flow, flow.hour == hour { series.flow(equity: amount(flow.amount), capital: .zero, at: time(0, hour)) }
      series.observe(netProfit: amount(profit), at: time(0, hour + 1))
      history.follow(series)
    }
    return (history, series)
  }

  @Test func fallsAreApartAndTheDeepestIsFirst() throws {
    // Falls: 110 → 99 → 111; 120 → 90, never back.
    let (history, series) = history(["10", "-1", "5", "11", "20", "15", "-10", "0"])
    let list = history.drawdowns.list
    try #require(list.count == 2)
    #expect(Sample.isClose(list[0].fraction, 0.25) && Sample.isClose(list[1].fraction, 0.1))
    #expect(list[0].peak == time(0, 5) && list[0].bottom == time(0, 7) && list[0].recovery == nil && list[0].lost == amount("30"))
    #expect(list[1].peak == time(0, 1) && list[1].bottom == time(0, 2) && list[1].recovery == time(0, 4) && list[1].lost == amount("11"))
    let deepest = try #require(series.figures(at: time(0, 9)).drawdown)
    #expect(Sample.isClose(list[0].fraction, deepest.fraction))
    #expect(deepest.peak == list[0].peak && deepest.bottom == list[0].bottom && deepest.lost == list[0].lost)
  }

  /// What others report wrongly (quantstats issues 233 and 354, PerformanceAnalytics issue 117): the peak is the peak itself, not the value
  /// after it; a fall that lasts to the end has no recovery; staying at the highest moves no peak.
  @Test func boundariesAreThePeakAndTheRecovery() throws {
    let list = history(["1", "1", "-1", "-2", "-3", "1", "-1"]).0.drawdowns.list
    try #require(list.count == 2)
    #expect(Sample.isClose(list[0].fraction, 4.0 / 101) && list[0].peak == time(0, 1) && list[0].bottom == time(0, 5))
    #expect(list[0].recovery == time(0, 6) && list[1].peak == time(0, 6) && list[1].bottom == time(0, 7) && list[1].recovery == nil)
  }

  @Test func aFlowIsNoFall() {
    let (history, _) = history(["10", "10", "12"], flow: (1, "-50"))
    #expect(history.drawdowns.list.isEmpty)
  }

  @Test func memoryIsBounded() {
    var drawdowns = WorstDrawdowns()
    for step in 0..<10_000 {
      drawdowns.observe(fall: 0, netProfit: Amount(step), at: time(0, step * 2))
      drawdowns.observe(fall: Double(step % 977) / 1_000, netProfit: Amount(step - 1), at: time(0, step * 2 + 1))
    }
    let list = drawdowns.list
    #expect(list.count == WorstDrawdowns.countMaximum && list.allSatisfy { $0.fraction >= 0.97 })
    #expect(zip(list, list.dropFirst()).allSatisfy { $0.fraction >= $1.fraction })
  }

  @Test func nothingFellNothingIsListed() {
    #expect(history(["1", "1", "2"]).0.drawdowns.list.isEmpty && history([]).0.drawdowns.list.isEmpty)
    #expect(EquityHistory().rolling.values.isEmpty)
  }

  @Test func losingEverythingIsOneFall() {
    let (history, _) = history(["-50", "-100", "-100", "-99"])
    #expect(history.drawdowns.list.count == 1 && Sample.isClose(history.drawdowns.list[0].fraction, 1))
  }

  @Test func theLastWindowIsTheSharpeOfItsDays() throws {
    var rolling = RollingSharpe()
    var moments = ReturnMoments()
    var value = 1.0
    rolling.observe(value: 1, at: time(0))
    for day in 0..<40 {
      let change = Double((day * 7) % 11 - 5) / 500
      value *= 1 + change
      if day >= 10 { moments.add(change) }
      // A value at midnight belongs to the day that ends there.
      rolling.observe(value: value, at: time(day + 1))
    }
    #expect(rolling.values.count == 10)
    rolling.finish(at: time(40))
    #expect(rolling.values.count == 11)
    let last = try #require(rolling.values.last)
    #expect(last.time == time(40) && Sample.isClose(last.sharpe, moments.sharpe, 1e-9))
    #expect(rolling.values.first?.time == time(30))
  }

  @Test func aPartialFirstDayIsNoWholeOne() {
    var rolling = RollingSharpe()
    rolling.observe(value: 1, at: time(0, 7))
    rolling.observe(value: 1.5, at: time(0, 20))
    for day in 1...30 { rolling.observe(value: 1.5 + Double(day % 3) / 100, at: time(day, 12)) }
    #expect(rolling.values.isEmpty)
    rolling.observe(value: 1.5, at: time(33, 1))
    #expect(rolling.values.first?.time == time(31) && rolling.values.last?.time == time(33))
  }

  @Test func daysThatStandStillHaveNoRatio() {
    var rolling = RollingSharpe()
    rolling.observe(value: 1, at: time(0))
    rolling.observe(value: 1, at: time(45))
    rolling.finish(at: time(45))
    #expect(rolling.values.count == 16 && rolling.values.allSatisfy { $0.sharpe == nil })
  }

  @Test func excursionsAreMeansOfWinsAndLosses() {
    var sums = ExcursionStatistics()
    #expect(sums.isEmpty && sums.meanAdverse == nil && sums.largestAdverseOfWins == nil)
    sums.add(adverse: 0.01, favorable: 0.04, sign: 1)
    sums.add(adverse: 0.03, favorable: 0.02, sign: 1)
    sums.add(adverse: 0.05, favorable: 0.01, sign: -1)
    sums.add(adverse: 0, favorable: 0, sign: 0)
    #expect(Sample.isClose(sums.meanAdverse, 0.0225) && Sample.isClose(sums.meanFavorable, 0.0175))
    #expect(Sample.isClose(sums.meanAdverseOfWins, 0.02) && Sample.isClose(sums.meanFavorableOfLosses, 0.01))
    #expect(sums.largestAdverseOfWins == 0.03)
  }

  @Test func costsLeaveNothingAtTheBreakEven() throws {
    var activity = ActivityStatistics()
    activity.add(
      side: .buy, price: amount("100"), quantity: amount("10"), quoteQuantity: amount("1000"), decisionPrice: .zero,
      fee: (asset: "USDT", amount: amount("1"), rate: .one))
    activity.add(
      side: .sell, price: amount("101"), quantity: amount("10"), quoteQuantity: amount("1010"), decisionPrice: .zero,
      fee: (asset: "USDT", amount: amount("1.01"), rate: .one))
    let curve = CostCurve(netProfit: amount("7.99"), fees: activity.feesInQuote, turnover: activity.turnover)
    #expect(curve.paid == amount("0.001") && Sample.isClose(activity.feesFraction, 0.001))
    #expect(curve.netProfit(at: amount("0.001")) == amount("7.99") && curve.netProfit(at: .zero) == amount("10"))
    let even = try #require(activity.breakEvenCost(netProfit: amount("7.99")))
    let left = curve.netProfit(at: try #require(FixedDecimal(nearestTo: even)))
    #expect(left.statisticValue.magnitude < 0.0001)
    #expect(curve.points.first == .init(cost: .zero, netProfit: amount("10")) && curve.points.count == 9)
    #expect(CostCurve(netProfit: .zero, fees: .zero, turnover: .zero).points.isEmpty && ActivityStatistics().feesFraction == nil)
  }
}
