import TradingModel

/// An indicator as the catalogue knows it: its name, its parameters, its columns, and how to make one.
public struct IndicatorDescriptor: Sendable {
  /// The name in commands, in lower case, e.g. `macd`.
  public let name: String
  /// The name in full, e.g. `Moving average convergence divergence`.
  public let title: String
  /// One sentence on what it measures, with its unit.
  public let summary: String
  /// In the order they are shown; empty when there is nothing to choose.
  public let parameters: [IndicatorParameter]
  /// The names of the values it returns at every bar, in their order; at least one.
  public let outputs: [String]

  private let relations: [Relation]
  private let build: @Sendable (IndicatorValues) -> any CandleIndicator

  /// Columns: their names and where their values are found.
  typealias Outputs<Value> = KeyValuePairs<String, @Sendable (Value) -> Double>

  /// One parameter must be less than another, checked once each is right by itself.
  struct Relation: Sendable {
    var lesser: IndicatorParameter
    var greater: IndicatorParameter
  }

  /// An indicator of what `input` reads of a bar.
  init<Base: Indicator>(
    name: String, title: String, summary: String, parameters: [IndicatorParameter], relations: [Relation] = [],
    outputs: Outputs<Base.Output>, input: @escaping @Sendable (Bar) -> Base.Input, make: @escaping @Sendable (IndicatorValues) -> Base
  ) {
    self.name = name
    self.title = title
    self.summary = summary
    self.parameters = parameters
    self.relations = relations
    self.outputs = outputs.map { $0.key }
    let values = outputs.map { $0.value }
    build = { ErasedIndicator(make($0), input: input, outputs: values) }
  }

  /// Everything that is wrong with the parameters, at once: sentences that name the parameter and its bound, in the order given.
  /// Empty when the indicator can be made.
  public func violations(of parameters: [(name: String, value: String)]) -> [String] {
    var found: [String] = []
    var right: Set<String> = Set(self.parameters.map(\.name))
    var seen: Set<String> = []
    func refuse(_ name: String, _ sentence: String) {
      right.remove(name)
      if !found.contains(sentence) { found.append(sentence) }
    }
    for entry in parameters {
      guard let parameter = self.parameters.first(where: { $0.name == entry.name }) else {
        refuse(entry.name, unknown(entry.name))
        continue
      }
      if !seen.insert(parameter.name).inserted {
        refuse(parameter.name, "\(parameter.name) is given twice")
      } else if let complaint = parameter.complaint(about: entry.value) {
        refuse(parameter.name, complaint)
      }
    }
    let values = IndicatorValues(parameters)
    for relation in relations where right.contains(relation.lesser.name) && right.contains(relation.greater.name) {
      let (lesser, greater) = (values.decimal(relation.lesser), values.decimal(relation.greater))
      guard lesser >= greater else { continue }
      found.append("\(relation.lesser.name) must be less than \(relation.greater.name), and \(lesser) is not less than \(greater)")
    }
    return found
  }

  /// An indicator with these parameters, defaults for those not given, ready for its first bar.
  ///
  /// Costs a few words for each bar of its longest period.
  /// - Throws: ``IndicatorError`` with code `invalidParameters` and all ``violations(of:)``.
  public func make(_ parameters: [(name: String, value: String)] = []) throws(IndicatorError) -> any CandleIndicator {
    let violations = violations(of: parameters)
    guard violations.isEmpty else {
      let message = "indicator \(name): \(violations.joined(separator: "; "))"
      throw IndicatorError(code: .invalidParameters, message: message, violations: violations)
    }
    return build(IndicatorValues(parameters))
  }

  private func unknown(_ given: String) -> String {
    let known = parameters.isEmpty ? "none" : parameters.map(\.name).joined(separator: ", ")
    return "\(name) has no parameter \"\(IndicatorError.shown(given))\"; it has \(known)"
  }
}

extension IndicatorDescriptor {
  /// An indicator of whole bars.
  init<Base: Indicator>(
    bars name: String, title: String, summary: String, parameters: [IndicatorParameter] = [], outputs: Outputs<Base.Output>,
    make: @escaping @Sendable (IndicatorValues) -> Base
  ) where Base.Input == Bar {
    self.init(
      name: name, title: title, summary: summary, parameters: parameters, outputs: outputs, input: { $0 }, make: make)
  }

  /// An indicator of closes.
  init<Base: Indicator>(
    closes name: String, title: String, summary: String, parameters: [IndicatorParameter], relations: [Relation] = [],
    outputs: Outputs<Base.Output>, make: @escaping @Sendable (IndicatorValues) -> Base
  ) where Base.Input == Double {
    self.init(
      name: name, title: title, summary: summary, parameters: parameters, relations: relations, outputs: outputs, input: { $0.close },
      make: make)
  }
}

/// One parameter of an indicator as people see it.
public struct IndicatorParameter: Hashable, Sendable {
  public enum Kind: UInt8, Hashable, Sendable, CustomStringConvertible {
    /// A whole number.
    case integer = 1
    /// A decimal number of at most 8 fractional digits.
    case number = 2

    public var description: String {
      switch self {
      case .integer: "integer"
      case .number: "number"
      }
    }
  }

  public let name: String
  public let kind: Kind
  /// The value when none is given.
  public let defaultValue: String
  /// The least value allowed.
  public let minimum: String
  /// The greatest value allowed.
  public let maximum: String
  /// What it does, with its unit.
  public let meaning: String

  /// A number of bars, at most 10,000.
  static func bars(_ name: String = "period", default fallback: Int, least: Int, most: Int = 10_000, _ meaning: String) -> Self {
    Self(
      name: name, kind: .integer, defaultValue: String(fallback), minimum: String(least), maximum: String(most), meaning: meaning)
  }

  /// A factor from 0.01 to 100.
  static func factor(_ name: String, default fallback: Int, _ meaning: String) -> Self {
    Self(name: name, kind: .number, defaultValue: String(fallback), minimum: "0.01", maximum: "100", meaning: meaning)
  }

  /// The value the text names, `nil` when it is not of this kind or outside the bounds.
  func value(of text: String) -> FixedDecimal? {
    guard let value = FixedDecimal(text: text), kind == .number || value.isMultiple(of: .one),
      let least = FixedDecimal(text: minimum), let most = FixedDecimal(text: maximum), least <= value, value <= most
    else { return nil }
    return value
  }

  /// What is wrong with the text, `nil` when nothing is.
  func complaint(about text: String) -> String? {
    guard value(of: text) == nil else { return nil }
    let what = kind == .integer ? "a whole number" : "a number"
    return "\(name) must be \(what) from \(minimum) to \(maximum), not \"\(IndicatorError.shown(text))\""
  }
}

/// Parameters read through their declarations: the given value where it is a good one, the default otherwise.
struct IndicatorValues {
  private let parameters: [(name: String, value: String)]

  init(_ parameters: [(name: String, value: String)]) { self.parameters = parameters }

  func decimal(_ parameter: IndicatorParameter) -> FixedDecimal {
    let given = parameters.first { $0.name == parameter.name }
    return given.flatMap { parameter.value(of: $0.value) } ?? parameter.value(of: parameter.defaultValue) ?? .one
  }

  /// The value as a count; texts stay below 10¹⁸, so it fits.
  func whole(_ parameter: IndicatorParameter) -> Int { Int(decimal(parameter).raw / FixedDecimal.unitsPerWhole) }

  func number(_ parameter: IndicatorParameter) -> Double { decimal(parameter).statisticValue }
}
