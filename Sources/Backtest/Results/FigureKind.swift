import Presentation
import Time
import TradingModel

/// What a figure measures: how its number reads, and how two of them are subtracted.
public enum FigureKind: Sendable, Hashable {
  /// An amount of the quote asset.
  case money
  /// Shown as a percentage; a difference is one of percentage points.
  case fraction
  case ratio
  case count
  /// RFC 3339.
  case time
  /// A length of time.
  case seconds

  /// A number as JSON has it, as people read it; unknown where it is none.
  public func text(_ number: String, quoteAsset: String) -> String {
    switch self {
    case .money: FixedDecimal(text: number).map { FigureText.money($0, quoteAsset) } ?? FigureText.unknown
    case .fraction: Double(number).map(FigureText.percent) ?? FigureText.unknown
    case .ratio: Double(number).map { FigureText.fixed($0, 2) } ?? FigureText.unknown
    case .count: Int64(number).map(FigureText.grouped) ?? FigureText.unknown
    case .time: TimeText.timestamp(number).map(FigureText.minute) ?? FigureText.unknown
    case .seconds: Double(number).map(FigureText.duration) ?? FigureText.unknown
    }
  }

  /// `number` − `other`, as JSON has it: exact for amounts; `nil` where one of them is unknown, and for times.
  public func difference(_ number: String, _ other: String) -> String? {
    switch self {
    case .money, .fraction, .ratio:
      guard let a = Self.decimal(number), let b = Self.decimal(other) else { return nil }
      let (difference, overflow) = a.raw.subtractingReportingOverflow(b.raw)
      return overflow ? nil : FixedDecimal(raw: difference).description
    case .count:
      guard let a = Int64(number), let b = Int64(other) else { return nil }
      let (difference, overflow) = a.subtractingReportingOverflow(b)
      return overflow ? nil : String(difference)
    case .seconds:
      guard let a = Double(number), let b = Double(other) else { return nil }
      return FigureText.number(a - b)
    case .time: return nil
    }
  }

  /// Ratios may be written with an exponent.
  private static func decimal(_ number: String) -> FixedDecimal? {
    FixedDecimal(text: number) ?? Double(number).flatMap { FixedDecimal(nearestTo: $0) }
  }

  /// A difference with its sign: "+1.20 points" of a percentage.
  public func differenceText(_ number: String, quoteAsset: String) -> String {
    let isNegative = number.hasPrefix("-")
    let size = isNegative ? String(number.dropFirst()) : number
    let text: String
    switch self {
    case .fraction:
      guard let fraction = Double(size) else { return FigureText.unknown }
      text = FigureText.fixed(fraction * 100, 2) + " points"
    default: text = self.text(size, quoteAsset: quoteAsset)
    }
    let isNothing = !text.contains { ("1"..."9").contains($0) }
    return isNothing ? text : (isNegative ? "-" : "+") + text
  }
}
