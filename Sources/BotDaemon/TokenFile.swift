import ControlPlane
import ServiceRuntime

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The tokens that `Login` accepts: lines of `NAME ROLE TOKEN`, `#` comments. The file must be private (0600).
enum TokenFile {
  static let tokenLengthMinimum = 22

  /// It holds secrets: whoever else could have written or could read it is named.
  private static func check(_ path: String) throws(SettingsError) {
    guard unsafe access(path, F_OK) == 0 else { throw SettingsError("BOTD_TOKENS_FILE: there is no file \(path)") }
    do throws(RuntimeError) {
      close(try PrivateFile.open(path, sizeBytesMaximum: EnvironmentFile.sizeBytesMaximum))
    } catch {
      throw SettingsError("BOTD_TOKENS_FILE: \(error.message)")
    }
  }

  static func read(path: String) throws(SettingsError) -> [ControlPlaneConfiguration.Token] {
    try check(path)
    guard let file = try EnvironmentFile.read(path: path) else { throw SettingsError("BOTD_TOKENS_FILE: there is no file \(path)") }
    var tokens: [ControlPlaneConfiguration.Token] = []
    var texts: [Substring] = []
    var problems: [String] = []
    for (index, line) in EnvironmentFile.lines(file.text).enumerated() {
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
      guard let first = words.first, !first.hasPrefix("#") else { continue }
      guard words.count == 3, let role = Role.allCases.first(where: { $0.description == words[1] }), role != .none else {
        problems.append("\(path), line \(index + 1): expected NAME ROLE TOKEN with a role of observe, operate or admin")
        continue
      }
      guard words[2].utf8.count >= tokenLengthMinimum else {
        problems.append("\(path), line \(index + 1): a token needs at least \(tokenLengthMinimum) characters (128 bits)")
        continue
      }
      guard !tokens.contains(where: { $0.name == first }) else {
        problems.append("\(path), line \(index + 1): the name \(first) is taken; the audit log tells bearers apart by it")
        continue
      }
      guard !texts.contains(words[2]) else {
        problems.append("\(path), line \(index + 1): this token stands in the file already")
        continue
      }
      texts.append(words[2])
      tokens.append(ControlPlaneConfiguration.Token(name: String(first), role: role, secret: Secret(words[2])))
    }
    guard problems.isEmpty else { throw SettingsError(problems.joined(separator: "; ")) }
    return tokens
  }
}
