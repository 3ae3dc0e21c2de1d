public import Time
public import TradingModel

/// Filters of a symbol beyond its `TradingRules`. Zero and `nil` turn a filter off. Binance: filters.md.
public struct SymbolFilters: Hashable, Sendable {
  /// Bounds of a limit price as multiples of the average price.
  public struct PriceBand: Hashable, Sendable {
    public var multiplierDown: FixedDecimal
    public var multiplierUp: FixedDecimal
    public init(down: FixedDecimal, up: FixedDecimal) {
      multiplierDown = down
      multiplierUp = up
    }
  }

  /// Bounds of `trailingDelta`, in hundredths of a percent.
  public struct TrailingBounds: Hashable, Sendable {
    public var minimumAbove: Int64
    public var maximumAbove: Int64
    public var minimumBelow: Int64
    public var maximumBelow: Int64
    public init(minimumAbove: Int64, maximumAbove: Int64, minimumBelow: Int64, maximumBelow: Int64) {
      self.minimumAbove = minimumAbove
      self.maximumAbove = maximumAbove
      self.minimumBelow = minimumBelow
      self.maximumBelow = maximumBelow
    }
  }

  /// PERCENT_PRICE.
  public var percentPrice: PriceBand?
  /// PERCENT_PRICE_BY_SIDE, for buys.
  public var percentPriceBid: PriceBand?
  /// PERCENT_PRICE_BY_SIDE, for sells.
  public var percentPriceAsk: PriceBand?
  /// Minutes of the average that prices are compared with and market orders are valued at, at most 60; 0: the last price.
  public var averagePriceMinutes = 0
  /// MIN_NOTIONAL, the older form of NOTIONAL.
  public var minimumNotional: Amount = .zero
  public var minimumNotionalAppliesToMarket = true
  /// ICEBERG_PARTS.
  public var icebergPartsMaximum = 100
  /// MAX_NUM_ICEBERG_ORDERS.
  public var icebergOrdersMaximum = 0
  /// MAX_NUM_ORDER_LISTS.
  public var orderListsMaximum = 20
  /// MAX_NUM_ORDER_AMENDS.
  public var amendsMaximum = 10
  /// MAX_POSITION.
  public var positionMaximum: Quantity?
  /// TRAILING_DELTA.
  public var trailingDelta: TrailingBounds? = TrailingBounds(
    minimumAbove: 10, maximumAbove: 2_000, minimumBelow: 10, maximumBelow: 2_000)
  /// T_PLUS_SELL: the base asset cannot be sold before.
  public var sellingFrom: Timestamp?

  /// Prices between a fifth of the last price and five times it.
  public init() {
    let band = PriceBand(down: FixedDecimal(raw: 20_000_000), up: FixedDecimal(5))
    percentPriceBid = band
    percentPriceAsk = band
  }
}

/// What may be done with a symbol.
public struct SymbolFeatures: Hashable, Sendable {
  public var orderTypes: Set<OrderType> = Set(OrderType.allCases)
  public var iceberg = true
  public var oneCancelsOther = true
  public var oneTriggersOther = true
  public var onePaysOther = true
  public var quoteOrderQuantityMarket = true
  public var trailingStop = true
  public var cancelReplace = true
  public var amend = true
  public var defaultSelfTradePrevention = SelfTradePrevention.expireMaker
  public var allowedSelfTradePrevention: Set<SelfTradePrevention> = [
    .expireTaker, .expireMaker, .expireBoth, .decrement, .transfer,
  ]
  public init() {}
}

/// The terms of a symbol: filters, features, and who may trade it.
public struct SymbolTerms: Hashable, Sendable {
  public var filters = SymbolFilters()
  public var features = SymbolFeatures()
  /// An account needs one permission of each set.
  public var permissionSets: [[String]] = [["SPOT"]]
  /// Takes the place of every average and last price in the filters. Binance: filters.md, 2026-05.
  public var referencePrice: Price?
  public init() {}

  /// Whether permissions suffice.
  public func permits(_ permissions: [String]) -> Bool { permissionSets.allSatisfy { $0.contains { permissions.contains($0) } } }
}

/// Filters over all symbols; 0 turns one off. Binance: filters.md, "Exchange filters".
public struct ExchangeFilters: Hashable, Sendable {
  /// EXCHANGE_MAX_NUM_ORDERS.
  public var ordersMaximum = 0
  /// EXCHANGE_MAX_NUM_ALGO_ORDERS.
  public var algorithmicOrdersMaximum = 0
  /// EXCHANGE_MAX_NUM_ICEBERG_ORDERS.
  public var icebergOrdersMaximum = 0
  /// EXCHANGE_MAX_NUM_ORDER_LISTS.
  public var orderListsMaximum = 0
  /// MAX_ASSET: the most of an asset in one order. Only `myFilters` shows it.
  public var assetMaximums: [String: Amount] = [:]
  public init() {}
}
