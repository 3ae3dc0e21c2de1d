#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The process's signals.
public enum ProcessSignals {
  /// Makes writes to a closed socket fail with EPIPE and writes beyond the file size limit with EFBIG instead of ending the process.
  public static func ignoreWriteSignals() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  /// Whether the process ignores a signal now: asked at the start, whether it was started so, as by nohup(1).
  public static func isIgnored(_ signal: Int32) -> Bool {
    var action = sigaction()
    guard unsafe sigaction(signal, nil, &action) == 0 else { return false }
    return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: UInt.self) == unsafeBitCast(SIG_IGN, to: UInt.self)
  }

  // The handler may only touch plain memory: the pipe's write end, set before the handler is installed.
  nonisolated(unsafe) private static var pipeWriteEnd: Int32 = -1
  private static let installLock = ThreadLock()

  /// Calls `handler` on a thread of its own with the number of every signal of `signals` (usually SIGINT, SIGTERM, SIGHUP).
  /// May be called once per process; signals that arrive earlier keep their default action.
  ///
  /// - Throws: ``RuntimeError`` with code `signals` when called twice or the system refuses a pipe or a thread.
  public static func observe(_ signals: [Int32], handler: @escaping @Sendable (Int32) -> Void) throws(RuntimeError) {
    installLock.lock()
    defer { installLock.unlock() }
    guard unsafe pipeWriteEnd < 0 else { throw RuntimeError(.signals, "signals are already observed") }
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { throw RuntimeError(.signals, "cannot make a pipe: \(RuntimeError.systemMessage())") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    let readEnd = ends[0]
    let thread = try PinnedThread(name: "signals")
    unsafe pipeWriteEnd = ends[1]
    thread.submit {
      var byte: UInt8 = 0
      while true {
        let got = unsafe read(readEnd, &byte, 1)
        if got == 1 { handler(Int32(byte)) } else if got == 0 || errno != EINTR { return }
      }
    }
    for number in signals {
      var action = sigaction()
      unsafe action.__sigaction_handler.sa_handler = { number in
        let saved = errno
        var byte = UInt8(truncatingIfNeeded: number)
        _ = unsafe write(ProcessSignals.pipeWriteEnd, &byte, 1)
        errno = saved
      }
      action.sa_flags = SA_RESTART
      guard unsafe sigaction(number, &action, nil) == 0 else {
        throw RuntimeError(.signals, "cannot observe signal \(number): \(RuntimeError.systemMessage())")
      }
    }
  }
}
