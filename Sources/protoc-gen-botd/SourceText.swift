/// Swift source under construction, indented by two spaces a level.
struct SourceText {
  private(set) var text = ""
  private var depth = 0

  /// Appends one line.
  mutating func line(_ content: String = "") {
    if !content.isEmpty { text += String(repeating: "  ", count: depth) + content }
    text += "\n"
  }

  /// Appends `head {`, the lines of `body` one level deeper, and `}`.
  mutating func block(_ head: String, _ body: (inout SourceText) throws -> Void) rethrows {
    line(head + " {")
    depth += 1
    try body(&self)
    depth -= 1
    line("}")
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
