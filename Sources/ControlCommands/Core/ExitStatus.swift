/// What botctl's exit code says. The numbers are part of the interface: scripts rely on them.
package struct ExitStatus: RawRepresentable, Sendable, Hashable {
  /// The process's exit code.
  package let rawValue: Int32

  /// An exit code of any number.
  package init(rawValue: Int32) { self.rawValue = rawValue }

  /// Done.
  package static let ok = ExitStatus(rawValue: 0)
  /// Failed for a reason that has no code of its own.
  package static let failure = ExitStatus(rawValue: 1)
  /// The command line is wrong.
  package static let usage = ExitStatus(rawValue: 2)
  /// No daemon answers at the address, or the connection was lost.
  package static let noDaemon = ExitStatus(rawValue: 3)
  /// There is no such bot, order, symbol or strategy.
  package static let notFound = ExitStatus(rawValue: 4)
  /// Refused because of the state things are in (already exists, running, halted, behind retention ...).
  package static let refused = ExitStatus(rawValue: 5)
  /// A value is missing or wrong.
  package static let invalidArgument = ExitStatus(rawValue: 6)
  /// No answer in time.
  package static let timeout = ExitStatus(rawValue: 7)
  /// `doctor` or `health` found something that needs mending.
  package static let unhealthy = ExitStatus(rawValue: 8)
  /// Not allowed: log in, or ask for a higher role.
  package static let notAllowed = ExitStatus(rawValue: 9)
  /// This daemon cannot do it.
  package static let unsupported = ExitStatus(rawValue: 10)
  /// A stream was not complete: something is missing between two messages.
  package static let gap = ExitStatus(rawValue: 11)

  /// Text for `--help`.
  package static let help = """
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
