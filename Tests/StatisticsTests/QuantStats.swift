import Foundation
import Synchronization

/// QuantStats from PyPI in a virtual environment of its own, for comparison.
enum QuantStats {
  static let version = "0.0.86"

  /// The interpreter that can import it, or why there is none.
  static let interpreter: Result<URL, Absence> = install()

  struct Absence: Error { var reason: String }

  static var isAvailable: Bool {
    switch interpreter {
    case .success: return true
    case .failure(let absence):
      // The runner prints only the trait's fixed comment; the cause belongs beside it.
      FileHandle.standardError.write(Data("QuantStats comparison skipped: \(absence.reason)\n".utf8))
      return false
    }
  }

  /// Sharpe, Sortino and volatility of each series of daily returns, 365 periods.
  static func ratios(_ series: [[Double]]) throws -> [[Double]] {
    let script = """
      import sys, json, warnings
      warnings.filterwarnings('ignore')
      import pandas as pd, quantstats.stats as qs
      found = []
      for returns in json.load(sys.stdin):
        values = pd.Series(returns, index=pd.date_range('2024-01-01', periods=len(returns), freq='D'))
        found.append([float(f) for f in (qs.sharpe(values, rf=0, periods=365), qs.sortino(values, rf=0, periods=365),
                                         qs.volatility(values, periods=365))])
      print(json.dumps(found))
      """
    let run = try execute(try interpreter.get(), ["-c", script], input: try JSONEncoder().encode(series))
    guard run.status == 0 else { throw Absence(reason: "the script failed: \(run.errors)") }
    return try JSONDecoder().decode([[Double]].self, from: run.output)
  }

  private static func install() -> Result<URL, Absence> {
    do {
      let folder = FileManager.default.temporaryDirectory.appendingPathComponent("botd-quantstats-\(UUID().uuidString)")
      leftover.withLock { $0 = folder.path }
      atexit { QuantStats.removeLeftover() }
      let made = try execute(URL(fileURLWithPath: "/usr/bin/env"), ["python3", "-m", "venv", folder.path])
      guard made.status == 0 else { return .failure(Absence(reason: "python3 -m venv failed: \(made.errors.suffix(300))")) }
      let python = folder.appendingPathComponent("bin/python")
      let arguments = [
        "-m", "pip", "install", "--quiet", "--only-binary", ":all:", "--timeout", "20", "--retries", "1", "quantstats==\(version)",
      ]
      let installed = try execute(python, arguments)
      guard installed.status == 0 else {
        return .failure(Absence(reason: "pip install quantstats failed: \(installed.errors.suffix(300))"))
      }
      return .success(python)
    } catch {
      return .failure(Absence(reason: "\(error)"))
    }
  }

  /// The environment to remove when the run ends.
  private static let leftover = Mutex("")

  private static func removeLeftover() {
    let path = leftover.withLock { $0 }
    if !path.isEmpty { try? FileManager.default.removeItem(atPath: path) }
  }

  private static func execute(_ program: URL, _ arguments: [String], input: Data = Data()) throws -> (
    status: Int32, output: Data, errors: String
  ) {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("botd-quantstats-io-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    // Files, not pipes: neither side waits for the other.
    let paths = ["in", "out", "err"].map { folder.appendingPathComponent($0) }
    try input.write(to: paths[0])
    for path in paths.dropFirst() { try Data().write(to: path) }
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.standardInput = try FileHandle(forReadingFrom: paths[0])
    process.standardOutput = try FileHandle(forWritingTo: paths[1])
    process.standardError = try FileHandle(forWritingTo: paths[2])
    try process.run()
    process.waitUntilExit()
    return (process.terminationStatus, try Data(contentsOf: paths[1]), String(decoding: try Data(contentsOf: paths[2]), as: UTF8.self))
  }
}
