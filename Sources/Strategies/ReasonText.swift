import TradingModel

/// Numbers as reasons show them.
enum ReasonText {
  /// A statistic to the nearest with at most `digits` (0…8) fractional digits.
  static func number(_ value: Double, digits: Int) -> String {
    guard let exact = FixedDecimal(nearestTo: value) else { return "?" }
    var step: Int128 = 1
    for _ in 0..<max(0, FixedDecimal.fractionDigits - digits) { step *= 10 }
    let half = exact.raw < 0 ? -step / 2 : step / 2
    return FixedDecimal(raw: (exact.raw + half) / step * step).description
  }

  /// A level worked out from prices: with as many fractional digits as the price beside it, and one more.
  static func level(_ value: Double, beside price: Price) -> String {
    number(value, digits: min(FixedDecimal.fractionDigits, fractionDigits(of: price) + 1))
  }

  private static func fractionDigits(of price: Price) -> Int {
    var rest = price.raw
    var digits = FixedDecimal.fractionDigits
    while digits > 0, rest % 10 == 0 {
      rest /= 10
      digits -= 1
    }
    return digits
  }
}
