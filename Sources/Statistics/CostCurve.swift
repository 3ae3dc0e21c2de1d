public import TradingModel

/// What the same trades would have earned at another cost of a fill, trades held fixed: net profit + fees − cost × turnover. Straight down to
/// the break-even cost, where nothing is left.
public struct CostCurve: Hashable, Sendable {
  /// A cost, and what is left at it.
  public struct Point: Hashable, Sendable {
    /// Of what a fill is worth.
    public var cost: FixedDecimal
    public var netProfit: Amount

    public init(cost: FixedDecimal, netProfit: Amount) {
      self.cost = cost
      self.netProfit = netProfit
    }
  }

  public let netProfit: Amount
  public let fees: Amount
  public let turnover: Amount

  public init(netProfit: Amount, fees: Amount, turnover: Amount) {
    self.netProfit = netProfit
    self.fees = fees
    self.turnover = turnover
  }

  /// Fees ÷ turnover: what a fill did cost; `nil` without turnover.
  public var paid: FixedDecimal? { turnover.isPositive ? fees.divided(by: turnover, rounding: .nearestEven) : nil }

  public func netProfit(at cost: FixedDecimal) -> Amount {
    netProfit + fees - cost.multiplied(by: turnover, rounding: .nearestEven)
  }

  /// Fees that people pay on exchanges, from none to 0.3 % of a fill, each with what is left; none without turnover.
  public var points: [Point] {
    guard turnover.isPositive else { return [] }
    return ["0", "0.0001", "0.0002", "0.0005", "0.00075", "0.001", "0.0015", "0.002", "0.003"].compactMap { FixedDecimal(text: $0) }.map {
      Point(cost: $0, netProfit: netProfit(at: $0))
    }
  }
}
