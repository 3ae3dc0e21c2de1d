public import Foundation
public import TestSupport

/// A running `botd`.
public final class Daemon {
  public let directory: TemporaryDirectory
  private let arguments: [String]
  private let environment: [String: String]
  public private(set) var process: ServerProcess?
  public let log: String
  public var address: String { "unix:\(directory.file("run/botd.sock"))" }
  public var stateDirectory: String { directory.file("state") }

  public init(_ directory: TemporaryDirectory, arguments: [String], environment: [String: String] = [:]) {
    self.directory = directory
    self.arguments = arguments
    self.environment = environment
    log = directory.file("botd.log")
  }

  /// Starts it; `more` is set in its environment beside the rest.
  public func launch(_ more: [String: String] = [:]) throws {
    let settings = environment.merging(more) { $1 }.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    process = try ServerProcess(
      ["/usr/bin/env", "-C", directory.path] + settings
        + [try Programs.path("botd"), "--state-dir", stateDirectory, "--listen", address, "--log-level", "info"] + arguments, log: log)
  }

  /// Starts it and waits until it answers.
  public func start() throws {
    try launch()
    let isUp = try eventually(within: 30) { try control("list").code == 0 }
    guard isUp else { throw TestFailure("botd did not answer: \(tail)") }
  }

  public func kill() {
    process?.stop(SIGKILL)
    process = nil
  }

  /// Sends a signal and waits until it has ended.
  public func stop(_ signal: Int32 = SIGTERM) {
    process?.stop(signal)
    process = nil
  }

  public var tail: String { String(((try? String(contentsOfFile: log, encoding: .utf8)) ?? "").suffix(2_000)) }

  /// Runs botctl against it.
  @discardableResult public func control(_ words: String...) throws -> (code: Int32, output: String) { try control(words) }

  /// The same.
  @discardableResult public func control(_ words: [String]) throws -> (code: Int32, output: String) {
    try run([try Programs.path("botctl")] + words + ["--address", address], environment: ["NO_COLOR": "1"])
  }

  /// Runs botctl and reads its JSON.
  public func read(_ words: String...) throws -> [String: Any] {
    let answer = try run([try Programs.path("botctl")] + words + ["--output", "json", "--address", address])
    guard answer.code == 0, let data = answer.output.data(using: .utf8) else { throw TestFailure("botctl \(words): \(answer.output)") }
    let value = try JSONSerialization.jsonObject(with: data)
    if let list = value as? [[String: Any]] { return ["items": list] }
    return (value as? [String: Any]) ?? [:]
  }
}
