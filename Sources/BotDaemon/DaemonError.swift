import BotAPI

/// Why the daemon could not start or go on: one sentence with the remedy.
public struct DaemonError: Error, Sendable, Hashable, CustomStringConvertible {
  public var message: String
  public init(_ message: String) { self.message = message }
  public var description: String { message }
}

/// The version that `Hello` and `--version` tell.
public enum BotDaemonVersion {
  public static let text = ProductVersion.text
}
