#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What can fail in this module.
public struct RuntimeError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: Hashable, Sendable { case thread, secretFile, signals }
  public var code: Code
  /// A sentence for the person who runs the daemon; never contains a secret.
  public var message: String
  public var isRetryable: Bool { false }

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }

  /// The text of the calling thread's `errno`.
  static func systemMessage(_ code: Int32 = errno) -> String {
    guard let text = unsafe strerror(code) else { return "error \(code)" }
    return unsafe String(cString: text)
  }
}
