/// What the argument parser says of a wrong command line, as this program says things: one sentence, what the option means, and where to
/// read more.
enum ParserMessage {
  /// - Parameter full: the parser's whole text; one that does not begin with `Error: ` is returned as it is.
  static func text(_ full: String) -> String {
    let lines = full.split(separator: "\n").map(String.init)
    guard let first = lines.first, first.hasPrefix("Error: ") else { return full }
    let help = lines.first { $0.hasPrefix("Help: ") }.map { "\n  " + $0.dropFirst(6).drop { $0 == " " } } ?? ""
    let more = lines.last { $0.hasPrefix("  See ") }.map { "\n" + $0 } ?? ""
    return "botctl: \(first.dropFirst(7))\(help)\(more)"
  }
}
