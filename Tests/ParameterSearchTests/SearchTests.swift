import Backtest
import Strategies
import Statistics
import Testing
import TradingModel

@testable import ParameterSearch

@Suite struct SearchTests {
  @Test func combinationsThatTheStrategyRefusesAreCounted() throws {
    let search = try SearchSamples.search(["fast=5:20:5", "slow=10:20:10"])
    // 10/10, 15/10, 20/10 and 20/20 do not cross.
    #expect(search.refusedCount == 4 && search.refusal == "slow must be above fast")
    #expect(search.indices == [0, 1, 3, 5] && search.jobCount == 4)
    #expect(search.job(3)?.index == 5 && search.job(4) == nil && search.job(-1) == nil)
    let sentence = SearchSamples.sentence { _ = try SearchSamples.search(["fast=30", "slow=10:20"]) }
    #expect(sentence == "the strategy refuses all 11 combinations: slow must be above fast")
    let twice = SearchSamples.sentence { _ = try SearchSamples.search(["fast=3:5"], parameters: ["fast": "4"]) }
    #expect(twice == "fast is given both as a value and as a range; leave one out")
  }

  @Test func aTrialIsABacktestOfEachPart() throws {
    let search = try SearchSamples.search(["fast=3", "slow=8"])
    let span = search.spans[0]
    let trial = try search.run(0)
    for (figures, period) in [(trial.inSample, span.inSample), (trial.outOfSample, span.outOfSample)] {
      let period = try period.orThrow()
      var settings = try SearchSamples.settings("ema_cross", ["fast": "3", "slow": "8"])
      settings.from = period.from
      settings.to = period.to
      var backtest = try Backtest(settings, markets: search.markets)
      let report = BacktestReport(try backtest.run())
      #expect(figures?.trades ?? 0 > 0)
      #expect(report.figure("net_profit")?.number == figures?.netProfit.description)
      #expect(report.figure("trades")?.number == figures.map { "\($0.trades)" })
      #expect(report.figure("sharpe")?.number == FigureText.number(figures?.sharpe))
      #expect(report.figure("profit_factor")?.number == RoundedFigures.decimal(figures?.profitFactor)?.description)
      #expect(report.figure("calmar")?.number == FigureText.number(figures?.calmar))
      #expect(report.figure("expectancy")?.number == figures?.expectancy.description)
    }
  }

  @Test func resultsDoNotDependOnOrderOrThreads() async throws {
    let search = try SearchSamples.search(["fast=2:4", "slow=6:8:2"], candles: 240)
    let numbers = Array(0..<search.jobCount)
    func run(_ number: Int) throws -> SearchTrial { try search.run(search.job(number).orThrow().index) }
    let straight = try numbers.map(run)
    let backward = try numbers.reversed().map(run)
    let parallel = try await withThrowingTaskGroup(of: SearchTrial.self) { group in
      for number in numbers { group.addTask { try search.run(search.job(number).orThrow().index) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(backward.reversed() == straight && parallel.sorted { $0.index < $1.index } == straight)
    for objective in SearchObjective.allCases {
      let order = SearchRanking(straight, objective: objective, minimumTrades: 1).trials.map(\.index)
      #expect(SearchRanking(backward, objective: objective, minimumTrades: 1).trials.map(\.index) == order)
      #expect(SearchRanking(parallel, objective: objective, minimumTrades: 1).trials.map(\.index) == order)
    }
  }

  @Test func unknownSpansAreRefused() throws {
    let search = try SearchSamples.search(["fast=3", "slow=8"], candles: 120)
    #expect(SearchSamples.sentence { _ = try search.run(0, span: 1) } == "there is no span 1")
    #expect(SearchSamples.sentence { _ = try search.run(0, span: -1) } != nil)
  }

  @Test func fingerprintNamesWhatMattersAndNothingElse() throws {
    func entries(_ search: Search) -> [SearchFingerprint.Entry] { SearchFingerprint.entries(search) }
    let base = entries(try SearchSamples.search(["fast=2:4", "slow=8"]))
    #expect(base.map(\.name) == ["ranges", "bots", "venue", "limits", "candles", "periods"])
    #expect(entries(try SearchSamples.search(["fast=2:4", "slow=8"], method: .random(count: 2, seed: 7))) == base)
    func changed(_ search: Search) -> [String] { zip(entries(search), base).filter { $0 != $1 }.map(\.0.name) }
    #expect(try changed(SearchSamples.search(["fast=2:5", "slow=8"])) == ["ranges"])
    #expect(try changed(SearchSamples.search(["fast=2:4", "slow=8"], candles: 479)) == ["candles", "periods"])
    #expect(try changed(SearchSamples.search(["fast=2:4", "slow=8"], time: .split(.zero))) == ["periods"])
    func bots(_ parameters: StrategyParameters) throws -> String {
      entries(try SearchSamples.search(["period=5"], of: "rsi", parameters: parameters))[1].value
    }
    #expect(try bots(["oversold": "30"]) == bots([:]))
    #expect(try bots(["oversold": "31"]) != bots([:]))
  }

  /// The best of many is judged by all that were tried, wherever they were run.
  @Test func theBestIsDeflatedByAllThatWereTried() throws {
    let search = try SearchSamples.search(["fast=2:9", "slow=10:40:10"], candles: 2_000, time: .split(.zero))
    let trials = try search.indices.map { try search.run($0) }
    let ranking = SearchRanking(trials, objective: .sharpe, minimumTrades: 1)
    let best = try ranking.best.orThrow()
    let probability = try search.deflatedSharpe(ranking).orThrow()
    let sharpes = trials.compactMap(\.inSample.sharpe).map { $0 / 365.0.squareRoot() }
    let mean = sharpes.reduce(0, +) / Double(sharpes.count)
    let variance = sharpes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(sharpes.count - 1)
    let returns = try search.segment(best.index, in: search.spans[0].inSample).returns
    let expected = try DeflatedSharpe.probability(
      sharpe: returns.dailySharpe.orThrow(), days: returns.count, skewness: returns.skewness.orThrow(),
      kurtosis: returns.kurtosis.orThrow(),
      trialVariance: variance, trials: 32
    ).orThrow()
    #expect(abs(probability - expected) < 1e-9 && probability > 0 && probability < 1)
    // One combination is no choice.
    #expect(try search.deflatedSharpe(SearchRanking([best], objective: .sharpe, minimumTrades: 1)) == nil)
  }
}
