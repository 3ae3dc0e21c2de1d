#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Where a person's own files lie: one rule for every program.
public enum HomeDirectory {
  /// `$HOME` when it is an absolute path, else what the password file says of this user; `nil` when neither is known. No slash at its end.
  public static func path(environment: [String: String]) -> String? {
    guard let home = given(environment: environment) ?? listed else { return nil }
    return home.count > 1 && home.hasSuffix("/") ? String(home.dropLast()) : home
  }

  /// `$HOME`, when it is an absolute path.
  public static func given(environment: [String: String]) -> String? {
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    return home
  }

  /// A path whose `~` or `~/` at the beginning is replaced by the home directory; any other path, and every path where no home is known,
  /// comes back as it is.
  public static func expanded(_ path: String, environment: [String: String]) -> String {
    guard path == "~" || path.hasPrefix("~/"), let home = Self.path(environment: environment) else { return path }
    return (home == "/" ? "" : home) + path.dropFirst()
  }

  /// What the password file says of this user.
  private static var listed: String? {
    var entry = unsafe passwd()
    var buffer = [CChar](repeating: 0, count: 16_384)
    return unsafe buffer.withUnsafeMutableBufferPointer { buffer in
      var found: UnsafeMutablePointer<passwd>?
      guard let base = buffer.baseAddress,
        unsafe getpwuid_r(getuid(), &entry, base, buffer.count, &found) == 0, unsafe found != nil
      else { return nil }
      guard let directory = unsafe entry.pw_dir else { return nil }
      let text = unsafe String(cString: directory)
      return text.hasPrefix("/") ? text : nil
    }
  }
}
