public import MarketModel
public import TradingModel

/// A symbol that the simulator trades: its rules and where its generated price starts.
public struct SimulatedInstrument: Hashable, Sendable {
  public var rules: TradingRules
  /// The price that generated paths swing around.
  public var referencePrice: Price
  /// Scales every swing: 1 is the ordinary path (a standard deviation of about 3 % over hours).
  public var volatility: Double
  /// Filters, features and permissions beyond the rules.
  public var terms = SymbolTerms()

  public init(rules: TradingRules, referencePrice: Price, volatility: Double = 1) {
    self.rules = rules
    self.referencePrice = referencePrice
    self.volatility = volatility
  }

  /// The instrument of any symbol whose assets are given or told by its name; `nil` for others. Rules and price: `DerivedRules`.
  /// - Parameters:
  ///   - assets: what the exchange or a person says of its assets.
  ///   - given: about what it costs, for symbols whose filters are not known here; `nil`: derived from the name.
  public init?(symbol: Symbol, assets: SymbolAssets? = nil, referencePrice given: Price? = nil) {
    let price = given ?? Self.crossPrice(assets ?? symbol.assets)
    guard let derived = DerivedRules(symbol: symbol, assets: assets, referencePrice: price) else { return nil }
    self.init(rules: derived.rules, referencePrice: derived.referencePrice)
  }

  private static let dollars: Set<String> = ["USDT", "USDC", "FDUSD", "TUSD", "BUSD", "USDP", "DAI", "USD1", "RLUSD", "USD"]

  /// What a pair costs by the known dollar prices of both assets, so that BTCFDUSD costs what BTCUSDT does; `nil` where one is not known.
  private static func crossPrice(_ assets: SymbolAssets?) -> Price? {
    func worth(_ asset: String) -> Price? {
      if dollars.contains(asset) { return .one }
      guard let derived = Symbol(asset + "USDT").flatMap({ DerivedRules(symbol: $0) }), derived.areRecorded else { return nil }
      return derived.referencePrice
    }
    guard let assets, let base = worth(assets.base), let quote = worth(assets.quote) else { return nil }
    return base / quote
  }

  /// An instrument with the rules that the exchange told. Its generated price is that of ``init(symbol:assets:referencePrice:)``, moved by
  /// powers of ten until the tick and the bounds fit it.
  public init(listed rules: TradingRules) {
    let assets = SymbolAssets(base: rules.baseAsset, quote: rules.quoteAsset)
    var price = DerivedRules(symbol: rules.symbol, assets: assets)?.referencePrice ?? .one
    let ten = FixedDecimal(10)
    for _ in 0..<12 where price < rules.tickSize * FixedDecimal(10_000) || price < rules.priceMinimum { price = price * ten }
    for _ in 0..<12 where rules.priceMaximum.isPositive && price > rules.priceMaximum / FixedDecimal(2) { price = price / ten }
    self.init(rules: rules, referencePrice: price)
  }
}
