import Presentation
package import Time
package import TradingModel

/// How figures look: fixed places, thousands apart, percentages with two places, durations in the two largest units.
package enum FigureText {
  static func money(_ amount: Amount, _ asset: String) -> String {
    "\(DecimalText.text(amount, NumberStyle(places: 2, isGrouped: true))) \(asset)"
  }

  static func money(_ amount: Amount?, _ asset: String) -> String { amount.map { money($0, asset) } ?? unknown }

  /// How a figure that is not known is shown.
  package static let unknown = RatioText.unknown

  /// An amount with that many places, rounded half to even; exact before.
  package static func fixed(_ amount: Amount, _ places: Int) -> String {
    DecimalText.text(amount, NumberStyle(places: places, isGrouped: true))
  }

  /// "12.50%" of 0.125
  package static func percent(_ fraction: Double) -> String {
    RatioText.percent(fraction, NumberStyle(places: 2, isGrouped: true), sign: "%")
  }

  static func ratio(_ value: Double?) -> String { value.map { fixed($0, 2) } ?? RatioText.unknown }

  /// Decimal places without exponent; "-" for what is no number.
  package static func fixed(_ value: Double, _ places: Int) -> String {
    RatioText.text(value, NumberStyle(places: places, isGrouped: true))
  }

  static func grouped(_ value: Int64) -> String { DecimalText.text(FixedDecimal(Int(value)), NumberStyle(places: 0, isGrouped: true)) }

  /// "3d 4h", "2h 5m", "40s"
  static func duration(_ seconds: Double) -> String { TimeText.length(seconds: seconds) }

  /// `2024-03-01 14:05`
  package static func minute(_ time: Timestamp) -> String { TimeText.minute(time) }

  /// A number as JSON has it; empty for what is none.
  package static func number(_ value: Double?) -> String { RatioText.shortest(value) }
}
