/// A file that a setting names: one rule for every program.
public enum CredentialFile {
  /// The path of `credential:NAME`, a file that systemd's `LoadCredential` put into `CREDENTIALS_DIRECTORY`; of any other text the path with
  /// `~/` at its beginning replaced (``HomeDirectory/expanded(_:environment:)``).
  public static func path(_ text: String, environment: [String: String]) -> String {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2, parts[0] == "credential", !parts[1].contains("/"), let directory = environment["CREDENTIALS_DIRECTORY"] {
      return "\(directory)/\(parts[1])"
    }
    return HomeDirectory.expanded(text, environment: environment)
  }
}
