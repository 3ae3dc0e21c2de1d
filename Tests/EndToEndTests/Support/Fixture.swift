import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// Files that programs of an earlier release left; `Fixtures/README.md` says how each was made.
enum Fixture {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../Fixtures").standardized

  static func path(_ name: String) -> String { root.appendingPathComponent(name).path }

  /// A file's text; what ends in `.gz` is decompressed.
  static func text(_ name: String) throws -> String {
    guard name.hasSuffix(".gz") else {
      return String(decoding: try Data(contentsOf: URL(fileURLWithPath: path(name))), as: UTF8.self)
    }
    let result = try run(["gzip", "-dc", path(name)])
    guard result.code == 0 else { throw TestFailure("\(name): \(result.output)") }
    return result.output
  }

  /// The words of each line.
  static func lines(_ name: String) throws -> [[String]] {
    try text(name).split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
  }

  /// Unpacks a state directory's archive as `directory`, which is made for this user alone.
  static func unpack(_ name: String, as directory: String) throws {
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    let result = try run(["tar", "-xzf", path(name), "-C", directory, "--no-same-owner"])
    guard result.code == 0 else { throw TestFailure("\(name): \(result.output)") }
  }

  /// Records an issue that names the first line that differs, unless `found` equals the fixture to the byte.
  static func expectSame(_ found: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let difference = difference(found, try text(name))
    #expect(difference == nil, "\(name)", sourceLocation: sourceLocation)
  }

  /// `nil` when both are equal to the byte; else the first line that differs.
  static func difference(_ found: String, _ recorded: String) -> String? {
    guard !found.utf8.elementsEqual(recorded.utf8) else { return nil }
    let (a, b) = (
      found.split(separator: "\n", omittingEmptySubsequences: false), recorded.split(separator: "\n", omittingEmptySubsequences: false)
    )
    let at = zip(a, b).enumerated().first { !$1.0.utf8.elementsEqual($1.1.utf8) }?.offset ?? min(a.count, b.count)
    func line(_ lines: [Substring]) -> String { at < lines.count ? "\"\(lines[at].prefix(300))\"" : "the end" }
    return "line \(at + 1) is \(line(a)), recorded is \(line(b)) (\(a.count) and \(b.count) lines)"
  }
}

extension Fixture {
  /// Where JSON of today does not say what a recorded text said: every value of that must be there again, under the same name.
  ///
  /// - Parameters:
  ///   - changed: names whose values are others today, each with the reason.
  ///   - isPrefix: lists may have grown at their end.
  static func disagreements(
    _ found: String, _ recorded: String, except changed: [String: String], isPrefix: Bool = false
  ) throws -> [String] {
    var list: [String] = []
    // 0.1.0 wrote ratios with all digits of a double, some of them as texts.
    func text(_ value: Any, _ isRatio: Bool) -> String {
      if isRatio, let number = value as? Double ?? (value as? String).flatMap(Double.init) { return String(format: "%.8f", number) }
      return value is NSNull ? "" : "\(value)"
    }
    func walk(_ old: Any, _ new: Any?, _ path: String) {
      if let old = old as? [String: Any] {
        guard let new = new as? [String: Any] else { return list.append("\(path) is gone") }
        for (key, value) in old.sorted(by: { $0.key < $1.key }) where changed[key] == nil { walk(value, new[key], "\(path).\(key)") }
      } else if let old = old as? [Any] {
        guard let new = new as? [Any], isPrefix ? new.count >= old.count : new.count == old.count else {
          return list.append("\(path) has \((new as? [Any])?.count ?? 0) elements, recorded are \(old.count)")
        }
        for (index, pair) in zip(old, new).enumerated() { walk(pair.0, pair.1, "\(path)[\(index)]") }
      } else if let new, text(old, !(new is String)) == text(new, !(new is String)) {
        return
      } else {
        list.append("\(path) is \(new.map { text($0, false) } ?? "gone"), recorded is \(text(old, false))")
      }
    }
    func tree(_ text: String) throws -> Any { try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed) }
    walk(try tree(recorded), try tree(found), "")
    return list
  }
}

extension Daemon {
  /// `botd` in paper mode on a simulator's market.
  static func paper(_ directory: TemporaryDirectory, _ simulator: Simulator, database: PostgresServer? = nil) -> Daemon {
    var environment = [
      "BINANCE_REST_URL": "http://\(simulator.address)", "BINANCE_STREAM_URL": "ws://\(simulator.address)",
      "BINANCE_WS_API_URL": "ws://\(simulator.address)/ws-api/v3",
    ]
    if let database { environment["DATABASE_URL"] = database.url }
    return Daemon(directory, arguments: ["--mode", "paper"], environment: environment)
  }

  /// What botctl prints with `--output json`.
  func json(_ words: [String]) throws -> String {
    let answer = try run([try Programs.path("botctl")] + words + ["--output", "json", "--address", address])
    guard answer.code == 0 else { throw TestFailure("botctl \(words): \(answer.output)") }
    return answer.output
  }

  /// Creates a bot; tries again until the exchange's symbols are known.
  func create(_ words: [String]) throws {
    var said = ""
    let isMade = try eventually(within: 30) {
      let answer = try run([try Programs.path("botctl"), "create"] + words + ["--address", address])
      said = answer.output
      return answer.code == 0
    }
    guard isMade else { throw TestFailure("botctl create \(words): \(said)\n\(tail)") }
  }
}
