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
  package var variables: [String: String]
  /// Standard output is a terminal.
  var isTerminal: Bool
  /// Standard error is a terminal: a progress bar can be drawn there.
  package var isErrorTerminal: Bool
  /// Columns of the terminal; nil: unlimited.
  var width: Int?
  /// Writes to standard output. What cannot be written is dropped; ``outputFailure`` says so.
  package var out: @Sendable (String) -> Void
  /// Writes to standard error.
  package var err: @Sendable (String) -> Void
  /// The first failure of a write to standard output.
  var outputFailure: @Sendable () -> OutputFailure? = { nil }
  /// Calls back once when a write to standard output fails.
  var onOutputFailure: @Sendable (@escaping @Sendable () -> Void) -> Void = { _ in }
  /// The next bytes of standard input, as they come; nil at its end. One reader at a time.
  package var input: @Sendable () async throws(CommandFailure) -> [UInt8]? = { nil }
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
    let output = OutputSink(descriptor: 1)
    let errors = OutputSink(descriptor: 2)
    var environment = ControlEnvironment(
      variables: variables, isTerminal: isTerminal, isErrorTerminal: isatty(2) == 1,
      width: isTerminal ? terminalWidth(variables) : nil,
      out: { output.write($0) }, err: { errors.write($0) },
      onInterrupt: { body in try? ProcessSignals.observe([SIGINT, SIGTERM]) { _ in body() } })
    let input = InputSource(descriptor: 0)
    environment.input = { () async throws(CommandFailure) in try await input.next() }
    environment.outputFailure = { output.failure }
    environment.onOutputFailure = { output.onFailure($0) }
    return environment
  }

  private static func terminalWidth(_ variables: [String: String]) -> Int? {
    var size = winsize()
    if unsafe ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
    return variables["COLUMNS"].flatMap(Int.init)
  }
}
