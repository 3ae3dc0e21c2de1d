public import TradingModel

/// Every figure of a bot, of a portfolio or of a backtest: the one set of results, which each place shows and none computes again.
/// Amounts are exact, in ``quoteAsset``; ratios are statistics; `nil` is unknown, shown as `-` and absent in JSON.
public struct PerformanceFigures: Hashable, Sendable {
  /// What amounts are in; empty where unknown.
  public var quoteAsset = ""
  /// Returns, drawdown and ratios over time.
  public var equity = EquityFigures()
  /// Round trips.
  public var trades = TradeFigures()
  /// Fills, fees, slippage, signals and refusals.
  public var activity = ActivityStatistics()
  public var realized: Amount = .zero
  public var unrealized: Amount = .zero
  /// Open positions at the last price.
  public var positionValue: Amount = .zero
  public var openPositions = 0
  /// Time with a position ÷ time observed, 0…1; of several bots: with *any* position open.
  public var timeInMarket: Double?
  /// Mean of the bots' ``timeInMarket``; `nil` for a single bot.
  public var meanTimeInMarket: Double?
  /// Last close ÷ first open − 1; of several markets, their mean.
  public var marketChange: Double?

  public init() {}

  public var netProfit: Amount { equity.netProfit }
  /// Net profit with the fees added that were taken off.
  public var profitBeforeFees: Amount { equity.netProfit + activity.feesInQuote }
  /// Value of positions now ÷ equity now; unknown without equity.
  public var exposure: Double? {
    equity.equity.isPositive ? positionValue.statisticValue / equity.equity.statisticValue : nil
  }
  /// (net profit + fees) ÷ turnover; unknown without turnover.
  public var breakEvenCost: Double? { activity.breakEvenCost(netProfit: equity.netProfit) }
  /// Return − market change; unknown where one of them is.
  public var excessReturn: Double? {
    guard let chained = equity.chainedReturn, let marketChange else { return nil }
    return chained - marketChange
  }

  /// Last ÷ first − 1; `nil` where a price is unknown.
  public static func marketChange(first: Price, last: Price) -> Double? {
    first.isPositive && last.isPositive ? last.statisticValue / first.statisticValue - 1 : nil
  }
}
