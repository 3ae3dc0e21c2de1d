import Foundation

/// A library module's page, `Sources/X/Documentation.docc/X.md`, as text.
struct ModulePage {
  let name: String
  let lines: [String]

  static let headings = ["## May use", "## May not use", "## Where to start"]

  init(name: String, text: String) {
    self.name = name
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// The page of a module; `nil` when there is none.
  static func ours(_ name: String) -> ModulePage? {
    let path = "Sources/\(name)/Documentation.docc/\(name).md"
    guard let text = try? String(contentsOf: SourceTree.packageRoot.appendingPathComponent(path), encoding: .utf8) else { return nil }
    return ModulePage(name: name, text: text)
  }

  /// The text under a heading, up to the next one of its rank or above.
  func section(_ heading: String) -> String? {
    guard let start = lines.firstIndex(of: heading) else { return nil }
    let rank = heading.prefix { $0 == "#" }.count
    let body = lines[(start + 1)...].prefix { line in
      let depth = line.prefix { $0 == "#" }.count
      return depth == 0 || depth > rank || line.dropFirst(depth).first != " "
    }
    return body.joined(separator: "\n").trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Whether a text names a module as a word of its own.
  static func names(_ module: String, in text: String) -> Bool {
    text.split { !($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }.contains { $0 == module }
  }

  /// The symbols that the page links to: the first part of each ``A/b(_:)``.
  var links: [String] {
    lines.joined(separator: "\n").matches(of: /``([^`\n]+)``/).map { match in String(match.1.prefix { $0 != "/" && $0 != "(" }) }
  }

  private static let keywords: Set<String> = [
    "struct", "class", "enum", "protocol", "actor", "func", "typealias", "let", "var", "case",
  ]

  /// The names that a line of code declares. By bytes, since a regular expression over all code takes a quarter of a minute.
  private static func declarations(in line: String) -> [String] {
    let words = line.utf8.split { byte in
      let isLetter = (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
      return !(isLetter || byte >= 0x80 || byte == UInt8(ascii: "_") || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")))
    }.map { String(Substring($0)) }
    return zip(words, words.dropFirst()).filter { keywords.contains($0.0) }.map { $0.1 }
  }

  /// What is wrong with the page.
  /// - Parameters:
  ///   - dependencies: what the manifest lets the module import.
  ///   - code: the module's lines of code; the page may link to what they declare.
  func violations(dependencies: [String], code: [String]) -> [String] {
    var found: [String] = []
    if lines.first != "# ``\(name)``" { found.append("begins with something else than its name") }
    let introduction = lines.dropFirst().prefix { !$0.hasPrefix("#") }.joined().trimmingCharacters(in: .whitespaces)
    if introduction.count < 60 { found.append("does not say what the module is for") }
    for heading in Self.headings where (section(heading) ?? "").isEmpty { found.append("has nothing under \(heading)") }
    let mayUse = section("## May use") ?? ""
    found += dependencies.filter { !Self.names($0, in: mayUse) }.map { "does not name \($0) under ## May use" }
    if !(section("## Where to start") ?? "").contains("``") { found.append("links to no symbol under ## Where to start") }
    let declared = code.reduce(into: Set<String>()) { $0.formUnion(Self.declarations(in: $1)) }
    found += Set(links).subtracting(declared).subtracting([name]).sorted().map { "links to \($0), which the module does not declare" }
    return found.map { "\(name).md \($0)" }
  }
}
