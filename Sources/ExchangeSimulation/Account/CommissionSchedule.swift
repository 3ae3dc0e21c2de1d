public import TradingModel

/// What fills cost. Binance: commission_faq.md.
///
/// A fill costs received amount × (maker or taker rate + buyer or seller rate), for the standard, special and tax part. It is taken from
/// what is received; or, where discounts are on for the account and the symbol and there is enough of the discount asset, paid in that,
/// and then the standard part is multiplied by the discount. Rounding is not documented; here every part is cut to 8 digits, as
/// `Commission` does.
public struct CommissionSchedule: Hashable, Sendable {
  /// Fractions of the received amount.
  public struct Rates: Hashable, Sendable {
    public var maker: FixedDecimal
    public var taker: FixedDecimal
    public var buyer: FixedDecimal
    public var seller: FixedDecimal
    public init(maker: FixedDecimal = .zero, taker: FixedDecimal = .zero, buyer: FixedDecimal = .zero, seller: FixedDecimal = .zero) {
      self.maker = maker
      self.taker = taker
      self.buyer = buyer
      self.seller = seller
    }

    func rate(_ side: Side, isMaker: Bool) -> FixedDecimal { (isMaker ? maker : taker) + (side == .buy ? buyer : seller) }
  }

  public var standard: Rates
  public var special = Rates()
  public var tax = Rates()
  public var discountAsset = "BNB"
  /// A multiplier: three quarters are charged. The documents of 2026 say so of `discount`; older ones can be read both ways.
  public var discount = FixedDecimal(raw: 75_000_000)
  /// Symbols whose commissions may be paid in the discount asset: all, or none.
  public var isDiscountEnabledForSymbols = true

  public init(maker: FixedDecimal, taker: FixedDecimal) { standard = Rates(maker: maker, taker: taker) }

  /// The commission in the received asset, undiscounted.
  func full(_ received: Amount, side: Side, isMaker: Bool) -> Amount {
    part(standard, received, side, isMaker) + part(special, received, side, isMaker) + part(tax, received, side, isMaker)
  }

  /// The commission in the discount asset.
  /// - Parameter price: what one unit of the received asset costs in it, as a fraction, so that nothing is rounded before the end.
  func discounted(_ received: Amount, side: Side, isMaker: Bool, price: (numerator: FixedDecimal, denominator: FixedDecimal)) -> Amount {
    func convert(_ amount: Amount) -> Amount { (amount * price.numerator).divided(by: price.denominator, rounding: .towardZero) }
    let reduced = convert(part(standard, received, side, isMaker)) * discount
    return reduced + convert(part(special, received, side, isMaker)) + convert(part(tax, received, side, isMaker))
  }

  private func part(_ rates: Rates, _ received: Amount, _ side: Side, _ isMaker: Bool) -> Amount {
    received.multiplied(by: rates.rate(side, isMaker: isMaker), rounding: .towardZero)
  }
}
