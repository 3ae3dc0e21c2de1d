import Foundation

/// A server started by a test. It is killed when this object goes, and also when the test process dies: a shell beside it watches a
/// pipe that only the test process holds open.
public final class ServerProcess: @unchecked Sendable {
  /// The server's process id.
  public let pid: Int32
  private let lifeline: Int32
  private let lock = NSLock()
  private var hasEnded = false

  public init(_ arguments: [String], log: String) throws {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { throw TestFailure("cannot make a pipe: errno \(errno)") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    lifeline = ends[1]
    defer { close(ends[0]) }
    // A line on the pipe ends the watch; its end without one ends the server.
    let script = """
      log="$1"; shift; server=$$
      (read -r line <&3 || kill -9 $server) >/dev/null 2>&1 &
      exec "$@" >>"$log" 2>&1 3<&-
      """
    pid = try Self.spawn(["/bin/sh", "-c", script, "sh", log] + arguments, lifeline: ends[0])
  }

  deinit {
    stop()
    close(lifeline)
  }

  /// Straight `posix_spawn`: Foundation's `Process` waits for every child that inherited its socket, the watch included, and passes
  /// on its threads' blocked signals.
  private static func spawn(_ arguments: [String], lifeline: Int32) throws -> Int32 {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
    unsafe posix_spawn_file_actions_adddup2(&actions, lifeline, 3)
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    unsafe sigemptyset(&none)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var words: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer { unsafe words.forEach { unsafe free($0) } }
    var pid: pid_t = 0
    let code = unsafe posix_spawn(&pid, "/bin/sh", &actions, &attributes, &words, environ)
    guard code == 0 else { throw TestFailure("cannot start \(arguments.last ?? ""): error \(code)") }
    return pid
  }

  public func kill(_ signal: Int32) { lock.withLock { if !hasEnded { _ = Foundation.kill(pid, signal) } } }

  /// Waits until it has ended by itself, at most `seconds`; its exit code, or 128 and the signal that ended it. `nil`: it still runs, or
  /// was stopped.
  public func exitCode(within seconds: Double) -> Int32? {
    var status: Int32 = 0
    let ended = eventually(within: seconds) {
      lock.withLock {
        guard !hasEnded, unsafe waitpid(pid, &status, WNOHANG) == pid else { return false }
        hasEnded = true
        _ = unsafe write(lifeline, "over\n", 5)
        return true
      }
    }
    guard ended else { return nil }
    return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
  }

  /// Sends a signal and waits until the server is gone.
  public func stop(_ signal: Int32 = 9) {
    lock.withLock {
      guard !hasEnded else { return }
      hasEnded = true
      _ = Foundation.kill(pid, signal)
      var status: Int32 = 0
      while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
      _ = unsafe write(lifeline, "over\n", 5)
    }
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
  try withNoSignalBlocked { try process.run() }
  if let input {
    stdin.fileHandleForWriting.write(Data(input.utf8))
    try? stdin.fileHandleForWriting.close()
  }
  let data = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return (process.terminationStatus, String(decoding: data, as: UTF8.self))
}

/// A child inherits the mask of the thread that starts it, and the threads that tests run on may block every signal.
public func withNoSignalBlocked(_ body: () throws -> Void) rethrows {
  var none = sigset_t()
  var before = sigset_t()
  unsafe sigemptyset(&none)
  unsafe pthread_sigmask(SIG_SETMASK, &none, &before)
  defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
  try body()
}

/// The path of a program on PATH, or `nil`.
public func program(_ name: String) -> String? {
  let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
  return path.split(separator: ":").map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
}
