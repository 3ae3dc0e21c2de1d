import ControlPlane
import ServiceRuntime

/// The tokens that `Login` accepts: lines of `NAME ROLE TOKEN`, `#` comments. The file must be private (0600).
enum TokenFile {
  static let tokenLengthMinimum = 22

  static func read(path: String) throws(SettingsError) -> [ControlPlaneConfiguration.Token] {
    guard let file = try EnvironmentFile.read(path: path) else { throw SettingsError("BOTD_TOKENS_FILE: there is no file \(path)") }
    guard file.isPrivate else { throw SettingsError("\(path) holds secrets and others can read it; run: chmod 600 \(path)") }
    var tokens: [ControlPlaneConfiguration.Token] = []
    for (index, line) in file.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" })
      guard let first = words.first, !first.hasPrefix("#") else { continue }
      guard words.count == 3, let role = Role.allCases.first(where: { $0.description == words[1] }), role != .none else {
        throw SettingsError("\(path), line \(index + 1): expected NAME ROLE TOKEN with a role of observe, operate or admin")
      }
      guard words[2].utf8.count >= tokenLengthMinimum else {
        throw SettingsError("\(path), line \(index + 1): a token needs at least \(tokenLengthMinimum) characters (128 bits)")
      }
      tokens.append(ControlPlaneConfiguration.Token(name: String(first), role: role, secret: Secret(words[2])))
    }
    return tokens
  }
}
