public import Backtest
public import Statistics
import Time
import TradingModel

/// One period's run with what is needed to put periods together.
public struct SearchSegment: Hashable, Sendable {
  public var figures: SearchFigures
  /// Returns of the UTC days that the period touched.
  public var returns: ReturnMoments
  /// Days from midnight to midnight.
  public var wholeDays: Int
  /// Length in nanoseconds.
  public var span: Int64
  /// Lowest and highest equity, each ÷ capital.
  public var lowest: Double
  public var highest: Double

  public init(figures: SearchFigures, returns: ReturnMoments, wholeDays: Int, span: Int64, lowest: Double, highest: Double) {
    self.figures = figures
    self.returns = returns
    self.wholeDays = wholeDays
    self.span = span
    self.lowest = lowest
    self.highest = highest
  }

  init(_ outcome: BacktestOutcome) {
    figures = SearchFigures(outcome)
    returns = outcome.figures.equity.returns
    wholeDays = outcome.figures.equity.wholeDays
    span = outcome.end.nanoseconds(since: outcome.start)
    let capital = outcome.capital.statisticValue
    lowest = capital > 0 ? (outcome.equity.samples.map(\.equity).min() ?? capital) / capital : 0
    highest = outcome.figures.equity.highestValue
  }
}

extension SearchFigures {
  /// Periods that follow each other as one. Each began with the same capital: profits add up, returns and drawdowns are those of a
  /// portfolio that goes on with what the one before left. A day that two periods share counts as two.
  public init(joining segments: [SearchSegment]) {
    self.init()
    var scale = 1.0
    var peak = 1.0
    var returns = ReturnMoments()
    var wholeDays = 0
    var span: Int64 = 0
    for segment in segments {
      let part = segment.figures
      netProfit += part.netProfit
      trades += part.trades
      wins += part.wins
      grossProfit += part.grossProfit
      grossLoss += part.grossLoss
      years += part.years
      returns.add(segment.returns)
      wholeDays += segment.wholeDays
      span = span.addingReportingOverflow(segment.span).partialValue
      // The period's own fall, or one from a peak of before: where the period has a higher peak, its own fall from there is the deeper.
      if peak > 0 { maxDrawdownFraction = max(maxDrawdownFraction, part.maxDrawdownFraction, (peak - scale * segment.lowest) / peak) }
      peak = max(peak, scale * segment.highest)
      scale *= max(1 + part.netProfitFraction, 0)
    }
    netProfitFraction = scale - 1
    if wholeDays >= EquityFigures.daysMinimum {
      sharpe = returns.sharpe
      sortino = returns.sortino
    }
    annualGrowth = EquityFigures.annualGrowth(of: netProfitFraction, span: span)
  }
}

extension Search {
  /// The chance that the best of a search is more than luck: its deflated Sharpe ratio in sample over all combinations tried, those of a
  /// result file included; see `DeflatedSharpe`. `nil` in walk-forward, under 30 days, under two trials, or without a Sharpe ratio.
  ///
  /// Cost: a backtest in sample.
  public func deflatedSharpe(_ ranking: SearchRanking, isCanceled: () -> Bool = { false }) throws(BacktestError) -> Double? {
    guard !isWalkForward, let best = ranking.best, best.inSample.sharpe != nil, let span = spans.first else { return nil }
    var trials = ReturnMoments()
    for trial in ranking.trials {
      // Of a day, not of a year.
      if let sharpe = trial.inSample.sharpe { trials.add(sharpe / 365.0.squareRoot()) }
    }
    let returns = try segment(best.index, in: span.inSample, isCanceled: isCanceled).returns
    return DeflatedSharpe.probability(returns, trials: trials, count: ranking.trials.count)
  }
}
