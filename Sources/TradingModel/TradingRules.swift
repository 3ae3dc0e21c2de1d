/// A symbol's trading rules: the exchangeInfo filters that orders must pass (FACTS §8). A rule whose value is zero is off.
public struct TradingRules: Hashable, Sendable {
  public enum Status: UInt8, Hashable, Sendable {
    case trading = 1, endOfDay, halt, `break`, cancelOnly, unknown

    /// The exchange's word for it.
    public var word: String {
      switch self {
      case .trading: "TRADING"
      case .endOfDay: "END_OF_DAY"
      case .halt: "HALT"
      case .break: "BREAK"
      case .cancelOnly: "CANCEL_ONLY"
      case .unknown: "unknown"
      }
    }
  }

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
  /// Open order lists per symbol (MAX_NUM_ORDER_LISTS); 0 = no limit known.
  public var openOrderListsMaximum = 0
  /// What a stop that sells may trail by, in hundredths of a percent (`allowTrailingStop`, TRAILING_DELTA); `nil`: the exchange moves no stop.
  public var trailingDeltas: ClosedRange<Int>?
  /// Open orders of the account on all symbols (EXCHANGE_MAX_NUM_ORDERS); 0 = no limit known.
  public var accountOrdersMaximum = 0
  /// Open stop and take-profit orders of the account on all symbols (EXCHANGE_MAX_NUM_ALGO_ORDERS); 0 = no limit known.
  public var accountAlgorithmicOrdersMaximum = 0
  /// Open order lists of the account on all symbols (EXCHANGE_MAX_NUM_ORDER_LISTS); 0 = no limit known.
  public var accountOrderListsMaximum = 0
  /// Why nothing may be bought whatever the status is, each as half a sentence; empty: nothing stands in the way. Exits go on.
  public var entryObstacles: [String] = []
  /// Whether a market order may name an amount of the quote asset instead of a quantity (`quoteOrderQtyMarketAllowed`).
  public var takesQuoteAmounts: Bool
  /// A limit buy may cost at most this multiple of the exchange's average price (PERCENT_PRICE and PERCENT_PRICE_BY_SIDE); zero: no bound.
  public var buyPriceMultiplierMaximum: FixedDecimal
  /// The same for a limit sale.
  public var sellPriceMultiplierMaximum: FixedDecimal
  /// Whether a stop (STOP_LOSS) and a target (LIMIT_MAKER) may rest as one pair (`ocoAllowed`, `orderTypes`).
  public var takesPairs: Bool
  /// Whether an entry that rests may take its stop along, to be placed with what it bought (OPO: `otoAllowed`, `opoAllowed`); beside it a
  /// target where ``takesPairs`` (OPOCO).
  public var takesProtectedEntries: Bool

  public init(
    symbol: Symbol, status: Status = .trading, baseAsset: String, quoteAsset: String, baseAssetPrecision: Int = 8,
    quoteAssetPrecision: Int = 8, priceMinimum: Price = .zero, priceMaximum: Price = .zero, tickSize: Price = .zero,
    quantityMinimum: Quantity = .zero, quantityMaximum: Quantity = .zero, stepSize: Quantity = .zero,
    marketQuantityMinimum: Quantity = .zero, marketQuantityMaximum: Quantity = .zero, marketStepSize: Quantity = .zero,
    notionalMinimum: Amount = .zero, notionalMaximum: Amount = .zero, notionalMinimumAppliesToMarket: Bool = true,
    notionalMaximumAppliesToMarket: Bool = false, openOrdersMaximum: Int = 0, openAlgorithmicOrdersMaximum: Int = 0,
    takesQuoteAmounts: Bool = true, buyPriceMultiplierMaximum: FixedDecimal = .zero, sellPriceMultiplierMaximum: FixedDecimal = .zero,
    takesPairs: Bool = true, takesProtectedEntries: Bool = false
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
    self.takesQuoteAmounts = takesQuoteAmounts
    self.buyPriceMultiplierMaximum = buyPriceMultiplierMaximum
    self.sellPriceMultiplierMaximum = sellPriceMultiplierMaximum
    self.takesPairs = takesPairs
    self.takesProtectedEntries = takesProtectedEntries
  }

  /// Whether something may be bought.
  public var takesEntries: Bool { status == .trading && entryObstacles.isEmpty }

  /// Why nothing may be bought, each as half a sentence: the status, and what else stands in the way; empty while ``takesEntries``.
  public var obstacles: [String] {
    switch status {
    case .trading: entryObstacles
    // What is behind an unknown one is named better there.
    case .unknown where !entryObstacles.isEmpty: entryObstacles
    default: ["it is not trading on the exchange: its status is \(status.word)"] + entryObstacles
    }
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

  /// An amount of the quote asset cut to the digits that an order may name.
  public func amountRoundedDown(_ amount: Amount) -> Amount {
    guard quoteAssetPrecision < FixedDecimal.fractionDigits else { return amount }
    return amount.roundedDown(toMultipleOf: Self.digits[max(quoteAssetPrecision, 0)])
  }

  /// One unit of the last digit, by the number of digits behind the point.
  private static let digits: [FixedDecimal] = {
    var digits = [FixedDecimal.one]
    for _ in 0..<FixedDecimal.fractionDigits { digits.append(FixedDecimal(raw: (digits.last ?? .one).raw / 10)) }
    return digits
  }()

  /// What a market buy by amount gets at one price: the most whole steps that it pays for. The exchange keeps LOT_SIZE for such orders and
  /// the largest quantity of MARKET_LOT_SIZE (Binance: rest-api.md, market orders by `quoteOrderQty`).
  public func quantity(boughtFor amount: Amount, at price: Price) -> Quantity {
    guard price.isPositive else { return .zero }
    return max(amount.divided(by: price, rounding: .towardZero).roundedDown(toMultipleOf: stepSize), .zero)
  }

  /// The largest quantity of a market order; zero: no bound.
  public var marketOrderMaximum: Quantity {
    guard marketQuantityMaximum.isPositive else { return quantityMaximum }
    return quantityMaximum.isPositive ? min(quantityMaximum, marketQuantityMaximum) : marketQuantityMaximum
  }

  /// The first filter a market buy by amount breaks, or `nil`. NOTIONAL is judged by the amount itself, the quantities by what it buys at
  /// `price`.
  public func violation(amount: Amount, price: Price) -> Violation? {
    let quantity = quantity(boughtFor: amount, at: price)
    let least = max(quantityMinimum, marketQuantityMinimum)
    let most = marketOrderMaximum
    guard quantity.isPositive, quantity >= least, !most.isPositive || quantity <= most else {
      let filter = quantity.isPositive && quantity >= quantityMinimum && marketQuantityMinimum > quantity ? "MARKET_LOT_SIZE" : "LOT_SIZE"
      return Violation(
        filter: filter,
        message: "\(amount) \(quoteAsset) buy \(quantity) at \(price), which must be \(least) to \(most) in steps of \(stepSize)")
    }
    return notionalViolation(amount, isMarket: true)
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
    return notionalViolation(price * quantity, isMarket: isMarket)
  }

  private func notionalViolation(_ notional: Amount, isMarket: Bool) -> Violation? {
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
