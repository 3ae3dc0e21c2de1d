import Foundation

/// A server started by a test. It is killed when this object goes, and also when the test process dies: a shell between them
/// watches a pipe that only the test process holds open.
public final class ServerProcess: @unchecked Sendable {
  private let shell: Process
  private let lifeline = Pipe()
  /// The server's own process id.
  public let pid: Int32

  public init(_ arguments: [String], log: String) throws {
    shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    // The server's standard input is /dev/null; 3 is the lifeline.
    let script = """
      log="$1"; shift; exec 3<&0
      "$@" </dev/null >>"$log" 2>&1 3<&- & server=$!
      echo $server; exec >/dev/null
      (read -r line <&3; kill -9 $server 2>/dev/null) & watch=$!
      exec 3<&-; wait $server; kill -9 $watch 2>/dev/null
      """
    shell.arguments = ["-c", script, "sh", log] + arguments
    shell.standardInput = lifeline
    let output = Pipe()
    shell.standardOutput = output
    shell.standardError = FileHandle.nullDevice
    try shell.run()
    let line = output.fileHandleForReading.availableData
    guard let pid = Int32(String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)), pid > 1 else {
      throw TestFailure("cannot start \(arguments.first ?? "")")
    }
    self.pid = pid
  }

  deinit { kill(SIGKILL) }

  public var isRunning: Bool { Foundation.kill(pid, 0) == 0 && shell.isRunning }

  public func kill(_ signal: Int32) { _ = Foundation.kill(pid, signal) }

  /// Sends a signal and waits until the server is gone.
  public func stop(_ signal: Int32 = 9) {
    kill(signal)
    shell.waitUntilExit()
  }
}

/// Runs a program to its end and answers its exit code and output.
@discardableResult
public func run(_ arguments: [String], input: String? = nil, environment: [String: String]? = nil) throws -> (code: Int32, output: String) {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = arguments
  if let environment { process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 } }
  let output = Pipe()
  process.standardOutput = output
  process.standardError = output
  let stdin = Pipe()
  process.standardInput = input == nil ? FileHandle.nullDevice : stdin
  try process.run()
  if let input {
    stdin.fileHandleForWriting.write(Data(input.utf8))
    try? stdin.fileHandleForWriting.close()
  }
  let data = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return (process.terminationStatus, String(decoding: data, as: UTF8.self))
}

/// The path of a program on PATH, or `nil`.
public func program(_ name: String) -> String? {
  let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
  return path.split(separator: ":").map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
}
