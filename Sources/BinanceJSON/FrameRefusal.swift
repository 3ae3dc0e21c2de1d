/// Why a frame or one of its fields was refused. Trivial to copy: refusing costs no allocation, so a flood of garbage is cheap.
public struct FrameRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: UInt8, Hashable, Sendable, CaseIterable {
    /// Not JSON under RFC 8259: bad token, trailing comma, control character, bad escape, bad UTF-8, byte order mark, text after the end.
    case malformed
    /// Arrays and objects nested deeper than ``JSONScanner/depthMaximum``.
    case tooDeep
    /// Larger than the caller's bound, or more values than the tree may hold.
    case tooLarge
    /// A field that is read appears twice.
    case duplicateField
    /// A field that is needed is absent.
    case missingField
    /// A field has the wrong type, does not parse, or is out of range.
    case badField
  }

  public var code: Code
  /// The name of the field that was refused, empty when the frame as a whole was.
  public var field: StaticString
  /// Byte offset in the frame, as far as known.
  public var offset: Int

  public init(_ code: Code, field: StaticString = "", offset: Int = 0) {
    self.code = code
    self.field = field
    self.offset = offset
  }

  /// A frame never becomes better by being read again.
  public var isRetryable: Bool { false }

  public var description: String {
    let what =
      switch code {
      case .malformed: "malformed JSON"
      case .tooDeep: "nested too deeply"
      case .tooLarge: "too large"
      case .duplicateField: "duplicate field"
      case .missingField: "missing field"
      case .badField: "bad field"
      }
    return field.utf8CodeUnitCount == 0 ? "\(what) at byte \(offset)" : "\(what) '\(field)' at byte \(offset)"
  }

  public static func == (a: FrameRefusal, b: FrameRefusal) -> Bool {
    a.code == b.code && a.offset == b.offset && a.field.description == b.field.description
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(code)
    hasher.combine(offset)
  }
}
