public import BotAPI
public import Strategies
import TradingModel

extension ServedStrategy {
  /// What a process declared; `nil` when the type of a parameter is none of integer, decimal, boolean and text.
  public init?(_ value: V1.Strategy) {
    var parameters: [ParameterDescriptor] = []
    for parameter in value.parameters {
      guard let type = ParameterDescriptor.Kind(parameter.type) else { return nil }
      parameters.append(
        ParameterDescriptor(
          name: parameter.name, type: type, defaultValue: parameter.defaultValue, minimum: parameter.minimum, maximum: parameter.maximum,
          meaning: parameter.description, choices: type == .boolean ? [] : parameter.choices))
    }
    self.init(
      name: value.name, summary: value.summary, details: value.description, parameters: parameters,
      warmUp: Int(clamping: value.warmUpCandles))
  }
}

extension ParameterDescriptor.Kind {
  fileprivate init?(_ type: V1.ParameterType) {
    switch type {
    case .integer: self = .integer
    case .decimal: self = .number
    case .boolean: self = .boolean
    case .text: self = .text
    default: return nil
    }
  }
}

extension V1.Strategy {
  /// A strategy that processes serve.
  public init(_ strategy: ServedStrategy, isAvailable: Bool) {
    self.init(
      name: strategy.name, summary: strategy.summary, description: strategy.details.isEmpty ? strategy.summary : strategy.details,
      parameters: strategy.parameters.map(V1.ParameterSchema.init), warmUpCandles: Int64(strategy.warmUp), isServed: true,
      isAvailable: isAvailable)
  }

  /// A built-in strategy.
  public init(_ descriptor: StrategyDescriptor) {
    let warmUp = (try? descriptor.make())?.warmUp ?? 0
    self.init(
      name: descriptor.name, summary: descriptor.summary, description: descriptor.summary,
      parameters: descriptor.parameters.map(V1.ParameterSchema.init), warmUpCandles: Int64(warmUp), isAvailable: true)
  }
}

extension V1.ParameterSchema {
  init(_ parameter: ParameterDescriptor) {
    let type: V1.ParameterType =
      switch parameter.type {
      case .integer: .integer
      case .number: .decimal
      case .boolean: .boolean
      case .text: .text
      }
    self.init(
      name: parameter.name, type: type, defaultValue: parameter.defaultValue, minimum: parameter.minimum, maximum: parameter.maximum,
      description: parameter.meaning, choices: parameter.type == .boolean ? ["true", "false"] : parameter.choices)
  }
}
