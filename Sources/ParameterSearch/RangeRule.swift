import Backtest
import Strategies
import TradingModel

/// What the values of a range may be.
struct RangeRule {
  var name: String
  /// Its words: "a whole number from 2 to 1000".
  var bounds: String
  var isWhole: Bool
  private var allows: (FixedDecimal) -> Bool

  init(_ name: String, _ bounds: String, isWhole: Bool = false, _ allows: @escaping (FixedDecimal) -> Bool) {
    self.name = name
    self.bounds = bounds
    self.isWhole = isWhole
    self.allows = allows
  }

  /// The bounds of a strategy's parameter that is a number.
  init(_ parameter: ParameterDescriptor) {
    let least = FixedDecimal(text: parameter.minimum)
    let most = FixedDecimal(text: parameter.maximum)
    let kind = parameter.type == .integer ? "a whole number" : "a number"
    self.init(
      parameter.name, "\(kind) from \(parameter.minimum) to \(parameter.maximum)", isWhole: parameter.type == .integer
    ) { value in
      if let least, value < least { return false }
      if let most, value > most { return false }
      return true
    }
  }

  /// A number that the rule allows; otherwise throws the sentence that names the bound.
  func value(_ text: String) throws(BacktestError) -> FixedDecimal {
    guard let value = FixedDecimal(text: text), !isWhole || Self.isWhole(value), allows(value) else {
      throw ParameterRange.wrong("\(name) must be \(bounds), not \"\(ParameterRange.shown(text))\"")
    }
    return value
  }

  static func isWhole(_ value: FixedDecimal) -> Bool { value.raw % FixedDecimal.unitsPerWhole == 0 }
}
