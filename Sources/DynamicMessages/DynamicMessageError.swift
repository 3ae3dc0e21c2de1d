/// Why a schema, an encoding or a JSON text cannot be read, or a message not be written.
public struct DynamicMessageError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of failure.
  public struct Code: Sendable, Hashable {
    private enum Kind { case malformed, notUTF8, tooDeep, tooLarge, unknownType, invalid }
    private let kind: Kind

    /// The bytes are no encoding of the type, or end too early.
    public static let malformed = Code(kind: .malformed)
    /// A text is not UTF-8.
    public static let notUTF8 = Code(kind: .notUTF8)
    /// Messages are nested deeper than ``Schema/depthMaximum``.
    public static let tooDeep = Code(kind: .tooDeep)
    /// The values would take more memory than ``Schema/memoryMaximum``.
    public static let tooLarge = Code(kind: .tooLarge)
    /// The schema names a type that it does not hold.
    public static let unknownType = Code(kind: .unknownType)
    /// A JSON value does not fit its field, or there is no such field.
    public static let invalid = Code(kind: .invalid)
  }

  public let code: Code
  /// A sentence for a person, without the place.
  public let message: String
  /// Where, for example `spec.parameters[2].key`; empty: the whole.
  public let path: String

  public init(_ code: Code, _ message: String, path: String = "") {
    self.code = code
    self.message = message
    self.path = path
  }

  /// `path: message`
  public var description: String { path.isEmpty ? message : "\(path): \(message)" }
}
