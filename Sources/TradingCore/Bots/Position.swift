public import Time
public import TradingModel
public import Venue

/// A bot's inventory of the base asset at average cost.
///
/// A buy adds what was really received (a commission in the base asset taken off) at what was really paid (a commission in the quote
/// asset added). A sell realizes proceeds less quote commission less the average cost of what was sold. Commissions in a third asset
/// are kept apart, per asset, and valued by nobody.
public struct Position: Hashable, Sendable {
  /// Base asset held, dust included.
  public var quantity: Quantity = .zero
  /// What the held quantity cost, in quote asset.
  public var cost: Amount = .zero
  /// From the first buy fill until a fill that closes the position.
  public var isOpen = false
  public var openedAt: Timestamp = .zero
  /// Highest price since entry, for trailing stops.
  public var peakPrice: Price = .zero
  /// The average true range when the entry was decided; zero where the bot needs none.
  public var entryVolatility: Price = .zero

  public init() {}

  /// Average cost of one unit; zero when nothing is held.
  public var averageEntryPrice: Price { quantity.isPositive ? cost.divided(by: quantity, rounding: .nearest) : .zero }

  /// Value at `price` less cost.
  public func unrealizedPnL(at price: Price) -> Amount { quantity.isPositive && price.isPositive ? price * quantity - cost : .zero }

  /// Applies a fill and answers the PnL it realized.
  public mutating func apply(_ fill: Fill, side: Side, baseAsset: String, quoteAsset: String, closes: Bool) -> Amount {
    let baseFee = fill.commissionAsset == baseAsset ? fill.commission : .zero
    let quoteFee = fill.commissionAsset == quoteAsset ? fill.commission : .zero
    switch side {
    case .buy:
      quantity += fill.quantity - baseFee
      cost += fill.quoteQuantity + quoteFee
      if !isOpen {
        isOpen = true
        openedAt = fill.time
        peakPrice = fill.price
      }
      return .zero
    case .sell:
      let sold = fill.quantity + baseFee
      let portion = sold >= quantity ? cost : Self.share(of: cost, sold, quantity)
      quantity = max(quantity - sold, .zero)
      cost -= portion
      if closes {
        isOpen = false
        peakPrice = .zero
      }
      return fill.quoteQuantity - quoteFee - portion
    }
  }

  private static func share(of cost: Amount, _ part: Quantity, _ whole: Quantity) -> Amount {
    // In full width: cost × part cut to 8 digits would lose most of the digits of a small part.
    guard whole.isPositive, part < whole, !part.isNegative, !cost.isNegative else { return cost }
    let product = cost.raw.magnitude.multipliedFullWidth(by: part.raw.magnitude)
    let (quotient, remainder) = whole.raw.magnitude.dividingFullWidth(product)
    let isUp = remainder >= whole.raw.magnitude - remainder
    return FixedDecimal(raw: Int128(clamping: isUp ? quotient + 1 : quotient))
  }
}
