import Statistics
import Testing
import Time
import TradingModel

@Suite struct TradeStatisticsTests {
  private func amount(_ text: String) -> Amount { Sample.amount(text) }

  private func trades(_ profits: [String]) -> TradeFigures {
    var statistics = TradeStatistics()
    for (index, profit) in profits.enumerated() {
      statistics.add(profit: amount(profit), openedAt: Sample.time(day: index), closedAt: Sample.time(day: index, hour: index + 1))
    }
    return statistics.figures
  }

  @Test func roundTripsByHand() {
    let figures = trades(["10", "-4", "0", "-2", "6", "6", "0", "6", "-1"])
    #expect((figures.count, figures.wins, figures.losses, figures.breakEvens) == (9, 4, 3, 2))
    #expect(figures.grossProfit == amount("28") && figures.grossLoss == amount("-7"))
    #expect(figures.winRate == 4.0 / 9 && figures.profitFactor == 4)
    #expect(figures.expectancy == amount("2.33333333") && figures.averageWin == amount("7") && figures.averageLoss == amount("-2.33333333"))
    // 4/9 × 7 ÷ (7/3) − 3/9
    #expect(Sample.isClose(figures.expectancyRatio, 1))
    #expect(figures.best == amount("10") && figures.worst == amount("-4"))
    // A break-even trade ends no streak.
    #expect(figures.longestWinStreak == 3 && figures.longestLossStreak == 2 && figures.currentStreak == -1)
    #expect(figures.averageSeconds == 5 * 3_600 && figures.longestSeconds == 9 * 3_600 && figures.shortestSeconds == 3_600)
    #expect(figures.averageWinSeconds == (1 + 5 + 6 + 8) * 3_600 / 4 && figures.averageLossSeconds == (2 + 4 + 9) * 3_600 / 3)
    let profits = [10, -4, 0, -2, 6, 6, 0, 6, -1.0]
    let mean = profits.reduce(0, +) / 9
    let deviation = (profits.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 8).squareRoot()
    #expect(Sample.isClose(figures.systemQuality, 3 * mean / deviation))
    #expect(figures.last == TradeStatistics.Last(profit: amount("-1"), closedAt: Sample.time(day: 8, hour: 9)))
  }

  @Test func withoutRoundTripsNothingIsKnown() {
    let none = trades([])
    #expect(none.winRate == nil && none.profitFactor == nil && none.expectancy == nil && none.best == nil && none.worst == nil)
    #expect(none.longestWinStreak == nil && none.averageSeconds == nil && none.shortestSeconds == nil && none.systemQuality == nil)
  }

  @Test func withoutLossesThereIsNoProfitFactor() {
    let figures = trades(["1", "0", "3"])
    #expect(figures.profitFactor == nil && figures.expectancyRatio == nil && figures.averageLoss == nil)
    #expect(figures.winRate == 2.0 / 3)
    #expect(trades(["-1"]).profitFactor == 0)
  }

  @Test func qualityNeedsTwoRoundTripsThatDiffer() {
    #expect(trades(["1"]).systemQuality == nil)
    #expect(trades(["0.1", "0.1", "0.1"]).systemQuality == nil)
    #expect(trades(["1", "3"]).systemQuality == 2)
  }

  @Test func averagesAreRoundedHalfToEven() {
    #expect(trades(["0.00000001", "0"]).expectancy == .zero)
    #expect(trades(["0.00000003", "0"]).expectancy == amount("0.00000002"))
  }
}

@Suite struct ActivityStatisticsTests {
  private func amount(_ text: String) -> Amount { Sample.amount(text) }

  @Test func feesAreConvertedAndWhatHasNoRateIsNamed() {
    var activity = ActivityStatistics()
    activity.add(
      side: .buy, price: amount("100"), quantity: amount("2"), quoteQuantity: amount("200"), decisionPrice: amount("99"),
      fee: ("BNB", amount("0.001"), amount("600")))
    activity.add(
      side: .sell, price: amount("101"), quantity: amount("2"), quoteQuantity: amount("202"), decisionPrice: amount("102"),
      fee: ("USDT", amount("0.2"), .one), isMaker: true)
    activity.add(
      side: .sell, price: amount("101"), quantity: amount("1"), quoteQuantity: amount("101"), decisionPrice: .zero,
      fee: ("BNB", amount("0.002"), nil))
    #expect(activity.fills == 3 && activity.turnover == amount("503"))
    #expect(activity.slippage == amount("4"))
    #expect(activity.makerFills == 1 && activity.makerTurnover == amount("202") && activity.makerFees == amount("0.2"))
    var both = activity
    both.add(activity)
    #expect(both.makerFills == 2 && both.makerTurnover == amount("404") && both.makerFees == amount("0.4"))
    #expect(
      activity.fees == [
        AssetFee(asset: "BNB", amount: amount("0.003"), inQuote: amount("0.6"), withoutRate: amount("0.002")),
        AssetFee(asset: "USDT", amount: amount("0.2"), inQuote: amount("0.2")),
      ])
    #expect(activity.feesInQuote == amount("0.8") && activity.feesWithoutRate.map(\.asset) == ["BNB"])
    #expect(activity.breakEvenCost(netProfit: amount("-1.8")) == -1.0 / 503)
    #expect(ActivityStatistics().breakEvenCost(netProfit: amount("5")) == nil)
  }

  @Test func refusalsAreCountedByName() {
    var activity = ActivityStatistics()
    activity.countSignal()
    for name in ["A", "B", "A"] { activity.countDenial(name) }
    #expect(activity.signals == 4 && activity.denialCount == 3)
    #expect(activity.denials == [NamedCount(name: "A", count: 2), NamedCount(name: "B", count: 1)])
    var both = activity
    both.add(activity)
    #expect(both.signals == 8 && both.denials.map(\.count) == [4, 2])
  }
}

@Suite struct PresenceStatisticsTests {
  @Test func anyOpenPositionCountsOnce() {
    var presence = PresenceStatistics()
    presence.begin(at: Sample.time(day: 0))
    presence.open(at: Sample.time(day: 1))
    presence.open(at: Sample.time(day: 2))
    presence.close(at: Sample.time(day: 3))
    presence.close(at: Sample.time(day: 4))
    presence.close(at: Sample.time(day: 5))
    #expect(presence.fraction(at: Sample.time(day: 8)) == 3.0 / 8)
    presence.open(at: Sample.time(day: 8))
    #expect(presence.fraction(at: Sample.time(day: 10)) == 0.5 && presence.openSince == Sample.time(day: 8))
    #expect(PresenceStatistics().fraction(at: Sample.time(day: 1)) == nil)
  }

  @Test func whatIsOpenWhenTheRecordBeginsCountsFromThere() {
    var presence = PresenceStatistics()
    presence.open(at: Sample.time(day: 0))
    presence.begin(at: Sample.time(day: 2))
    presence.close(at: Sample.time(day: 3))
    #expect(presence.fraction(at: Sample.time(day: 4)) == 0.5)
  }
}

@Suite struct TradeExcursionTests {
  @Test func furthestPricesAsFractionsOfTheEntry() {
    var excursion = TradeExcursion(at: FixedDecimal(100))
    excursion.observe(low: FixedDecimal(98), high: FixedDecimal(101))
    excursion.observe(low: FixedDecimal(99), high: FixedDecimal(110))
    #expect(excursion.adverse(entry: FixedDecimal(100)) == 0.02 && excursion.favorable(entry: FixedDecimal(100)) == 0.1)
    // Never against: zero, not negative.
    #expect(TradeExcursion(at: FixedDecimal(100)).adverse(entry: FixedDecimal(90)) == 0)
    #expect(excursion.adverse(entry: .zero) == nil)
  }
}
