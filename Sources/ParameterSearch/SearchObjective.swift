import Backtest
import TradingModel

/// What a search looks for. The raw value is the name on the command line and in the report.
public enum SearchObjective: String, CaseIterable, Hashable, Sendable, CustomStringConvertible {
  case netProfit = "net_profit"
  case netProfitFraction = "net_profit_fraction"
  case sharpe
  case sortino
  case calmar
  case profitFactor = "profit_factor"
  case expectancy
  case winRate = "win_rate"
  case maxDrawdownFraction = "max_drawdown_fraction"

  public var description: String { rawValue }

  /// The figure; `nil` where it is not defined. Infinite for profit that never lost: a ratio without its denominator.
  public func value(of figures: SearchFigures) -> Double? {
    let value: Double?
    switch self {
    case .netProfit: value = figures.netProfit.statisticValue
    case .netProfitFraction: value = figures.netProfitFraction
    case .sharpe: value = figures.sharpe
    case .sortino: value = figures.sortino ?? (figures.sharpe.map { $0 > 0 } ?? false ? .infinity : nil)
    case .calmar: value = figures.calmar ?? (figures.maxDrawdownFraction <= 0 && figures.annualGrowth ?? 0 > 0 ? .infinity : nil)
    case .profitFactor: value = figures.profitFactor ?? (figures.grossProfit.isPositive ? .infinity : nil)
    case .expectancy: value = figures.trades > 0 ? figures.expectancy.statisticValue : nil
    case .winRate: value = figures.trades > 0 ? figures.winRate : nil
    case .maxDrawdownFraction: value = figures.maxDrawdownFraction
    }
    return value.flatMap { $0.isNaN ? nil : $0 }
  }

  /// The figure so that more is better.
  public func score(of figures: SearchFigures) -> Double? { value(of: figures).map { isSmallerBetter ? -$0 : $0 } }

  public var isSmallerBetter: Bool { self == .maxDrawdownFraction }

  /// The value that neither earns nor loses; `nil` where the figure does not say.
  public var neutral: Double? {
    switch self {
    case .profitFactor: 1
    case .winRate, .maxDrawdownFraction: nil
    case .netProfit, .netProfitFraction, .sharpe, .sortino, .calmar, .expectancy: 0
    }
  }

  /// A value for people: "1.42", "-3.10 %", "-" for none.
  public func text(_ value: Double?) -> String {
    guard let value else { return FigureText.unknown }
    if value == .infinity { return "∞" }
    switch self {
    case .netProfitFraction, .winRate, .maxDrawdownFraction: return FigureText.percent(value)
    case .netProfit, .sharpe, .sortino, .calmar, .profitFactor, .expectancy: return FigureText.fixed(value, 2)
    }
  }
}
