import Foundation

/// A process that holds SQLite's write lock on a file.
public final class SQLiteLock {
  private let process: Process
  private let input = Pipe()

  /// Why there can be none here; `nil`: there can.
  public static var obstacle: String? { program("python3") == nil ? "there is no python3 with its sqlite3 module" : nil }

  /// Returns once the lock is held.
  /// - Parameter seconds: how long it waits for the lock itself.
  public init(_ path: String, seconds: Double = 30) throws {
    let script = """
      import sqlite3, sys
      database = sqlite3.connect(sys.argv[1], timeout=float(sys.argv[2]), isolation_level=None)
      database.execute("BEGIN IMMEDIATE")
      print("locked", flush=True)
      sys.stdin.read()
      database.execute("ROLLBACK")
      """
    process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script, path, "\(seconds)"]
    let output = Pipe()
    process.standardInput = input
    process.standardOutput = output
    process.standardError = output
    try withNoSignalBlocked { try process.run() }
    var said: [UInt8] = []
    while !said.contains(10) {
      let data = output.fileHandleForReading.availableData
      guard !data.isEmpty else { break }
      said += data
    }
    guard said.starts(with: Array("locked".utf8)) else {
      process.terminate()
      throw TestFailure("\(path) cannot be locked: \(String(decoding: said, as: UTF8.self))")
    }
  }

  deinit { release() }

  /// Lets the lock go and waits until the process has ended.
  public func release() {
    guard process.isRunning else { return }
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }
}
