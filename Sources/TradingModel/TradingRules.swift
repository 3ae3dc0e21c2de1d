/// A symbol's trading rules: the exchangeInfo filters that orders must pass (FACTS §8). A rule whose value is zero is off.
public struct TradingRules: Hashable, Sendable {
  public enum Status: UInt8, Hashable, Sendable { case trading = 1, endOfDay, halt, `break`, cancelOnly, unknown }

  public var symbol: Symbol
  public var status: Status
  public var baseAsset: String
  public var quoteAsset: String
  public var baseAssetPrecision: Int
  public var quoteAssetPrecision: Int
  public var priceMinimum: Price
  public var priceMaximum: Price
  public var tickSize: Price
  public var quantityMinimum: Quantity
  public var quantityMaximum: Quantity
  public var stepSize: Quantity
  public var marketQuantityMinimum: Quantity
  public var marketQuantityMaximum: Quantity
  public var marketStepSize: Quantity
  public var notionalMinimum: Amount
  public var notionalMaximum: Amount
  public var notionalMinimumAppliesToMarket: Bool
  public var notionalMaximumAppliesToMarket: Bool
  /// Open orders per symbol; 0 = no limit known.
  public var openOrdersMaximum: Int
  /// Open stop and take-profit orders per symbol; 0 = no limit known.
  public var openAlgorithmicOrdersMaximum: Int

  public init(
    symbol: Symbol, status: Status = .trading, baseAsset: String, quoteAsset: String, baseAssetPrecision: Int = 8,
    quoteAssetPrecision: Int = 8, priceMinimum: Price = .zero, priceMaximum: Price = .zero, tickSize: Price = .zero,
    quantityMinimum: Quantity = .zero, quantityMaximum: Quantity = .zero, stepSize: Quantity = .zero,
    marketQuantityMinimum: Quantity = .zero, marketQuantityMaximum: Quantity = .zero, marketStepSize: Quantity = .zero,
    notionalMinimum: Amount = .zero, notionalMaximum: Amount = .zero, notionalMinimumAppliesToMarket: Bool = true,
    notionalMaximumAppliesToMarket: Bool = false, openOrdersMaximum: Int = 0, openAlgorithmicOrdersMaximum: Int = 0
  ) {
    self.symbol = symbol
    self.status = status
    self.baseAsset = baseAsset
    self.quoteAsset = quoteAsset
    self.baseAssetPrecision = baseAssetPrecision
    self.quoteAssetPrecision = quoteAssetPrecision
    self.priceMinimum = priceMinimum
    self.priceMaximum = priceMaximum
    self.tickSize = tickSize
    self.quantityMinimum = quantityMinimum
    self.quantityMaximum = quantityMaximum
    self.stepSize = stepSize
    self.marketQuantityMinimum = marketQuantityMinimum
    self.marketQuantityMaximum = marketQuantityMaximum
    self.marketStepSize = marketStepSize
    self.notionalMinimum = notionalMinimum
    self.notionalMaximum = notionalMaximum
    self.notionalMinimumAppliesToMarket = notionalMinimumAppliesToMarket
    self.notionalMaximumAppliesToMarket = notionalMaximumAppliesToMarket
    self.openOrdersMaximum = openOrdersMaximum
    self.openAlgorithmicOrdersMaximum = openAlgorithmicOrdersMaximum
  }

  /// Which filter an order breaks, by the exchange's name and what it demands.
  public struct Violation: Hashable, Sendable {
    /// `PRICE_FILTER`, `LOT_SIZE`, `MARKET_LOT_SIZE` or `NOTIONAL`.
    public var filter: String
    /// A sentence with the bound.
    public var message: String
  }

  /// `quantity` rounded down to what an order of this kind may carry; zero when nothing remains.
  public func quantityRoundedDown(_ quantity: Quantity, isMarket: Bool) -> Quantity {
    var rounded = quantity.roundedDown(toMultipleOf: stepSize)
    if isMarket { rounded = rounded.roundedDown(toMultipleOf: marketStepSize) }
    var maximum = quantityMaximum
    if isMarket, marketQuantityMaximum.isPositive, !maximum.isPositive || marketQuantityMaximum < maximum {
      maximum = marketQuantityMaximum
    }
    if maximum.isPositive, rounded > maximum { rounded = maximum.roundedDown(toMultipleOf: stepSize) }
    return max(rounded, .zero)
  }

  /// The first filter an order breaks, or `nil`. `price` is the limit price, or the reference price of a market order.
  public func violation(quantity: Quantity, price: Price, isMarket: Bool) -> Violation? {
    guard quantity.isPositive, quantity >= quantityMinimum, !quantityMaximum.isPositive || quantity <= quantityMaximum,
      quantity.isMultiple(of: stepSize)
    else {
      return Violation(
        filter: "LOT_SIZE", message: "quantity \(quantity) must be \(quantityMinimum) to \(quantityMaximum) in steps of \(stepSize)")
    }
    if isMarket {
      guard quantity >= marketQuantityMinimum, !marketQuantityMaximum.isPositive || quantity <= marketQuantityMaximum,
        quantity.isMultiple(of: marketStepSize)
      else {
        return Violation(
          filter: "MARKET_LOT_SIZE",
          message: "market quantity \(quantity) must be \(marketQuantityMinimum) to \(marketQuantityMaximum) in steps of \(marketStepSize)")
      }
    } else if let violation = priceViolation(price) {
      return violation
    }
    let notional = price * quantity
    if notionalMinimum.isPositive, notional < notionalMinimum, !isMarket || notionalMinimumAppliesToMarket {
      return Violation(filter: "NOTIONAL", message: "order value \(notional) \(quoteAsset) is below the minimum of \(notionalMinimum)")
    }
    if notionalMaximum.isPositive, notional > notionalMaximum, !isMarket || notionalMaximumAppliesToMarket {
      return Violation(filter: "NOTIONAL", message: "order value \(notional) \(quoteAsset) is above the maximum of \(notionalMaximum)")
    }
    return nil
  }

  /// Whether a limit or stop price breaks PRICE_FILTER.
  public func priceViolation(_ price: Price) -> Violation? {
    guard price.isPositive, price >= priceMinimum, !priceMaximum.isPositive || price <= priceMaximum, price.isMultiple(of: tickSize) else {
      return Violation(
        filter: "PRICE_FILTER", message: "price \(price) must be \(priceMinimum) to \(priceMaximum) in steps of \(tickSize)")
    }
    return nil
  }
}
