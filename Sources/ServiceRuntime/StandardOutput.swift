#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What programs that print say when nobody takes it.
public enum StandardOutput {
  /// The system's words for the failure of the call just made.
  public static var reason: String { RuntimeError.systemMessage() }

  /// Makes a process that could not write everything it printed exit with 1: with a sentence on standard error, or silently when it was a pipe
  /// whose reader has gone. Call it once, before anything is printed. Ignores SIGPIPE.
  public static func checkAtExit() {
    ProcessSignals.ignoreWriteSignals()
    _ = atexit {
      guard fflush(nil) != 0 else { return }
      if errno != EPIPE {
        let text = Array("standard output cannot be written: \(RuntimeError.systemMessage())\n".utf8)
        _ = unsafe text.withUnsafeBytes { unsafe write(2, $0.baseAddress, $0.count) }
      }
      _exit(1)
    }
  }
}
