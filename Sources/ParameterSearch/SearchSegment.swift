import Backtest
import TradingModel

/// One period's run with what is needed to put periods together.
public struct SearchSegment: Hashable, Sendable {
  public var figures: SearchFigures
  /// Returns of the UTC days that the period touched.
  public var dailyReturns: [Double]
  /// Lowest and highest equity, each ÷ capital.
  public var lowest: Double
  public var highest: Double

  public init(figures: SearchFigures, dailyReturns: [Double], lowest: Double, highest: Double) {
    self.figures = figures
    self.dailyReturns = dailyReturns
    self.lowest = lowest
    self.highest = highest
  }

  init(_ outcome: BacktestOutcome) {
    figures = SearchFigures(outcome)
    dailyReturns = ResultStatistics(outcome).dailyReturns
    let capital = outcome.capital.statisticValue
    let scale = capital > 0 ? 1 / capital : 0
    lowest = (outcome.equity.samples.map(\.equity).min() ?? capital) * scale
    highest = outcome.equity.peak * scale
  }
}

extension SearchFigures {
  /// Periods that follow each other as one. Each began with the same capital: profits add up, returns and drawdowns are those of a
  /// portfolio that goes on with what the one before left. A day that two periods share counts as two.
  public init(joining segments: [SearchSegment]) {
    self.init()
    var scale = 1.0
    var peak = 1.0
    for segment in segments {
      let part = segment.figures
      netProfit += part.netProfit
      trades += part.trades
      wins += part.wins
      grossProfit += part.grossProfit
      grossLoss += part.grossLoss
      years += part.years
      // The period's own fall, or one from a peak of before: where the period has a higher peak, its own fall from there is the deeper.
      if peak > 0 { maxDrawdownFraction = max(maxDrawdownFraction, part.maxDrawdownFraction, (peak - scale * segment.lowest) / peak) }
      peak = max(peak, scale * segment.highest)
      scale *= max(1 + part.netProfitFraction, 0)
    }
    netProfitFraction = scale - 1
    let returns = segments.flatMap(\.dailyReturns)
    sharpe = Self.ratio(returns) { mean, value in (value - mean) * (value - mean) / Double(returns.count - 1) }
    sortino = Self.ratio(returns) { _, value in value < 0 ? value * value / Double(returns.count) : 0 }
    annualGrowth = Self.growth(scale, years: years)
  }

  /// Mean ÷ root of the sum of `deviation` × √365, as in the report.
  private static func ratio(_ returns: [Double], _ deviation: (Double, Double) -> Double) -> Double? {
    guard returns.count >= 2 else { return nil }
    let mean = returns.reduce(0, +) / Double(returns.count)
    let variance = returns.reduce(0) { $0 + deviation(mean, $1) }
    return variance > 1e-18 ? mean / variance.squareRoot() * ResultStatistics.daysPerYear.squareRoot() : nil
  }

  private static func growth(_ scale: Double, years: Double) -> Double? {
    guard years >= 7 / ResultStatistics.daysPerYear, scale > 0 else { return nil }
    let value = pow(scale, 1 / years) - 1
    return value.isFinite ? value : nil
  }
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
