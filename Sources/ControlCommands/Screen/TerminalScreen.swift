import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The terminal as a full screen: keys come one by one, and what was there before comes back when it is left, whatever ends the program.
enum TerminalScreen {
  /// Why there is no full screen to be had; nil: there is.
  ///
  /// - Parameter isTerminal: standard output is one.
  static func refusal(isTerminal: Bool, variables: [String: String]) -> String? {
    guard isTerminal else { return "standard output is not a terminal" }
    let kind = variables["TERM"] ?? ""
    guard !kind.isEmpty, kind != "dumb" else { return "the cursor of this terminal cannot be placed (TERM=\(kind))" }
    guard isatty(STDIN_FILENO) == 1 else { return "standard input is not a terminal, so that no key would be heard" }
    return nil
  }

  /// What the terminal says its size is; 80 × 24 where it does not.
  static var size: ScreenSize {
    var size = winsize()
    guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
      return ScreenSize(columns: 80, rows: 24)
    }
    return ScreenSize(columns: Int(size.ws_col), rows: Int(size.ws_row))
  }

  // The other screen, no cursor, no wrapping at the edge, pasted text marked as such.
  private static let enterBytes = Array("\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l\u{1B}[?2004h\u{1B}[0m\u{1B}[2J".utf8)
  // The cursor goes to the last line first, for terminals that have no other screen.
  private static let leaveBytes = Array("\u{1B}[0m\u{1B}[999;1H\u{1B}[K\u{1B}[?2004l\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l\r".utf8)

  // Also read by the handler of crashes, which may touch plain memory only: set before it is installed.
  nonisolated(unsafe) private static var before = termios()
  nonisolated(unsafe) private static var leaveBuffer: UnsafeMutablePointer<UInt8>?
  nonisolated(unsafe) private static var leaveCount = 0
  private static let isEntered = Atomic<Bool>(false)

  /// Takes the terminal: no echo, no lines, no signals of keys.
  static func enter() throws(CommandFailure) {
    guard !isEntered.load(ordering: .acquiring) else { return }
    var now = termios()
    guard unsafe tcgetattr(STDIN_FILENO, &now) == 0 else {
      throw CommandFailure(.failure, "the terminal's settings cannot be read: \(unsafe String(cString: strerror(errno)))")
    }
    unsafe before = now
    if unsafe leaveBuffer == nil {
      let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: leaveBytes.count)
      unsafe buffer.initialize(from: leaveBytes, count: leaveBytes.count)
      unsafe leaveCount = leaveBytes.count
      unsafe leaveBuffer = buffer
      installCrashHandlers()
    }
    unsafe cfmakeraw(&now)
    guard setAttributes(&now) else {
      throw CommandFailure(.failure, "the terminal's settings cannot be changed: \(unsafe String(cString: strerror(errno)))")
    }
    isEntered.store(true, ordering: .releasing)
    write(enterBytes)
  }

  /// Gives the terminal back as it was. Does nothing where it was not taken.
  static func leave() {
    guard isEntered.exchange(false, ordering: .acquiringAndReleasing) else { return }
    write(leaveBytes)
    var saved = unsafe before
    _ = setAttributes(&saved)
  }

  /// What was typed and not read yet is dropped: it was meant for another screen.
  private static func setAttributes(_ value: inout termios) -> Bool {
    while unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &value) != 0 { if errno != EINTR { return false } }
    return true
  }

  private static func write(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe Self.systemWrite($0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  private static func systemWrite(_ base: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
      unsafe Glibc.write(STDOUT_FILENO, base, count)
    #elseif canImport(Musl)
      Musl.write(STDOUT_FILENO, base, count)
    #elseif canImport(Darwin)
      Darwin.write(STDOUT_FILENO, base, count)
    #endif
  }

  // MARK: Suspending

  /// Whether the terminal is this job's: another's keys cannot be read, and its settings are not ours to change.
  static var isInForeground: Bool {
    let owner = tcgetpgrp(STDIN_FILENO)
    return owner < 0 || owner == getpgrp()
  }

  /// Gives the terminal back and stops the process and whoever was started with it, as Ctrl-Z does; returns when it goes on, with the
  /// terminal taken again. Where it is to go on in the background it stops again, since a screen has nothing to do there.
  /// A process whose shell has no job control goes on at once.
  ///
  /// - Throws: exit code 1 where the terminal cannot be taken, or is another job's and this one cannot be stopped.
  static func suspend() throws(CommandFailure) {
    leave()
    stop(withOthers: true)
    try takeAgain()
  }

  /// The process goes on after somebody else stopped it, who did not give the terminal back: it is taken anew, in the foreground.
  ///
  /// - Throws: as ``suspend()``.
  static func resume() throws(CommandFailure) {
    // The shell has its own settings again, and they are not touched before the terminal is this job's.
    if isInForeground { leave() } else { isEntered.store(false, ordering: .releasing) }
    try takeAgain()
  }

  private static func takeAgain() throws(CommandFailure) {
    while !isInForeground {
      let before = ContinuousClock.now
      stop(withOthers: false)
      // A job that no shell controls any more cannot be stopped so.
      guard isInForeground || ContinuousClock.now - before > .milliseconds(10) else {
        throw CommandFailure(.failure, "another program has the terminal")
      }
    }
    try enter()
  }

  /// Stops the process; returns when it goes on.
  private static func stop(withOthers: Bool) {
    var ignore = sigaction()
    unsafe ignore.__sigaction_handler.sa_handler = SIG_IGN
    var stop = sigaction()
    unsafe stop.__sigaction_handler.sa_handler = SIG_DFL
    var ours = sigaction()
    // The others first; ours is dropped. Then this process, at this place, so that nothing runs behind it before it goes on.
    _ = unsafe sigaction(SIGTSTP, &ignore, &ours)
    if withOthers { _ = kill(0, SIGTSTP) }
    _ = unsafe sigaction(SIGTSTP, &stop, nil)
    _ = pthread_kill(pthread_self(), SIGTSTP)
    // The threads of Swift's pool hear no signals.
    var heard = sigset_t()
    var mask = sigset_t()
    unsafe sigemptyset(&heard)
    unsafe sigaddset(&heard, SIGTSTP)
    _ = unsafe pthread_sigmask(SIG_UNBLOCK, &heard, &mask)
    _ = unsafe pthread_sigmask(SIG_SETMASK, &mask, nil)
    _ = unsafe sigaction(SIGTSTP, &ours, nil)
  }

  // MARK: Crashes

  /// A trap or a fault gives the terminal back before it ends the process in the way it would have.
  private static func installCrashHandlers() {
    for number in [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT, SIGSYS] {
      var action = sigaction()
      unsafe action.__sigaction_handler.sa_handler = { number in
        if let buffer = unsafe TerminalScreen.leaveBuffer, TerminalScreen.isEntered.exchange(false, ordering: .acquiringAndReleasing) {
          _ = unsafe TerminalScreen.systemWrite(buffer, TerminalScreen.leaveCount)
          unsafe tcsetattr(STDIN_FILENO, TCSANOW, &TerminalScreen.before)
        }
        // The default action is in force again (SA_RESETHAND): a fault comes again at its place, a signal that was sent is sent again.
        raise(number)
      }
      action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND))
      unsafe sigaction(number, &action, nil)
    }
  }
}
