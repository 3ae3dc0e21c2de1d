/// Swift source under construction, indented by two spaces a level.
struct SourceText {
  private(set) var text = ""
  private var depth = 0

  /// Appends one line.
  mutating func line(_ content: String = "") {
    if !content.isEmpty { text += String(repeating: "  ", count: depth) + content }
    text += "\n"
  }

  /// Appends `head {`, the lines of `body` one level deeper, and `closing`.
  mutating func block(_ head: String, closing: String = "}", _ body: (inout SourceText) throws -> Void) rethrows {
    line(head + " {")
    depth += 1
    try body(&self)
    depth -= 1
    line(closing)
  }

  /// Appends a comment as TSDoc.
  mutating func tsDocumentation(_ comment: String) {
    var lines: [String] = []
    for part in comment.split(separator: "\n").map(String.init) {
      let words = part.split(separator: " ").map { $0 == "*/" ? "* /" : String($0) }
      if !words.isEmpty { lines.append(words.joined(separator: " ")) }
    }
    if lines.count == 1 { return line("/** \(lines[0]) */") }
    if lines.isEmpty { return }
    line("/**")
    for text in lines { line(" * \(text)") }
    line(" */")
  }

  /// Appends `lines` one level deeper.
  mutating func indented(_ body: (inout SourceText) -> Void) {
    depth += 1
    body(&self)
    depth -= 1
  }

  /// Appends a comment as documentation.
  mutating func documentation(_ comment: String) {
    for part in comment.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      var content = part[...]
      while content.last == " " { content = content.dropLast() }
      if content.isEmpty { continue }
      line("///" + (content.first == " " ? "" : " ") + content)
    }
  }
}
