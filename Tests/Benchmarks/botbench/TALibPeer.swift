import Foundation

/// TA-Lib's Python package, where one is installed (`TALIB_PYTHON` names the interpreter).
struct TALibPeer {
  private let python: URL

  static let shared: TALibPeer? = {
    let path = ProcessInfo.processInfo.environment["TALIB_PYTHON"] ?? "python3"
    let peer = path.contains("/") ? TALibPeer(python: URL(fileURLWithPath: path)) : TALibPeer(python: nil, name: path)
    guard let peer, peer.evaluate("import talib; print(1)") == 1 else { return nil }
    return peer
  }()

  private init(python: URL) { self.python = python }

  private init?(python: URL?, name: String) {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let found = folders.map { URL(fileURLWithPath: String($0)).appendingPathComponent(name) }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    guard let found else { return nil }
    self.python = found
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
