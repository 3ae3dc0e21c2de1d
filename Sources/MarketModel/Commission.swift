public import TradingModel

/// What a fill costs: the commission is taken out of what is received (base asset when buying, quote asset when selling), at the
/// rate of its side of the trade, cut to 8 digits toward zero. The exchange documents no rounding; cutting is what its fills show.
/// Paper, backtest and exchange simulator all charge through here.
public enum Commission {
  public static func amount(side: Side, quantity: Quantity, quoteQuantity: Amount, rate: FixedDecimal) -> Amount {
    (side == .buy ? quantity : quoteQuantity).multiplied(by: rate, rounding: .towardZero)
  }

  public static func asset(side: Side, rules: TradingRules) -> String { side == .buy ? rules.baseAsset : rules.quoteAsset }
}
