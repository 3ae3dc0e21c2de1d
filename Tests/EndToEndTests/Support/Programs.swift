import Foundation
import TestSupport

/// The programs of this build, as processes.
enum Programs {
  /// Where the build put them: beside the test bundle.
  static func path(_ name: String) throws -> String {
    let test = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    var directory = URL(fileURLWithPath: test).deletingLastPathComponent()
    for argument in CommandLine.arguments where argument.hasSuffix(".xctest") {
      directory = URL(fileURLWithPath: argument).deletingLastPathComponent()
    }
    let path = directory.appendingPathComponent(name).path
    guard FileManager.default.isExecutableFile(atPath: path) else { throw TestFailure("\(name) was not built beside the tests: \(path)") }
    return path
  }

  /// The recorded market data, where it is there.
  static func data(_ name: String) -> String? {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../..").standardized
    let path = root.appendingPathComponent("../shared/data/\(name)").standardized.path
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }
}

/// A running `botsim`.
final class Simulator {
  let process: ServerProcess
  let port: Int
  let log: String
  var address: String { "127.0.0.1:\(port)" }

  init(_ directory: TemporaryDirectory, _ arguments: [String]) throws {
    let log = directory.file("botsim.log")
    self.log = log
    process = try ServerProcess([try Programs.path("botsim"), "--port", "0", "--print-json-ready"] + arguments, log: log)
    var found = 0
    guard
      eventually(
        within: 30,
        {
          guard let text = try? String(contentsOfFile: log, encoding: .utf8), let range = text.range(of: "\"port\":") else { return false }
          found = Int(text[range.upperBound...].prefix { $0.isNumber }) ?? 0
          return found > 0
        })
    else { throw TestFailure("botsim did not become ready: \((try? String(contentsOfFile: log, encoding: .utf8)) ?? "")") }
    port = found
  }

  /// A JSON document of the simulator.
  func get(_ path: String) throws -> Any { try JSONSerialization.jsonObject(with: try HTTP.get("http://\(address)\(path)")) }

  var status: [String: Any] { ((try? get("/sim/status")) as? [String: Any]) ?? [:] }
}

/// A running `botd`.
final class Daemon {
  let directory: TemporaryDirectory
  private let arguments: [String]
  private let environment: [String: String]
  private(set) var process: ServerProcess?
  let log: String
  var address: String { "unix:\(directory.file("run/botd.sock"))" }
  var stateDirectory: String { directory.file("state") }

  init(_ directory: TemporaryDirectory, arguments: [String], environment: [String: String] = [:]) {
    self.directory = directory
    self.arguments = arguments
    self.environment = environment
    log = directory.file("botd.log")
  }

  /// Starts it and waits until it answers.
  func start() throws {
    spawn: do {
      let settings = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      process = try ServerProcess(
        ["/usr/bin/env", "-C", directory.path] + settings
          + [
            try Programs.path("botd"), "--state-dir", stateDirectory, "--listen", address, "--log-level", "info",
          ] + arguments, log: log)
    }
    let isUp = try eventually(within: 30) { try control("list").code == 0 }
    guard isUp else { throw TestFailure("botd did not answer: \(tail)") }
  }

  func kill() {
    process?.stop(SIGKILL)
    process = nil
  }

  func stop() {
    process?.stop(SIGTERM)
    process = nil
  }

  var tail: String { String(((try? String(contentsOfFile: log, encoding: .utf8)) ?? "").suffix(2_000)) }

  /// Runs botctl against it.
  @discardableResult func control(_ words: String...) throws -> (code: Int32, output: String) {
    try run([try Programs.path("botctl")] + words + ["--address", address], environment: ["NO_COLOR": "1"])
  }

  /// Runs botctl and reads its JSON.
  func read(_ words: String...) throws -> [String: Any] {
    let answer = try run([try Programs.path("botctl")] + words + ["--output", "json", "--address", address])
    guard answer.code == 0, let data = answer.output.data(using: .utf8) else { throw TestFailure("botctl \(words): \(answer.output)") }
    let value = try JSONSerialization.jsonObject(with: data)
    if let list = value as? [[String: Any]] { return ["items": list] }
    return (value as? [String: Any]) ?? [:]
  }
}
