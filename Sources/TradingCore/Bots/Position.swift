public import Time
public import TradingModel
public import Venue

/// A bot's inventory of the base asset at average cost.
///
/// A buy adds what was really received (a commission in the base asset taken off) at what was really paid (a commission in the quote
/// asset added). A sell realizes proceeds less quote commission less the average cost of what was sold. Commissions in a third asset
/// are kept apart, per asset, and valued by nobody.
public struct Position: Hashable, Sendable, Codable {
  /// Base asset held, dust included.
  public var quantity: Quantity = .zero
  /// What the held quantity cost, in quote asset.
  public var cost: Amount = .zero
  /// From the first buy fill until a fill that closes the position.
  public var isOpen = false
  public var openedAt: Timestamp = .zero
  /// Highest price since entry, for trailing stops.
  public var peakPrice: Price = .zero
  /// What stops hang from where it is not the average cost: that of adopted coins; zero otherwise.
  public var stopBasis: Price = .zero
  /// The average true range when the entry was decided; zero where the bot needs none.
  public var entryVolatility: Price = .zero

  public init() {}

  /// Average cost of one unit; zero when nothing is held.
  public var averageEntryPrice: Price { quantity.isPositive ? cost.divided(by: quantity, rounding: .nearest) : .zero }

  /// Value at `price` less cost.
  public func unrealizedPnL(at price: Price) -> Amount { quantity.isPositive && price.isPositive ? price * quantity - cost : .zero }

  /// Applies a fill and returns the PnL it realized.
  public mutating func apply(_ fill: Fill, side: Side, baseAsset: String, quoteAsset: String, closes: Bool) -> Amount {
    let fee = FillFee(
      base: fill.commissionAsset == baseAsset ? fill.commission : .zero,
      quote: fill.commissionAsset == quoteAsset ? fill.commission : .zero)
    return apply(fill, side: side, fee: fee, closes: closes)
  }

  /// Applies a fill whose fee was split and returns the PnL it realized.
  public mutating func apply(_ fill: Fill, side: Side, fee: FillFee, closes: Bool) -> Amount {
    switch side {
    case .buy:
      quantity += fill.quantity - fee.base
      cost += fill.quoteQuantity + fee.quote
      if !isOpen {
        isOpen = true
        openedAt = fill.time
        peakPrice = fill.price
      }
      return .zero
    case .sell:
      let sold = fill.quantity + fee.base
      let portion = sold >= quantity ? cost : Self.share(of: cost, sold, quantity)
      quantity = max(quantity - sold, .zero)
      cost -= portion
      if closes { close() }
      return fill.quoteQuantity - fee.quote - portion
    }
  }

  private mutating func close() {
    isOpen = false
    peakPrice = .zero
    stopBasis = .zero
  }

  /// What stops hang from: the average cost, unless adopted coins say otherwise.
  public var stopReference: Price { stopBasis.isPositive ? stopBasis : averageEntryPrice }

  /// Takes coins that come or leave without an order, at their market value; returns what that realized.
  public mutating func apply(_ adjustment: PositionAdjustment, at time: Timestamp) -> Amount {
    if adjustment.isIncoming {
      let entry = adjustment.entryPrice.isPositive ? adjustment.entryPrice : adjustment.price
      let all = quantity + adjustment.quantity
      let basis = (stopReference * quantity + entry * adjustment.quantity).divided(by: all, rounding: .nearest)
      quantity = all
      cost += adjustment.price * adjustment.quantity
      stopBasis = basis
      if !isOpen {
        isOpen = true
        openedAt = time
        peakPrice = adjustment.price
      }
      return .zero
    }
    let portion = adjustment.quantity >= quantity ? cost : Self.share(of: cost, adjustment.quantity, quantity)
    quantity = max(quantity - adjustment.quantity, .zero)
    cost -= portion
    if adjustment.closesPosition { close() }
    return adjustment.price * adjustment.quantity - portion
  }

  /// `cost × part ÷ whole`, in full width and rounded to the nearest; `cost` where part is not below whole.
  public static func share(of cost: Amount, _ part: Quantity, _ whole: Quantity) -> Amount {
    // In full width: cost × part cut to 8 digits would lose most of the digits of a small part.
    guard whole.isPositive, part < whole, !part.isNegative, !cost.isNegative else { return cost }
    let product = cost.raw.magnitude.multipliedFullWidth(by: part.raw.magnitude)
    let (quotient, remainder) = whole.raw.magnitude.dividingFullWidth(product)
    let isUp = remainder >= whole.raw.magnitude - remainder
    return FixedDecimal(raw: Int128(clamping: isUp ? quotient + 1 : quotient))
  }
}

/// A fill's commission as far as it is in the pair's own assets.
public struct FillFee: Hashable, Sendable {
  /// Taken off what was bought.
  public var base: Amount
  /// Paid beside the price.
  public var quote: Amount

  /// Parts that are known already.
  public init(base: Amount, quote: Amount) {
    self.base = base
    self.quote = quote
  }

  /// An asset that the symbol's name begins with is the base, one that it ends with is the quote, any other is a third asset. From the
  /// name alone, so that folding a journal needs no rules.
  public init(_ fill: Fill) {
    let asset = fill.commissionAsset
    let commission = fill.commission
    base = .zero
    quote = .zero
    if asset.isEmpty {
      base = commission
      quote = commission
    } else if asset.utf8.count < fill.symbol.length {
      if fill.symbol.hasPrefix(asset) {
        base = commission
        // Twice the same asset.
        if fill.symbol.length == 2 * asset.utf8.count, fill.symbol.hasSuffix(asset) { quote = commission }
      } else if fill.symbol.hasSuffix(asset) {
        quote = commission
      }
    }
  }

  /// Everything in quote asset; what is in both counts once.
  public func inQuote(at price: Price) -> Amount { quote.isZero ? base * price : quote }
}
