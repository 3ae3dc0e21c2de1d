import Backtest
import Statistics
import Time
public import TradingModel

/// What one run of a search gave: sums are exact, ratios are statistics. Definitions are those of the report.
public struct SearchFigures: Hashable, Sendable {
  /// Final equity less capital, open positions at market price.
  public var netProfit: Amount
  /// Net profit ÷ capital.
  public var netProfitFraction: Double
  /// Closed trades.
  public var trades: Int
  public var wins: Int
  /// Profits of the trades that won.
  public var grossProfit: Amount
  /// Losses of the others, zero or negative.
  public var grossLoss: Amount
  /// Per year, of daily returns; `nil` under seven whole days or without variation.
  public var sharpe: Double?
  public var sortino: Double?
  /// Compound annual growth; `nil` for less than a week.
  public var annualGrowth: Double?
  /// 0…1
  public var maxDrawdownFraction: Double
  /// Length in years of 365 days.
  public var years: Double

  public init(
    netProfit: Amount = .zero, netProfitFraction: Double = 0, trades: Int = 0, wins: Int = 0, grossProfit: Amount = .zero,
    grossLoss: Amount = .zero, sharpe: Double? = nil, sortino: Double? = nil, annualGrowth: Double? = nil, maxDrawdownFraction: Double = 0,
    years: Double = 0
  ) {
    self.netProfit = netProfit
    self.netProfitFraction = netProfitFraction
    self.trades = trades
    self.wins = wins
    self.grossProfit = grossProfit
    self.grossLoss = grossLoss
    self.sharpe = sharpe
    self.sortino = sortino
    self.annualGrowth = annualGrowth
    self.maxDrawdownFraction = maxDrawdownFraction
    self.years = years
  }

  init(_ outcome: BacktestOutcome) {
    let figures = outcome.figures
    self.init(
      netProfit: figures.netProfit, netProfitFraction: figures.equity.chainedReturn ?? 0, trades: figures.trades.count,
      wins: figures.trades.wins, grossProfit: figures.trades.grossProfit, grossLoss: figures.trades.grossLoss,
      sharpe: figures.equity.sharpe, sortino: figures.equity.sortino, annualGrowth: figures.equity.annualGrowth,
      maxDrawdownFraction: figures.equity.drawdownFraction ?? 0,
      years: Double(outcome.end.nanoseconds(since: outcome.start)) / 1e9 / 86_400 / 365)
  }

  /// 0…1
  public var winRate: Double { trades > 0 ? Double(wins) / Double(trades) : 0 }
  /// Gross profit over gross loss; `nil` without a loss.
  public var profitFactor: Double? { grossLoss.isZero ? nil : grossProfit.statisticValue / -grossLoss.statisticValue }
  /// Mean profit of a closed trade.
  public var expectancy: Amount {
    trades > 0 ? (grossProfit + grossLoss).divided(by: FixedDecimal(trades), rounding: .nearestEven) : .zero
  }
  /// Compound annual growth ÷ maximum drawdown.
  public var calmar: Double? { EquityFigures.calmar(growth: annualGrowth, drawdown: maxDrawdownFraction) }
  /// Net profit ÷ capital ÷ years, not compounded; `nil` without time.
  public var annualReturn: Double? { years > 0 ? netProfitFraction / years : nil }
}
