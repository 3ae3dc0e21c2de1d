import TradingModel
import MarketModel

/// Trading rules that fit a recording: steps by the decimals of its prices and volumes, bounds by their magnitude.
struct ObservedRules {
  let rules: TradingRules
  /// Where they come from, in words, for people.
  let origin: String

  /// - Parameters:
  ///   - derived: what is known of the symbol, or made from its name.
  ///   - candles: the recording; at least one.
  init?(_ derived: DerivedRules, _ candles: [Candle]) {
    guard let first = candles.first else { return nil }
    var highest = first.high
    var priceUnit = Unit()
    var quantityUnit = Unit()
    for candle in candles {
      highest = max(highest, candle.high)
      for price in [candle.open, candle.high, candle.low, candle.close] { priceUnit.see(price) }
      quantityUnit.see(candle.volume)
    }
    var rules = derived.rules
    // The recorded filters fit as long as every price and volume is one that they allow.
    guard !derived.areRecorded || priceUnit.raw % rules.tickSize.raw != 0 || quantityUnit.raw % rules.stepSize.raw != 0 else {
      self.rules = rules
      origin = "filters recorded in 2025, which the recording fits"
      return
    }
    rules.tickSize = FixedDecimal(raw: min(priceUnit.raw, Self.fineTick(for: first.close)))
    rules.priceMinimum = rules.tickSize
    rules.priceMaximum = max(FixedDecimal(1_000_000), Self.power(above: highest) * FixedDecimal(10))
    rules.stepSize = FixedDecimal(raw: min(quantityUnit.raw, Self.fineStep(for: first.close)))
    rules.quantityMinimum = rules.stepSize
    // As much money as the bounds of a symbol that costs 1.
    let scale = max(FixedDecimal.one, FixedDecimal.one / Self.power(above: first.close) * FixedDecimal(10))
    rules.quantityMaximum = FixedDecimal(9_000_000) * scale
    rules.marketQuantityMinimum = .zero
    rules.marketQuantityMaximum = FixedDecimal(900_000) * scale
    self.rules = rules
    origin = "tick \(rules.tickSize) and step \(rules.stepSize) from the decimals of the recording"
  }

  /// The greatest power of ten, at most 1, that all numbers seen are multiples of.
  private struct Unit {
    var raw: Int128 = 100_000_000

    mutating func see(_ value: FixedDecimal) { while value.raw % raw != 0 { raw /= 10 } }
  }

  /// The smallest power of ten above a price.
  private static func power(above price: Price) -> FixedDecimal {
    var power: Int128 = 1
    while power <= price.raw { power *= 10 }
    return FixedDecimal(raw: power)
  }

  /// A millionth to a hundred-thousandth of the price: no coarser, though a short recording shows round prices only.
  private static func fineTick(for price: Price) -> Int128 {
    var tick: Int128 = 1
    while tick * 1_000_000 < price.raw { tick *= 10 }
    return tick
  }

  /// About one cent's worth.
  private static func fineStep(for price: Price) -> Int128 {
    var step: Int128 = 1
    while price.raw > 0, step * price.raw < 1_000_000 * FixedDecimal.unitsPerWhole { step *= 10 }
    return step
  }
}
