import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// A client under `clients/`.
struct ClientLanguage: Sendable, CustomStringConvertible {
  let name: String

  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../..").standardized
  static let all = ["python", "go", "c", "typescript"].map(ClientLanguage.init)

  var description: String { name }
  var folder: String { Self.root.appendingPathComponent("clients/\(name)").path }
  /// One of its scripts: `test.sh`, `scenario.sh`, `generate.sh`.
  func script(_ name: String) -> String { "\(folder)/\(name).sh" }
}

/// Skipping a test whose tools are missing; the build machine has them all, so that there it is a failure.
enum Missing {
  static let isFailure = ProcessInfo.processInfo.environment["BOT_CLIENTS_REQUIRED"] == "1"
  /// The exit code by which a script says that a tool is missing.
  static let code: Int32 = 77

  /// Ends the test as skipped.
  static func skip(_ reason: String) throws -> Never {
    if isFailure { throw TestFailure("missing, and BOT_CLIENTS_REQUIRED is set: \(reason)") }
    #if compiler(>=6.3)
      try Test.cancel("skipped: \(reason)")
    #else
      throw TestFailure("skipped: \(reason)")
    #endif
  }

  /// A script of `clients/`, or its test is skipped.
  static func require(_ path: String) throws {
    guard FileManager.default.isExecutableFile(atPath: path) else { try skip("there is no \(path)") }
  }
}

/// Tools from PyPI, made by `clients/tools.sh`.
enum ClientTools {
  static func folder() throws -> String {
    let result = try run([ClientLanguage.root.appendingPathComponent("clients/tools.sh").path])
    let words = result.output.trimmingCharacters(in: .whitespacesAndNewlines)
    if result.code == Missing.code { try Missing.skip(words) }
    guard result.code == 0, let folder = words.split(separator: "\n").last else { throw TestFailure("clients/tools.sh: \(words)") }
    return String(folder)
  }
}
