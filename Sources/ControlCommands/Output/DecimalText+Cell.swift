package import Presentation

/// Profit and loss as cells.
extension DecimalText {
  /// A decimal's text: profit in green with a plus, loss in red, zero plain.
  package static func signed(_ text: String, places: Int = 2) -> Cell { Cell(signedText(text, places: places), style(text)) }

  /// The same for a fraction, as percent.
  package static func signedPercent(_ text: String) -> Cell { Cell(percent(text, isSigned: true), style(text)) }

  private static func style(_ text: String) -> Style {
    switch sign(text) {
    case 1: .good
    case -1: .bad
    default: .plain
    }
  }
}

extension RatioText {
  /// A fraction as percent: gain in green with a plus, loss in red, zero plain; nothing when it is unknown.
  package static func signedPercent(_ fraction: Double?) -> Cell {
    guard let fraction, fraction.isFinite else { return Cell("") }
    return Cell(percent(fraction, isSigned: true), fraction > 0 ? .good : fraction < 0 ? .bad : .plain)
  }
}
