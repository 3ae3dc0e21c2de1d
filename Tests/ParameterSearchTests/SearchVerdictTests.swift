import Testing
import TradingModel

@testable import ParameterSearch

@Suite struct SearchVerdictTests {
  private static func figures(sharpe: Double?, trades: Int = 20, profit: Int = 0, loss: Int = 0, fall: Double = 0.1) -> SearchFigures {
    SearchFigures(
      netProfit: Amount(profit + loss), trades: trades, wins: trades / 2, grossProfit: Amount(profit), grossLoss: Amount(loss),
      sharpe: sharpe, maxDrawdownFraction: fall, years: 0.5)
  }

  private static func ranking(_ pairs: [(Double?, Double?)]) -> SearchRanking {
    let trials = pairs.enumerated().map { SearchTrial(index: $0, inSample: figures(sharpe: $1.0), outOfSample: figures(sharpe: $1.1)) }
    return SearchRanking(trials, objective: .sharpe, minimumTrades: 10)
  }

  @Test(
    arguments: [
      // In sample and out of sample by combination, what is said of the best.
      ([(2.0, 1.5)], [String]()),
      ([(2.0, 1.0)], []),
      ([(2.0, 0.99)], ["less than half: 0.99 out of sample, 2.00 in sample"]),
      ([(2.0, 0.0)], ["not above 0: 0.00 out of sample"]),
      ([(2.0, -1.0)], ["not above 0: -1.00 out of sample, 2.00 in sample"]),
      ([(2.0, nil)], ["has no sharpe, with 20 trades"]),
      ([(2.0, 1.5), (1.0, 1.6), (0.5, 1.7)], ["ranks 3 of 3, below the median"]),
      ([(2.0, 1.6), (1.0, 1.5), (0.5, 1.7)], []),
      ([(2.0, -1.0), (1.0, 1.5), (0.5, 1.7)], ["not above 0", "ranks 3 of 3"]),
      // Two are no field to compare with.
      ([(2.0, 1.5), (1.0, 1.6)], []),
      ([(-0.5, 0.5)], ["not above 0 even in sample: 0.50 out of sample, -0.50 in sample"]),
    ] as [([(Double?, Double?)], [String])])
  func survival(_ pairs: [(Double?, Double?)], _ expected: [String]) throws {
    let verdict = try SurvivalVerdict(Self.ranking(pairs)).orThrow()
    #expect(verdict.survives == expected.isEmpty)
    #expect(verdict.reasons.count == expected.count, "\(verdict.reasons)")
    for (reason, words) in zip(verdict.reasons, expected) { #expect(reason.contains(words), "\(reason)") }
  }

  @Test func otherObjectives() throws {
    func reasons(_ objective: SearchObjective, _ inside: SearchFigures, _ outside: SearchFigures) throws -> [String] {
      let trial = SearchTrial(index: 0, inSample: inside, outOfSample: outside)
      return try SurvivalVerdict(SearchRanking([trial], objective: objective, minimumTrades: 1)).orThrow().reasons
    }
    // A profit factor earns above 1: of 2 in sample, half of what it earns is 1.5.
    let double = Self.figures(sharpe: 1, profit: 20, loss: -10)
    #expect(try reasons(.profitFactor, double, Self.figures(sharpe: 1, profit: 15, loss: -10)) == [])
    #expect(try reasons(.profitFactor, double, Self.figures(sharpe: 1, profit: 14, loss: -10)).count == 1)
    #expect(try reasons(.profitFactor, double, Self.figures(sharpe: 1, profit: 10, loss: -10))[0].contains("not above 1"))
    #expect(try reasons(.profitFactor, double, Self.figures(sharpe: 1, profit: 10)) == [])
    // Nothing lost in sample is no number to halve.
    #expect(try reasons(.profitFactor, Self.figures(sharpe: 1, profit: 20), Self.figures(sharpe: 1, profit: 15, loss: -10)) == [])
    let fall = Self.figures(sharpe: 1, fall: 0.1)
    #expect(try reasons(.maxDrawdownFraction, fall, Self.figures(sharpe: 1, fall: 0.2)) == [])
    #expect(try reasons(.maxDrawdownFraction, fall, Self.figures(sharpe: 1, fall: 0.21))[0].contains("more than twice as large: 21.00%"))
    #expect(try reasons(.winRate, fall, Self.figures(sharpe: 1, trades: 0))[0].contains("no win_rate, with 0 trades"))
  }

  @Test(
    arguments: [
      (1.2, 0.8, true, []),
      (1.2, 0.49, true, ["a year out of sample brings 0.49 of what a year in sample brought"]),
      (-0.2, -0.1, true, ["over all windows out of sample its sharpe is -0.20, not above 0", "brings -0.10"]),
      (nil, 0.5, true, ["it has no sharpe, with 20 trades"]),
      (1.2, nil, true, ["no profit even in sample"]),
      (1.2, 0.8, false, ["in 1 of 1 windows no combination made enough trades in sample"]),
    ] as [(Double?, Double?, Bool, [String])])
  func walkForwardSurvival(_ sharpe: Double?, _ efficiency: Double?, _ isEligible: Bool, _ expected: [String]) throws {
    let period = SearchPeriod(from: SearchSamples.start, to: SearchSamples.start)
    let window = WalkForward.Window(
      span: SearchSpan(inSample: period, outOfSample: period), best: SearchTrial(index: 0, inSample: Self.figures(sharpe: 2)),
      isEligible: isEligible, efficiency: efficiency)
    let walk = WalkForward(objective: .sharpe, windows: [window], outOfSample: Self.figures(sharpe: sharpe), efficiency: efficiency)
    let reasons = try SurvivalVerdict(walk).orThrow().reasons
    #expect(reasons.count == expected.count, "\(reasons)")
    for (reason, words) in zip(reasons, expected) { #expect(reason.contains(words), "\(reason)") }
    #expect(SurvivalVerdict(WalkForward(objective: .sharpe, windows: [], outOfSample: SearchFigures(), efficiency: nil)) == nil)
  }

  @Test func fewTradesRankLast() throws {
    let trials = [
      SearchTrial(index: 0, inSample: Self.figures(sharpe: 9, trades: 3)), SearchTrial(index: 1, inSample: Self.figures(sharpe: nil)),
      SearchTrial(index: 2, inSample: Self.figures(sharpe: 1)), SearchTrial(index: 3, inSample: Self.figures(sharpe: 2)),
      SearchTrial(index: 4, inSample: Self.figures(sharpe: 2)),
    ]
    let ranking = SearchRanking(trials.reversed(), objective: .sharpe, minimumTrades: 10)
    #expect(ranking.trials.map(\.index) == [3, 4, 2, 0, 1] && ranking.eligibleCount == 3)
    #expect(SurvivalVerdict(ranking) == nil)
    let poor = SearchTrial(index: 0, inSample: Self.figures(sharpe: 9, trades: 3), outOfSample: Self.figures(sharpe: 9))
    let verdict = try SurvivalVerdict(SearchRanking([poor], objective: .sharpe, minimumTrades: 10)).orThrow()
    #expect(verdict.reasons == ["no combination made 10 trades with a sharpe in sample; the first made 3"])
  }

  @Test func smallerDrawdownIsBetter() {
    let trials = [0.3, 0.1, 0.2].enumerated().map { SearchTrial(index: $0, inSample: Self.figures(sharpe: 1, fall: $1)) }
    #expect(SearchRanking(trials, objective: .maxDrawdownFraction, minimumTrades: 1).trials.map(\.index) == [1, 2, 0])
  }
}
