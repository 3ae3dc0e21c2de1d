/// What stands above all bots: permission to trade, and the limits with what they watch.
public struct RiskView: Sendable {
  public var tradingState: TradingState
  /// Why, in words; empty before its first change.
  public var reason: String
  public var cause: TradingStateChange.Cause
  public var limits: RiskLimits
  /// `nil` while a rate between quote assets is not known.
  public var totals: PortfolioTotals?
  /// What amounts are in; `nil`: bots have several quote assets and none was chosen.
  public var currency: String?
  public var conversions: [Conversion]
  /// Why amounts cannot be added up; `nil` when they can.
  public var conversionProblem: String?
  public var locks: EntryLocks

  public init(_ core: borrowing TradingCore) {
    tradingState = core.tradingState
    reason = core.tradingStateReason
    cause = core.tradingStateCause
    limits = core.riskLimits
    totals = core.portfolioTotals
    currency = core.accountCurrency
    conversions = core.conversions
    conversionProblem = core.conversionProblem
    locks = core.locks
  }
}
