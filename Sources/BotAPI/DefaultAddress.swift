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

  /// Name of the environment variable that names an account of an installed package.
  public static let accountName = "BOTD_ACCOUNT"

  /// Where the service `botd@ACCOUNT` listens; `nil` where that can't be an account's name: letters, digits, and
  /// behind the first also `-` and `.`; `_`.
  public static func text(account: String) -> String? {
    let letters = account.utf8.allSatisfy { byte in
      let letter = byte | 0x20
      return letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "z") || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
        || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }
    guard letters, !account.isEmpty, account.utf8.count <= 64, !account.hasPrefix("."), !account.hasPrefix("-") else { return nil }
    return "unix:/run/botd/\(account)/botd.sock"
  }

  /// The address as text: `BOTD_ADDRESS` when set, else that of `BOTD_ACCOUNT`, else `unix:` and ``socketPath(environment:)``.
  public static func text(environment: [String: String]) -> String {
    if let address = environment[environmentName], !address.isEmpty { return address }
    if let account = environment[accountName], !account.isEmpty, let address = text(account: account) { return address }
    return "unix:" + socketPath(environment: environment)
  }

  private static func join(_ folder: String, _ rest: String) -> String {
    folder.hasSuffix("/") ? folder + rest : folder + "/" + rest
  }
}
