/// A file of settings as systemd has them: `[type]` or `[type name]`, below it `key = value`; `#` or `;` begins a line of comment.
///
/// A value is all that follows the `=`, so comments stand on lines of their own.
struct SectionFile {
  struct Entry: Sendable, Hashable {
    var key: String
    var value: String
    /// Counted from 1.
    var line: Int
  }

  struct Section: Sendable, Hashable {
    var type: String
    var name: String
    var line: Int
    var entries: [Entry] = []
  }

  private(set) var sections: [Section] = []
  /// What is wrong, with its line.
  private(set) var mistakes: [(line: Int, text: String)] = []

  init(_ text: String) {
    let text = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
    for (index, raw) in lines.enumerated() { take(Self.trimmed(raw), line: index + 1) }
  }

  private mutating func take(_ text: Substring, line: Int) {
    guard let first = text.first, first != "#", first != ";" else { return }
    if first == "[" {
      let words = text.dropFirst().dropLast().split { $0 == " " || $0 == "\t" }
      guard text.last == "]", (1...2).contains(words.count), words.allSatisfy(Self.isName) else {
        return mistakes.append((line, "expected [type] or [type NAME], the name of letters, digits, - and _"))
      }
      let section = Section(type: String(words[0]), name: words.count == 2 ? String(words[1]) : "", line: line)
      if let other = sections.first(where: { $0.type == section.type && $0.name == section.name }) {
        mistakes.append((line, "[\(text.dropFirst().dropLast())] stands in line \(other.line) already"))
      }
      return sections.append(section)
    }
    guard let equals = text.firstIndex(of: "=") else { return mistakes.append((line, "expected key = value")) }
    let key = Self.trimmed(text[..<equals])
    guard Self.isName(key) else { return mistakes.append((line, "\"\(key.prefix(40))\" is no name of a setting")) }
    guard !sections.isEmpty else {
      return mistakes.append((line, "\(key) stands before any section; write [notify] or [channel NAME] above it"))
    }
    let entry = Entry(key: String(key), value: String(Self.trimmed(text[text.index(after: equals)...])), line: line)
    if let other = sections[sections.count - 1].entries.first(where: { $0.key == entry.key }) {
      return mistakes.append((line, "\(key) stands in line \(other.line) already; several values go on one line, between commas"))
    }
    sections[sections.count - 1].entries.append(entry)
  }

  static func isName(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.count <= 40
      && text.utf8.allSatisfy { byte in
        let isLetter = (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
        return isLetter || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")) || byte == UInt8(ascii: "-")
          || byte == UInt8(ascii: "_")
      }
  }

  static func trimmed(_ text: Substring) -> Substring {
    let start = text.drop { $0 == " " || $0 == "\t" }
    guard let end = start.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
    return start[...end]
  }
}
