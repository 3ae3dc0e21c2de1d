import Foundation
import ProgramTestSupport
import TestSupport

/// A daemon that serves metrics, and its page.
struct MeasuredDaemon {
  let daemon: Daemon
  let port: Int

  init(_ directory: TemporaryDirectory, arguments: [String] = ["--mode", "simulated"], environment: [String: String] = [:]) throws {
    port = try freePort()
    daemon = Daemon(directory, arguments: arguments + ["--metrics", "127.0.0.1:\(port)"], environment: environment)
    try daemon.start()
  }

  func page() throws -> MetricsPage { MetricsPage(String(decoding: try HTTP.get("http://127.0.0.1:\(port)/metrics"), as: UTF8.self)) }
}

/// A page in text exposition format.
struct MetricsPage {
  let text: String
  init(_ text: String) { self.text = text }

  /// The value of the sample with exactly this name and these labels, as it stands there: `botd_bots{state="running"}`.
  func value(_ sample: String) -> String? {
    text.split(separator: "\n").first { $0.hasPrefix(sample + " ") }.map { String($0.dropFirst(sample.count + 1)) }
  }

  func number(_ sample: String) -> Double { value(sample).flatMap { Double($0) } ?? .nan }

  /// Every name that a sample of the page can have: families, and what histograms make of theirs.
  var names: Set<String> {
    var names: Set<String> = []
    for line in text.split(separator: "\n") where line.hasPrefix("# TYPE ") {
      let words = line.split(separator: " ")
      names.insert(String(words[2]))
      if words[3] == "histogram" { for end in ["_bucket", "_sum", "_count"] { names.insert(words[2] + end) } }
    }
    return names
  }
}

/// Files of the tree.
enum Tree {
  static var root: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..").standardized
  }

  static func path(_ name: String) -> String { root.appendingPathComponent(name).path }
  static func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }
}
