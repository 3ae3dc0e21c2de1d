import ServiceRuntime

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the commands know of the world around them. Tests put their own in place.
package struct ControlEnvironment: Sendable {
  /// Environment variables.
  var variables: [String: String]
  /// Standard output is a terminal.
  var isTerminal: Bool
  /// Standard error is a terminal: a progress bar can be drawn there.
  package var isErrorTerminal: Bool
  /// Columns of the terminal; nil: unlimited.
  var width: Int?
  /// Writes to standard output.
  package var out: @Sendable (String) -> Void
  /// Writes to standard error.
  package var err: @Sendable (String) -> Void
  /// Calls back when the person interrupts (Ctrl-C) or the process is asked to end. Used once.
  package var onInterrupt: @Sendable (@escaping @Sendable () -> Void) -> Void

  /// The one in force for the running command.
  @TaskLocal package static var current = ControlEnvironment.process(variables: [:])

  /// A world of the caller's making.
  package init(
    variables: [String: String], isTerminal: Bool, isErrorTerminal: Bool = false, width: Int?, out: @escaping @Sendable (String) -> Void,
    err: @escaping @Sendable (String) -> Void, onInterrupt: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void
  ) {
    self.variables = variables
    self.isTerminal = isTerminal
    self.isErrorTerminal = isErrorTerminal
    self.width = width
    self.out = out
    self.err = err
    self.onInterrupt = onInterrupt
  }

  /// The real one.
  static func process(variables: [String: String]) -> ControlEnvironment {
    let isTerminal = isatty(1) == 1
    return ControlEnvironment(
      variables: variables, isTerminal: isTerminal, isErrorTerminal: isatty(2) == 1,
      width: isTerminal ? terminalWidth(variables) : nil,
      out: { write($0, to: 1) }, err: { write($0, to: 2) },
      onInterrupt: { body in try? ProcessSignals.observe([SIGINT, SIGTERM]) { _ in body() } })
  }

  private static func terminalWidth(_ variables: [String: String]) -> Int? {
    var size = winsize()
    if unsafe ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
    return variables["COLUMNS"].flatMap(Int.init)
  }

  private static func write(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe systemWrite(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      // The reader has gone: there is nobody left to tell.
      if count <= 0 { exit(0) }
      rest = rest.dropFirst(count)
    }
  }

  private static func systemWrite(_ descriptor: Int32, _ base: UnsafeRawPointer?, _ count: Int)
    -> Int
  {
    #if canImport(Glibc)
      unsafe Glibc.write(descriptor, base, count)
    #elseif canImport(Musl)
      Musl.write(descriptor, base, count)
    #elseif canImport(Darwin)
      Darwin.write(descriptor, base, count)
    #endif
  }
}
