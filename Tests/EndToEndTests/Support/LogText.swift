import Foundation
import ProgramTestSupport
import TestSupport

/// Log lines read back by the strictest reading of their format.
enum LogText {
  /// The fields of a logfmt line, in order; `nil` when it is none. A value is bare (printable ASCII without space, quote, equals sign and
  /// backslash) or quoted with the escapes of JSON.
  static func logfmt(_ line: Substring) -> [(name: String, value: String)]? {
    var fields: [(name: String, value: String)] = []
    var rest = line[...]
    while true {
      guard let equals = rest.firstIndex(of: "="), equals != rest.startIndex else { return nil }
      let name = rest[..<equals]
      guard name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "." || $0 == "-") }) else { return nil }
      rest = rest[rest.index(after: equals)...]
      let value: String
      if rest.first == "\"" {
        guard let end = quoteEnd(rest), let text = unquoted(rest[...end]) else { return nil }
        value = text
        rest = rest[rest.index(after: end)...]
      } else {
        let bare = rest.prefix { $0 != " " }
        guard bare.unicodeScalars.allSatisfy({ (33...126).contains($0.value) && $0 != "\"" && $0 != "=" && $0 != "\\" }) else { return nil }
        value = String(bare)
        rest = rest[bare.endIndex...]
      }
      fields.append((String(name), value))
      if rest.isEmpty { return fields }
      guard rest.first == " " else { return nil }
      rest = rest.dropFirst()
    }
  }

  private static func quoteEnd(_ text: Substring) -> Substring.Index? {
    var isEscaped = false
    for index in text.indices.dropFirst() {
      if isEscaped {
        isEscaped = false
      } else if text[index] == "\\" {
        isEscaped = true
      } else if text[index] == "\"" {
        return index
      }
    }
    return nil
  }

  private static func unquoted(_ text: Substring) -> String? {
    try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed) as? String
  }

  /// The fields of a JSON line; `nil` when it is no flat object of strings.
  static func json(_ line: Substring) -> [String: String]? {
    (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: String]
  }

  /// The lines of a log file, line ends alone dividing them.
  static func lines(_ path: String) throws -> [Substring] {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    return text.split(omittingEmptySubsequences: true) { $0 == "\n" || $0 == "\r\n" }
  }

  /// All lines as dictionaries.
  /// - Throws: ``TestFailure`` that shows the first line which is no logfmt.
  static func read(_ path: String) throws -> [[String: String]] {
    try lines(path).map { line in
      guard let fields = logfmt(line) else { throw TestFailure("no logfmt: \(line)") }
      return try dictionary(fields, line)
    }
  }

  private static func dictionary(_ fields: [(name: String, value: String)], _ line: Substring) throws -> [String: String] {
    let dictionary = Dictionary(fields.map { ($0.name, $0.value) }, uniquingKeysWith: { a, _ in a })
    guard dictionary.count == fields.count else { throw TestFailure("a name comes twice: \(line)") }
    return dictionary
  }
}

extension Daemon {
  /// What botctl prints, for words beside a failure.
  func said(_ word: String) -> String {
    (try? run([try Programs.path("botctl"), word, "--address", address]).output) ?? "botctl \(word) does not run"
  }

  /// A bot that trades on nearly every candle.
  func createBusyBot(_ name: String, _ symbol: String = "BTCUSDT", _ more: [String] = []) throws {
    let answer = try run(
      [
        try Programs.path("botctl"), "create", name, "--symbol", symbol, "--strategy", "rsi", "--param", "period=2", "--param",
        "oversold=45",
        "--param", "overbought=55", "--interval", "1m", "--capital", "10000", "--start", "--address", address,
      ] + more)
    guard answer.code == 0 else { throw TestFailure("botctl create: \(answer.output)\n\(tail)") }
  }
}
