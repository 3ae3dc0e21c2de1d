/// What can fail in this module.
public struct JournalError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: Hashable, Sendable {
    /// The state directory is missing, foreign, a symbolic link or not writable.
    case directory
    /// Another process has the journal open.
    case locked
    /// Written by a newer version of the program.
    case newerFormat
    /// A row cannot be read, is out of sequence, or does not fit its checksum chain.
    case corrupt
    /// The disk or SQLite refused; nothing after the last durable sequence is kept, and nothing more is taken.
    case storage
    /// An entry does not continue the journal's sequence.
    case sequence
    /// More entries wait for the disk than the bound allows.
    case backlog
    /// The journal was closed.
    case closed
  }

  public var code: Code
  /// A sentence for the person who runs the daemon: what happened and what to do.
  public var message: String
  /// The sequence the error is about; zero if none.
  public var sequence: UInt64

  public init(_ code: Code, _ message: String, sequence: UInt64 = 0) {
    self.code = code
    self.message = message
    self.sequence = sequence
  }

  /// Only a lock may go away by itself; a failed write is never tried again (it could hide lost data).
  public var isRetryable: Bool { code == .locked }
  public var description: String { message }
}
