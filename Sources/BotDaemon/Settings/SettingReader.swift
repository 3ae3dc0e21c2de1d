import Foundation
import ServiceRuntime

/// Where a setting in force comes from.
public enum SettingSource: Sendable, Hashable, CustomStringConvertible {
  case flag
  case environment
  /// The `.env` file, with the line.
  case file(line: Int)
  case `default`

  public var description: String {
    switch self {
    case .flag: "flag"
    case .environment: "environment"
    case .file: "file"
    case .default: "default"
    }
  }
}

/// Typed access to merged settings. An empty value counts as not set. What is wrong is collected, so that a person sees all of it at once.
struct SettingReader {
  private struct Given {
    var value: String
    var source: SettingSource
  }

  private var given: [String: Given] = [:]
  private var fileProblems: [(line: Int, text: String)] = []
  private var otherProblems: [String] = []
  /// The `.env` file that was read; `nil` when there is none.
  private(set) var filePath: String?
  /// It holds a secret and others can read it.
  private(set) var isFileExposed = false
  /// The process's environment.
  let environment: [String: String]

  /// Merges flags, the environment and the `.env` file.
  init(_ flags: DaemonSettings.Flags, environment: [String: String]) {
    self.environment = environment
    let path = flags.environmentFile.map { HomeDirectory.expanded($0, environment: environment) } ?? ".env"
    do throws(SettingsError) {
      if let file = try EnvironmentFile.read(path: path) {
        filePath = path
        take(file)
      } else if flags.environmentFile != nil {
        otherProblems.append("there is no file \(path) (--env-file)")
      }
    } catch {
      otherProblems.append(error.message)
    }
    for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
      // What a person sets for botctl in the same shell.
      if Self.clientNames.contains(name) { continue }
      if let problem = Self.unknown(name) { otherProblems.append("\(name) in the environment \(problem)") }
      given[name] = Given(value: value, source: .environment)
    }
    for (name, value) in flags.byName { given[name] = Given(value: value, source: .flag) }
  }

  private mutating func take(_ file: (text: String, isPrivate: Bool)) {
    let (entries, mistakes) = EnvironmentFile.parse(file.text)
    fileProblems = mistakes.map { ($0.line, $0.message) }
    for entry in entries {
      if let problem = Self.unknown(entry.name) {
        fileProblems.append((entry.line, "\(entry.name) \(problem)"))
      }
      given[entry.name] = Given(value: entry.value, source: .file(line: entry.line))
      let isSecret = SettingName.all.contains { $0.name == entry.name && $0.isSecret }
      if !file.isPrivate, isSecret, !entry.value.isEmpty { isFileExposed = true }
    }
  }

  private static let clientNames: Set = ["BOTD_TOKEN", "BOTD_ACCOUNT", "BOTD_DATA_DIR"]

  /// Why a name that should be a setting is none.
  private static func unknown(_ name: String) -> String? {
    guard name.hasPrefix("BINANCE_") || name.hasPrefix("BOTD_"), !SettingName.all.contains(where: { $0.name == name }) else { return nil }
    // Words for the build and the tests, not for the daemon.
    if name.hasPrefix("BOTD_TEST_") { return nil }
    return "is not a setting" + (SettingName.suggestion(for: name).map { "; did you mean \($0)?" } ?? "; `botd --help` lists them")
  }

  func text(_ name: String) -> String? {
    guard let value = given[name]?.value, !value.isEmpty else { return nil }
    return value
  }

  /// Where the value of ``text(_:)`` comes from.
  func source(_ name: String) -> SettingSource {
    guard let given = given[name], !given.value.isEmpty else { return .default }
    return given.source
  }

  func secret(_ name: String) -> Secret? { text(name).map { Secret($0) } }

  /// A path, `~/` at its beginning replaced; `credential:NAME` is a file that systemd's `LoadCredential` put into `CREDENTIALS_DIRECTORY`.
  func path(_ name: String) -> String? { text(name).map { CredentialFile.path($0, environment: environment) } }

  /// Notes what is wrong with a setting, with its line where it comes from a file.
  mutating func report(_ name: String, _ message: String) {
    if case .file(let line) = source(name) { fileProblems.append((line, message)) } else { otherProblems.append(message) }
  }

  /// Everything that is wrong, the file's lines in order first.
  var problems: [String] {
    fileProblems.sorted { $0.line < $1.line }.map { "\(filePath ?? ""), line \($0.line): \($0.text)" } + otherProblems
  }

  /// Reads a setting; what `body` says is wrong is noted.
  mutating func read<Value>(_ name: String, _ body: (String) throws(SettingsError) -> Value) -> Value? {
    guard let text = text(name) else { return nil }
    do throws(SettingsError) {
      return try body(text)
    } catch {
      report(name, error.message)
      return nil
    }
  }

  mutating func boolean(_ name: String) -> Bool? {
    read(name) { value throws(SettingsError) in
      switch value.lowercased() {
      case "true", "1", "yes", "on": return true
      case "false", "0", "no", "off": return false
      default: throw SettingsError("\(name) must be true or false, not \"\(value.prefix(40))\"")
      }
    }
  }

  /// One of a few words.
  mutating func choice<Value>(_ name: String, _ what: String, _ words: [String], _ body: (String) -> Value?) -> Value? {
    read(name) { text throws(SettingsError) in
      guard let value = body(text) else {
        throw SettingsError("\(what) \"\(text.prefix(40))\" is not one of \(words.joined(separator: ", "))")
      }
      return value
    }
  }
}
