/// What is wrong with one parameter.
public struct ParameterViolation: Hashable, Sendable {
  /// The parameter's name as given.
  public var name: String
  /// A sentence that names the bound.
  public var message: String

  public init(name: String, message: String) {
    self.name = name
    self.message = message
  }
}

/// Why a strategy could not be made.
public struct StrategyError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: UInt8, Hashable, Sendable {
    /// The catalogue has no strategy of that name.
    case unknownStrategy = 1
    /// At least one parameter is missing, unknown or outside its bounds.
    case invalidParameters = 2
  }

  public var code: Code
  public var message: String
  /// Everything that is wrong, in the order given; empty for an unknown strategy.
  public var violations: [ParameterViolation]
  /// Asking again with the same words gives the same answer.
  public var isRetryable: Bool { false }

  public init(code: Code, message: String, violations: [ParameterViolation] = []) {
    self.code = code
    self.message = message
    self.violations = violations
  }

  public var description: String { message }
}
