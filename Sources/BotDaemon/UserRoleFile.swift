import ControlPlane

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What users of this machine may do on the unix sockets: lines of `user NAME ROLE` and `group NAME ROLE`, a name or a number, `#` comments.
/// The file holds no secret, but others must not be able to write it. Names are looked up once, when the daemon starts.
enum UserRoleFile {
  /// - Throws: ``SettingsError`` about the first line that is wrong.
  static func read(path: String) throws(SettingsError) -> UserRoles {
    guard let file = try EnvironmentFile.read(path: path) else { throw SettingsError("BOTD_USER_ROLES: there is no file \(path)") }
    var info = stat()
    guard unsafe stat(path, &info) == 0, info.st_mode & 0o022 == 0 else {
      throw SettingsError("\(path) gives rights and others can write it; run: chmod go-w \(path)")
    }
    guard info.st_uid == 0 || info.st_uid == geteuid() else {
      throw SettingsError("\(path) gives rights and belongs to user \(info.st_uid); run: chown root \(path)")
    }
    var roles = UserRoles()
    for (index, line) in EnvironmentFile.lines(file.text).enumerated() {
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
      guard let first = words.first, !first.hasPrefix("#") else { continue }
      let place = "\(path), line \(index + 1)"
      guard words.count == 3, first == "user" || first == "group", let role = Role(name: words[2]) else {
        throw SettingsError("\(place): expected user NAME ROLE or group NAME ROLE with a role of observe, operate or admin")
      }
      let isUser = first == "user"
      guard let number = isUser ? userNumber(words[1]) : groupNumber(words[1]) else {
        throw SettingsError("\(place): this machine has no \(first) \(words[1])")
      }
      // What the kernel says of groups can't tell group 0 from none, and root may everything anyway.
      guard number != 0 else { throw SettingsError("\(place): root may everything already, and its group gives no rights") }
      let old = isUser ? roles.users.updateValue(role, forKey: number) : roles.groups.updateValue(role, forKey: number)
      guard old == nil else { throw SettingsError("\(place): \(first) \(words[1]) stands in the file already") }
    }
    return roles
  }

  private static func userNumber(_ name: String) -> UInt32? {
    if let number = UInt32(name) { return number }
    var entry = unsafe passwd()
    var found: UnsafeMutablePointer<passwd>?
    return unsafe withBuffer { unsafe getpwnam_r(name, &entry, $0, $1, &found) == 0 && found != nil } ? entry.pw_uid : nil
  }

  private static func groupNumber(_ name: String) -> UInt32? {
    if let number = UInt32(name) { return number }
    var entry = unsafe group()
    var found: UnsafeMutablePointer<group>?
    return unsafe withBuffer { unsafe getgrnam_r(name, &entry, $0, $1, &found) == 0 && found != nil } ? entry.gr_gid : nil
  }

  /// A group's members are in it too.
  private static func withBuffer(_ body: (UnsafeMutablePointer<CChar>, Int) -> Bool) -> Bool {
    var buffer = [CChar](repeating: 0, count: 1 << 20)
    return unsafe buffer.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return false }
      return unsafe body(base, buffer.count)
    }
  }
}
