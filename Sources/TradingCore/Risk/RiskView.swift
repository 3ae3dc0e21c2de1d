/// What stands above all bots: permission to trade, and the limits with what they watch.
public struct RiskView: Sendable {
  public var tradingState: TradingState
  /// Why; empty before its first change.
  public var reason: String
  public var limits: RiskLimits
  public var watch: PortfolioWatch

  public init(_ core: borrowing TradingCore) {
    tradingState = core.tradingState
    reason = core.tradingStateReason
    limits = core.riskLimits
    watch = core.portfolio
  }
}
