/// How a piece of text looks on a terminal.
package enum Style: Sendable, Hashable {
  case plain, bold, dim, good, bad, warning, accent

  /// The escape sequence that switches it on.
  var code: String {
    switch self {
    case .plain: ""
    case .bold: "\u{1B}[1m"
    case .dim: "\u{1B}[2m"
    case .good: "\u{1B}[32m"
    case .bad: "\u{1B}[31m"
    case .warning: "\u{1B}[33m"
    case .accent: "\u{1B}[36m"
    }
  }

  /// `text` in this style.
  func apply(_ text: String) -> String {
    self == .plain || text.isEmpty ? text : code + text + "\u{1B}[0m"
  }
}

/// One cell of a table or a card.
package struct Cell: Sendable, Hashable {
  var text: String
  var style: Style

  /// Text from the daemon loses its control characters here: it cannot move the cursor or recolour the terminal.
  package init(_ text: String, _ style: Style = .plain) {
    self.style = style
    guard !text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
      self.text = text
      return
    }
    self.text = String(
      String.UnicodeScalarView(text.unicodeScalars.map { Self.isControl($0) ? " " : $0 }))
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
      || (0x202A...0x202E).contains(scalar.value)
      || (0x2066...0x2069).contains(scalar.value)
  }
}

/// Columns a text takes on a terminal.
enum DisplayWidth {
  static func of(_ text: String) -> Int {
    // Almost all text: a column a byte.
    let bytes = text.utf8
    if bytes.allSatisfy({ (0x20...0x7E).contains($0) }) { return bytes.count }
    return text.reduce(0) { $0 + of($1) }
  }

  static func of(_ character: Character) -> Int {
    guard let first = character.unicodeScalars.first?.value else { return 0 }
    switch first {
    case 0x0300...0x036F, 0x200B...0x200F, 0xFE00...0xFE0F: return 0
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6,
      0x1F300...0x1FAFF, 0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }

  /// `text` cut to `width` columns, with an ellipsis when something is missing.
  static func cut(_ text: String, to width: Int) -> String {
    guard of(text) > width else { return text }
    var result = ""
    var used = 0
    for character in text {
      let next = of(character)
      if used + next > width - 1 { break }
      result.append(character)
      used += next
    }
    return result + "…"
  }

  /// `text` in lines of at most `width` columns, broken at spaces; a word that is longer is broken inside. At least one line.
  static func wrap(_ text: String, to width: Int) -> [String] {
    guard width > 0, of(text) > width else { return [text] }
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      var word = String(word)
      if !line.isEmpty, of(line) + 1 + of(word) <= width {
        line += " " + word
        continue
      }
      if !line.isEmpty { lines.append(line) }
      while of(word) > width {
        let head = prefix(of: word, to: width)
        lines.append(head)
        word.removeFirst(head.count)
      }
      line = word
    }
    return line.isEmpty ? lines : lines + [line]
  }

  /// As many characters as fit into `width` columns, one at least.
  private static func prefix(of text: String, to width: Int) -> String {
    var result = ""
    var used = 0
    for character in text {
      used += of(character)
      if used > width, !result.isEmpty { break }
      result.append(character)
    }
    return result
  }
}
