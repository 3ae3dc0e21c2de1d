import ControlPlane
import Foundation
import ServiceRuntime
import TestSupport
import Testing

@testable import BotDaemon

/// The files that say who may do what, and what the documents say of them.
@Suite struct AccessFileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory("access") }

  private func file(_ text: String, mode: Int = 0o600) throws -> String {
    let path = directory.file("file")
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    return path
  }

  private func failure<Value>(_ body: () throws(SettingsError) -> Value) throws -> String {
    do throws(SettingsError) { _ = try body() } catch { return error.message }
    throw TestFailure("the file was taken")
  }

  @Test func tokensAreNameRoleToken() throws {
    let secret = String(repeating: "a", count: 22)
    // Line ends of either kind.
    let path = try file("# who may log in\r\n\r\ndashboard observe \(secret)\r\ndeploy\tadmin  \(secret)b\n")
    let tokens = try TokenFile.read(path: path)
    #expect(tokens.map(\.name) == ["dashboard", "deploy"])
    #expect(tokens.map(\.role) == [.observe, .admin])
    #expect(tokens.map { $0.secret.withUnsafeBytes { $0.count } } == [22, 23])
  }

  @Test func whatIsWrongWithTokensIsSaid() throws {
    let secret = String(repeating: "a", count: 22)
    for (text, words) in [
      ("observe \(secret)", "line 1: expected NAME ROLE TOKEN"), ("x none \(secret)", "line 1: expected NAME ROLE TOKEN"),
      ("x observe short", "at least 22 characters"), ("x observe \(secret)\nx admin \(secret)b", "line 2: the name x is taken"),
      ("x observe \(secret)\ny admin \(secret)", "line 2: this token stands in the file already"),
    ] {
      let path = try file(text)
      let message = try failure { () throws(SettingsError) in try TokenFile.read(path: path) }
      #expect(message.contains(words), "\(message)")
      #expect(!message.contains(secret))
    }
    let path = try file("x observe \(secret)", mode: 0o644)
    #expect(try failure { () throws(SettingsError) in try TokenFile.read(path: path) }.contains("chmod 600"))
  }

  @Test func certificateRolesAreNameRole() throws {
    let path = try file("# clients\r\nobserver observe\r\nHead of Operations admin\n", mode: 0o644)
    #expect(try CertificateRoleFile.read(path: path) == ["observer": .observe, "Head of Operations": .admin])
    for (text, words) in [
      ("observer", "line 1: expected CN ROLE"), ("observer all", "line 1: expected CN ROLE"),
      ("a observe\na admin", "line 2: a stands in the file already"),
    ] {
      let path = try file(text)
      #expect(try failure { () throws(SettingsError) in try CertificateRoleFile.read(path: path) }.contains(words))
    }
    let open = try file("observer observe", mode: 0o666)
    #expect(try failure { () throws(SettingsError) in try CertificateRoleFile.read(path: open) }.contains("chmod go-w"))
  }

  @Test func certificateRolesNeedAnAuthority() throws {
    let flags = DaemonSettings.Flags()
    let message = try failure { () throws(SettingsError) in
      try DaemonSettings.load(flags: flags, environment: ["BOTD_CERTIFICATE_ROLES": "/x", "HOME": directory.path])
    }
    #expect(message.contains("BOTD_TLS_CLIENT_CA"))
  }

  @Test func theReadmesTableIsTheTableOfSettings() throws {
    let path = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/README.md"
    let readme = try String(contentsOfFile: path, encoding: .utf8)
    for setting in SettingName.all {
      let row = "| `\(setting.name)` | \(setting.meaning) | \(setting.defaultText) |"
      #expect(readme.contains(row), "not in the README: \(row)")
    }
  }
}
