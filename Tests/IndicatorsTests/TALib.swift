import Foundation
import Synchronization

/// TA-Lib from PyPI in a virtual environment of its own, for comparison.
enum TALib {
  /// The interpreter that can import it, or why there is none.
  static let interpreter: Result<URL, Absence> = install()

  struct Absence: Error { var reason: String }

  static var isAvailable: Bool {
    switch interpreter {
    case .success: return true
    case .failure(let absence):
      // The runner prints only the trait's fixed comment; the cause belongs beside it.
      FileHandle.standardError.write(Data("TA-Lib comparison skipped: \(absence.reason)\n".utf8))
      return false
    }
  }

  /// Runs `expressions` over a candle file; each answers one float64 per row, NaN where there is none.
  static func series(_ expressions: [String], candles path: String) throws -> [[Double?]] {
    let python = try interpreter.get()
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let output = folder.appendingPathComponent("series.bin")
    let script = """
      import sys, numpy as np, talib
      rows = np.loadtxt(sys.argv[1], delimiter=',', skiprows=1, usecols=(1, 2, 3, 4, 5))
      o, h, l, c, v = [np.ascontiguousarray(rows[:, i]) for i in range(5)]
      with open(sys.argv[2], 'wb') as out:
        for expression in sys.argv[3:]:
          out.write(np.asarray(eval(expression), dtype='<f8').tobytes())
      """
    let run = try execute(python, ["-c", script, path, output.path] + expressions)
    guard run.status == 0 else { throw Absence(reason: "TA-Lib script failed: \(run.output)") }
    let data = try Data(contentsOf: output)
    let rows = data.count / 8 / expressions.count
    let values = unsafe data.withUnsafeBytes { bytes in
      (0..<data.count / 8).map {
        unsafe Double(bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self)))
      }
    }
    return expressions.indices.map { index in values[index * rows..<(index + 1) * rows].map { $0.isNaN ? nil : $0 } }
  }

  private static func install() -> Result<URL, Absence> {
    do {
      let folder = try temporaryFolder()
      leftover.withLock { $0 = folder.path }
      atexit { TALib.removeLeftover() }
      let made = try execute(URL(fileURLWithPath: "/usr/bin/env"), ["python3", "-m", "venv", folder.path])
      guard made.status == 0 else { return .failure(Absence(reason: "python3 -m venv failed: \(made.output.suffix(300))")) }
      let python = folder.appendingPathComponent("bin/python")
      let arguments = ["-m", "pip", "install", "--quiet", "--only-binary", ":all:", "--timeout", "20", "--retries", "1", "TA-Lib"]
      let installed = try execute(python, arguments)
      guard installed.status == 0 else { return .failure(Absence(reason: "pip install TA-Lib failed: \(installed.output.suffix(300))")) }
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

  private static func temporaryFolder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("botd-talib-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  private static func execute(_ program: URL, _ arguments: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}
