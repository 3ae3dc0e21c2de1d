import BotAPI
import TTRPC

/// Why a command failed: what to print and which code to exit with.
package struct CommandFailure: Error, Sendable {
  /// The code to exit with.
  package var status: ExitStatus
  /// One or more lines for the person.
  package var message: String

  /// Machine-readable reason, where the daemon gave one, for example `OTHER_JOURNAL`.
  var reason = ""

  /// `message` goes to standard error, without "botctl: ".
  package init(_ status: ExitStatus, _ message: String) {
    self.status = status
    self.message = message
  }

  init(_ status: ExitStatus, _ message: String, reason: String) {
    self.init(status, message)
    self.reason = reason
  }

  /// From an error of a call.
  init(_ error: RPCError, address: RPCAddress) {
    let text = error.info.map { Self.text($0, fallback: error.message) } ?? error.message
    switch error.code {
    case .unavailable:
      if error.info == nil {
        self.init(
          .noDaemon, "no botd at \(address): \(Self.cause(error.message)). Start it with: botd")
      } else {
        self.init(.noDaemon, text)
      }
    case .notFound: self.init(.notFound, text)
    case .alreadyExists, .failedPrecondition, .aborted, .outOfRange, .resourceExhausted:
      self.init(.refused, text)
    case .invalidArgument: self.init(.invalidArgument, text)
    case .deadlineExceeded:
      self.init(
        .timeout,
        "botd at \(address) did not answer in time. Is it busy? Look with: botctl health; wait longer with --timeout 60"
      )
    case .permissionDenied: self.init(.notAllowed, text)
    case .unauthenticated:
      self.init(.notAllowed, "\(text). Give a token with --token-file FILE or BOTD_TOKEN")
    case .unimplemented: self.init(.unsupported, "this botd cannot do that: \(text)")
    case .cancelled: self.init(.failure, "canceled")
    default: self.init(.failure, text)
    }
    reason = error.info?.reason ?? ""
  }

  /// All that the daemon said, one violation a line.
  private static func text(_ info: V1.ErrorInfo, fallback: String) -> String {
    guard info.violations.count > 1 else {
      let message = named(info.message.isEmpty ? fallback : info.message, info.field)
      return info.reason.isEmpty ? message : "\(message) (\(info.reason))"
    }
    let lines = info.violations.map { violation in
      Problem(violation).line
    }
    return "\(lines.count) things are wrong:\n" + lines.joined(separator: "\n")
  }

  /// The sentence with a field's name on the command line.
  private static func named(_ message: String, _ field: String) -> String {
    guard !field.isEmpty, message.hasPrefix(field + " ") else { return message }
    return Problem.option(forField: field) + message.dropFirst(field.count)
  }

  /// The transport's sentence without the address that the caller prints itself.
  private static func cause(_ message: String) -> String {
    var cause = message
    if cause.hasPrefix("cannot connect to "), let colon = cause.range(of: ": ") {
      cause = String(cause[colon.upperBound...])
    }
    if let question = cause.range(of: "; is the server running?") {
      cause = String(cause[..<question.lowerBound])
    }
    return cause
  }
}

extension String {
  /// The first occurrence of `text`.
  fileprivate func range(of text: String) -> Range<String.Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
