/// What botctl's exit code says. The numbers are part of the interface: scripts rely on them.
struct ExitStatus: RawRepresentable, Sendable, Hashable {
  let rawValue: Int32

  /// Done.
  static let ok = ExitStatus(rawValue: 0)
  /// Failed for a reason that has no code of its own.
  static let failure = ExitStatus(rawValue: 1)
  /// The command line is wrong.
  static let usage = ExitStatus(rawValue: 2)
  /// No daemon answers at the address, or the connection was lost.
  static let noDaemon = ExitStatus(rawValue: 3)
  /// There is no such bot, order, symbol or strategy.
  static let notFound = ExitStatus(rawValue: 4)
  /// Refused because of the state things are in (already exists, running, halted, behind retention ...).
  static let refused = ExitStatus(rawValue: 5)
  /// A value is missing or wrong.
  static let invalidArgument = ExitStatus(rawValue: 6)
  /// No answer in time.
  static let timeout = ExitStatus(rawValue: 7)
  /// `doctor` or `health` found something that needs mending.
  static let unhealthy = ExitStatus(rawValue: 8)
  /// Not allowed: log in, or ask for a higher role.
  static let notAllowed = ExitStatus(rawValue: 9)
  /// This daemon cannot do it.
  static let unsupported = ExitStatus(rawValue: 10)
  /// A stream was not complete: something is missing between two messages.
  static let gap = ExitStatus(rawValue: 11)

  /// Text for `--help`.
  static let help = """
    EXIT CODES
      0  done (also: a followed stream ended by Ctrl-C)
      1  failed
      2  wrong command line
      3  no daemon at the address, or connection lost
      4  no such bot, order, symbol or strategy
      5  refused in this state
      6  a value is missing or wrong
      7  no answer in time
      8  doctor or health found a problem
      9  not allowed
     10  not supported by this daemon
     11  a followed stream had a gap
    """
}
