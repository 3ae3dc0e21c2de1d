import ControlPlane

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What holders of client certificates may do: lines of `CN ROLE`, `#` comments. The common name may have spaces, the role is the last
/// word. The file holds no secret, but others must not be able to write it.
enum CertificateRoleFile {
  /// Reads the roles by common name.
  /// - Throws: ``SettingsError`` about the first line that is wrong.
  static func read(path: String) throws(SettingsError) -> [String: Role] {
    guard let file = try EnvironmentFile.read(path: path) else { throw SettingsError("BOTD_CERTIFICATE_ROLES: there is no file \(path)") }
    var info = stat()
    guard unsafe stat(path, &info) == 0, info.st_mode & 0o022 == 0 else {
      throw SettingsError("\(path) gives rights and others can write it; run: chmod go-w \(path)")
    }
    var roles: [String: Role] = [:]
    for (index, line) in file.text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
      guard let first = words.first, let last = words.last, !first.hasPrefix("#") else { continue }
      guard words.count >= 2, let role = Role(name: String(last)) else {
        throw SettingsError("\(path), line \(index + 1): expected CN ROLE with a role of observe, operate or admin")
      }
      let name = words.dropLast().joined(separator: " ")
      guard roles.updateValue(role, forKey: name) == nil else {
        throw SettingsError("\(path), line \(index + 1): \(name) stands in the file already")
      }
    }
    return roles
  }
}
