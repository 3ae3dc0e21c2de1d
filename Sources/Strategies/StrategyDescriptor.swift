/// A strategy as the catalogue knows it: its name, its schema, and how to make one.
public struct StrategyDescriptor: Sendable {
  /// The name in commands and in the journal, e.g. `rsi`.
  public let name: String
  /// One sentence on the rule.
  public let summary: String
  public var parameters: [ParameterDescriptor] { declared.map { $0.descriptor } }

  private let declared: [any Parameter]
  private let rules: [Rule]
  private let build: @Sendable (ParameterValues) -> any Strategy

  /// A bound between parameters, checked once each is right by itself.
  struct Rule: Sendable {
    /// The parameter that a violation is reported under.
    var name: String
    var message: String
    var holds: @Sendable (ParameterValues) -> Bool
  }

  init(
    name: String, summary: String, parameters: [any Parameter], rules: [Rule] = [],
    make build: @escaping @Sendable (ParameterValues) -> any Strategy
  ) {
    self.name = name
    self.summary = summary
    declared = parameters
    self.rules = rules
    self.build = build
  }

  /// Everything that is wrong with the parameters, at once; empty when the strategy can be made.
  public func violations(of parameters: StrategyParameters) -> [ParameterViolation] {
    var found: [ParameterViolation] = []
    for (index, entry) in parameters.entries.enumerated() {
      guard let parameter = declared.first(where: { $0.descriptor.name == entry.name }) else {
        let known = declared.map(\.descriptor.name).joined(separator: ", ")
        let shown = entry.name.count > 40 ? "\(entry.name.prefix(40))…" : entry.name
        found.append(ParameterViolation(name: shown, message: "\(name) has no parameter \"\(shown)\"; it has \(known)"))
        continue
      }
      if parameters.entries[..<index].contains(where: { $0.name == entry.name }) {
        found.append(ParameterViolation(name: entry.name, message: "\(entry.name) is given twice"))
      } else if let complaint = parameter.complaint(about: entry.value) {
        found.append(ParameterViolation(name: entry.name, message: complaint))
      }
    }
    let values = ParameterValues(parameters)
    for rule in rules where !found.contains(where: { $0.name == rule.name }) && !rule.holds(values) {
      found.append(ParameterViolation(name: rule.name, message: rule.message))
    }
    return found
  }

  /// A strategy with these parameters, defaults for those not given.
  public func make(_ parameters: StrategyParameters = StrategyParameters()) throws(StrategyError) -> any Strategy {
    let violations = violations(of: parameters)
    guard violations.isEmpty else {
      let sentence = violations.map(\.message).joined(separator: "; ")
      throw StrategyError(code: .invalidParameters, message: "strategy \(name): \(sentence)", violations: violations)
    }
    return build(ParameterValues(parameters))
  }

  /// Every parameter with its value, in schema order: what is given, defaults for the rest.
  public func completed(_ parameters: StrategyParameters) -> StrategyParameters {
    StrategyParameters(
      declared.map { parameter in
        let descriptor = parameter.descriptor
        return StrategyParameters.Entry(name: descriptor.name, value: parameters[descriptor.name] ?? descriptor.defaultValue)
      })
  }
}

/// Parameters read through their declarations.
struct ParameterValues: Sendable {
  private let parameters: StrategyParameters

  init(_ parameters: StrategyParameters) { self.parameters = parameters }

  /// The given value where it is a good one, the default otherwise.
  subscript<P: Parameter>(_ parameter: P) -> P.Value {
    parameters[parameter.descriptor.name].flatMap { parameter.value(of: $0) } ?? parameter.fallback
  }
}
