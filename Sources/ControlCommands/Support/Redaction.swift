/// Takes secrets out of text that is given to others: what is known to be one, and what looks like one.
struct Redaction {
  static let mask = "[redacted]"

  /// Names of variables whose values are never shown.
  static let variableNames = [
    "BOTD_TOKEN", "BOTD_CONFIRM_LIVE", "BINANCE_API_KEY", "BINANCE_API_SECRET", "REDIS_PASSWORD", "DATABASE_URL", "PGPASSWORD",
  ]

  /// Known secrets, the longest first.
  private let known: [String]

  /// - Parameter secrets: values that must not be shown; those shorter than six characters are no secrets, and would take words apart.
  init(_ secrets: [String]) {
    known = Set(secrets.filter { $0.count >= 6 }).sorted { ($0.count, $0) > ($1.count, $1) }
  }

  /// The text without them.
  func applied(to text: String) -> String {
    var text = text
    for secret in known where text.contains(secret) {
      text = text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: Self.mask)
    }
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { Self.line(String($0)) }.joined(separator: "\n")
  }

  /// Without user and password of an address, and without the values of words that name secrets.
  private static func line(_ line: String) -> String {
    var line = line
    if line.contains("://") {
      line = line.replacing(/:\/\/[^\/\s"'@]+@/) { _ in "://\(mask)@" }
    }
    let words =
      /(?i)((?:secret|password|passwd|token|signature|api[_-]?key|x-mbx-apikey|authorization|listenkey)"?\s*[=:]\s*"?(?:bearer\s+)?)([^\s"&,;}]+)/
    return line.replacing(words) { match in
      // Settings' own masks and empty JSON stay readable.
      ["***", mask, "null", "true", "false"].contains(String(match.2)) ? String(match.0) : String(match.1) + mask
    }
  }
}
