import ServiceRuntime

/// Where daemon and clients meet when nothing else is said.
public enum DefaultAddress {
  /// Name of the environment variable that names another address.
  public static let environmentName = "BOTD_ADDRESS"

  /// Path of the daemon's Unix socket: `$XDG_RUNTIME_DIR/botd/botd.sock`, without that variable `$HOME/.botd/botd.sock`,
  /// without that too `/run/botd/botd.sock`.
  ///
  /// The daemon makes the folder with mode 0700.
  public static func socketPath(environment: [String: String]) -> String {
    if let runtime = environment["XDG_RUNTIME_DIR"], runtime.hasPrefix("/") { return join(runtime, "botd/botd.sock") }
    if let home = HomeDirectory.given(environment: environment) { return join(home, ".botd/botd.sock") }
    return "/run/botd/botd.sock"
  }

  /// The address as text: `BOTD_ADDRESS` when set, else `unix:` and ``socketPath(environment:)``.
  public static func text(environment: [String: String]) -> String {
    if let address = environment[environmentName], !address.isEmpty { return address }
    return "unix:" + socketPath(environment: environment)
  }

  private static func join(_ folder: String, _ rest: String) -> String {
    folder.hasSuffix("/") ? folder + rest : folder + "/" + rest
  }
}
