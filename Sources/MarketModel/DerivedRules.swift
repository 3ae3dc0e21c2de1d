public import TradingModel

/// Trading rules of a symbol that no exchange has told us: for generated markets and for candle files.
///
/// Well-known pairs carry the filters recorded from the exchange in 2025; others get a reference price derived from their name
/// and filters to match, so a test may trade a hundred symbols.
public struct DerivedRules: Hashable, Sendable {
  public var rules: TradingRules
  /// About what one unit of the base asset costs, in the quote asset.
  public var referencePrice: Price
  /// Whether the filters are those recorded from the exchange in 2025; otherwise they were made to fit the price.
  public var areRecorded: Bool

  /// The rules of any symbol whose assets are given or told by its name (`Symbol.assets`); `nil` for others.
  /// - Parameters:
  ///   - assets: what the exchange or a person says of its assets.
  ///   - given: about what it costs, for symbols whose filters are not known here; `nil`: derived from the name.
  public init?(symbol: Symbol, assets: SymbolAssets? = nil, referencePrice given: Price? = nil) {
    guard let assets = assets ?? symbol.assets else { return nil }
    let (base, quote) = (assets.base, assets.quote)
    let known = Self.known[symbol.text]
    let price = known?.price ?? given ?? Self.derivedPrice(of: base)
    let tick = known?.tick ?? Self.derivedTick(for: price)
    let step = known?.step ?? Self.derivedStep(for: price)
    rules = TradingRules(
      symbol: symbol, baseAsset: base, quoteAsset: quote, priceMinimum: tick, priceMaximum: FixedDecimal(1_000_000), tickSize: tick,
      quantityMinimum: step, quantityMaximum: FixedDecimal(9_000_000), stepSize: step, marketQuantityMaximum: FixedDecimal(900_000),
      notionalMinimum: FixedDecimal(5), notionalMaximum: FixedDecimal(9_000_000), openOrdersMaximum: 200, openAlgorithmicOrdersMaximum: 100)
    referencePrice = price
    areRecorded = known != nil
  }

  private struct Known {
    var price: Price
    var tick: Price
    var step: Quantity
  }

  private static func known(_ price: Int64, _ tick: Int64, _ step: Int64) -> Known {
    Known(price: FixedDecimal(raw: Int128(price)), tick: FixedDecimal(raw: Int128(tick)), step: FixedDecimal(raw: Int128(step)))
  }

  private static let known: [String: Known] = [
    "BTCUSDT": known(6_000_000_000_000, 1_000_000, 1_000),
    "ETHUSDT": known(300_000_000_000, 1_000_000, 10_000),
    "BNBUSDT": known(60_000_000_000, 1_000_000, 100_000),
    "SOLUSDT": known(15_000_000_000, 1_000_000, 100_000),
    "XRPUSDT": known(200_000_000, 10_000, 10_000_000),
    "ADAUSDT": known(70_000_000, 10_000, 10_000_000),
    "DOGEUSDT": known(20_000_000, 1_000, 100_000_000),
    "LTCUSDT": known(9_000_000_000, 1_000_000, 100_000),
    "ETHBTC": known(5_000_000, 1_000, 10_000),
  ]

  /// 0.1 to 1,000 by the letters of the name (FNV-1a).
  private static func derivedPrice(of name: String) -> Price {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    var price: Int128 = 10_000_000
    for _ in 0..<(hash % 4) { price *= 10 }
    return FixedDecimal(raw: price * Int128(10 + (hash >> 8) % 90) / 10)
  }

  /// About 10⁻⁴ to 10⁻⁵ of the price, a power of ten.
  private static func derivedTick(for price: Price) -> Price {
    var tick: Int128 = 1
    while tick * 100_000 < price.raw { tick *= 10 }
    return FixedDecimal(raw: tick)
  }

  /// About one cent's worth, a power of ten.
  private static func derivedStep(for price: Price) -> Quantity {
    var step: Int128 = 1
    while price.raw > 0, step * price.raw < 1_000_000 * FixedDecimal.unitsPerWhole { step *= 10 }
    return FixedDecimal(raw: step)
  }
}
