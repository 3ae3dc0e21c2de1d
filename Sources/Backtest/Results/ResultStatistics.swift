import Time
import TradingCore
package import TradingModel
import Venue

/// Statistics of a run's trades and equity; `Double`, because they are statistics. Published definitions, named where they stand.
package struct ResultStatistics {
  private let trades: [RoundTrip]
  private let outcome: BacktestOutcome

  /// Statistics of a run; computed when asked for.
  package init(_ outcome: BacktestOutcome) {
    self.outcome = outcome
    trades = outcome.trades.filter(\.isClosed)
  }

  /// Markets trade every day.
  package static let daysPerYear = 365.0

  /// Closed trades.
  package var count: Int { trades.count }
  /// Closed trades with a profit.
  package var wins: [RoundTrip] { trades.filter { $0.profit.isPositive } }
  var losses: [RoundTrip] { trades.filter { !$0.profit.isPositive } }
  var winRate: Double { trades.isEmpty ? 0 : Double(wins.count) / Double(trades.count) }

  /// Profits of those, in quote asset.
  package var grossProfit: Amount { wins.reduce(.zero) { $0 + $1.profit } }
  /// Losses of the others, zero or negative.
  package var grossLoss: Amount { losses.reduce(.zero) { $0 + $1.profit } }
  /// Gross profit over gross loss; `nil` without a loss.
  var profitFactor: Double? { grossLoss.isZero ? nil : grossProfit.statisticValue / -grossLoss.statisticValue }

  func average(_ amount: Amount, _ count: Int) -> Amount {
    count == 0 ? .zero : amount.divided(by: FixedDecimal(count), rounding: .nearest)
  }

  var expectancy: Amount { average(grossProfit + grossLoss, trades.count) }
  /// Expected profit in units of the average loss: winRate × (averageWin ÷ averageLoss) − lossRate.
  var expectancyRatio: Double? {
    let loss = -average(grossLoss, losses.count).statisticValue
    guard loss > 0 else { return nil }
    return winRate * average(grossProfit, wins.count).statisticValue / loss - (1 - winRate)
  }

  var fees: Amount { outcome.trades.reduce(.zero) { $0 + $1.fees } }
  var turnover: Amount { outcome.fills.reduce(.zero) { $0 + $1.fill.quoteQuantity } }

  func meanSeconds(_ list: [RoundTrip]) -> Double {
    list.isEmpty ? 0 : list.reduce(0) { $0 + Self.seconds($1) } / Double(list.count)
  }
  var longestSeconds: Double { trades.map(Self.seconds).max() ?? 0 }
  var shortestSeconds: Double { trades.map(Self.seconds).min() ?? 0 }
  static func seconds(_ trade: RoundTrip) -> Double { Double(trade.closedAt.nanoseconds(since: trade.openedAt)) / 1e9 }

  /// Longest runs of wins and of losses in order of closing.
  var streaks: (wins: Int, losses: Int) {
    var best = (wins: 0, losses: 0)
    var now = (wins: 0, losses: 0)
    for trade in trades {
      now = trade.profit.isPositive ? (now.wins + 1, 0) : (0, now.losses + 1)
      best = (max(best.wins, now.wins), max(best.losses, now.losses))
    }
    return best
  }

  /// Time with an open position, as a fraction of the run, averaged over bots.
  var timeInMarket: Double {
    let span = Double(outcome.end.nanoseconds(since: outcome.start))
    guard span > 0, !outcome.bots.isEmpty else { return 0 }
    let held = outcome.trades.reduce(0.0) { $0 + Double($1.closedAt.nanoseconds(since: $1.openedAt)) }
    return held / span / Double(outcome.bots.count)
  }

  // MARK: Equity

  /// Length in years of 365 days.
  package var years: Double { Double(outcome.end.nanoseconds(since: outcome.start)) / 1e9 / 86_400 / Self.daysPerYear }

  /// Final equity ÷ capital − 1; 0 without capital.
  package var totalReturn: Double {
    let capital = outcome.capital.statisticValue
    return capital > 0 ? outcome.finalEquity.statisticValue / capital - 1 : 0
  }

  /// Compound annual growth rate: (final ÷ initial)^(1 ÷ years) − 1; `nil` for runs of less than a week, which say nothing of a year.
  package var annualGrowth: Double? {
    guard years >= 7 / Self.daysPerYear, totalReturn > -1 else { return nil }
    let value = power(1 + totalReturn, 1 / years) - 1
    return value.isFinite ? value : nil
  }

  /// Returns of whole UTC days.
  package var dailyReturns: [Double] {
    var returns: [Double] = []
    var before = outcome.capital.statisticValue
    for value in outcome.equity.days {
      if before > 0 { returns.append(value / before - 1) }
      before = value
    }
    return returns
  }

  /// Mean daily return ÷ sample standard deviation × √365 (risk-free rate 0); `nil` with fewer than two days or no variation.
  package var sharpe: Double? {
    let returns = dailyReturns
    guard returns.count >= 2 else { return nil }
    let mean = returns.reduce(0, +) / Double(returns.count)
    let variance = returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(returns.count - 1)
    return variance > 1e-18 ? mean / variance.squareRoot() * Self.daysPerYear.squareRoot() : nil
  }

  /// Mean daily return ÷ downside deviation (target 0, over all days) × √365.
  package var sortino: Double? {
    let returns = dailyReturns
    guard returns.count >= 2 else { return nil }
    let mean = returns.reduce(0, +) / Double(returns.count)
    let downside = returns.reduce(0) { $0 + ($1 < 0 ? $1 * $1 : 0) } / Double(returns.count)
    return downside > 1e-18 ? mean / downside.squareRoot() * Self.daysPerYear.squareRoot() : nil
  }

  /// CAGR ÷ maximum drawdown.
  var calmar: Double? {
    let drawdown = outcome.equity.maximumDrawdownFraction
    guard drawdown > 0, let growth = annualGrowth else { return nil }
    return growth / drawdown
  }

  /// Standard deviation of daily returns × √365.
  var volatility: Double {
    let returns = dailyReturns
    guard returns.count >= 2 else { return 0 }
    let mean = returns.reduce(0, +) / Double(returns.count)
    let variance = returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(returns.count - 1)
    return variance.squareRoot() * Self.daysPerYear.squareRoot()
  }

  /// √n × mean ÷ standard deviation of the trades' profits (Van Tharp's SQN); `nil` with fewer than two trades.
  var systemQuality: Double? {
    guard trades.count >= 2 else { return nil }
    let profits = trades.map { $0.profit.statisticValue }
    let mean = profits.reduce(0, +) / Double(profits.count)
    let variance = profits.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(profits.count - 1)
    return variance > 1e-18 ? mean / variance.squareRoot() * Double(profits.count).squareRoot() : nil
  }

  var marketChange: Double {
    let changes = outcome.markets.map(\.change)
    return changes.isEmpty ? 0 : changes.reduce(0, +) / Double(changes.count)
  }

  func group(_ name: String, _ list: [RoundTrip]) -> BacktestReport.Group {
    BacktestReport.Group(
      name: name, tradeCount: list.count, winCount: list.count { $0.profit.isPositive }, profit: list.reduce(.zero) { $0 + $1.profit },
      averageFraction: list.isEmpty ? 0 : list.reduce(0) { $0 + $1.fraction } / Double(list.count), averageSeconds: meanSeconds(list))
  }
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

private func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
