/// What can fail in this module. Messages never contain the password.
public struct PostgresError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: Hashable, Sendable {
    /// `DATABASE_URL` is malformed.
    case url
    /// Cannot connect, or the connection broke or timed out.
    case connection
    /// The server refused a statement.
    case statement
    /// The server does not keep what it confirms (`fsync` or `synchronous_commit` is off), or is read-only.
    case unsafe
    /// The database holds another journal, or more of this one than the state directory.
    case mismatch
    /// The schema was made by a newer program.
    case newerFormat
    /// The journal that is restored is damaged, or the local journal failed.
    case journal
    /// Another botd mirrors the same journal.
    case inUse
  }

  public var code: Code
  /// A sentence for the person who runs the daemon.
  public var message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// Whether waiting may help without anybody's doing.
  public var isRetryable: Bool {
    switch code {
    case .connection, .statement, .inUse: true
    case .url, .unsafe, .mismatch, .newerFormat, .journal: false
    }
  }
  public var description: String { message }
}
