public import Foundation
public import TestSupport

/// The programs of this build, as processes.
public enum Programs {
  /// Where the build put them: beside the test bundle.
  public static func path(_ name: String) throws -> String {
    let path = try folder().appendingPathComponent(name).path
    guard FileManager.default.isExecutableFile(atPath: path) else { throw TestFailure("\(name) was not built beside the tests: \(path)") }
    return path
  }

  /// The folder of this build's programs.
  public static func folder() throws -> URL {
    let test = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    var directory = URL(fileURLWithPath: test).deletingLastPathComponent()
    for argument in CommandLine.arguments where argument.hasSuffix(".xctest") {
      directory = URL(fileURLWithPath: argument).deletingLastPathComponent()
    }
    return directory
  }

  /// The recorded market data, where it is there.
  public static func data(_ name: String) -> String? {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..").standardized
    let path = root.appendingPathComponent("../shared/data/\(name)").standardized.path
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }
}

/// A running `botsim`.
public final class Simulator {
  public let process: ServerProcess
  public let port: Int
  public let log: String
  public var address: String { "127.0.0.1:\(port)" }

  public init(_ directory: TemporaryDirectory, _ arguments: [String]) throws {
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
  public func get(_ path: String) throws -> Any { try JSONSerialization.jsonObject(with: try HTTP.get("http://\(address)\(path)")) }

  public var status: [String: Any] { ((try? get("/sim/status")) as? [String: Any]) ?? [:] }
}
