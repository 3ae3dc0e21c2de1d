import MarketModel
public import TradingModel

/// A symbol that the simulator trades: its rules and where its generated price starts.
public struct SimulatedInstrument: Hashable, Sendable {
  public var rules: TradingRules
  /// The price that generated paths swing around.
  public var referencePrice: Price
  /// Scales every swing: 1 is the ordinary path (a standard deviation of about 3 % over hours).
  public var volatility: Double

  public init(rules: TradingRules, referencePrice: Price, volatility: Double = 1) {
    self.rules = rules
    self.referencePrice = referencePrice
    self.volatility = volatility
  }

  /// The instrument of any symbol that ends in a known quote asset; `nil` for others. Rules and price: ``DerivedRules``.
  /// - Parameter price: about what it costs, for symbols whose filters are not known here; `nil`: derived from the name.
  public init?(symbol: Symbol, referencePrice given: Price? = nil) {
    guard let derived = DerivedRules(symbol: symbol, referencePrice: given) else { return nil }
    self.init(rules: derived.rules, referencePrice: derived.referencePrice)
  }
}
