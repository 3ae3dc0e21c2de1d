import Foundation

/// TA-Lib's Python package: of the interpreter that `TALIB_PYTHON` names, whose figures are then missed where there are none; else of
/// `python3`, where it has one.
struct TALibPeer {
  private let python: URL

  static let shared: TALibPeer? = {
    let named = ProcessInfo.processInfo.environment["TALIB_PYTHON"]
    let path = named ?? "python3"
    let python = path.contains("/") ? URL(fileURLWithPath: path) : onPath(path)
    guard named == nil else { return TALibPeer(python: python ?? URL(fileURLWithPath: path)) }
    guard let python else { return nil }
    let peer = TALibPeer(python: python)
    return peer.evaluate("import talib; print(1)") == 1 ? peer : nil
  }()

  private init(python: URL) { self.python = python }

  private static func onPath(_ name: String) -> URL? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { URL(fileURLWithPath: String($0)).appendingPathComponent(name) }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }

  /// Its time for a whole array in one call, per value.
  func nanosecondsPerValue(_ expression: String, count: Int) -> Double? {
    evaluate(
      """
      import time, numpy as np, talib
      c = np.cumsum(np.random.default_rng(7).normal(size=\(count))) + 60000.0
      best = []
      for _ in range(5):
        start = time.perf_counter_ns(); \(expression); best.append(time.perf_counter_ns() - start)
      print(sorted(best)[2] / \(count))
      """)
  }

  private func evaluate(_ script: String) -> Double? {
    let process = Process()
    process.executableURL = python
    process.arguments = ["-c", script]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    do { try process.run() } catch { return nil }
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Double(String(decoding: output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
  }
}
