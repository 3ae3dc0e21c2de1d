import Foundation

/// A `.env` file: `NAME=value` lines, `#` comments, optional `export`, single or double quotes around a value.
enum EnvironmentFile {
  static let sizeBytesMaximum = 65_536

  /// Parses a file's text. The first wrong line is an error with its number.
  static func parse(_ text: String, path: String) throws(SettingsError) -> [(name: String, value: String)] {
    var result: [(name: String, value: String)] = []
    for (index, rawLine) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      var line = rawLine.trimmingCharacters(in: .whitespaces)
      if line.hasSuffix("\r") { line.removeLast() }
      if index == 0, line.hasPrefix("\u{FEFF}") { line.removeFirst() }
      if line.isEmpty || line.hasPrefix("#") { continue }
      if line.hasPrefix("export ") { line = String(line.dropFirst(7)).trimmingCharacters(in: .whitespaces) }
      guard let equals = line.firstIndex(of: "="), equals != line.startIndex else {
        throw SettingsError("\(path), line \(index + 1): expected NAME=value")
      }
      let name = line[..<equals].trimmingCharacters(in: .whitespaces)
      guard name.utf8.allSatisfy({ ($0 >= 65 && $0 <= 90) || ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == 95 }) else {
        throw SettingsError("\(path), line \(index + 1): \"\(name.prefix(40))\" is not a name of letters, digits and _")
      }
      result.append((name, try value(String(line[line.index(after: equals)...]), path: path, line: index + 1)))
    }
    return result
  }

  private static func value(_ raw: String, path: String, line: Int) throws(SettingsError) -> String {
    let text = raw.trimmingCharacters(in: .whitespaces)
    for quote in ["\"", "'"] where text.hasPrefix(quote) {
      let rest = text.dropFirst()
      guard let end = rest.firstIndex(of: Character(quote)) else {
        throw SettingsError("\(path), line \(line): the quote is not closed")
      }
      let after = rest[rest.index(after: end)...].trimmingCharacters(in: .whitespaces)
      guard after.isEmpty || after.hasPrefix("#") else { throw SettingsError("\(path), line \(line): text after the closing quote") }
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

/// A setting that is wrong: one sentence for the person, with the remedy.
public struct SettingsError: Error, Sendable, Hashable, CustomStringConvertible {
  public var message: String
  public init(_ message: String) { self.message = message }
  public var description: String { message }
}
