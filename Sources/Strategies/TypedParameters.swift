import TradingModel

/// A whole number within bounds.
struct IntegerParameter: Parameter {
  let descriptor: ParameterDescriptor
  let fallback: Int
  private let bounds: ClosedRange<Int>

  init(_ name: String, default fallback: Int, in bounds: ClosedRange<Int>, meaning: String) {
    self.fallback = fallback
    self.bounds = bounds
    descriptor = ParameterDescriptor(
      name: name, type: .integer, defaultValue: String(fallback), minimum: String(bounds.lowerBound), maximum: String(bounds.upperBound),
      meaning: meaning)
  }

  func value(of text: String) -> Int? {
    guard let number = FixedDecimal(text: text), number.raw % FixedDecimal.unitsPerWhole == 0 else { return nil }
    let whole = Int(number.raw / FixedDecimal.unitsPerWhole)
    return bounds.contains(whole) ? whole : nil
  }
}

/// A decimal number within bounds.
struct NumberParameter: Parameter {
  let descriptor: ParameterDescriptor
  let fallback: Double
  private let bounds: ClosedRange<Double>

  init(_ name: String, default fallback: Double, in bounds: ClosedRange<Double>, meaning: String) {
    self.fallback = fallback
    self.bounds = bounds
    descriptor = ParameterDescriptor(
      name: name, type: .number, defaultValue: Self.text(fallback), minimum: Self.text(bounds.lowerBound),
      maximum: Self.text(bounds.upperBound), meaning: meaning)
  }

  func value(of text: String) -> Double? {
    guard let number = FixedDecimal(text: text)?.statisticValue, bounds.contains(number) else { return nil }
    return number
  }

  private static func text(_ value: Double) -> String { FixedDecimal(nearestTo: value)?.description ?? "" }
}

/// Yes or no.
struct BooleanParameter: Parameter {
  let descriptor: ParameterDescriptor
  let fallback: Bool

  init(_ name: String, default fallback: Bool, meaning: String) {
    self.fallback = fallback
    descriptor = ParameterDescriptor(
      name: name, type: .boolean, defaultValue: fallback ? "true" : "false", minimum: "", maximum: "", meaning: meaning)
  }

  func value(of text: String) -> Bool? {
    switch text {
    case "true": true
    case "false": false
    default: nil
    }
  }
}
