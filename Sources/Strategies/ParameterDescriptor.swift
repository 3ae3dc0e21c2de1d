/// One parameter of a strategy as people see it.
public struct ParameterDescriptor: Hashable, Sendable, Codable {
  public enum Kind: UInt8, Hashable, Sendable, CustomStringConvertible, Codable {
    /// A whole number.
    case integer = 1
    /// A decimal number of at most 8 fractional digits.
    case number = 2
    /// `true` or `false`.
    case boolean = 3
    /// Text, at most ``textMaximum`` characters; only of strategies that other processes serve.
    case text = 4

    /// Longest text, in characters.
    public static let textMaximum = 200

    public var description: String {
      switch self {
      case .integer: "integer"
      case .number: "number"
      case .boolean: "boolean"
      case .text: "text"
      }
    }
  }

  public var name: String
  public var type: Kind
  /// The value when none is given.
  public var defaultValue: String
  /// The least value allowed; empty for booleans and texts, and for none.
  public var minimum: String
  /// The greatest value allowed; empty for booleans and texts, and for none.
  public var maximum: String
  /// What it does, with its unit.
  public var meaning: String
  /// The only values allowed; empty: any within the bounds.
  public var choices: [String] = []

  /// A parameter.
  public init(
    name: String, type: Kind, defaultValue: String, minimum: String = "", maximum: String = "", meaning: String, choices: [String] = []
  ) {
    self.name = name
    self.type = type
    self.defaultValue = defaultValue
    self.minimum = minimum
    self.maximum = maximum
    self.meaning = meaning
    self.choices = choices
  }
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
    guard descriptor.choices.isEmpty else {
      return "\(descriptor.name) must be one of \(descriptor.choices.joined(separator: ", ")), not \"\(shown)\""
    }
    switch descriptor.type {
    case .boolean: return "\(descriptor.name) must be true or false, not \"\(shown)\""
    case .integer: return "\(descriptor.name) must be a whole number\(descriptor.bounds), not \"\(shown)\""
    case .number: return "\(descriptor.name) must be a number\(descriptor.bounds), not \"\(shown)\""
    case .text:
      return "\(descriptor.name) must have at most \(ParameterDescriptor.Kind.textMaximum) characters, none of them a control character"
    }
  }
}

extension ParameterDescriptor {
  /// Its bounds in words, with a space before them; empty without any.
  fileprivate var bounds: String {
    switch (minimum.isEmpty, maximum.isEmpty) {
    case (true, true): ""
    case (false, true): " of at least \(minimum)"
    case (true, false): " of at most \(maximum)"
    case (false, false): " from \(minimum) to \(maximum)"
    }
  }
}
