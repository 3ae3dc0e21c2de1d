/// Why a message was refused.
public struct ProtobufError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Kind of refusal.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    private enum Value: String, Sendable { case malformed, notUTF8, tooDeep, memoryLimit }
    private let value: Value
    private init(_ value: Value) { self.value = value }

    /// The bytes are not an encoding of the message.
    public static let malformed = Code(.malformed)
    /// A `string` field is not UTF-8, or holds a NUL character.
    public static let notUTF8 = Code(.notUTF8)
    /// Messages nested deeper than allowed.
    public static let tooDeep = Code(.tooDeep)
    /// The unpacked (or built) message needs more memory than granted.
    public static let memoryLimit = Code(.memoryLimit)

    public var description: String { value.rawValue }
  }

  public let code: Code
  /// A sentence for a person; holds no content of the message.
  public let message: String
  /// The same bytes fail again: never.
  public var isRetryable: Bool { false }
  public var description: String { "\(code): \(message)" }

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
