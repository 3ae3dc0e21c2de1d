/// One parameter of a strategy as people see it.
public struct ParameterDescriptor: Hashable, Sendable {
  public enum Kind: UInt8, Hashable, Sendable, CustomStringConvertible {
    /// A whole number.
    case integer = 1
    /// A decimal number of at most 8 fractional digits.
    case number = 2
    /// `true` or `false`.
    case boolean = 3
    public var description: String {
      switch self {
      case .integer: "integer"
      case .number: "number"
      case .boolean: "boolean"
      }
    }
  }

  public var name: String
  public var type: Kind
  /// The value when none is given.
  public var defaultValue: String
  /// The least value allowed; empty for booleans.
  public var minimum: String
  /// The greatest value allowed; empty for booleans.
  public var maximum: String
  /// What it does, with its unit.
  public var meaning: String
}

/// A typed parameter: declared once, used for the schema, for checking and for reading.
protocol Parameter<Value>: Sendable {
  associatedtype Value
  var descriptor: ParameterDescriptor { get }
  /// The value the text names, `nil` when it is not of this type or outside the bounds.
  func value(of text: String) -> Value?
  var fallback: Value { get }
}

extension Parameter {
  /// What is wrong with the text, `nil` when nothing is.
  func complaint(about text: String) -> String? {
    guard value(of: text) == nil else { return nil }
    let shown = text.count > 40 ? "\(text.prefix(40))…" : text
    switch descriptor.type {
    case .boolean: return "\(descriptor.name) must be true or false, not \"\(shown)\""
    case .integer:
      return "\(descriptor.name) must be a whole number from \(descriptor.minimum) to \(descriptor.maximum), not \"\(shown)\""
    case .number:
      return "\(descriptor.name) must be a number from \(descriptor.minimum) to \(descriptor.maximum), not \"\(shown)\""
    }
  }
}
