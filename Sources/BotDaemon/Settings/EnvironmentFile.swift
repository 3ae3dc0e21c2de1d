import Foundation

/// A `.env` file: `NAME=value` lines of any line end, `#` comments, optional `export`, single or double quotes around a value.
enum EnvironmentFile {
  static let sizeBytesMaximum = 65_536

  /// A line that sets something.
  struct Entry: Hashable, Sendable {
    var name: String
    var value: String
    /// Counted from 1.
    var line: Int
  }

  /// A line that is wrong.
  struct Mistake: Hashable, Sendable {
    var line: Int
    var message: String
  }

  /// The lines of a text, whichever line ends it has: LF, CRLF or CR. A byte order mark at the beginning is no part of it.
  static func lines(_ text: String) -> [Substring] {
    let text = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
    return text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
  }

  /// Parses a file's text; every line that is wrong is a mistake of its own.
  static func parse(_ text: String) -> (entries: [Entry], mistakes: [Mistake]) {
    var entries: [Entry] = []
    var mistakes: [Mistake] = []
    for (index, line) in lines(text).enumerated() {
      do throws(SettingsError) {
        guard let (name, value) = try setting(line) else { continue }
        entries.append(Entry(name: name, value: value, line: index + 1))
      } catch {
        mistakes.append(Mistake(line: index + 1, message: error.message))
      }
    }
    return (entries, mistakes)
  }

  /// `nil` for an empty line or a comment.
  private static func setting(_ rawLine: Substring) throws(SettingsError) -> (name: String, value: String)? {
    var line = rawLine.trimmingCharacters(in: .whitespaces)
    if line.isEmpty || line.hasPrefix("#") { return nil }
    if line.hasPrefix("export ") { line = String(line.dropFirst(7)).trimmingCharacters(in: .whitespaces) }
    guard let equals = line.firstIndex(of: "="), equals != line.startIndex else { throw SettingsError("expected NAME=value") }
    let name = line[..<equals].trimmingCharacters(in: .whitespaces)
    guard name.utf8.allSatisfy({ ($0 >= 65 && $0 <= 90) || ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == 95 }) else {
      throw SettingsError("\"\(name.prefix(40))\" is not a name of letters, digits and _")
    }
    return (name, try value(String(line[line.index(after: equals)...])))
  }

  private static func value(_ raw: String) throws(SettingsError) -> String {
    let text = raw.trimmingCharacters(in: .whitespaces)
    for quote in ["\"", "'"] where text.hasPrefix(quote) {
      let rest = text.dropFirst()
      guard let end = rest.firstIndex(of: Character(quote)) else { throw SettingsError("the quote is not closed") }
      let after = rest[rest.index(after: end)...].trimmingCharacters(in: .whitespaces)
      guard after.isEmpty || after.hasPrefix("#") else { throw SettingsError("text after the closing quote") }
      return String(rest[..<end])
    }
    if let comment = text.range(of: " #") { return text[..<comment.lowerBound].trimmingCharacters(in: .whitespaces) }
    return text
  }

  /// Reads a file of at most ``sizeBytesMaximum``; `nil` when it does not exist.
  static func read(path: String) throws(SettingsError) -> (text: String, isPrivate: Bool)? {
    var info = stat()
    guard unsafe stat(path, &info) == 0 else {
      if errno == ENOENT { return nil }
      throw SettingsError(unsafe "cannot read \(path): \(String(cString: strerror(errno)))")
    }
    guard info.st_mode & S_IFMT == S_IFREG else { throw SettingsError("\(path) is not a regular file") }
    guard info.st_size <= sizeBytesMaximum else { throw SettingsError("\(path) is larger than \(sizeBytesMaximum) bytes") }
    guard let data = FileManager.default.contents(atPath: path) else { throw SettingsError("cannot read \(path)") }
    guard let text = String(data: data, encoding: .utf8) else { throw SettingsError("\(path) is not UTF-8 text") }
    return (text, info.st_mode & 0o077 == 0)
  }
}

/// Settings that are wrong: a sentence for the person with the remedy, on a line of its own for each.
public struct SettingsError: Error, Sendable, Hashable, CustomStringConvertible {
  public var message: String
  public init(_ message: String) { self.message = message }
  public var description: String { message }
}
