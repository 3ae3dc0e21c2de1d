/// What stops the simulator from starting.
public struct SimulatorError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: Hashable, Sendable {
    /// A replay file is missing, unreadable or not in a known format.
    case replayFile
    /// The address cannot be listened on.
    case address
    /// A setting makes no sense.
    case configuration
  }
  public let code: Code
  /// What is wrong and what to do.
  public let message: String
  /// Always false: the person must change something.
  public var isRetryable: Bool { false }

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }
}
